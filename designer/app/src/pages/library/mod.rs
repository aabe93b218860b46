//! The answer library: questions customers ask, with the answers the bot gives.

mod article;
mod libraries;
mod list;
mod trial;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::Article;

use self::article::ArticleEditor;
use self::libraries::{LibraryColumn, NewLibraryDialog};
use self::list::ArticleColumn;
use self::trial::LibraryTrialBox;
use super::load::Remote;
use crate::api::{self, LibrarySummary};
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, EmptyState};

/// What the middle of the page shows.
#[derive(Clone, Debug, PartialEq)]
enum Open {
    /// Nothing yet.
    Nothing,
    /// An article that is there; by id.
    Article(String),
    /// One being written.
    New,
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct LibraryCx {
    libraries: Remote<Vec<LibrarySummary>>,
    chosen: Memo<Option<String>>,
    choose: Callback<Option<String>>,
    search: RwSignal<String>,
    articles: Remote<Vec<Article>>,
    open: RwSignal<Open>,
    is_new_library_open: RwSignal<bool>,
}

/// The page: libraries, articles, one article, "try it".
#[component]
pub(crate) fn LibraryPage() -> impl IntoView {
    let libraries = Remote::new(api::libraries);
    let query = use_query_map();
    let navigate = use_navigate();
    // The address says which library; without one it is the first.
    let chosen = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("library"));
        libraries.with(|libraries| {
            let libraries = libraries?;
            libraries
                .iter()
                .find(|library| Some(&library.key) == wanted.as_ref())
                .or(libraries.first())
                .map(|library| library.key.clone())
        })
    });
    let search = RwSignal::new(String::new());
    let articles = Remote::new(move || {
        let library = chosen.get_untracked();
        async move {
            match library {
                Some(library) => api::articles(&library, "").await,
                None => Ok(Vec::new()),
            }
        }
    });
    let cx = LibraryCx {
        libraries,
        chosen,
        choose: Callback::new(move |key: Option<String>| {
            let address = key.map_or_else(|| "/library".to_owned(), |key| format!("/library?library={key}"));
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }),
        search,
        articles,
        open: RwSignal::new(Open::Nothing),
        is_new_library_open: RwSignal::new(false),
    };
    Effect::new(move |before: Option<Option<String>>| {
        let now = cx.chosen.get();
        if before.as_ref().is_some_and(|before| before != &now) {
            cx.open.set(Open::Nothing);
            cx.search.set(String::new());
            cx.articles.restart();
        }
        now
    });
    let is_empty = Memo::new(move |_| libraries.with(|libraries| libraries.is_some_and(Vec::is_empty)));

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("知识库", "Answer library")}</h1>
                <p class="quiet">{move || tr("客户常问的问题和标准答案，流程里的“查知识”从这里找。", "What customers often ask, with the answers. Steps that look up answers search here.")}</p>
                <span class="space"></span>
                <Button icon="plus" label=move || tr("新建知识库", "New library") test="new-library" on_press=move |()| cx.is_new_library_open.set(true) />
                <Show when=move || !is_empty.get()>
                    <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建知识", "New article") test="new-article" on_press=move |()| cx.open.set(Open::New) />
                </Show>
            </header>
            {libraries.show(5, move || view! {
                {move || if is_empty.get() {
                    view! { <NoLibraries cx /> }.into_any()
                } else {
                    view! { <Columns cx /> }.into_any()
                }}
            })}
        </main>
        <NewLibraryDialog cx />
    }
}

#[component]
fn Columns(cx: LibraryCx) -> impl IntoView {
    view! {
        <div class="columns four">
            <LibraryColumn cx />
            <ArticleColumn cx />
            <section class="panel column-main">{move || match cx.open.get() {
                Open::Article(id) => view! { <ArticleEditor cx id=Some(id) /> }.into_any(),
                Open::New => view! { <ArticleEditor cx id=None /> }.into_any(),
                Open::Nothing => view! {
                    <EmptyState
                        icon="file-text"
                        title=move || tr("选一篇知识来编辑", "Choose an article to edit")
                        detail=move || tr("或者在右边试一试：输入客户的问法，看会找到哪一篇。", "Or try the library at the right: write a question and see what it finds.")
                    />
                }
                .into_any(),
            }}</section>
            <aside class="panel column-side"><LibraryTrialBox cx /></aside>
        </div>
    }
}

#[component]
fn NoLibraries(cx: LibraryCx) -> impl IntoView {
    view! {
        <div class="panel">
            <EmptyState
                icon="book-open"
                title=move || tr("还没有知识库", "No libraries yet")
                detail=move || tr(
                    "建一个知识库，写下客户常问的问题和答案，机器人就能自己回答。",
                    "Make a library, write what customers often ask with the answers, and the bot answers by itself.",
                )
            >
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建知识库", "New library") on_press=move |()| cx.is_new_library_open.set(true) />
            </EmptyState>
        </div>
    }
}

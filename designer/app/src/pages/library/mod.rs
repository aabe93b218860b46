//! The answer library: questions with their answers, documents, synonyms, and what a question would find.

mod article;
mod document;
mod libraries;
mod list;
mod mapping;
mod repeats;
mod sources;
mod synonyms;
mod trial;
mod unsaved;

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::Article;

use self::article::ArticleEditor;
use self::libraries::{LibraryColumn, NewLibraryDialog};
use self::list::ArticleColumn;
use self::sources::Sources;
use self::synonyms::Synonyms;
use self::trial::SearchTest;
use self::unsaved::Unsaved;
use super::load::Remote;
use super::picking::{Listing, NoneYet};
use crate::api::{self, Counts, Document, LibrarySummary};
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, EmptyState, Tabs};

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
    listing: Listing<LibrarySummary>,
    search: RwSignal<String>,
    articles: Remote<Vec<Article>>,
    open: RwSignal<Open>,
    /// Only the articles of this sheet are listed, by id.
    of_sheet: RwSignal<Option<String>>,
    /// Articles that were changed and not saved: they wait while others are looked at.
    unsaved: Unsaved,
    documents: Remote<Vec<Document>>,
    /// The document in sight, by id.
    document: RwSignal<Option<String>>,
    counts: Remote<BTreeMap<String, Counts>>,
    /// `articles`, `documents`, `synonyms` or `try`.
    tab: RwSignal<String>,
}

/// The page: libraries, articles, one article, "try it".
#[component]
pub(crate) fn LibraryPage() -> impl IntoView {
    let listing = Listing::new(Remote::new(api::libraries), "/library", "library", |library| library.key.as_str());
    let chosen = listing.chosen;
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
        listing,
        search,
        articles,
        open: RwSignal::new(Open::Nothing),
        of_sheet: RwSignal::new(None),
        unsaved: Unsaved::new(),
        documents: Remote::new(move || {
            let library = chosen.get_untracked();
            async move {
                match library {
                    Some(library) => api::documents(&library).await,
                    None => Ok(Vec::new()),
                }
            }
        }),
        document: RwSignal::new(None),
        counts: Remote::new(api::judgements),
        tab: RwSignal::new("articles".to_owned()),
    };
    Effect::new(move |before: Option<Option<String>>| {
        let now = chosen.get();
        if before.as_ref().is_some_and(|before| before != &now) {
            cx.open.set(Open::Nothing);
            cx.search.set(String::new());
            cx.document.set(None);
            cx.of_sheet.set(None);
            cx.articles.restart();
            cx.documents.restart();
        }
        now
    });
    let is_empty = Memo::new(move |_| listing.is_empty());

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("知识库", "Answer library")}</h1>
                <p class="quiet">{move || tr("常见问题的标准答案和文档，“知识库问答”从这里找。", "Questions with their answers, and documents: what the bot looks up.")}</p>
                <span class="space"></span>
                <Button icon="plus" label=move || tr("新建知识库", "New library") test="new-library" on_press=move |()| listing.is_new_open.set(true) />
                <Show when=move || !is_empty.get()>
                    <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建知识", "New article") test="new-article" on_press=move |()| { cx.tab.set("articles".to_owned()); cx.of_sheet.set(None); cx.open.set(Open::New); } />
                </Show>
            </header>
            {listing.all.show(5, move || view! {
                {move || if is_empty.get() {
                    view! { <NoLibraries listing /> }.into_any()
                } else {
                    view! { <Columns cx /> }.into_any()
                }}
            })}
        </main>
        <NewLibraryDialog listing />
    }
}

#[component]
fn Columns(cx: LibraryCx) -> impl IntoView {
    let tabs = Signal::derive(move || {
        let count = |n: Option<usize>| n.and_then(|n| u64::try_from(n).ok());
        let n_articles = count(cx.articles.with(|articles| articles.map(Vec::len)));
        let n_documents = count(cx.documents.with(|documents| documents.map(Vec::len)));
        vec![
            ("articles".to_owned(), tr("知识", "Articles").to_owned(), n_articles),
            ("documents".to_owned(), tr("文档", "Documents").to_owned(), n_documents),
            ("synonyms".to_owned(), tr("同义词", "Synonyms").to_owned(), None),
            ("try".to_owned(), tr("检索测试", "Search test").to_owned(), None),
        ]
    });
    view! {
        <div class="columns library">
            <LibraryColumn cx />
            <div class="library-main">
                <Tabs value=cx.tab tabs label=move || tr("知识库的内容", "Parts of the library") on_change=move |tab: String| cx.tab.set(tab) />
                {move || match cx.tab.get().as_str() {
                    "documents" => view! { <Sources cx /> }.into_any(),
                    "synonyms" => view! { <Synonyms /> }.into_any(),
                    "try" => view! { <SearchTest cx /> }.into_any(),
                    _ => view! { <Articles cx /> }.into_any(),
                }}
            </div>
        </div>
    }
}

#[component]
fn Articles(cx: LibraryCx) -> impl IntoView {
    view! {
        <div class="columns panes">
            <ArticleColumn cx />
            <section class="panel column-main">{move || match cx.open.get() {
                Open::Article(id) => view! { <ArticleEditor cx id=Some(id) /> }.into_any(),
                Open::New => view! { <ArticleEditor cx id=None /> }.into_any(),
                Open::Nothing => view! {
                    <EmptyState
                        icon="file-text"
                        title=move || tr("选一篇知识来编辑", "Choose an article to edit")
                        detail=move || tr("也可以在“文档”里上传文件，或在“检索测试”里试一句客户的问法。", "You can also upload files under Documents, or try a question under Search test.")
                    />
                }
                .into_any(),
            }}</section>
        </div>
    }
}

#[component]
fn NoLibraries(listing: Listing<LibrarySummary>) -> impl IntoView {
    view! {
        <NoneYet
            icon="book-open"
            title=move || tr("还没有知识库", "No libraries yet")
            detail=move || tr(
                "建一个知识库，写下客户常问的问题和答案，机器人就能自己回答。",
                "Make a library, write what customers often ask with the answers, and the bot answers by itself.",
            )
            make=move || tr("新建知识库", "New library")
            is_new_open=listing.is_new_open
        />
    }
}

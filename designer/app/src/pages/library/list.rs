//! The articles of a library, searched while one types.

use leptos::prelude::*;
use model::Article;

use super::{LibraryCx, Open};
use crate::api::Counts;
use crate::i18n::{language_code, tr, tr_string};
use crate::pages::picking::{Pick, is_named};
use crate::ui::{Button, ButtonKind, EmptyState, Icon, SearchInput};

/// Rows that are drawn at once; a library may have thousands.
const A_PAGE: usize = 100;

/// What fits the search, as far as it is drawn.
#[derive(Clone, PartialEq)]
struct Found {
    rows: Vec<Article>,
    n_all: usize,
}

/// The second column.
#[component]
pub(super) fn ArticleColumn(cx: LibraryCx) -> impl IntoView {
    let n_shown = RwSignal::new(A_PAGE);
    Effect::new(move |_| {
        cx.search.track();
        cx.of_sheet.track();
        cx.listing.chosen.track();
        n_shown.set(A_PAGE);
    });
    let found = Memo::new(move |_| {
        let search = cx.search.get().trim().to_lowercase();
        let sheet = cx.of_sheet.get();
        let is_of_sheet = |article: &&Article| sheet.is_none() || article.document == sheet;
        cx.articles.with(|articles| {
            let all = articles.into_iter().flatten();
            let found: Vec<&Article> = all.filter(is_of_sheet).filter(|article| is_found(article, &search)).collect();
            let rows = found.iter().take(n_shown.get()).copied().cloned().collect();
            Found { n_all: found.len(), rows }
        })
    });
    let is_empty = Memo::new(move |_| cx.articles.with(|articles| articles.is_some_and(Vec::is_empty)));
    view! {
        <nav class="panel column-list" aria-label=move || tr("知识列表", "Articles")>
            <div class="column-tools"><SearchInput value=cx.search label=move || tr("查找知识", "Find an article") /></div>
            {cx.articles.show(5, move || view! {
                {move || if is_empty.get() {
                    view! {
                        <EmptyState
                            icon="file-text"
                            title=move || tr("还没有知识", "No articles yet")
                            detail=move || tr("写下第一个问题和答案，或者导入常见问题表格、上传文档。", "Write the first question with its answer, or import a sheet of questions and upload documents.")
                        >
                            <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建知识", "New article") on_press=move |()| cx.open.set(Open::New) />
                            <Button icon="upload" label=move || tr("导入表格或文档", "Import a sheet or documents") test="import-sheet" on_press=move |()| cx.tab.set("documents".to_owned()) />
                        </EmptyState>
                    }
                    .into_any()
                } else {
                    view! { <OfSheet cx /><Rows cx found n_shown /> }.into_any()
                }}
            })}
        </nav>
    }
}

/// Which sheet's articles are listed, where it is only those.
#[component]
fn OfSheet(cx: LibraryCx) -> impl IntoView {
    let name = move || {
        let sheet = cx.of_sheet.get()?;
        let document = cx.documents.get()?.into_iter().find(|document| document.id == sheet)?;
        Some(document.name)
    };
    move || {
        name().map(|name| {
            view! {
                <p class="column-note row" data-test="of-sheet">
                    <Icon name="list-checks" /><span class="ellipsis">{name}</span><span class="space"></span>
                    <Button small=true label=move || tr("显示全部", "Show all") test="all-articles" on_press=move |()| cx.of_sheet.set(None) />
                </p>
            }
        })
    }
}

#[component]
fn Rows(cx: LibraryCx, found: Memo<Found>, n_shown: RwSignal<usize>) -> impl IntoView {
    let new_one = move || cx.unsaved.of(&cx.listing.chosen.get()?, "");
    let n_more = move || found.with(|found| found.n_all - found.rows.len());
    view! {
        <ul class="pick-list" data-test="articles">
            {move || new_one().map(|article| {
                let is_chosen = Memo::new(move |_| cx.open.get() == Open::New);
                let question = Some(article.question).filter(|question| !question.is_empty());
                view! {
                    <li>
                        <Pick is_on=is_chosen on_press=move |()| cx.open.set(Open::New)>
                            <span class="pick-words" data-test="unsaved-new">
                                <b>{question.unwrap_or_else(|| tr("新知识", "New article").to_owned())}</b>
                                <small class="unsaved">{move || tr("新的，未保存", "new, not saved")}</small>
                            </span>
                        </Pick>
                    </li>
                }
            })}
            {move || found.get().rows.into_iter().map(|article| {
                let (id, compared, changed) = (article.id.clone(), article.id.clone(), article.id.clone());
                let is_unsaved = Memo::new(move |_| cx.listing.chosen.with(|library| {
                    library.as_ref().is_some_and(|library| cx.unsaved.has(library, &changed))
                }));
                let is_chosen = Memo::new(move |_| cx.open.get() == Open::Article(compared.clone()));
                let n_variants = article.variants.len();
                let answer = article.answer.in_language(language_code()).to_owned();
                let question = article.question_in(language_code());
                let counted = article.id.clone();
                let counts = move || cx.counts.with(|counts| counts.and_then(|counts| counts.get(&counted).copied()));
                let marks = marks(&article);
                view! {
                    <li>
                        <Pick is_on=is_chosen on_press=move |()| cx.open.set(Open::Article(id.clone()))>
                            <span class="pick-words">
                                <b>{question}</b>
                                <small class="ellipsis">{answer}</small>
                                {move || is_unsaved.get().then(|| view! { <small class="unsaved">{tr("未保存", "not saved")}</small> })}
                                {(!marks.is_empty()).then(|| view! { <small class="marks">{marks.join(" · ")}</small> })}
                            </span>
                            {move || counts().filter(|counts| counts.shown > 0).map(|counts| view! { <CountsMark counts /> })}
                            {(n_variants > 0).then(|| view! {
                                <small class="num" title=tr_string(|| format!("{n_variants} 种其他问法"), || format!("{n_variants} other ways to ask"))>
                                    {format!("+{n_variants}")}
                                </small>
                            })}
                        </Pick>
                    </li>
                }
            }).collect_view()}
        </ul>
        <Show when=move || found.with(|found| found.rows.is_empty())>
            <p class="quiet column-note">{move || tr("没有找到。", "Nothing found.")}</p>
        </Show>
        <Show when=move || { n_more() > 0 }>
            <p class="column-note row">
                <span class="quiet">{move || tr_string(|| format!("还有 {} 条", n_more()), || format!("{} more", n_more()))}</span>
                <span class="space"></span>
                <Button small=true label=move || tr("再显示一些", "Show more") test="more-articles" on_press=move |()| n_shown.update(|n| *n += A_PAGE) />
            </p>
        </Show>
    }
}

/// How often it was shown and whom it helped.
#[component]
pub(super) fn CountsMark(counts: Counts) -> impl IntoView {
    let Counts { shown, helpful, not_helpful } = counts;
    view! {
        <small class="counts num" title=tr_string(
            || format!("回答过 {shown} 次，{helpful} 人觉得有帮助，{not_helpful} 人觉得没有"),
            || format!("shown {shown} times, helped {helpful}, did not help {not_helpful}"),
        )>
            <Icon name="eye" />{shown}
            {(helpful + not_helpful > 0).then(|| view! { <Icon name="thumbs-up" />{helpful}<Icon name="thumbs-down" />{not_helpful} })}
        </small>
    }
}

/// What is special about an article.
fn marks(article: &Article) -> Vec<String> {
    let mut marks = Vec::new();
    if article.is_off {
        marks.push(tr("已停用", "off").to_owned());
    }
    match (&article.from, &article.until) {
        (Some(from), Some(until)) => marks.push(format!("{from} – {until}")),
        (Some(from), None) => marks.push(tr_string(|| format!("{from} 起"), || format!("from {from}"))),
        (None, Some(until)) => marks.push(tr_string(|| format!("到 {until}"), || format!("until {until}"))),
        (None, None) => {}
    }
    if article.document.is_some() {
        marks.push(tr("来自表格", "from a sheet").to_owned());
    }
    if !article.owner.is_empty() {
        marks.push(article.owner.clone());
    }
    marks
}

fn is_found(article: &Article, search: &str) -> bool {
    let answers = article.answer.iter().map(|(_, answer)| answer);
    is_named(
        search,
        "",
        std::iter::once(article.question.as_str()).chain(article.variants.iter().map(String::as_str)).chain(answers),
    )
}

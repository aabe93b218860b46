//! One document of a library: what was read, its passages; read again, choose columns, switch off, remove.

use leptos::prelude::*;

use super::Open;
use super::list::CountsMark;
use super::sources::{SourcesCx, state_words};
use crate::api::{self, Document, Passage};
use crate::i18n::{counted, sentence, tr, tr_string};
use crate::pages::act::act;
use crate::pages::when::ago;
use crate::ui::{Button, ButtonKind, Icon, Menu, MenuItem, SkeletonRows, toast};

/// The document that was chosen.
#[component]
pub(super) fn DocumentDetail(sources: SourcesCx, document: Document) -> impl IntoView {
    let cx = sources.library;
    let busy = RwSignal::new(false);
    let (id, is_at_work, is_off) = (document.id.clone(), document.is_at_work(), document.is_off);
    let held = StoredValue::new(document.clone());
    let again = move |()| {
        let id = held.with_value(|document| document.id.clone());
        act(busy, async move { api::read_document_again(&id).await }, move |_| cx.documents.reload());
    };
    let stop = move |()| {
        let id = held.with_value(|document| document.id.clone());
        act(busy, async move { api::cancel_document(&id).await }, move |_| cx.documents.reload());
    };
    let switch = move |()| {
        let id = held.with_value(|document| document.id.clone());
        act(busy, async move { api::switch_document(&id, !is_off).await }, move |_| cx.documents.reload());
    };
    let remove = move |()| {
        let id = held.with_value(|document| document.id.clone());
        act(busy, async move { api::delete_document(&id).await }, move |()| {
            toast(tr("文档已删除", "The document has been removed"));
            cx.document.set(None);
            cx.of_sheet.set(None);
            cx.documents.reload();
            cx.articles.reload();
            cx.listing.all.reload();
        });
    };
    let facts = facts(&document);
    let file = document.url.is_none().then(|| format!("/api/documents/{id}/file"));
    let is_sheet = document.is_sheet();
    let has_columns = is_sheet && document.preview.is_some();
    let n_articles = document.passages;
    let ask_columns = move |()| sources.mapping.set(Some(held.get_value()));
    let show_articles = move |()| {
        let id = held.with_value(|document| document.id.clone());
        let first = untrack(|| {
            cx.articles.with(|articles| {
                let mut all = articles?.iter();
                all.find(|article| article.document.as_ref() == Some(&id)).map(|article| article.id.clone())
            })
        });
        cx.open.set(first.map_or(Open::Nothing, Open::Article));
        cx.search.set(String::new());
        cx.of_sheet.set(Some(held.with_value(|document| document.id.clone())));
        cx.tab.set("articles".to_owned());
    };
    view! {
        <header class="column-head">
            <div class="stack-tight">
                <h2 class="ellipsis">{document.name.clone()}</h2>
                <small class="quiet ellipsis">{facts}</small>
            </div>
            <span class="space"></span>
            {if is_at_work {
                view! { <Button icon="circle-stop" busy=busy label=move || tr("停止", "Stop") on_press=stop test="stop-document" /> }.into_any()
            } else {
                view! { <Button icon="refresh-cw" busy=busy label=move || tr("重新读取", "Read again") on_press=again test="read-again" /> }.into_any()
            }}
            <Menu label=move || tr("文档的更多操作", "More for this document")>
                <MenuItem icon="power" label=move || if is_off { tr("启用", "Switch on") } else { tr("停用", "Switch off") } on_press=switch />
                {has_columns.then(|| view! {
                    <MenuItem icon="settings-2" label=move || tr("选择列…", "Choose columns…") on_press=ask_columns />
                })}
                {file.clone().map(|file| view! {
                    <MenuItem icon="download" label=move || tr("下载原文件", "Download the file") on_press=move |()| drop(window().open_with_url(&file)) />
                })}
                <MenuItem icon="trash-2" danger=true label=move || tr("删除", "Remove") on_press=remove />
            </Menu>
        </header>
        <div class="column-body stack">
            {document.problem.clone().map(|problem| {
                let is_bad = document.state == "failed";
                view! {
                    <div class="finding" class:bad=is_bad role=if is_bad { "alert" } else { "status" }>
                        <Icon name=if is_bad { "circle-alert" } else { "triangle-alert" } />
                        <div><b>{sentence(&problem.why)}</b><p>{sentence(&problem.advice)}</p></div>
                        {(is_bad && has_columns).then(|| view! {
                            <Button label=move || tr("选择列…", "Choose columns…") test="map-columns" on_press=ask_columns />
                        })}
                    </div>
                }
            })}
            {(document.state == "asks_columns").then(|| view! {
                <div class="finding">
                    <Icon name="circle-help" />
                    <div>
                        <b>{tr("哪一列是问题，哪一列是答案？", "Which column is the question, which the answer?")}</b>
                        <p>{tr("看前几行，选好列，每一行就成为一条知识。", "Look at the first rows and choose; each row becomes an article.")}</p>
                    </div>
                    <Button kind=ButtonKind::Primary label=move || tr("选择列…", "Choose columns…") test="map-columns" on_press=ask_columns />
                </div>
            })}
            {is_at_work.then(|| view! { <p class="quiet row"><span class="spin"><Icon name="loader-circle" /></span>{state_words(&document)}</p> })}
            {if is_sheet && n_articles > 0 {
                view! {
                    <p class="quiet">{tr("表格的每一行是一条知识，在“知识”里查看和修改。", "Each row of the sheet is an article; see and change them under Articles.")}</p>
                    <div class="row">
                        <Button
                            icon="list-checks"
                            label=move || tr_string(|| format!("查看这 {n_articles} 条知识"), || format!("Show the {}", counted(n_articles, "article")))
                            test="show-articles"
                            on_press=show_articles
                        />
                    </div>
                }
                .into_any()
            } else if is_sheet {
                ().into_any()
            } else if document.passages > 0 {
                view! { <Passages sources id n_all=document.passages /> }.into_any()
            } else {
                ().into_any()
            }}
        </div>
    }
}

/// Kind, size and time, on one line.
fn facts(document: &Document) -> String {
    let mut facts = vec![document.url.clone().unwrap_or_else(|| document.kind.to_uppercase())];
    if document.size_bytes > 0.0 {
        let kilobytes = document.size_bytes / 1024.0;
        facts.push(if kilobytes < 1024.0 {
            format!("{:.0} KB", kilobytes.ceil())
        } else {
            format!("{:.1} MB", kilobytes / 1024.0)
        });
    }
    if let Some(at) = &document.read_at {
        facts.push(tr_string(|| format!("{}读取", ago(at)), || format!("read {}", ago(at))));
    }
    facts.join(" · ")
}

/// The passages as the search sees them, page by page.
#[component]
fn Passages(sources: SourcesCx, id: String, n_all: u64) -> impl IntoView {
    let cx = sources.library;
    let shown = RwSignal::new(None::<Vec<Passage>>);
    let busy = RwSignal::new(false);
    let id = StoredValue::new(id);
    let more = move || {
        let from = shown.get_untracked().as_ref().and_then(|all| all.last()).map_or(0, |last| last.n + 1);
        let wanted = id.get_value();
        act(busy, async move { api::passages(&wanted, from).await }, move |passages| {
            shown.update(|all| all.get_or_insert_default().extend(passages));
        });
    };
    more();
    let has_more = move || {
        let n_shown = shown.with(|all| all.as_ref().map_or(0, Vec::len));
        n_shown > 0 && u64::try_from(n_shown).is_ok_and(|n_shown| n_shown < n_all)
    };
    view! {
        <h3 class="row">{move || tr("段落", "Passages")}<span class="quiet num">{n_all}</span></h3>
        {move || shown.get().map_or_else(
            || view! { <SkeletonRows rows=3 /> }.into_any(),
            |passages| view! {
                <ol class="passages" data-test="passages">
                    {passages.into_iter().map(|passage| {
                        let key = format!("{}#{}", passage.document, passage.n);
                        let counts = cx.counts.with(|counts| counts.and_then(|counts| counts.get(&key).copied()));
                        view! {
                            <li>
                                <span class="passage-head">
                                    <b>{if passage.heading.is_empty() { passage.title } else { passage.heading }}</b>
                                    {passage.page.map(|page| view! { <small class="num">{tr_string(|| format!("第 {page} 页"), || format!("p. {page}"))}</small> })}
                                    {counts.filter(|counts| counts.shown > 0).map(|counts| view! { <CountsMark counts /> })}
                                </span>
                                <p>{passage.text}</p>
                            </li>
                        }
                    }).collect_view()}
                </ol>
            }.into_any(),
        )}
        <Show when=has_more>
            <Button busy=busy label=move || tr("再显示一些", "Show more") on_press=move |()| more() />
        </Show>
    }
}

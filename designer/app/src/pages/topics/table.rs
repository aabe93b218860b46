//! All topics as a table of a spreadsheet: out, and in again after a look at what it would change.

use leptos::prelude::*;

use super::TopicsCx;
use crate::api::{self, Plan, PlannedTopic};
use crate::browser;
use crate::i18n::{counted, sentence, tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::table_import::{TableLook, TableNotes};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, FileLook, Icon, Pill, Segments, Tone, toast};

/// Lines and topics that are listed; the rest is counted.
const MOST_LISTED: usize = 100;

/// Downloads all topics.
#[component]
pub(super) fn ExportButton() -> impl IntoView {
    view! {
        <Button icon="download" label=move || tr("导出", "Export") test="export-topics" on_press=move |()| browser::download("/api/topics/export") />
    }
}

/// The dialog: choose a file, see what it changes, take it in.
#[component]
pub(super) fn ImportTopics(cx: TopicsCx, open: RwSignal<bool>) -> impl IntoView {
    let replace = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let file = FileLook::new(move |bytes: Vec<u8>| async move {
        api::import_topics(&bytes, replace.get_untracked(), false).await.map(|found| found.plan)
    });
    Effect::new(move |_| {
        if open.get() {
            file.forget();
            replace.set(false);
        }
    });
    let take_in = move || {
        let replace = replace.get_untracked();
        act(busy, async move { api::import_topics(&file.bytes.get_untracked(), replace, true).await }, move |done| {
            open.set(false);
            let changed = done.plan.topics.iter().filter(|topic| topic.state != "same").count();
            toast(tr_string(
                || format!("已导入，{changed} 个意图有变化"),
                || format!("Imported: {} changed", counted(changed, "topic")),
            ));
            cx.changed();
        });
    };
    let changes = move || file.seen().is_some_and(|plan| plan.topics.iter().any(|topic| topic.state != "same"));
    let modes = Signal::derive(move || {
        vec![
            ("add".to_owned(), tr("只添加", "Add only").to_owned()),
            ("replace".to_owned(), tr("以表格为准", "As the table says").to_owned()),
        ]
    });
    view! {
        <Dialog open title=move || tr("导入意图", "Import topics") size=DialogSize::Medium>
            <div class="dialog-body dl stack">
                {move || file.seen().is_some().then(|| view! {
                    <div class="row">
                        <Segments
                            value=Signal::derive(move || if replace.get() { "replace" } else { "add" }.to_owned())
                            options=modes
                            label=move || tr("已有的例句", "Examples that are there")
                            on_change=move |mode: String| { replace.set(mode == "replace"); file.again(); }
                        />
                        <span class="quiet">{move || if replace.get() {
                            tr("表格里写到的意图，表格没有的例句会删掉。", "Of topics the table names, examples it does not have are removed.")
                        } else {
                            tr("已有的例句都留着。", "What is there stays.")
                        }}</span>
                    </div>
                })}
                <TableLook
                    file
                    hint=move || tr("每行一句：意图键、中文名、英文名、例句；可以有标题行。CSV 的 UTF-8 和 GBK 都认得。", "A line per example: topic key, name in Chinese, name in English, example; a heading is fine. CSV may be UTF-8 or GBK.")
                    test="topics-file"
                    show=move |plan: Plan| view! { <Planned cx plan name=file.name.get() /> }.into_any()
                />
            </div>
            {move || file.is_answered().then(|| view! {
                <footer class="dialog-foot">
                    <Button label=move || tr("再选一个文件", "Another file") on_press=move |()| file.choose() />
                    <Button label=move || tr("导入", "Import") kind=ButtonKind::Primary busy=busy disabled=Signal::derive(move || !changes()) test="take-in" on_press=move |()| take_in() />
                </footer>
            })}
        </Dialog>
    }
}

#[component]
fn Planned(cx: TopicsCx, plan: Plan, name: String) -> impl IntoView {
    let (n_topics, n_examples, encoding) = (plan.topics.len(), plan.examples, plan.encoding.clone());
    let (n_bad, n_clashes) = (plan.unreadable.len(), plan.clashes.len());
    view! {
        <p class="row quiet"><Icon name="file-text" /><b>{name}</b>{move || tr_string(
            || format!("{encoding}，{n_topics} 个意图，{n_examples} 句例句"),
            || format!("{encoding}, {}, {}", counted(n_topics, "topic"), counted(n_examples, "example")),
        )}</p>
        <TableNotes notes=plan.notes />
        {(n_bad > 0).then(|| view! {
            <section class="sorted bad" data-test="bad-lines">
                <h3>{move || tr_string(|| format!("有 {n_bad} 行不能用，其余照常导入"), || format!("{} cannot be used; the others are taken in", counted(n_bad, "line")))}</h3>
                <ul class="numbered">
                    {plan.unreadable.into_iter().take(MOST_LISTED).map(|bad| view! {
                        <li><span class="num quiet">{move || tr_string(|| format!("第 {} 行", bad.line), || format!("line {}", bad.line))}</span><span>{move || sentence(&bad.why)}</span></li>
                    }).collect_view()}
                </ul>
            </section>
        })}
        {(n_clashes > 0).then(|| view! {
            <section class="sorted warn">
                <h3>{move || tr_string(|| format!("有 {n_clashes} 句会同时在两个意图里"), || format!("{} would stand in two topics", counted(n_clashes, "sentence")))}</h3>
                <ul class="numbered">
                    {plan.clashes.into_iter().take(MOST_LISTED).map(|clash| {
                        let names: Vec<_> = clash.topics.iter().map(|key| cx.name_of(key)).collect();
                        view! { <li><span>{clash.text}</span><small class="quiet">{move || names.iter().map(|name| name.get()).collect::<Vec<_>>().join(" · ")}</small></li> }
                    }).collect_view()}
                </ul>
            </section>
        })}
        <table class="plain-table" data-test="import-plan">
            <thead><tr>
                <th>{move || tr("意图", "Topic")}</th><th>{move || tr("变化", "Change")}</th>
                <th class="num">{move || tr("新增", "Added")}</th><th class="num">{move || tr("删去", "Removed")}</th><th class="num">{move || tr("已有", "There already")}</th>
            </tr></thead>
            <tbody>{plan.topics.into_iter().take(MOST_LISTED).map(|topic| view! { <PlannedRow topic /> }).collect_view()}</tbody>
        </table>
        {(n_topics > MOST_LISTED).then(|| view! { <p class="quiet">{move || tr_string(|| format!("还有 {} 个意图", n_topics - MOST_LISTED), || format!("and {}", counted(n_topics - MOST_LISTED, "more topic")))}</p> })}
    }
}

#[component]
fn PlannedRow(topic: PlannedTopic) -> impl IntoView {
    let name = topic.name.clone();
    let pill = match topic.state.as_str() {
        "new" => view! { <Pill tone=Tone::Ok text=move || tr("新建", "new") /> }.into_any(),
        "changed" => view! { <Pill tone=Tone::Warn text=move || tr("改动", "changed") /> }.into_any(),
        _ => view! { <Pill text=move || tr("没有变化", "the same") /> }.into_any(),
    };
    view! {
        <tr>
            <td>{move || words(&name)}</td><td>{pill}</td>
            <td class="num">{topic.added}</td><td class="num">{topic.removed}</td><td class="num quiet">{topic.known}</td>
        </tr>
    }
}

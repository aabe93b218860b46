//! Questions of a sheet that the library has already: how many, which, and what becomes of them.

use leptos::prelude::*;

use crate::api::Repeats;
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind};

/// The step after the columns; nothing has been written yet.
#[component]
pub(super) fn Repeated(
    found: Repeats,
    busy: RwSignal<bool>,
    #[prop(into)] on_back: Callback<()>,
    on_import: Callback<String>,
) -> impl IntoView {
    let how = RwSignal::new("update".to_owned());
    let Repeats { articles, fresh, same, differing, examples } = found;
    let n_known = same + differing;
    let n_more = differing - examples.len();
    let counts = [
        (fresh, "新问题", "new"),
        (same, "已有，答案一样", "there already, the same answer"),
        (differing, "已有，答案或问法不同", "there already, answered or asked otherwise"),
    ];
    let counts = counts
        .map(|(n, zh, en)| view! { <li><b class="num">{n}</b><span>{move || tr(zh, en)}</span></li> })
        .collect_view();
    let choice = move |value: &'static str, zh: &'static str, en: &'static str, help: (&'static str, &'static str)| {
        view! {
            <label class="choice-row" class:on=move || how.with(|how| how == value)>
                <input type="radio" name="repeated" value=value prop:checked=move || how.with(|how| how == value) on:change=move |_| how.set(value.to_owned()) />
                <span><b>{move || tr(zh, en)}</b><small>{move || tr(help.0, help.1)}</small></span>
            </label>
        }
    };
    let n_written = move || match how.get().as_str() {
        "update" => fresh + differing,
        "skip" => fresh,
        _ => articles,
    };
    view! {
        <div class="dialog-body stack" data-test="repeats">
            <p>{move || tr_string(
                || format!("表格里有 {articles} 个问题，其中 {n_known} 个知识库里已经有了。还没有写入任何内容。"),
                || format!("The file has {}, {n_known} of which the library has already. Nothing has been written yet.", counted(articles, "question")),
            )}</p>
            <ul class="count-row">{counts}</ul>
            <div class="stack-tight" role="radiogroup" aria-label=move || tr("已有的问题怎么办", "What to do with questions that are there already")>
                {choice("update", "更新已有的答案", "Update the answers that are there", (
                    "同一个问题只留一条，答案用表格里的；统计、负责人和有效期不变。",
                    "One article for each question, with the answer of the file; its counts, owner and dates stay.",
                ))}
                {choice("skip", "只导入新问题", "Import new questions only", (
                    "已有的知识不动，表格里重复的行不要。",
                    "What is there stays as it is; rows that repeat it are left out.",
                ))}
                {choice("keep", "两条都保留", "Keep both", (
                    "同一个问题会有两条知识，客户可能看到任意一条。",
                    "Two articles for the same question; customers may get either.",
                ))}
            </div>
            {(!examples.is_empty()).then(|| view! {
                <div class="sheet">
                    <table data-test="differing">
                        <thead><tr>
                            <th>{move || tr("问题", "Question")}</th>
                            <th>{move || tr("现在的答案", "The answer now")}</th>
                            <th>{move || tr("表格里的答案", "The answer in the file")}</th>
                        </tr></thead>
                        <tbody>{examples.into_iter().map(|repeat| view! {
                            <tr><td>{repeat.question}</td><td>{words(&repeat.before)}</td><td>{words(&repeat.after)}</td></tr>
                        }).collect_view()}</tbody>
                    </table>
                </div>
                {(n_more > 0).then(|| view! {
                    <p class="quiet">{move || tr_string(|| format!("另有 {n_more} 个不同的没有列出。"), || format!("{n_more} more that differ are not listed."))}</p>
                })}
            })}
        </div>
        <footer class="dialog-foot">
            <Button label=move || tr("上一步", "Back") test="back-to-columns" on_press=on_back />
            <span class="space"></span>
            <small class="quiet" role="status">{move || tr_string(
                || format!("会写入 {} 条", n_written()),
                || format!("{} will be written", counted(n_written(), "article")),
            )}</small>
            <Button kind=ButtonKind::Primary busy=busy label=move || tr("导入", "Import") test="import-repeated" on_press=move |()| on_import.run(how.get_untracked()) />
        </footer>
    }
}

//! Which topic is taken for which: a table with a colour per cell, and the pairs that are mixed up the most.

use std::collections::HashMap;

use leptos::prelude::*;

use super::TopicsCx;
use crate::api::Review;
use crate::i18n::{counted, tr, tr_string};
use crate::ui::Icon;

const MOST_PAIRS: usize = 15;

/// Rows are what examples belong to, columns what they are taken for.
#[component]
pub(super) fn Matrix(cx: TopicsCx, review: Review) -> impl IntoView {
    let topics: Vec<(String, usize, usize)> = review
        .intents
        .iter()
        .filter(|topic| topic.n > 0)
        .map(|topic| (topic.intent.clone(), topic.n, (topic.recall * topic.n as f64).round() as usize))
        .collect();
    let counts: HashMap<(String, String), usize> =
        review.confusions.iter().map(|pair| ((pair.intent.clone(), pair.taken_for.clone()), pair.n)).collect();
    let head = topics
        .iter()
        .enumerate()
        .map(|(idx, (key, ..))| {
            let name = cx.name_of(key);
            view! { <th scope="col" title=move || name.get()><span class="num">{idx + 1}</span></th> }
        })
        .collect_view();
    let rows = topics
        .iter()
        .enumerate()
        .map(|(idx, (key, n, n_right))| {
            let (name, wanted) = (cx.name_of(key), key.clone());
            let cells = topics.iter().map(|(other, ..)| {
                let count = if other == key {
                    *n_right
                } else {
                    counts.get(&(key.clone(), other.clone())).copied().unwrap_or(0)
                };
                view! { <Cell cx row=key.clone() column=other.clone() count n=*n /> }
            });
            let cells = cells.collect_view();
            view! {
                <tr>
                    <th scope="row">
                        <button type="button" on:click=move |_| cx.show(&wanted)>
                            <span class="num quiet">{idx + 1}</span><span class="ellipsis">{move || name.get()}</span>
                        </button>
                    </th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="quiet matrix-help">{move || tr(
            "一行是一个意图的例句，一列是它们被认成的意图。对角线是认对的；其他有颜色的格子点一下，就看到是哪几句。",
            "A row holds a topic’s examples, a column what they are taken for. The diagonal is right; press any other coloured cell to see which examples.",
        )}</p>
        <div class="matrix-box">
            <table class="matrix" data-test="matrix">
                <thead><tr><td></td>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Cell(cx: TopicsCx, row: String, column: String, count: usize, n: usize) -> impl IntoView {
    let is_right = row == column;
    let percent = (count as f64 * 100.0 / n.max(1) as f64).round();
    let style = format!("--heat:{percent}%");
    if count == 0 || is_right {
        let class = if is_right { "right" } else { "" };
        return view! { <td class=class style=style>{(count > 0).then_some(count)}</td> }.into_any();
    }
    let (from, to) = (cx.name_of(&row), cx.name_of(&column));
    let title = move || {
        tr_string(
            || format!("“{}”的 {n} 句里有 {count} 句会认成“{}”", from.get(), to.get()),
            || format!("{count} of {} of “{}” taken for “{}”", counted(n, "example"), from.get(), to.get()),
        )
    };
    view! {
        <td class="wrong" style=style>
            <button type="button" title=title aria-label=title on:click=move |_| cx.show_clashes(&row, &column)>{count}</button>
        </td>
    }
    .into_any()
}

/// The pairs that are mixed up the most, either way counted together.
#[component]
pub(super) fn MostConfused(cx: TopicsCx, review: Review) -> impl IntoView {
    let mut pairs: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for pair in &review.confusions {
        if pair.intent < pair.taken_for {
            pairs.entry((pair.intent.clone(), pair.taken_for.clone())).or_default().0 += pair.n;
        } else {
            pairs.entry((pair.taken_for.clone(), pair.intent.clone())).or_default().1 += pair.n;
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by(|(a, n), (b, m)| (m.0 + m.1).cmp(&(n.0 + n.1)).then(a.cmp(b)));
    if pairs.is_empty() {
        return view! { <p class="row quiet"><Icon name="circle-check" />{move || tr("没有弄混的意图。", "No topics are mixed up.")}</p> }.into_any();
    }
    let rows = pairs
        .into_iter()
        .take(MOST_PAIRS)
        .map(|((a, b), (n_ab, n_ba))| {
            let (name_a, name_b) = (cx.name_of(&a), cx.name_of(&b));
            // The side with more stray examples is the one to look at.
            let (here, there) = if n_ab >= n_ba { (a, b) } else { (b, a) };
            view! {
                <li>
                    <button type="button" class="pick pair" data-test="pair" on:click=move |_| cx.show_clashes(&here, &there)>
                        <b>{move || name_a.get()}</b><Icon name="arrow-right-left" /><b>{move || name_b.get()}</b>
                        <span class="space"></span>
                        <span class="quiet">{move || tr_string(|| format!("{} 句", n_ab + n_ba), || counted(n_ab + n_ba, "example"))}</span>
                        <Icon name="chevron-right" />
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <div>
            <h3>{move || tr("最容易弄混的", "Mixed up the most")}</h3>
            <ul class="pairs">{rows}</ul>
        </div>
    }
    .into_any()
}

//! How good all topics are together, in plain words: what customers would meet, which topics are mixed up, what to do.

use leptos::prelude::*;

use super::TopicsCx;
use super::matrix::{Matrix, MostConfused};
use crate::api::{Expected, Review};
use crate::i18n::{tr, tr_string};
use crate::ui::{EmptyState, Icon, SkeletonRows};

/// Up to so many topics a matrix can be read.
const MOST_IN_A_MATRIX: usize = 30;
/// Topics that are listed because they are often not recognised.
const MOST_REFUSED: usize = 8;

/// The page.
#[component]
pub(super) fn QualityView(cx: TopicsCx) -> impl IntoView {
    let review = Memo::new(move |_| cx.learning.review());
    move || {
        match review.get() {
        None => view! {
            <div class="panel quality-wait">
                <p class="row quiet" role="status"><span class="spin"><Icon name="loader-circle" /></span>{move || tr(
                    "正在评估：每一句例句都先拿开，再看机器人认不认得。例句多时要几秒。",
                    "Judging: each example is left out and then asked. With many examples this takes some seconds.",
                )}</p>
                <SkeletonRows rows=6 />
            </div>
        }
        .into_any(),
        Some(review) if review.intents.iter().filter(|topic| topic.n > 1).count() < 2 => view! {
            <div class="panel">
                <EmptyState
                    icon="target"
                    title=move || tr("例句还太少，评估不了", "Too few examples to judge")
                    detail=move || tr("至少要有两个意图，每个写上五句左右。", "Write about five examples for each of at least two topics.")
                />
            </div>
        }
        .into_any(),
        Some(review) => view! { <Figures cx review /> }.into_any(),
    }
    }
}

#[component]
fn Figures(cx: TopicsCx, review: Review) -> impl IntoView {
    let n_topics = review.intents.iter().filter(|topic| topic.n > 0).count();
    let (sure, close) = (review.sure_above, review.close_above);
    let shown = StoredValue::new(review);
    view! {
        <div class="quality" class:behind=move || cx.learning.is_behind() data-test="quality">
            <section class="panel quality-head">
                <InPlainWords expected=shown.with_value(|review| review.expected) />
                <Show when=move || cx.learning.is_behind()>
                    <p class="row quiet" role="status"><span class="spin"><Icon name="loader-circle" /></span>{move || tr("例句改过了，正在重新评估…", "Examples have changed; judging again…")}</p>
                </Show>
            </section>
            <section class="panel quality-part" class:with-matrix=n_topics <= MOST_IN_A_MATRIX>
                <h2>{move || tr("哪些意图会弄混", "Which topics are mixed up")}</h2>
                {if n_topics <= MOST_IN_A_MATRIX {
                    view! { <Matrix cx review=shown.get_value() /> }.into_any()
                } else {
                    view! { <p class="quiet">{move || tr("意图很多，这里只列最容易弄混的。", "There are many topics; these are mixed up the most.")}</p> }.into_any()
                }}
                <MostConfused cx review=shown.get_value() />
            </section>
            <div class="quality-two">
                <section class="panel quality-part"><Thresholds sure close /></section>
                <section class="panel quality-part"><Refused cx review=shown.get_value() /></section>
            </div>
        </div>
    }
}

/// "Of 100 messages …", with the same as a bar.
#[component]
fn InPlainWords(expected: Expected) -> impl IntoView {
    let of_100 = |share: f64| (share * 100.0).round() as u32;
    let (asked, refused, wrong) = (of_100(expected.asked), of_100(expected.refused), of_100(expected.sure_but_wrong));
    let right = 100u32.saturating_sub(asked + refused + wrong);
    let sentence = move || {
        tr_string(
            || {
                format!(
                    "客户说 100 句，大约 {right} 句走对意图，{asked} 句先反问，{refused} 句认不出来，{wrong} 句走错。"
                )
            },
            || {
                format!(
                    "Of 100 messages, about {right} go to the right topic, {asked} are asked back, {refused} are not recognised, and {wrong} go wrong."
                )
            },
        )
    };
    let parts = [
        ("ok", right, "走对", "right"),
        ("warn", asked, "反问", "asked back"),
        ("plain", refused, "认不出", "not recognised"),
        ("bad", wrong, "走错", "wrong"),
    ];
    let bar = parts.map(|(class, n, ..)| view! { <i class=class style=format!("width:{n}%")></i> }).collect_view();
    let legend = parts
        .map(|(class, n, zh, en)| view! { <li><i class=class></i>{move || tr(zh, en)}<b class="num">{n}</b></li> })
        .collect_view();
    view! {
        <p class="quality-sentence" data-test="in-plain-words">{sentence}</p>
        <div class="share-bar" aria-hidden="true">{bar}</div>
        <ul class="share-legend">{legend}</ul>
        <p class="quiet">{move || tr(
            "算法：每一句例句轮流拿开，用其余的学，再看它会被认成什么。客户的说法比例句更杂，实际会低一些。",
            "How: each example in turn is left out, the rest is learnt, and it is asked. Customers say things more freely than examples do: expect somewhat less.",
        )}</p>
    }
}

/// What the two thresholds do.
#[component]
fn Thresholds(sure: f64, close: f64) -> impl IntoView {
    let percent = |value: f64| (value * 100.0).round();
    view! {
        <h2>{move || tr("把握多大才算数", "How sure is sure")}</h2>
        <div class="scale" aria-hidden="true">
            <i class="plain" style=format!("width:{}%", percent(close))></i>
            <i class="warn" style=format!("width:{}%", percent(sure) - percent(close))></i>
            <i class="ok" style=format!("width:{}%", 100.0 - percent(sure))></i>
            <u style=format!("left:{}%", percent(close))>{format!("{}%", percent(close))}</u>
            <u style=format!("left:{}%", percent(sure))>{format!("{}%", percent(sure))}</u>
        </div>
        <ul class="plain-list">
            <li>{move || tr_string(|| format!("把握到 {}%：直接按这个意图走。", percent(sure)), || format!("From {}%: the flow goes on with this topic.", percent(sure)))}</li>
            <li>{move || tr_string(|| format!("{}% 到 {}%：先问“您是想……吗？”", percent(close), percent(sure)), || format!("{}% to {}%: “Did you mean …?” comes first.", percent(close), percent(sure)))}</li>
            <li>{move || tr_string(|| format!("低于 {}%：当作别的事，走“不确定”的出口。", percent(close)), || format!("Below {}%: taken as something else, by the exit “not sure”.", percent(close)))}</li>
        </ul>
        <p class="quiet">{move || tr("这两个值是从您的例句里算出来的，步骤里可以另外设。", "Both are computed from your examples; a step can have its own.")}</p>
    }
}

/// Topics whose examples would often be refused.
#[component]
fn Refused(cx: TopicsCx, review: Review) -> impl IntoView {
    let mut topics: Vec<_> = review.intents.into_iter().filter(|topic| topic.n > 0 && topic.refused >= 0.1).collect();
    topics.sort_by(|a, b| b.refused.total_cmp(&a.refused));
    let is_none = topics.is_empty();
    let rows = topics
        .into_iter()
        .take(MOST_REFUSED)
        .map(|topic| {
            let (key, name, percent) =
                (topic.intent.clone(), cx.name_of(&topic.intent), (topic.refused * 100.0).round());
            view! {
                <li>
                    <button type="button" class="bar-row" on:click=move |_| cx.show(&key)>
                        <span class="ellipsis">{move || name.get()}</span>
                        <span class="num">{format!("{percent:.0}%")}</span>
                        <span class="bar warn"><i style=format!("width:{percent}%")></i></span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <h2>{move || tr("容易认不出来的意图", "Topics that are often not recognised")}</h2>
        <p class="quiet">{move || if is_none {
            tr("没有。每个意图的说法都能认出来。", "None: each topic’s wordings are recognised.")
        } else {
            tr("这些意图的例句说法各不相同，类似的话会被当作别的事。每种说法多写几句。", "Their examples are all different, so words like them are taken as something else. Write more of each wording.")
        }}</p>
        <ul class="bars">{rows}</ul>
    }
}

//! The right column: why the customer is here, what was collected, the way through the flow.

use leptos::prelude::*;
use leptos_router::components::A;
use model::{Feeling, HandOffPacket, Texts, Trend};
use serde_json::Value;

use super::state::Desk;
use super::summary::SummaryPart;
use crate::api::{DeskDetail, Spent};
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::ui::{Icon, MoodChip, Pill, SkeletonRows, Tone, toast};

/// How many steps of the way are shown; the last ones tell most.
const MOST_STEPS: usize = 8;

/// The column.
#[component]
pub(super) fn PacketPanel(desk: Desk) -> impl IntoView {
    // Messages come often; what is known changes seldom.
    let known = Memo::new(move |_| desk.detail.with(|detail| detail.as_ref().map(Known::of)));
    let written = RwSignal::new(None);
    view! {
        <aside class="desk-side" aria-label=move || tr("客户资料", "What is known")>
            {move || match known.get() {
                Some(known) => view! { <Packet desk known written /> }.into_any(),
                None => view! { <SkeletonRows rows=3 /> }.into_any(),
            }}
        </aside>
    }
}

/// A value with its name, and what the value itself is called where it stands for something.
#[derive(Clone, PartialEq)]
struct Detail {
    variable: String,
    label: Option<Texts>,
    value: Value,
    called: Option<Texts>,
}

#[derive(Clone, PartialEq)]
struct Known {
    packet: Option<HandOffPacket>,
    details: Vec<Detail>,
    team: Option<String>,
    flow_id: Option<String>,
    flow_name: Texts,
    version: Option<u64>,
    conversation: String,
    spent: Spent,
    sums_up: bool,
    /// By a model, as it was handed over.
    summary: Option<String>,
    mood: Option<Feeling>,
}

impl Known {
    fn of(detail: &DeskDetail) -> Self {
        let one = |variable: &String, label: Option<&Texts>, value: &Value| Detail {
            variable: variable.clone(),
            label: label.cloned(),
            value: value.clone(),
            called: detail.value_names.get(variable).cloned(),
        };
        let details = match &detail.packet {
            Some(packet) => {
                packet.details.iter().map(|(name, value)| one(&name.0, packet.labels.get(name), value)).collect()
            }
            None => detail.variables.iter().map(|(name, value)| one(name, None, value)).collect(),
        };
        Self {
            packet: detail.packet.clone(),
            details,
            team: detail.row.team.clone(),
            flow_id: detail.flow_id.clone(),
            flow_name: detail.row.flow.name.clone(),
            version: detail.version,
            conversation: detail.row.id.clone(),
            spent: detail.models,
            sums_up: detail.sums_up && detail.packet.is_some(),
            summary: detail.written_summary.as_ref().map(|summary| summary.text.clone()),
            mood: detail.row.mood.clone(),
        }
    }
}

#[component]
fn Packet(desk: Desk, known: Known, written: RwSignal<Option<(String, String)>>) -> impl IntoView {
    let Known { packet, details, team, flow_id, flow_name, version, conversation, spent, sums_up, summary, mood } =
        known;
    let summed = conversation.clone();
    let is_high = packet.as_ref().is_some_and(|packet| packet.priority == "high");
    let path = packet.as_ref().map(|packet| packet.path.clone()).unwrap_or_default();
    let reason = packet.map(|packet| packet.reason).filter(|reason| !reason.is_empty());
    view! {
        {reason.map(|reason| view! {
            <section class="side-part">
                <h3>{move || tr("转人工原因", "Why a person")}</h3>
                <p class="side-reason">{reason}</p>
                <div class="row">
                    {team.map(|team| {
                        let name = move || desk.teams.with(|teams| teams.get(&team).map_or_else(|| team.clone(), words));
                        view! { <Pill icon="users" text=name /> }
                    })}
                    {is_high.then(|| view! { <Pill tone=Tone::Bad text=move || tr("优先", "High priority") /> })}
                </div>
            </section>
        })}
        <SummaryPart conversation=summed spent at_once=sums_up handed=summary written />
        {mood.map(|mood| view! { <MoodPart mood /> })}
        <section class="side-part">
            <h3>{move || tr("已知信息", "Details")}</h3>
            <DetailTable details />
        </section>
        {(!path.is_empty()).then(|| view! {
            <section class="side-part">
                <h3>{move || tr("经过的步骤", "The way here")}</h3>
                <Way path />
            </section>
        })}
        <section class="side-part">
            <h3>{move || tr("流程", "Flow")}</h3>
            <p class="row">
                <Icon name="workflow" />
                {match flow_id {
                    Some(id) => view! { <A href=format!("/flows/{id}")>{move || words(&flow_name)}</A> }.into_any(),
                    None => view! { <span>{move || words(&flow_name)}</span> }.into_any(),
                }}
                {version.map(|version| view! { <span class="quiet">{format!("v{version}")}</span> })}
            </p>
            <p class="quiet">{move || tr("会话编号", "Conversation")}" "<span class="mono">{conversation}</span></p>
        </section>
    }
}

/// How the customer feels, how upset they have become, and by which words.
#[component]
fn MoodPart(mood: Feeling) -> impl IntoView {
    let percent = (mood.upset * 100.0).round();
    let trend = move || match mood.trend {
        Trend::Worse => tr("越来越不满", "getting worse"),
        Trend::Better => tr("正在好转", "getting better"),
        Trend::Steady => tr("没有变化", "steady"),
    };
    let said = (!mood.words.is_empty()).then(|| mood.words.join("、"));
    view! {
        <section class="side-part" data-test="mood">
            <h3>{move || tr("情绪", "Mood")}</h3>
            <div class="row">
                <MoodChip emotion=mood.emotion always=true />
                <span class="quiet">{move || tr_string(|| format!("不满 {percent}%"), || format!("{percent} % upset"))}" · "{trend}</span>
            </div>
            {said.map(|said| view! { <p class="quiet">{move || tr("看出来的词：", "Told by: ")}{said}</p> })}
        </section>
    }
}

#[component]
fn DetailTable(details: Vec<Detail>) -> impl IntoView {
    let rows: Vec<_> = details.into_iter().filter(|detail| !detail.value.is_null()).collect();
    if rows.is_empty() {
        return view! { <p class="quiet">{move || tr("还没有收集到信息。", "Nothing has been collected yet.")}</p> }
            .into_any();
    }
    let rows = rows
        .into_iter()
        .map(|Detail { variable, label, value, called }| {
            let title = variable.clone();
            let name = move || label.as_ref().map(words).filter(|label| !label.is_empty());
            let text = move || called.as_ref().map_or_else(|| shown(&value), words);
            let copied = text.clone();
            view! {
                <tr>
                    <th scope="row" title=title>{move || name().unwrap_or_else(|| variable.clone())}</th>
                    <td>
                        <button type="button" class="copy-value" title=move || tr("复制", "Copy") on:click=move |_| {
                            browser::copy(&copied());
                            toast(tr("已复制", "Copied"));
                        }>{text}</button>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! { <table class="details"><tbody>{rows}</tbody></table> }.into_any()
}

#[component]
fn Way(path: Vec<Texts>) -> impl IntoView {
    let n_hidden = path.len().saturating_sub(MOST_STEPS);
    let steps = path.into_iter().skip(n_hidden).map(|step| view! { <li>{move || words(&step)}</li> }).collect_view();
    view! {
        <ol class="way" start=n_hidden + 1>
            {(n_hidden > 0).then(|| view! { <li class="quiet">"…"</li> })}
            {steps}
        </ol>
    }
}

/// A value for people.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => tr("是", "yes").to_owned(),
        Value::Bool(false) => tr("否", "no").to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

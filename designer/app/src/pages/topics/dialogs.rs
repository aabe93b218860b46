//! Examples that go to another topic: one of them, or all with the topic itself.

use leptos::prelude::*;
use leptos_router::components::A;
use model::Intent;

use super::TopicsCx;
use crate::api::{self, FlowOfTopic};
use crate::i18n::{counted, tr, tr_string, words};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Dialog, Field, Select, toast};

/// An example that is to move, and the topic it seems to belong to.
pub(super) type Moving = RwSignal<Option<(String, Option<String>)>>;

/// Asks where an example should go.
#[component]
pub(super) fn MoveDialog(cx: TopicsCx, topic: Signal<Intent>, moving: Moving) -> impl IntoView {
    let open = RwSignal::new(false);
    let to = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some((_, likely)) = moving.get() {
            let own = topic.with_untracked(|topic| topic.key.0.clone());
            let first = || others(cx, &own).first().map(|(key, _)| key.clone()).unwrap_or_default();
            to.set(likely.unwrap_or_else(first));
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            moving.set(None);
        }
    });
    let submit = move || {
        let Some((example, _)) = moving.get_untracked() else { return };
        let (key, target) = (topic.with_untracked(|topic| topic.key.0.clone()), to.get_untracked());
        act(busy, async move { api::move_examples(&key, &[example], &target).await }, move |_| {
            open.set(false);
            toast(tr("已移过去", "Moved"));
            cx.changed();
        });
    };
    let text = move || moving.get().map(|(example, _)| example).unwrap_or_default();
    view! {
        <Dialog open title=move || tr("移到别的意图", "Move to another topic")>
            <div class="dialog-body stack">
                <p class="quoted">{text}</p>
                <TopicChoice cx topic to />
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                <Button kind=ButtonKind::Primary busy=busy label=move || tr("移动", "Move") test="do-move" on_press=move |()| submit() disabled=Signal::derive(move || to.with(String::is_empty)) />
            </footer>
        </Dialog>
    }
}

/// Asks which topic this one becomes a part of.
#[component]
pub(super) fn MergeDialog(cx: TopicsCx, topic: Signal<Intent>, open: RwSignal<bool>) -> impl IntoView {
    let to = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        if open.get() {
            let own = topic.with_untracked(|topic| topic.key.0.clone());
            to.set(others(cx, &own).first().map(|(key, _)| key.clone()).unwrap_or_default());
        }
    });
    let flows = LocalResource::new(move || {
        let key = open.get().then(|| topic.with_untracked(|topic| topic.key.0.clone()));
        async move {
            match key {
                Some(key) => api::flows_of_topic(&key).await.unwrap_or_default(),
                None => Vec::new(),
            }
        }
    });
    let submit = move || {
        let (key, into) = (topic.with_untracked(|topic| topic.key.0.clone()), to.get_untracked());
        act(busy, async move { api::merge_topics(&key, &into).await }, move |merged| {
            open.set(false);
            toast(tr("已合并", "Merged"));
            cx.changed();
            cx.show(merged.key.as_str());
        });
    };
    let explained = move || {
        let (n, name) = topic.with(|topic| (topic.examples.len(), words(&topic.name)));
        tr_string(
            || format!("“{name}”的 {n} 句例句都移过去，“{name}”本身就没有了。"),
            || format!("All that “{name}” has, {}, goes there, and “{name}” itself is gone.", counted(n, "example")),
        )
    };
    view! {
        <Dialog open title=move || tr("并入另一个意图", "Merge into another topic")>
            <div class="dialog-body stack">
                <p>{explained}</p>
                {move || flows.get().filter(|flows| !flows.is_empty()).map(|flows| view! { <UsedIn flows /> })}
                <TopicChoice cx topic to />
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                <Button kind=ButtonKind::Primary busy=busy label=move || tr("合并", "Merge") test="do-merge" on_press=move |()| submit() disabled=Signal::derive(move || to.with(String::is_empty)) />
            </footer>
        </Dialog>
    }
}

/// The flows that will have a problem.
#[component]
fn UsedIn(flows: Vec<FlowOfTopic>) -> impl IntoView {
    let links = flows
        .into_iter()
        .map(|flow| {
            let name = flow.name;
            view! { <li><A href=format!("/flows/{}", flow.id)>{move || words(&name)}</A></li> }
        })
        .collect_view();
    view! {
        <div class="hints used-in" data-test="used-in">
            <p>{move || tr("这些流程在用它，合并后请换成另一个意图：", "These flows use it; choose the other topic there afterwards:")}</p>
            <ul>{links}</ul>
        </div>
    }
}

#[component]
fn TopicChoice(cx: TopicsCx, topic: Signal<Intent>, to: RwSignal<String>) -> impl IntoView {
    let options = Signal::derive(move || topic.with(|topic| others(cx, topic.key.as_str())));
    view! {
        <Field label=move || tr("到哪个意图", "To which topic")>
            <Select value=to options label=move || tr("到哪个意图", "To which topic") test="to-topic" on_change=move |key: String| to.set(key) />
        </Field>
    }
}

/// The other topics, each with its name.
fn others(cx: TopicsCx, own: &str) -> Vec<(String, String)> {
    let named = |topic: &Intent| (topic.key.0.clone(), words(&topic.name));
    cx.topics.with(|topics| {
        topics.map_or_else(Vec::new, |all| all.iter().filter(|it| it.key.as_str() != own).map(named).collect())
    })
}

//! Many examples at once: pasted, looked at line by line, then added.

use leptos::prelude::*;
use model::Intent;

use super::TopicsCx;
use crate::api::{self, Pasted, PastedLine};
use crate::i18n::{counted, sentence, tr, tr_string};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Pill, Switch, TextArea, Tone, toast};

/// Lines of one sort that are listed; the rest is counted.
const MOST_LISTED: usize = 50;

/// The dialog; it is open while `pasted` holds a text.
#[component]
pub(super) fn PasteDialog(cx: TopicsCx, topic: Signal<Intent>, pasted: RwSignal<Option<String>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Pasted>);
    let elsewhere_too = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let key = move || topic.with_untracked(|topic| topic.key.0.clone());
    let look = move || {
        let (key, text) = (key(), text.get_untracked());
        act(busy, async move { api::paste_examples(&key, &text, false, false).await }, move |sorted| {
            found.set(Some(sorted));
        });
    };
    Effect::new(move |_| {
        if let Some(given) = pasted.get() {
            found.set(None);
            elsewhere_too.set(false);
            let is_given = !given.trim().is_empty();
            text.set(given);
            open.set(true);
            if is_given {
                look();
            }
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            pasted.set(None);
        }
    });
    let n_to_add = move || {
        found.with(|found| {
            found
                .as_ref()
                .map_or(0, |found| found.new.len() + if elsewhere_too.get() { found.elsewhere.len() } else { 0 })
        })
    };
    let add = move || {
        let (key, text, too, n) = (key(), text.get_untracked(), elsewhere_too.get_untracked(), untrack(n_to_add));
        act(busy, async move { api::paste_examples(&key, &text, true, too).await }, move |done| {
            open.set(false);
            toast(tr_string(|| format!("已添加 {n} 句"), || format!("{} added", counted(n, "example"))));
            cx.topics.update(|topics| {
                if let Some(place) = topics.iter_mut().find(|topic| topic.key == done.intent.key) {
                    *place = done.intent;
                }
            });
            cx.learning.follow();
        });
    };
    view! {
        <Dialog open title=move || tr("批量粘贴例句", "Paste many examples") size=DialogSize::Medium>
            <div class="dialog-body stack">
                <p class="quiet">{move || tr("一行一句，前面的序号和引号会去掉。先看一遍，再添加。", "One per line; numbers and quotation marks around them go. You see what they are before they are added.")}</p>
                <div class="paste-text">
                    <TextArea
                        value=text
                        rows=8
                        autofocus=true
                        label=move || tr("例句，一行一句", "Examples, one per line")
                        placeholder=move || tr("怎么申请退款\n退款多久到账\n…", "how do I get a refund\nwhen is my money back\n…")
                        test="paste-text"
                        on_change=move |_: String| found.set(None)
                    />
                </div>
                {move || found.get().map(|found| view! { <Sorted cx found elsewhere_too /> })}
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                {move || if found.with(Option::is_some) {
                    view! {
                        <Button
                            kind=ButtonKind::Primary
                            busy=busy
                            label=move || { let n = n_to_add(); tr_string(|| format!("添加 {n} 句"), || format!("Add {n}")) }
                            disabled=Signal::derive(move || n_to_add() == 0)
                            test="paste-add"
                            on_press=move |()| add()
                        />
                    }.into_any()
                } else {
                    view! {
                        <Button
                            kind=ButtonKind::Primary
                            busy=busy
                            label=move || tr("看一遍", "Look at them")
                            disabled=Signal::derive(move || text.with(|text| text.trim().is_empty()))
                            test="paste-look"
                            on_press=move |()| look()
                        />
                    }.into_any()
                }}
            </footer>
        </Dialog>
    }
}

#[component]
fn Sorted(cx: TopicsCx, found: Pasted, elsewhere_too: RwSignal<bool>) -> impl IntoView {
    let (n_new, n_known, n_elsewhere, n_bad) =
        (found.new.len(), found.duplicates.len(), found.elsewhere.len(), found.unreadable.len());
    let line = move |line: PastedLine| {
        let name = (!line.intent.is_empty()).then(|| cx.name_of(&line.intent));
        view! {
            <li><span class="num quiet">{line.line}</span><span>{line.text}</span>{name.map(|name| view! { <small class="quiet">{move || name.get()}</small> })}</li>
        }
    };
    let listed = move |lines: Vec<PastedLine>| lines.into_iter().take(MOST_LISTED).map(line).collect_view();
    view! {
        <div class="chips" data-test="paste-counts">
            <Pill tone=Tone::Ok text=move || tr_string(|| format!("新的 {n_new}"), || format!("{n_new} new")) />
            {(n_known > 0).then(|| view! { <Pill text=move || tr_string(|| format!("已经有 {n_known}"), || format!("{n_known} there already")) /> })}
            {(n_elsewhere > 0).then(|| view! { <Pill tone=Tone::Warn text=move || tr_string(|| format!("在别的意图里 {n_elsewhere}"), || format!("{n_elsewhere} in other topics")) /> })}
            {(n_bad > 0).then(|| view! { <Pill tone=Tone::Bad text=move || tr_string(|| format!("不能用 {n_bad}"), || format!("{n_bad} cannot be used")) /> })}
        </div>
        {(n_elsewhere > 0).then(|| view! {
            <section class="sorted">
                <header class="row">
                    <h3>{move || tr("这些句子已经在别的意图里", "These stand in other topics already")}</h3>
                    <span class="space"></span>
                    <Switch on=elsewhere_too label=move || tr("也添加到这里", "Add them here too") on_change=move |on: bool| elsewhere_too.set(on) />
                </header>
                <p class="quiet">{move || tr("同一句话在两个意图里，机器人会反问客户。", "With the same sentence in two topics, the bot asks the customer which is meant.")}</p>
                <ul class="numbered">{listed(found.elsewhere)}</ul>
            </section>
        })}
        {(n_known > 0).then(|| view! {
            <details class="sorted">
                <summary>{move || tr("已经有的", "There already")}</summary>
                <ul class="numbered">{listed(found.duplicates)}</ul>
            </details>
        })}
        {(n_bad > 0).then(|| view! {
            <section class="sorted">
                <h3>{move || tr("不能用的行", "Lines that cannot be used")}</h3>
                <ul class="numbered">
                    {found.unreadable.into_iter().take(MOST_LISTED).map(|bad| view! {
                        <li><span class="num quiet">{bad.line}</span><span>{move || sentence(&bad.why)}</span></li>
                    }).collect_view()}
                </ul>
            </section>
        })}
    }
}

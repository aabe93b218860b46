//! What several dialogs show: findings with a jump, differences in words, moments.

use leptos::prelude::*;
use model::{Flow, Language, Problem};

use super::changes::Changes;
use crate::designer::{DesignerCx, LeftPanel, Overlay};
use crate::i18n::{counted, language_code, sentence, tr, tr_string, words};
use crate::ui::Icon;

/// Findings as rows; a press shows the place and closes the dialog.
#[component]
pub(crate) fn Findings(cx: DesignerCx, problems: Vec<Problem>, open: RwSignal<bool>) -> impl IntoView {
    let rows = problems
        .into_iter()
        .map(|problem| {
            let is_error = problem.is_error();
            let (place, message, advice) = (
                problem.place.node.as_ref().map(|node| cx.title(node)),
                sentence(&problem.message),
                sentence(&problem.advice),
            );
            let target = problem.clone();
            view! {
                <li>
                    <button
                        type="button"
                        class="dl-finding"
                        class:error=is_error
                        data-problem=problem.code
                        on:click=move |_| {
                            open.set(false);
                            jump(cx, &target);
                        }
                    >
                        <Icon name=if is_error { "octagon-alert" } else { "triangle-alert" } />
                        <span>
                            {place.map(|place| view! { <b>{place}</b>" · " })}
                            {message}
                            <small>{advice}</small>
                        </span>
                        <Icon name="chevron-right" />
                    </button>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="dl-findings">{rows}</ul> }
}

/// Shows the place of a finding: the step, and in its form the field.
pub(crate) fn jump(cx: DesignerCx, problem: &Problem) {
    let Some(node) = problem.place.node.clone() else {
        return cx.left.set(Some(LeftPanel::Flow));
    };
    cx.reveal(&node);
    if let Some(field) = problem.place.field.clone() {
        cx.focus_field.set(Some((node, field)));
    }
}

/// From an older state to the document as it is; subscribes to it.
pub(crate) fn changes_since(cx: DesignerCx, older: &Flow) -> Changes {
    let language = Language::from(language_code());
    cx.track_document(|document| {
        let kind = |node: &model::Node| {
            document.specs.get(&node.kind).map_or_else(|| node.kind.to_string(), |spec| words(&spec.label))
        };
        Changes::between(older, &document.flow, &language, kind)
    })
}

/// Opens a dialog while the screen's overlay is this one, and the other way round.
pub(crate) fn open_with(cx: DesignerCx, overlay: Overlay) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(cx.overlay.get() == Some(overlay)));
    Effect::new(move |_| {
        if !open.get() && cx.overlay.get_untracked() == Some(overlay) {
            cx.overlay.set(None);
        }
    });
    open
}

/// Differences in words, with the names of the steps.
#[component]
pub(crate) fn ChangeList(changes: Changes) -> impl IntoView {
    if changes.is_empty() {
        return view! { <p class="dl-quiet">{tr("没有改动。", "Nothing has changed.")}</p> }.into_any();
    }
    let line = |class: &'static str, sign: &'static str, zh: &'static str, en: &'static str, titles: Vec<String>| {
        let count = titles.len();
        (count > 0).then(|| {
            let words = tr_string(|| format!("{zh} {count} 步"), || format!("{} {en}", counted(count, "step")));
            view! {
                <li class=class>
                    <i aria-hidden="true">{sign}</i>
                    <span><b>{words}</b><small>{titles.join(tr("、", ", "))}</small></span>
                </li>
            }
        })
    };
    let whole: Vec<String> = changes.whole.iter().map(words).collect();
    view! {
        <ul class="dl-changes">
            {line("added", "+", "新增", "added", changes.added)}
            {line("changed", "~", "修改", "changed", changes.changed)}
            {line("removed", "−", "删除", "removed", changes.removed)}
            {line("changed", "↝", "改了走向：", "led elsewhere", changes.rewired)}
            {(!whole.is_empty()).then(|| view! {
                <li class="changed">
                    <i aria-hidden="true">"~"</i>
                    <span><b>{tr("整个流程", "The flow as a whole")}</b><small>{whole.join(tr("、", ", "))}</small></span>
                </li>
            })}
        </ul>
    }
    .into_any()
}

/// A moment as people write it here: today only the time, else the day too.
pub(crate) fn moment(instant: &str) -> String {
    let date = js_sys::Date::new(&instant.into());
    if instant.is_empty() || date.get_time().is_nan() {
        return String::new();
    }
    let now = js_sys::Date::new_0();
    let time = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    let is_this_year = date.get_full_year() == now.get_full_year();
    let (month, day) = (date.get_month() + 1, date.get_date());
    if is_this_year && date.get_month() == now.get_month() && day == now.get_date() {
        return format!("{} {time}", tr("今天", "Today"));
    }
    let year = if is_this_year { String::new() } else { format!("{}-", date.get_full_year()) };
    match language_code() {
        "zh" if is_this_year => format!("{month}月{day}日 {time}"),
        _ => format!("{year}{month:02}-{day:02} {time}"),
    }
}

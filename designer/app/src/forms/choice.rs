//! Fields with few answers: select, segments, switch, number with stepper, slider.

use editor::widgets::Choice;
use leptos::prelude::*;
use model::Texts;
use serde_json::Value;

use super::context::Setting;
use crate::i18n::{tr, words};

/// A native select. A value that is not among the answers is shown, with a mark.
#[component]
pub(crate) fn SelectField(
    setting: Setting,
    answers: Vec<Choice>,
    #[prop(into)] label: Signal<String>,
    described_by: String,
    #[prop(optional)] may_be_empty: bool,
) -> impl IntoView {
    let answers = StoredValue::new(answers);
    let change = move |event: web_sys::Event| {
        let at = event_target_value(&event);
        match at.parse::<usize>().ok().and_then(|at| answers.with_value(|all| all.get(at).cloned())) {
            Some(answer) => setting.set(answer.value),
            None if at.is_empty() => setting.set(Value::Null),
            None => {}
        }
    };
    let chosen =
        move || answers.with_value(|all| setting.value.with(|value| all.iter().position(|one| &one.value == value)));
    let options = move || {
        answers.with_value(|all| {
            all.iter()
                .enumerate()
                .map(|(at, answer)| view! { <option value=at.to_string() selected=move || chosen() == Some(at)>{words(&answer.label)}</option> })
                .collect_view()
        })
    };
    let stray = move || {
        let value = setting.value.get();
        (chosen().is_none() && !value.is_null()).then(|| {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            view! { <option value="?" selected=true>{format!("{words} · {}", tr("不在列表里", "not in the list"))}</option> }
        })
    };
    view! {
        <select
            id=setting.id()
            class="f-select"
            aria-label=move || label.get()
            aria-describedby=described_by
            prop:value=move || chosen().map_or_else(String::new, |at| at.to_string())
            on:change=change
        >
            {move || (may_be_empty || setting.value.with(Value::is_null)).then(|| view! {
                <option value="" selected=move || setting.value.with(Value::is_null)>{tr("请选择", "Choose…")}</option>
            })}
            {stray}
            {options}
        </select>
    }
}

/// Two to four short answers side by side.
#[component]
pub(crate) fn SegmentField(
    setting: Setting,
    answers: Vec<Choice>,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let name = setting.id();
    let buttons = answers
        .into_iter()
        .map(|answer| {
            let (value, compared) = (answer.value.clone(), answer.value.clone());
            let is_on = move || setting.value.with(|now| *now == compared);
            let checked = is_on.clone();
            view! {
                <label class="seg-item" class:on=is_on>
                    <input type="radio" class="visually-hidden" name=name.clone() prop:checked=checked on:change=move |_| setting.set(value.clone()) />
                    {move || words(&answer.label)}
                </label>
            }
        })
        .collect_view();
    view! {
        <div id=setting.id() class="seg f-seg" role="radiogroup" aria-label=move || label.get() aria-describedby=described_by>{buttons}</div>
    }
}

/// Yes or no, with its label beside it.
#[component]
pub(crate) fn SwitchField(
    setting: Setting,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let is_on = move || setting.value.with(|value| value.as_bool().unwrap_or(false));
    view! {
        <label class="f-switch">
            <input
                id=setting.id()
                type="checkbox"
                role="switch"
                aria-describedby=described_by
                prop:checked=is_on
                on:change=move |event| setting.set(Value::Bool(event_target_checked(&event)))
            />
            <span class="f-switch-track" aria-hidden="true"></span>
            <span>{move || label.get()}</span>
        </label>
    }
}

/// The bounds and the unit of a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Range {
    /// The smallest value.
    pub(crate) min: Option<f64>,
    /// The largest value.
    pub(crate) max: Option<f64>,
    /// Only whole numbers?
    pub(crate) is_whole: bool,
    /// May nothing be set?
    pub(crate) may_be_empty: bool,
    /// The words after the number.
    pub(crate) unit: Option<Texts>,
}

impl Range {
    fn number(&self, value: f64) -> Value {
        let value = value.clamp(self.min.unwrap_or(f64::MIN), self.max.unwrap_or(f64::MAX));
        if self.is_whole || value.fract() == 0.0 && value.abs() < 1e15 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            return Value::from(value.round() as i64);
        }
        Value::from((value * 1e6).round() / 1e6)
    }

    fn step(&self) -> f64 {
        match (self.is_whole, self.min, self.max) {
            (false, Some(min), Some(max)) if max - min <= 2.0 => 0.05,
            _ => 1.0,
        }
    }

    fn bounds(&self) -> Option<String> {
        match (self.min, self.max) {
            (Some(min), Some(max)) => Some(format!("{min}–{max}")),
            (Some(min), None) => Some(format!("≥ {min}")),
            (None, Some(max)) => Some(format!("≤ {max}")),
            (None, None) => None,
        }
    }
}

/// A number with stepper, bounds and unit. What is out of bounds is brought back when the field is left.
#[component]
pub(crate) fn NumberField(
    setting: Setting,
    range: Range,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let range = StoredValue::new(range);
    let draft = RwSignal::new(None::<String>);
    let shown = move || {
        draft.get().unwrap_or_else(|| {
            setting.value.with(|value| value.as_f64().map(|number| number.to_string()).unwrap_or_default())
        })
    };
    let take = move |text: &str, is_final: bool| {
        let text = text.trim().replace('，', "").replace('。', ".");
        if text.is_empty() {
            if range.with_value(|range| range.may_be_empty) {
                setting.set(Value::Null);
            }
            return;
        }
        let Ok(number) = text.parse::<f64>() else { return };
        let fits = range
            .with_value(|range| range.min.is_none_or(|min| number >= min) && range.max.is_none_or(|max| number <= max));
        if fits || is_final {
            setting.set(range.with_value(|range| range.number(number)));
        }
    };
    let step = move |by: f64| {
        let now = setting.value.with_untracked(|value| value.as_f64().unwrap_or_default());
        draft.set(None);
        setting.set(range.with_value(|range| range.number(now + by * range.step())));
    };
    let unit = move || range.with_value(|range| range.unit.as_ref().map(words));
    let bounds = range.with_value(Range::bounds);
    view! {
        <div class="f-number">
            <button type="button" tabindex="-1" aria-hidden="true" class="f-step" on:click=move |_| step(-1.0)>"−"</button>
            <input
                id=setting.id()
                type="text"
                inputmode="decimal"
                role="spinbutton"
                class="nokey"
                title=bounds
                aria-label=move || label.get()
                aria-describedby=described_by
                aria-valuenow=move || setting.value.with(|value| value.as_f64().map(|number| number.to_string()))
                aria-valuemin=range.with_value(|range| range.min.map(|number| number.to_string()))
                aria-valuemax=range.with_value(|range| range.max.map(|number| number.to_string()))
                prop:value=shown
                on:input=move |event| {
                    let text = event_target_value(&event);
                    take(&text, false);
                    draft.set(Some(text));
                }
                on:keydown=move |event| match event.key().as_str() {
                    "ArrowUp" => { event.prevent_default(); step(1.0); }
                    "ArrowDown" => { event.prevent_default(); step(-1.0); }
                    _ => {}
                }
                on:blur=move |_| {
                    if let Some(text) = draft.get_untracked() {
                        take(&text, true);
                        draft.set(None);
                    }
                }
            />
            {move || unit().map(|unit| view! { <span class="f-unit">{unit}</span> })}
            <button type="button" tabindex="-1" aria-hidden="true" class="f-step" on:click=move |_| step(1.0)>"+"</button>
        </div>
    }
}

/// A number between two bounds as a slider that shows it.
#[component]
pub(crate) fn SliderField(
    setting: Setting,
    range: Range,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let (min, max, step) = (range.min.unwrap_or(0.0), range.max.unwrap_or(1.0), range.step());
    let now = move || setting.value.with(|value| value.as_f64().unwrap_or(min));
    let range = StoredValue::new(range);
    view! {
        <div class="f-slider">
            <input
                id=setting.id()
                type="range"
                min=min.to_string()
                max=max.to_string()
                step=step.to_string()
                aria-label=move || label.get()
                aria-describedby=described_by
                prop:value=move || now().to_string()
                style=move || format!("--at:{}%", (now() - min) / (max - min).max(f64::EPSILON) * 100.0)
                on:input=move |event| {
                    if let Ok(number) = event_target_value(&event).parse::<f64>() {
                        setting.set(range.with_value(|range| range.number(number)));
                    }
                }
            />
            <output>{move || format!("{}", (now() * 100.0).round() / 100.0)}</output>
        </div>
    }
}

/// Several of named values, each with a box to tick.
#[component]
pub(crate) fn ChecksField(
    setting: Setting,
    answers: Vec<Choice>,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let boxes = answers
        .into_iter()
        .map(|answer| {
            let (value, compared) = (answer.value.clone(), answer.value.clone());
            let is_on = move || setting.value.with(|now| now.as_array().is_some_and(|all| all.contains(&compared)));
            let shown = is_on.clone();
            let toggle = move |event: web_sys::Event| {
                let mut all = setting.items_now();
                all.retain(|one| *one != value);
                if event_target_checked(&event) {
                    all.push(value.clone());
                }
                setting.set(Value::Array(all));
                // What is kept counts: the last one may not go.
                let field: web_sys::HtmlInputElement = event_target(&event);
                field.set_checked(untrack(shown.clone()));
            };
            view! {
                <label class="f-check">
                    <input type="checkbox" prop:checked=is_on on:change=toggle />
                    {move || words(&answer.label)}
                </label>
            }
        })
        .collect_view();
    view! { <div id=setting.id() class="f-checks" role="group" aria-label=move || label.get() aria-describedby=described_by>{boxes}</div> }
}

/// A text with suggestions: named values to press, any other to type.
#[component]
pub(crate) fn SuggestField(
    setting: Setting,
    answers: Vec<Choice>,
    #[prop(into)] label: Signal<String>,
    described_by: String,
) -> impl IntoView {
    let named = answers.clone();
    let chips = answers
        .into_iter()
        .map(|answer| {
            let (value, compared) = (answer.value.clone(), answer.value.clone());
            let is_on = Memo::new(move |_| setting.value.with(|now| *now == compared));
            view! {
                <button type="button" class="f-suggestion" class:on=is_on aria-pressed=move || is_on.get().to_string() on:click=move |_| setting.set(value.clone())>
                    {move || words(&answer.label)}
                </button>
            }
        })
        .collect_view();
    let is_own = move || setting.value.with(|now| !named.iter().any(|answer| answer.value == *now));
    view! {
        <div class="f-suggest">
            <div class="f-suggestions">{chips}</div>
            <input
                id=setting.id()
                type="text"
                class="f-key nokey"
                class:quiet=move || !is_own()
                aria-label=move || label.get()
                aria-describedby=described_by
                placeholder=move || tr("或自己写一个", "or write your own")
                prop:value=move || setting.text()
                on:change=move |event| setting.set(Value::String(event_target_value(&event)))
            />
        </div>
    }
}

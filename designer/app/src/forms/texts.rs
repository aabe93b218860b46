//! A text per language: tabs with a mark on what is missing, a growing field with placeholders, and how it will look.

use leptos::prelude::*;
use model::{Language, Texts};
use serde_json::Value;

use super::caret::{Piece, pieces};
use super::context::Setting;
use super::template::{TemplateInput, Writing};
use super::words::words_for;
use crate::i18n::{language_code, tr};

/// The field. With `is_said` the customer sees it, so it is shown as a bubble too.
#[component]
pub(crate) fn TextsField(
    setting: Setting,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] described_by: String,
    #[prop(into, optional)] invalid: Signal<bool>,
    #[prop(optional)] is_line: bool,
    #[prop(optional)] is_said: bool,
    #[prop(optional)] is_compact: bool,
    /// Names are not expanded: no placeholders.
    #[prop(optional)]
    is_plain: bool,
) -> impl IntoView {
    let cx = setting.cx;
    // One language is one field with its own undo merge, so every language is a place of its own.
    let writing = match (is_plain, is_line) {
        (true, _) => Writing::Plain,
        (false, true) => Writing::Line,
        (false, false) => Writing::Lines,
    };
    let id = StoredValue::new(setting.id());
    let described_by = StoredValue::new(described_by);
    let language = Memo::new(move |_| cx.shown.get());
    view! {
        <div class="f-texts">
            {move || {
                let language = language.get();
                let part = setting.field(language.as_str());
                let lang = language.to_string();
                view! {
                    <TemplateInput
                        cx
                        id=id.get_value()
                        writing
                        value=Signal::derive(move || part.text())
                        change=Callback::new(move |text: String| write(setting, &language, text))
                        label=Signal::derive(move || label.get())
                        described_by=described_by.get_value()
                        invalid
                        lang
                        placeholder=Signal::derive(move || {
                            let words = borrowed(setting, &cx.shown.get());
                            if words.is_empty() && is_compact { label.get() } else { words }
                        })
                    />
                }
            }}
            {is_said.then(|| view! { <Preview setting /> })}
        </div>
    }
}

/// Writes one language; the pointer of the language is written so that typing merges, the whole when it is the first.
fn write(setting: Setting, language: &Language, text: String) {
    if setting.value.with_untracked(Value::is_object) {
        setting.field(language.as_str()).set(if text.is_empty() { Value::Null } else { Value::String(text) });
    } else {
        setting.set(serde_json::json!({ language.as_str(): text }));
    }
}

/// What customers of this language get while its text is missing.
fn borrowed(setting: Setting, language: &Language) -> String {
    let texts = texts_of(&setting.value.get());
    if texts.own(language).is_some() {
        return String::new();
    }
    texts.get(language, &setting.cx.languages.get()).to_owned()
}

/// The texts of a value; none when it is something else.
pub(crate) fn texts_of(value: &Value) -> Texts {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

/// The tabs: one language for all fields of the form; a dot where this text is missing.
#[component]
pub(crate) fn LanguageTabs(setting: Setting) -> impl IntoView {
    let cx = setting.cx;
    let tabs = move || {
        let all = cx.languages.get();
        (all.len() > 1).then(|| {
            all.into_iter()
                .map(|language| {
                    let (wanted, compared, looked_up, titled) = (language.clone(), language.clone(), language.clone(), language.clone());
                    let is_missing = Memo::new(move |_| {
                        setting.value.with(|value| {
                            let is_empty = |code: &str| value.get(code).and_then(Value::as_str).is_none_or(str::is_empty);
                            is_empty(looked_up.as_str()) && value.as_object().is_some_and(|texts| texts.keys().any(|code| !is_empty(code)))
                        })
                    });
                    view! {
                        <button
                            type="button"
                            class="f-lang"
                            class:on=move || cx.shown.get() == compared
                            aria-pressed=move || (cx.shown.get() == wanted).to_string()
                            title=move || if is_missing.get() { tr("还没有这种语言的文字", "No text in this language yet") } else { "" }
                            on:click=move |_| cx.shown.set(titled.clone())
                        >
                            {language_name(&language)}
                            {move || is_missing.get().then(|| view! { <i class="f-dot" aria-label=tr("缺译文", "missing")></i> })}
                        </button>
                    }
                })
                .collect_view()
        })
    };
    view! { <span class="f-langs" role="group" aria-label=move || tr("语言", "Language")>{tabs}</span> }
}

/// A language's short name on tabs.
pub(crate) fn language_name(language: &Language) -> String {
    match language.as_str() {
        "zh" => "中".to_owned(),
        other => other.to_uppercase(),
    }
}

/// The message as the customer will see it, with names in place of placeholders.
#[component]
fn Preview(setting: Setting) -> impl IntoView {
    let cx = setting.cx;
    let bubble = move || {
        let text = texts_of(&setting.value.get()).get(&cx.shown.get(), &cx.languages.get()).to_owned();
        // A preview says something only where the field itself cannot: with placeholders.
        text.contains("{{").then(|| {
            let parts = pieces(&text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(words) | Piece::Unclosed(words) => words.into_any(),
                    Piece::Placeholder { inside, .. } => {
                        let words = cx
                            .variables
                            .with(|all| words_for(all, &inside, language_code()).unwrap_or_else(|| inside.clone()));
                        view! { <span class="chip">{words}</span> }.into_any()
                    }
                })
                .collect_view();
            view! { <div class="f-preview" aria-label=tr("客户会看到", "What the customer sees")>{parts}</div> }
        })
    };
    view! { {bubble} }
}

//! A text field that knows variables: `{{` completes, `{x}` inserts, placeholders are marked, pinyin is left in peace.

use leptos::html::Textarea;
use leptos::prelude::*;
use model::{Phrase, Variable};
use wasm_bindgen::JsCast;

use super::caret::{Piece, Typed, open_placeholder, pieces, replaced, word_before};
use super::context::FormCx;
use super::functions::FUNCTIONS;
use super::popup::{Popup, PopupList, Row};
use super::words::{Offer, function_offers, is_known, phrase_offers, system_offers, variable_offers};
use crate::i18n::{language_code, tr};

/// What is written in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// Words with placeholders, several lines.
    Lines,
    /// Words with placeholders, one line.
    Line,
    /// One expression.
    Expression,
    /// Words without placeholders, one line.
    Plain,
    /// Words without placeholders, several lines.
    PlainLines,
}

impl Writing {
    fn is_single_line(self) -> bool {
        !matches!(self, Self::Lines | Self::PlainLines)
    }
}

/// The field. It grows with its text; changes are sent as they are typed, but not while an input method composes.
#[component]
pub(crate) fn TemplateInput(
    cx: FormCx,
    id: String,
    writing: Writing,
    #[prop(into)] value: Signal<String>,
    change: Callback<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] described_by: String,
    #[prop(into, optional)] invalid: Signal<bool>,
    #[prop(into, optional)] placeholder: Signal<String>,
    #[prop(into, optional)] lang: Signal<String>,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let shown = RwSignal::new(value.get_untracked());
    let composing = StoredValue::new(false);
    Effect::new(move |_| {
        let value = value.get();
        if !composing.get_value() && shown.with_untracked(|shown| *shown != value) {
            shown.set(value);
        }
    });
    let popup = Popup::new(format!("{id}-list"));
    let typed = StoredValue::new(None::<Typed>);

    let send = move |text: String| {
        if value.get_untracked() != text {
            change.run(text);
        }
    };
    let suggest = move |asked: bool| {
        let Some(element) = field.get_untracked() else { return };
        let caret = element.selection_start().ok().flatten().unwrap_or(0) as usize;
        let text = element.value();
        let found = match writing {
            Writing::Plain | Writing::PlainLines => None,
            Writing::Expression => {
                let word = word_before(&text, caret);
                (asked || !word.query.is_empty()).then_some(word)
            }
            _ => open_placeholder(&text, caret)
                .or_else(|| asked.then(|| Typed { start: caret, end: caret, query: String::new() })),
        };
        let Some(found) = found else { return popup.close() };
        let phrases = cx.resources.with_untracked(|resources| resources.phrases.clone());
        let offers = cx.variables.with_untracked(|variables| offers(variables, &phrases, writing, &found.query, asked));
        let is_done = offers.len() == 1 && offers[0].insert == found.query;
        typed.set_value(Some(found));
        if is_done && !asked {
            return popup.close();
        }
        let frame = element.parent_element().unwrap_or_else(|| element.clone().unchecked_into());
        popup.show(offers.into_iter().map(row).collect(), &frame);
    };
    let take = Callback::new(move |key: String| {
        popup.close();
        let (Some(element), Some(found)) = (field.get_untracked(), typed.get_value()) else { return };
        let words = match writing {
            Writing::Expression | Writing::Plain | Writing::PlainLines => key,
            _ => format!("{{{{ {key} }}}}"),
        };
        let (text, caret) = replaced(&element.value(), &found, &words);
        element.set_value(&text);
        let caret = u32::try_from(caret).unwrap_or(u32::MAX);
        // The field may be back from a menu button; a failure to set the caret loses nothing.
        let _ = element.focus();
        let _ = element.set_selection_range(caret, caret);
        shown.set(text.clone());
        send(text);
    });

    let on_input = move |event: web_sys::Event| {
        let Some(element) = field.get_untracked() else { return };
        let mut text = element.value();
        if writing.is_single_line() && text.contains(['\n', '\r']) {
            text = text.replace(['\n', '\r'], " ");
            element.set_value(&text);
        }
        shown.set(text.clone());
        let is_composing = event.dyn_ref::<web_sys::InputEvent>().is_some_and(web_sys::InputEvent::is_composing);
        if !is_composing && !composing.get_value() {
            send(text);
            suggest(false);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if composing.get_value() || event.is_composing() || event.key_code() == 229 {
            return;
        }
        if popup.uses(&event, take) {
            return;
        }
        match event.key().as_str() {
            " " if event.ctrl_key() => {
                event.prevent_default();
                suggest(true);
            }
            "Enter" if writing.is_single_line() => event.prevent_default(),
            _ => {}
        }
    };
    let open_menu = move |event: web_sys::PointerEvent| {
        event.prevent_default();
        if popup.is_open() {
            return popup.close();
        }
        if let Some(element) = field.get_untracked() {
            let _ = element.focus();
        }
        suggest(true);
    };
    let variables = cx.variables;
    let marked = move || {
        let known = variables.get();
        let text = shown.get();
        match writing {
            Writing::Lines | Writing::Line => view! { {marks(&text, &known)} }.into_any(),
            _ => text.into_any(),
        }
    };

    view! {
        <div class="tpl" class:mono=writing == Writing::Expression class:lines=!writing.is_single_line() class:bad=move || invalid.get()>
            <div class="tpl-mirror" aria-hidden="true">{marked}"\u{200b}"</div>
            <textarea
                node_ref=field
                id=id
                class="tpl-field nokey"
                rows="1"
                spellcheck="false"
                autocomplete="off"
                aria-autocomplete="list"
                aria-haspopup="listbox"
                aria-controls=move || popup.is_open().then(|| popup.id.get_value())
                aria-activedescendant=move || popup.active_id()
                aria-label=move || label.get()
                aria-describedby=described_by
                aria-invalid=move || invalid.get().then_some("true")
                lang=move || Some(lang.get()).filter(|lang| !lang.is_empty())
                placeholder=move || placeholder.get()
                prop:value=move || shown.get()
                on:input=on_input
                on:keydown=on_key
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |_| {
                    composing.set_value(false);
                    if let Some(element) = field.get_untracked() {
                        let text = element.value();
                        shown.set(text.clone());
                        send(text);
                        suggest(false);
                    }
                }
                on:click=move |_| if popup.is_open() { suggest(false) }
                on:blur=move |_| popup.close()
            ></textarea>
            {(!matches!(writing, Writing::Plain | Writing::PlainLines)).then(|| view! {
                <button
                    type="button"
                    class="tpl-insert"
                    tabindex="-1"
                    title=move || tr("插入变量或函数（Ctrl+空格）", "Insert a variable or function (Ctrl+Space)")
                    aria-label=move || tr("插入变量或函数", "Insert a variable or function")
                    on:pointerdown=open_menu
                >
                    "{x}"
                </button>
            })}
            <PopupList popup take />
        </div>
    }
}

fn offers(variables: &[Variable], phrases: &[Phrase], writing: Writing, query: &str, asked: bool) -> Vec<Offer> {
    let mut offers = variable_offers(variables, query, language_code());
    offers.extend(system_offers(query));
    offers.extend(phrase_offers(phrases, query, language_code()));
    // While people type words of an expression, functions come only when they are meant.
    if asked || writing != Writing::Expression || query.chars().count() > 1 {
        offers.extend(function_offers(FUNCTIONS, query));
    }
    offers
}

fn row(offer: Offer) -> Row {
    let group = offer.group.title().to_owned();
    Row { key: offer.insert, label: offer.label, detail: offer.detail, group, is_chosen: false }
}

/// The text again, invisible, with marks behind its placeholders.
fn marks(text: &str, known: &[Variable]) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(words) => words.into_any(),
            Piece::Placeholder { source, inside } => {
                let is_unknown = is_name(&inside) && !is_known(known, &inside);
                view! { <mark class:unknown=is_unknown>{source}</mark> }.into_any()
            }
            Piece::Unclosed(words) => view! { <mark class="unclosed">{words}</mark> }.into_any(),
        })
        .collect()
}

/// Is this one bare name, so that it must be a variable?
fn is_name(inside: &str) -> bool {
    model::VarName::from(inside).is_valid()
}

//! The script editor: line numbers, indent by Tab, completion, mistakes marked at their line.

use leptos::html::Textarea;
use leptos::prelude::*;
use serde_json::Value;

use super::caret::{byte_of, replaced, units, word_before};
use super::context::Setting;
use super::functions::FUNCTIONS;
use super::popup::{Popup, PopupList, Row};
use super::words::{function_offers, system_offers, variable_offers};
use crate::i18n::{language_code, tr};

/// What one Tab writes.
const INDENT: &str = "    ";

/// Several lines of rhai.
#[component]
pub(crate) fn CodeField(setting: Setting, #[prop(into)] label: Signal<String>, described_by: String) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let composing = StoredValue::new(false);
    let popup = Popup::new(format!("{}-list", setting.id()));
    let problems = setting.problems(false);
    let lines = move || setting.value.with(|value| value.as_str().unwrap_or_default().matches('\n').count() + 1);
    let gutter = move || {
        let marked: Vec<(usize, String)> = problems.with(|problems| {
            let at_line = |problem: &model::Problem| {
                Some((problem.place.line?, problem.message.in_language(language_code()).to_owned()))
            };
            problems.iter().filter_map(at_line).collect()
        });
        (1..=lines())
            .map(|line| {
                let mistake = marked.iter().find(|(at, _)| *at == line).map(|(_, words)| words.clone());
                view! { <span class:bad=mistake.is_some() title=mistake>{line}</span> }
            })
            .collect_view()
    };
    let write = move |text: String, caret: usize| {
        if let Some(element) = field.get_untracked() {
            element.set_value(&text);
            let caret = u32::try_from(caret).unwrap_or(u32::MAX);
            let _ = element.set_selection_range(caret, caret);
        }
        setting.set(Value::String(text));
    };
    let suggest = move |asked: bool| {
        let Some(element) = field.get_untracked() else { return };
        let caret = element.selection_start().ok().flatten().unwrap_or(0) as usize;
        let word = word_before(&element.value(), caret);
        if word.query.chars().count() < 2 && !asked {
            return popup.close();
        }
        let mut offers = setting.cx.variables.with_untracked(|all| variable_offers(all, &word.query, language_code()));
        offers.extend(system_offers(&word.query));
        offers.extend(function_offers(FUNCTIONS, &word.query));
        if !asked && offers.iter().any(|offer| offer.insert == word.query) {
            return popup.close();
        }
        let row = |offer: super::words::Offer| Row {
            group: offer.group.title().to_owned(),
            key: offer.insert,
            label: offer.label,
            detail: offer.detail,
            is_chosen: false,
        };
        popup.show(offers.into_iter().map(row).collect(), &element);
    };
    let take = Callback::new(move |key: String| {
        popup.close();
        let Some(element) = field.get_untracked() else { return };
        let caret = element.selection_start().ok().flatten().unwrap_or(0) as usize;
        let text = element.value();
        let (text, caret) = replaced(&text, &word_before(&text, caret), &key);
        let _ = element.focus();
        write(text, caret);
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        if composing.get_value() || event.is_composing() || event.key_code() == 229 {
            return;
        }
        if popup.uses(&event, take) {
            return;
        }
        let Some(element) = field.get_untracked() else { return };
        let start = element.selection_start().ok().flatten().unwrap_or(0) as usize;
        let end = element.selection_end().ok().flatten().unwrap_or(0) as usize;
        match event.key().as_str() {
            " " if event.ctrl_key() => {
                event.prevent_default();
                suggest(true);
            }
            "Tab" if !event.ctrl_key() && !event.alt_key() && !event.meta_key() => {
                event.prevent_default();
                let (text, caret) = tab(&element.value(), start, end, event.shift_key());
                write(text, caret);
            }
            "Enter" if !event.shift_key() && !event.ctrl_key() && !event.meta_key() => {
                event.prevent_default();
                let (text, caret) = new_line(&element.value(), start, end);
                write(text, caret);
            }
            // Tab stays in the field, so the keyboard needs another way out.
            "Escape" => {
                event.stop_propagation();
                let _ = element.blur();
            }
            _ => {}
        }
    };
    view! {
        <div class="f-code" class:bad=move || problems.with(|problems| !problems.is_empty())>
            <div class="f-gutter" aria-hidden="true">{gutter}</div>
            <div class="f-code-body">
                <textarea
                    node_ref=field
                    id=setting.id()
                    class="nokey"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    wrap="off"
                    rows=move || lines().clamp(6, 24).to_string()
                    aria-label=move || label.get()
                    aria-describedby=described_by
                    aria-controls=move || popup.is_open().then(|| popup.id.get_value())
                    aria-activedescendant=move || popup.active_id()
                    prop:value=move || setting.text()
                    on:input=move |event| {
                        if !composing.get_value() {
                            setting.set(Value::String(event_target_value(&event)));
                            suggest(false);
                        }
                    }
                    on:compositionstart=move |_| composing.set_value(true)
                    on:compositionend=move |_| {
                        composing.set_value(false);
                        if let Some(element) = field.get_untracked() {
                            setting.set(Value::String(element.value()));
                        }
                    }
                    on:keydown=on_key
                    on:blur=move |_| popup.close()
                ></textarea>
                <PopupList popup take />
            </div>
            <small class="f-code-keys">{move || tr("Ctrl+空格补全 · Esc 离开", "Ctrl+Space completes · Esc leaves")}</small>
        </div>
    }
}

/// Indents, or with Shift takes an indent away, on every line of the selection. Gives the caret after it.
fn tab(text: &str, start: usize, end: usize, is_back: bool) -> (String, usize) {
    let (from, to) = (byte_of(text, start), byte_of(text, end));
    if from == to && !is_back {
        return (format!("{}{INDENT}{}", &text[..from], &text[from..]), start + INDENT.len());
    }
    let first = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let changed: Vec<String> = text[first..to]
        .split('\n')
        .map(|line| match is_back {
            false if line.is_empty() => String::new(),
            false => format!("{INDENT}{line}"),
            true => {
                let spaces = line.len() - line.trim_start_matches(' ').len();
                line[spaces.min(INDENT.len())..].to_owned()
            }
        })
        .collect();
    let block = changed.join("\n");
    let caret = units(&text[..first]) + units(&block);
    (format!("{}{block}{}", &text[..first], &text[to..]), caret)
}

/// A new line with the indent of the one before, one deeper after `{`.
fn new_line(text: &str, start: usize, end: usize) -> (String, usize) {
    let (from, to) = (byte_of(text, start), byte_of(text, end));
    let line = &text[text[..from].rfind('\n').map_or(0, |at| at + 1)..from];
    let mut indent: String = line.chars().take_while(|c| *c == ' ').collect();
    if line.trim_end().ends_with(['{', '(', '[']) {
        indent.push_str(INDENT);
    }
    (format!("{}\n{indent}{}", &text[..from], &text[to..]), start + 1 + indent.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_line_keeps_and_deepens_the_indent() {
        assert_eq!(new_line("  if a {", 8, 8), ("  if a {\n      ".into(), 15));
        assert_eq!(new_line("  a;", 4, 4), ("  a;\n  ".into(), 7));
    }

    #[test]
    fn tab_indents_lines_and_shift_tab_takes_it_back() {
        let (text, _) = tab("a\nb", 0, 3, false);
        assert_eq!(text, "    a\n    b");
        assert_eq!(tab(&text, 0, 11, true).0, "a\nb");
        assert_eq!(tab("订", 1, 1, false), ("订    ".into(), 5));
    }
}

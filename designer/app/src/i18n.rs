//! The language of the screens: Chinese or English, switched without a reload and remembered.

use std::fmt::Display;

use leptos::prelude::*;
use model::{Language, Texts};

use crate::browser;

const REMEMBERED_AS: &str = "heliu.language";

/// A language the screens speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UiLanguage {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl UiLanguage {
    /// The short code, as the API and flow texts have it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// What `<html lang>` says.
    fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a code or tag; Chinese when it begins with `zh`, else English.
    pub(crate) fn of(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The name in the language itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }
}

thread_local! {
    static LANGUAGE: ArcRwSignal<UiLanguage> = ArcRwSignal::new(UiLanguage::default());
}

/// Chooses the language to begin with: what was chosen before, else what the browser prefers.
pub(crate) fn begin() {
    let chosen = browser::remembered(REMEMBERED_AS).unwrap_or_else(browser::preferred_language);
    show(UiLanguage::of(&chosen));
}

/// The language of the screens; reading it subscribes.
pub(crate) fn language() -> UiLanguage {
    LANGUAGE.with(Get::get)
}

/// Its short code, `zh` or `en`; reading it subscribes.
pub(crate) fn language_code() -> &'static str {
    language().code()
}

/// Switches the screens and remembers the choice.
pub(crate) fn set_language(language: UiLanguage) {
    browser::remember(REMEMBERED_AS, language.code());
    show(language);
}

/// The language without subscribing, for requests.
pub(crate) fn language_now() -> UiLanguage {
    LANGUAGE.with(GetUntracked::get_untracked)
}

fn show(language: UiLanguage) {
    browser::set_root_attribute("lang", language.tag());
    LANGUAGE.with(|signal| {
        if signal.get_untracked() != language {
            signal.set(language);
        }
    });
}

/// The words in the language of the screens. Inside a closure of a view it follows a switch.
pub(crate) fn tr(zh: &'static str, en: &'static str) -> &'static str {
    match language() {
        UiLanguage::Zh => zh,
        UiLanguage::En => en,
    }
}

/// The same for words that are put together at run time.
pub(crate) fn tr_string(zh: impl FnOnce() -> String, en: impl FnOnce() -> String) -> String {
    match language() {
        UiLanguage::Zh => zh(),
        UiLanguage::En => en(),
    }
}

/// A number with what it counts, in English: `1 step`, `2 steps`.
pub(crate) fn counted(n: impl Display, thing: &str) -> String {
    let n = n.to_string();
    let plural = if n == "1" { "" } else { "s" };
    format!("{n} {thing}{plural}")
}

/// A text of the workspace in the language of the screens, else in any.
pub(crate) fn words(texts: &Texts) -> String {
    texts.in_language(language_code()).to_owned()
}

/// The same as a sentence of its own: the texts of the engine begin small, a sentence on a screen does not.
pub(crate) fn sentence(texts: &Texts) -> String {
    begun(words(texts))
}

/// Words with a capital letter at the front, where they have one.
pub(crate) fn begun(mut words: String) -> String {
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Reads one text of a pair of inputs: the text of exactly this language, or nothing.
pub(crate) fn text_of(texts: &Texts, language: UiLanguage) -> String {
    texts.0.get(&Language::from(language.code())).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_no_plural() {
        assert_eq!(counted(1, "step"), "1 step");
        assert_eq!(counted(0, "step"), "0 steps");
        assert_eq!(counted(21_u64, "open conversation"), "21 open conversations");
    }
}

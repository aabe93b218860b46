//! The language of an answer: the member's, or what the browser asks for.

use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, header};
use model::Language;

/// The language of the caller of a request; a signed-in member's own once it is known.
#[derive(Clone, Debug)]
pub(crate) struct CallersLanguage {
    asked: Language,
    members: Arc<OnceLock<Language>>,
}

impl CallersLanguage {
    /// From the first language of `Accept-Language`: Chinese, else English.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_chinese = asked.trim_start().to_ascii_lowercase().starts_with("zh");
        Self { asked: if is_chinese { Language::zh() } else { Language::en() }, members: Arc::default() }
    }

    /// The member is known from here on.
    pub(crate) fn set_members(&self, language: Language) {
        let _ = self.members.set(language);
    }

    /// The language to answer in.
    pub(crate) fn get(&self) -> &Language {
        self.members.get().unwrap_or(&self.asked)
    }
}

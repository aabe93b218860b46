//! Texts in several languages, with a fallback order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A language by its short code: `zh`, `en`, ….
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Language(pub String);

impl Language {
    /// Chinese.
    pub fn zh() -> Self {
        Self("zh".into())
    }
    /// English.
    pub fn en() -> Self {
        Self("en".into())
    }
    /// The short code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Language {
    fn from(code: &str) -> Self {
        Self(code.to_owned())
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text in several languages: `{ "zh": "退款", "en": "Refund" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<Language, String>);

impl Texts {
    /// The pair that every message of the product has.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(BTreeMap::from([(Language::zh(), zh.into()), (Language::en(), en.into())]))
    }

    /// The text in `language`; else the first non-empty one of `fallback`; else any; else "".
    pub fn get<'a>(&'a self, language: &Language, fallback: &[Language]) -> &'a str {
        std::iter::once(language)
            .chain(fallback)
            .filter_map(|code| self.0.get(code))
            .chain(self.0.values())
            .map(String::as_str)
            .find(|text| !text.is_empty())
            .unwrap_or("")
    }

    /// The text in this language and no other; none where it is empty.
    pub fn own(&self, language: &Language) -> Option<&str> {
        self.0.get(language).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The text in the language with this code, else any.
    pub fn in_language(&self, code: &str) -> &str {
        self.get(&Language::from(code), &[])
    }

    /// Sets the text of one language; an empty text removes it.
    pub fn set(&mut self, language: Language, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            self.0.remove(&language);
        } else {
            self.0.insert(language, text);
        }
    }

    /// Is there no text in any language?
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|text| text.is_empty())
    }

    /// Every text with its language, in order of the language codes.
    pub fn iter(&self) -> impl Iterator<Item = (&Language, &str)> {
        self.0.iter().map(|(language, text)| (language, text.as_str()))
    }
}

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Texts".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back_in_order() {
        let texts = Texts::new("退款", "Refund");

        assert_eq!(texts.get(&"fr".into(), &[Language::en()]), "Refund");
        assert_eq!(texts.get(&"zh".into(), &[]), "退款");
        assert_eq!(Texts::default().get(&"zh".into(), &[]), "");
    }
}

//! Phrases: their wordings, and what a customer would read.

use model::{Emotion, Phrase, Wording};
use serde::Deserialize;

use super::{Answer, delete, get, post, put};

/// What a customer would read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct PhraseTrial {
    /// The words.
    #[serde(default)]
    pub(crate) text: String,
    /// The wording they come from; none when nothing fits.
    #[serde(default)]
    pub(crate) wording: Option<Wording>,
}

/// The phrases.
pub(crate) async fn phrases() -> Answer<Vec<Phrase>> {
    get("/api/phrases").await
}

/// A new phrase; an empty key is derived from the name.
pub(crate) async fn create_phrase(name: &model::Texts, key: &str) -> Answer<Phrase> {
    post("/api/phrases", &serde_json::json!({ "name": name, "key": key })).await
}

/// Brings a deleted phrase back under its old key.
pub(crate) async fn restore_phrase(phrase: &Phrase) -> Answer<Phrase> {
    post("/api/phrases", phrase).await
}

/// Changes a phrase.
pub(crate) async fn save_phrase(phrase: &Phrase) -> Answer<Phrase> {
    put(&format!("/api/phrases/{}", phrase.key), phrase).await
}

/// Deletes a phrase.
pub(crate) async fn delete_phrase(key: &str) -> Answer<()> {
    delete(&format!("/api/phrases/{key}")).await
}

/// What would this customer read? The wordings need not be saved.
pub(crate) async fn try_phrase(phrase: &Phrase, mood: Emotion, language: &str, channel: &str) -> Answer<PhraseTrial> {
    let wanted = serde_json::json!({
        "wordings": phrase.wordings, "mood": mood, "language": language, "channel": channel,
    });
    post(&format!("/api/phrases/{}/try", phrase.key), &wanted).await
}

//! Phrases 话术: wordings that texts use by key, each in several languages, tones and for several channels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Emotion, Language, PhraseKey, Texts};

/// A phrase: one thing to say, in the wordings that suit who hears it. Texts use it as `{{ phrase("greeting") }}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phrase {
    /// The key texts use.
    pub key: PhraseKey,
    /// The name on the screens.
    pub name: Texts,
    /// Its wordings; at most one for the same language, mood and channel.
    #[serde(default)]
    pub wordings: Vec<Wording>,
}

/// One wording of a phrase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    /// Its language.
    pub language: Language,
    /// The customer's mood it suits; without one it suits any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Emotion>,
    /// The channel it is for; without one it is for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What is said, with `{{ expressions }}` inside.
    pub text: String,
}

/// Who hears a phrase.
#[derive(Clone, Copy, Debug)]
pub struct Hearer<'a> {
    /// How the customer feels.
    pub mood: Emotion,
    /// The customer's language.
    pub language: &'a Language,
    /// Languages to fall back to, the best first.
    pub fallback: &'a [Language],
    /// The channel; "" when unknown.
    pub channel: &'a str,
}

impl Phrase {
    /// The wording for somebody: in their language (or else the best one there is), for their mood before one for any
    /// mood, for their channel before one for all channels. One for another mood or another channel is never used.
    pub fn wording(&self, hearer: Hearer<'_>) -> Option<&Wording> {
        let languages = || std::iter::once(hearer.language).chain(hearer.fallback);
        let language_rank = |wording: &Wording| {
            languages().position(|language| *language == wording.language).unwrap_or(hearer.fallback.len() + 1)
        };
        let suits = |wording: &&Wording| {
            wording.mood.is_none_or(|mood| mood == hearer.mood)
                && wording.channel.as_deref().is_none_or(|channel| channel == hearer.channel)
                && !wording.text.trim().is_empty()
        };
        self.wordings
            .iter()
            .filter(suits)
            .min_by_key(|wording| (language_rank(wording), wording.mood.is_none(), wording.channel.is_none()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wording_suits_language_then_mood_then_channel() {
        let (en, angry) = (Language::en(), Some(Emotion::Angry));
        let phrase = Phrase {
            key: "hello".into(),
            name: Texts::new("问候", "Greeting"),
            wordings: vec![
                wording("zh", None, None, "您好"),
                wording("zh", angry, None, "非常抱歉"),
                wording("zh", angry, Some("wechat"), "抱歉呀"),
                wording("en", None, None, "Hello"),
            ],
        };
        let said = |mood, language: &Language, channel| {
            let hearer = Hearer { mood, language, fallback: &[], channel };
            phrase.wording(hearer).map_or("", |wording| wording.text.as_str())
        };

        assert_eq!(said(Emotion::Neutral, &Language::zh(), "web"), "您好");
        assert_eq!(said(Emotion::Angry, &Language::zh(), "web"), "非常抱歉");
        assert_eq!(said(Emotion::Angry, &Language::zh(), "wechat"), "抱歉呀");
        assert_eq!(said(Emotion::Sad, &Language::zh(), "wechat"), "您好");
        assert_eq!(said(Emotion::Angry, &en, ""), "Hello");
        assert_eq!(said(Emotion::Angry, &"fr".into(), ""), "非常抱歉");
    }

    fn wording(language: &str, mood: Option<Emotion>, channel: Option<&str>, text: &str) -> Wording {
        Wording { language: language.into(), mood, channel: channel.map(str::to_owned), text: text.into() }
    }
}

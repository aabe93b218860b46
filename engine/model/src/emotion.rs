//! What a customer's words sound like: of one message, and over the conversation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Texts;

/// How somebody feels, as far as their words show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Emotion {
    /// Furious, annoyed, about to complain.
    Angry,
    /// Worried, in a hurry, afraid of a loss.
    Anxious,
    /// Disappointed, sorry, hurt.
    Sad,
    /// None of it shows.
    #[default]
    Neutral,
    /// Pleased, grateful.
    Positive,
}

impl Emotion {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Angry, Self::Anxious, Self::Sad, Self::Neutral, Self::Positive];

    /// The word in documents, expressions and talks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Anxious => "anxious",
            Self::Sad => "sad",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// The emotion that this word means, in either language.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Self::ALL.into_iter().find(|emotion| emotion.as_str() == word || emotion.label().in_language("zh") == word)
    }

    /// The word on the screens.
    pub fn label(self) -> Texts {
        match self {
            Self::Angry => Texts::new("生气", "Angry"),
            Self::Anxious => Texts::new("着急", "Anxious"),
            Self::Sad => Texts::new("难过", "Sad"),
            Self::Neutral => Texts::new("平静", "Calm"),
            Self::Positive => Texts::new("满意", "Pleased"),
        }
    }

    /// Does somebody who feels so wait badly?
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Angry | Self::Anxious)
    }
}

/// The mood of one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    /// What it sounds like.
    pub emotion: Emotion,
    /// How surely, 0 to 1.
    pub score: f64,
    /// The words and signs that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Does the customer ask for a person?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wants_person: bool,
}

impl Mood {
    /// As surely as can be.
    pub fn certain(emotion: Emotion) -> Self {
        Self { emotion, score: 0.95, ..Self::default() }
    }
}

/// How a customer feels over the conversation: what flows, agents and lists see of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Feeling {
    /// What the last words sounded like.
    pub emotion: Emotion,
    /// How surely, 0 to 1.
    pub score: f64,
    /// How upset the customer has become, 0 to 1: angry or anxious words lately, the same question again, misunderstandings,
    /// asking for a person, ever shorter messages.
    pub upset: f64,
    /// Which way it goes.
    pub trend: Trend,
    /// The words that show the emotion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// Which way a customer's mood goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// As before.
    #[default]
    Steady,
    /// More upset than before.
    Worse,
    /// Less upset than before.
    Better,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emotion_is_found_by_its_word_in_either_language() {
        for emotion in Emotion::ALL {
            let label = emotion.label();
            assert_eq!(Emotion::from_word(emotion.as_str()), Some(emotion));
            assert_eq!(Emotion::from_word(label.in_language("zh")), Some(emotion));
        }
        assert_eq!(Emotion::from_word("Angry "), Some(Emotion::Angry));
        assert_eq!(Emotion::from_word("furious"), None);
    }
}

//! A customer's mood as a chip: a face, the word, the colour of its state; the words that show it on hover.

use leptos::prelude::*;
use model::Emotion;

use super::Icon;
use crate::i18n::words;

/// A mood. Without `always`, a calm one shows nothing.
#[component]
pub(crate) fn MoodChip(
    emotion: Emotion,
    #[prop(optional, into)] title: String,
    #[prop(optional)] always: bool,
    #[prop(optional)] small: bool,
) -> impl IntoView {
    let is_shown = always || emotion != Emotion::Neutral;
    is_shown.then(|| {
        let label = emotion.label();
        view! {
            <span class=class_of(emotion) class:small=small data-mood=emotion.as_str() title=title>
                <Icon name=icon_of(emotion) />
                <span>{move || words(&label)}</span>
            </span>
        }
    })
}

/// The face of a mood.
pub(crate) fn icon_of(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => "angry",
        Emotion::Anxious => "annoyed",
        Emotion::Sad => "frown",
        Emotion::Neutral => "meh",
        Emotion::Positive => "smile",
    }
}

fn class_of(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => "pill bad mood",
        Emotion::Anxious => "pill warn mood",
        Emotion::Positive => "pill ok mood",
        Emotion::Sad | Emotion::Neutral => "pill mood",
    }
}

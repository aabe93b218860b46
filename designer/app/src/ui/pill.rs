//! A small word on a coloured ground that tells a state.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::Icon;

/// What the colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Live, fine.
    Ok,
    /// Needs you.
    Warn,
    /// Broken.
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "pill",
            Self::Ok => "pill ok",
            Self::Warn => "pill warn",
            Self::Bad => "pill bad",
        }
    }
}

/// A pill.
#[component]
pub(crate) fn Pill(
    #[prop(into)] text: TextProp,
    #[prop(optional)] tone: Tone,
    #[prop(optional, into)] icon: Option<&'static str>,
) -> impl IntoView {
    view! {
        <span class=tone.class()>
            {icon.map(|name| view! { <Icon name=name /> })}
            <span>{move || text.get()}</span>
        </span>
    }
}

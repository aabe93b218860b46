//! Buttons with words, and buttons with only an icon.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::Icon;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// Something else that can be done.
    #[default]
    Ghost,
    /// Without a border.
    Plain,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn primary",
            Self::Ghost => "btn ghost",
            Self::Plain => "btn plain",
            Self::Danger => "btn danger",
        }
    }
}

/// A button with words.
#[component]
pub(crate) fn Button(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] icon: Option<&'static str>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Shows that the press is at work, and takes no other.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Submits the form it stands in.
    #[prop(optional)]
    submit: bool,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:small=small
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            data-test=test
            on:click=move |_| {
                if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {move || if busy.get() {
                Some(view! { <span class="spin"><Icon name="loader-circle" /></span> }.into_any())
            } else {
                icon.map(|name| view! { <Icon name=name /> }.into_any())
            }}
            <span>{move || label.get()}</span>
        </button>
    }
}

/// A button with only an icon; its name is read out and shown as a tip.
#[component]
pub(crate) fn IconButton(
    #[prop(into)] label: TextProp,
    #[prop(into)] icon: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let tip = label.clone();
    view! {
        <button
            type="button"
            class="icon-btn"
            class:danger=danger
            class:on=move || pressed.is_some_and(|pressed| pressed.get())
            disabled=move || disabled.get()
            aria-label=move || label.get()
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            data-tip=move || tip.get()
            data-test=test
            on:click=move |_| on_press.run(())
        >
            <Icon name=icon />
        </button>
    }
}

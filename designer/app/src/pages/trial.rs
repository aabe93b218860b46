//! "Try it": a customer's words, a button, and what comes of it; for topics, details and libraries.
//!
//! A page makes a [`Trial`] of the call. One with a column for it shows the whole [`TrialBox`]; one with more room puts a
//! [`TrialInput`] where it likes and reads [`Trial::result`].

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::act::act;
use crate::api::Answer;
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, TextArea};

type Call<T> = Rc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Answer<T>>>>>;

/// What is tried, and what came of it. Copy it freely.
pub(crate) struct Trial<T: 'static> {
    text: RwSignal<String>,
    busy: RwSignal<bool>,
    result: RwSignal<Option<T>>,
    call: StoredValue<Call<T>, LocalStorage>,
}

impl<T: 'static> Clone for Trial<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Trial<T> {}

impl<T: Clone + Send + Sync + 'static> Trial<T> {
    /// Nothing is tried yet.
    pub(crate) fn new<F: Future<Output = Answer<T>> + 'static>(call: impl Fn(String) -> F + 'static) -> Self {
        Self {
            text: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            result: RwSignal::new(None),
            call: StoredValue::new_local(Rc::new(move |text| Box::pin(call(text)))),
        }
    }

    /// Tries what is written.
    pub(crate) fn run(self) {
        let wanted = self.text.get_untracked().trim().to_owned();
        if let (false, Some(call)) = (wanted.is_empty(), self.call.try_get_value()) {
            act(self.busy, call(wanted), move |found| drop(self.result.try_set(Some(found))));
        }
    }

    /// What came of it; reading it subscribes.
    pub(crate) fn result(self) -> Option<T> {
        self.result.get()
    }

    /// Forgets what came of it.
    pub(crate) fn forget(self) {
        self.result.set(None);
    }

    /// Tries again what was tried, because something has changed that it depends on.
    pub(crate) fn again(self) {
        if self.result.with_untracked(Option::is_some) {
            self.run();
        }
    }
}

/// The box with the text, the button and the result.
#[component]
pub(crate) fn TrialBox<T: Clone + Send + Sync + 'static>(
    trial: Trial<T>,
    #[prop(into)] placeholder: TextProp,
    #[prop(into)] label: TextProp,
    #[prop(into)] button: TextProp,
    #[prop(into)] icon: &'static str,
    #[prop(into)] test: &'static str,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <header class="column-head"><h2>{move || tr("试一试", "Try it")}</h2></header>
        <div class="column-body stack">
            <TrialInput trial rows=2 placeholder label button icon test />
            {move || trial.result.get().map(&show)}
        </div>
    }
}

/// The text and the button.
#[component]
pub(crate) fn TrialInput<T: Clone + Send + Sync + 'static>(
    trial: Trial<T>,
    rows: u32,
    #[prop(into)] placeholder: TextProp,
    #[prop(into)] label: TextProp,
    #[prop(into)] button: TextProp,
    icon: &'static str,
    test: &'static str,
) -> impl IntoView {
    view! {
        <TextArea value=trial.text rows placeholder label test on_enter=move |()| trial.run() />
        <Button
            kind=ButtonKind::Primary
            icon
            busy=trial.busy
            label=button
            disabled=Signal::derive(move || trial.text.with(|text| text.trim().is_empty()))
            on_press=move |()| trial.run()
        />
    }
}

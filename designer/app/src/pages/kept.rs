//! Something that is edited and saves itself: a moment after the last change, and at once when one leaves.
//!
//! The editor of a topic, a detail or a phrase begins with [`Kept::new`], hands [`Kept::change`] to its parts, and shows
//! [`SavingState`] in its head and [`Refusal`] above its fields.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Texts;

use super::name_pair::NamePair;
use crate::api::{Answer, ApiError};
use crate::i18n::tr;
use crate::ui::{Icon, toast_error};

const SAVE_AFTER: Duration = Duration::from_millis(500);

/// A change of what is edited.
pub(crate) type Edit<T> = Box<dyn FnOnce(&mut T)>;
/// Makes a change.
pub(crate) type Change<T> = Callback<Edit<T>>;

/// How far saving has come.
#[derive(Clone, Debug, PartialEq)]
enum Saving {
    Saved,
    Changed,
    Sending,
    /// Why it was refused.
    Failed(ApiError),
}

type Save<T> = Rc<dyn Fn(T) -> Pin<Box<dyn Future<Output = Answer<()>>>>>;

/// What is edited, and how far saving it has come. Copy it freely.
pub(crate) struct Kept<T: 'static> {
    pub(crate) value: RwSignal<T>,
    saving: RwSignal<Saving>,
    timer: StoredValue<Option<TimeoutHandle>>,
    save: StoredValue<Save<T>, LocalStorage>,
    show: StoredValue<Rc<dyn Fn(T)>, LocalStorage>,
}

impl<T: 'static> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Kept<T> {}

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    /// Begins with what is saved. `show` gets every change at once, for the list beside; `save` sends it.
    pub(crate) fn new<S, F>(first: T, show: impl Fn(T) + 'static, save: S) -> Self
    where
        S: Fn(T) -> F + 'static,
        F: Future<Output = Answer<()>> + 'static,
    {
        let kept = Self {
            value: RwSignal::new(first),
            saving: RwSignal::new(Saving::Saved),
            timer: StoredValue::new(None),
            save: StoredValue::new_local(Rc::new(move |value| Box::pin(save(value)))),
            show: StoredValue::new_local(Rc::new(show)),
        };
        on_cleanup(move || kept.leave());
        kept
    }

    /// Makes changes.
    pub(crate) fn change(self) -> Change<T> {
        Callback::new(move |edit: Edit<T>| {
            self.value.update(edit);
            let Some(show) = self.show.try_get_value() else { return };
            show(self.value.get_untracked());
            self.saving.set(Saving::Changed);
            self.timer.update_value(|timer| {
                if let Some(timer) = timer.take() {
                    timer.clear();
                }
                *timer = set_timeout_with_handle(move || self.send(), SAVE_AFTER).ok();
            });
        })
    }

    /// Takes what the name's inputs say, unless they are empty.
    pub(crate) fn rename(self, name: NamePair, set: fn(&mut T, Texts)) -> Callback<String> {
        let change = self.change();
        Callback::new(move |_| {
            let texts = untrack(|| name.texts());
            if !texts.is_empty() {
                change.run(Box::new(move |value| set(value, texts)));
            }
        })
    }

    /// Is everything saved? Reading it does not subscribe.
    pub(crate) fn is_saved(self) -> bool {
        self.saving.with_untracked(|saving| *saving == Saving::Saved)
    }

    fn send(self) {
        let (Some(current), Some(save)) = (self.value.try_get_untracked(), self.save.try_get_value()) else { return };
        self.saving.set(Saving::Sending);
        spawn_local(async move {
            let next = match save(current).await {
                Ok(()) => Saving::Saved,
                Err(error) => Saving::Failed(error),
            };
            // What was written while it was sent waits for its own timer.
            if self.saving.try_get_untracked() == Some(Saving::Sending) {
                self.saving.set(next);
            }
        });
    }

    /// Something unsent goes at once.
    fn leave(self) {
        if self.saving.try_get_untracked() == Some(Saving::Changed)
            && let (Some(current), Some(save)) = (self.value.try_get_untracked(), self.save.try_get_value())
        {
            self.timer.try_update_value(|timer| timer.take().map(|timer| timer.clear()));
            spawn_local(async move {
                if let Err(error) = save(current).await {
                    toast_error(&error);
                }
            });
        }
    }
}

/// “Saved”, “Saving…”, “Not saved”.
#[component]
pub(crate) fn SavingState<T: Clone + Send + Sync + 'static>(kept: Kept<T>) -> impl IntoView {
    let words = move || {
        kept.saving.with(|saving| match saving {
            Saving::Saved => tr("已保存", "Saved"),
            Saving::Changed | Saving::Sending => tr("保存中…", "Saving…"),
            Saving::Failed(_) => tr("没有保存", "Not saved"),
        })
    };
    view! { <span class="quiet" role="status" data-test="saving">{words}</span> }
}

/// Why it was not saved.
#[component]
pub(crate) fn Refusal<T: Clone + Send + Sync + 'static>(kept: Kept<T>) -> impl IntoView {
    move || match kept.saving.get() {
        Saving::Failed(error) => Some(view! {
            <p class="notice bad" role="alert"><Icon name="circle-alert" /><span>{error.title}" "{error.detail}</span></p>
        }),
        _ => None,
    }
}

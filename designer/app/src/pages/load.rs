//! Something read from the server: on its way, there, or the reason why not; read again without flicker.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{Answer, ApiError};
use crate::ui::{ErrorState, SkeletonRows, toast_error};

type Fetch<T> = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Answer<T>>>>>;

/// How far reading has come.
#[derive(Clone, Debug)]
pub(crate) enum Load<T> {
    /// Nothing is there yet.
    Loading,
    /// Here it is.
    Ready(T),
    /// It could not be had.
    Failed(ApiError),
}

/// A value that the server has. Copy it freely.
pub(crate) struct Remote<T: 'static> {
    state: RwSignal<Load<T>>,
    fetch: StoredValue<Fetch<T>, LocalStorage>,
}

impl<T: 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Remote<T> {}

impl<T: Clone + Send + Sync + 'static> Remote<T> {
    /// Begins to read at once.
    pub(crate) fn new<F: Future<Output = Answer<T>> + 'static>(fetch: impl Fn() -> F + 'static) -> Self {
        let remote = Self {
            state: RwSignal::new(Load::Loading),
            fetch: StoredValue::new_local(Rc::new(move || Box::pin(fetch()))),
        };
        remote.reload();
        remote
    }

    /// Reads again; what is there stays until the answer comes, and stays when none comes.
    pub(crate) fn reload(self) {
        let Some(fetch) = self.fetch.try_get_value() else { return };
        let answer = fetch();
        spawn_local(async move {
            match answer.await {
                // The page may have gone in the meantime.
                Ok(value) => drop(self.state.try_set(Load::Ready(value))),
                Err(error) => match self.state.try_with_untracked(|state| matches!(state, Load::Ready(_))) {
                    Some(true) => toast_error(&error),
                    Some(false) => drop(self.state.try_set(Load::Failed(error))),
                    None => {}
                },
            }
        });
    }

    /// Forgets what is there and reads anew.
    pub(crate) fn restart(self) {
        self.state.set(Load::Loading);
        self.reload();
    }

    /// The value, once it is there; reading it subscribes.
    pub(crate) fn get(self) -> Option<T> {
        self.state.with(|state| match state {
            Load::Ready(value) => Some(value.clone()),
            Load::Loading | Load::Failed(_) => None,
        })
    }

    /// The value without subscribing.
    pub(crate) fn now(self) -> Option<T> {
        untrack(|| self.get())
    }

    /// A part of the value; reading it subscribes.
    pub(crate) fn with<R>(self, read: impl FnOnce(Option<&T>) -> R) -> R {
        self.state.with(|state| match state {
            Load::Ready(value) => read(Some(value)),
            Load::Loading | Load::Failed(_) => read(None),
        })
    }

    /// Changes the value here, ahead of the server.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.state.update(|state| {
            if let Load::Ready(value) = state {
                change(value);
            }
        });
    }

    /// The view of the value; grey rows before it is there, the reason when it cannot be had.
    /// It is drawn anew only when one of these three becomes another; the value inside is followed by `view` itself.
    pub(crate) fn show<V: IntoView + 'static>(
        self,
        rows: usize,
        view: impl Fn() -> V + Send + Sync + 'static,
    ) -> impl IntoView {
        let stage = Memo::new(move |_| {
            self.state.with(|state| match state {
                Load::Loading => Ok(false),
                Load::Ready(_) => Ok(true),
                Load::Failed(error) => Err(error.clone()),
            })
        });
        move || match stage.get() {
            Ok(true) => view().into_any(),
            Ok(false) => view! { <SkeletonRows rows /> }.into_any(),
            Err(error) => view! { <ErrorState error on_retry=move |()| self.restart() /> }.into_any(),
        }
    }
}

//! One press, one call: busy while it runs, the reason when it fails. What is deleted can be taken back.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Answer;
use crate::ui::{toast_error, toast_undo};

/// Runs a call unless one is at work; `then` gets the answer, a failure becomes a message.
pub(crate) fn act<T: 'static>(
    busy: RwSignal<bool>,
    call: impl Future<Output = Answer<T>> + 'static,
    then: impl FnOnce(T) + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let answer = call.await;
        // The page may have gone in the meantime.
        let _ = busy.try_set(false);
        match answer {
            Ok(value) => then(value),
            Err(error) => toast_error(&error),
        }
    });
}

/// Deletes at once, and offers to take it back: `gone` after the one, `back` after the other.
pub(crate) fn delete_with_undo<T, R: Future<Output = Answer<T>> + 'static>(
    said: String,
    delete: impl Future<Output = Answer<()>> + 'static,
    gone: impl FnOnce() + 'static,
    restore: impl Fn() -> R + Send + Sync + 'static,
    back: impl Fn() + Clone + Send + Sync + 'static,
) {
    spawn_local(async move {
        if let Err(error) = delete.await {
            return toast_error(&error);
        }
        gone();
        toast_undo(said, move || {
            let (restored, back) = (restore(), back.clone());
            spawn_local(async move {
                match restored.await {
                    Ok(_) => back(),
                    Err(error) => toast_error(&error),
                }
            });
        });
    });
}

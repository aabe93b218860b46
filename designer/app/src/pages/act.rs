//! One press, one call: busy while it runs, the reason when it fails.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Answer;
use crate::ui::toast_error;

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

//! Autosave: shortly after the last change, with the revision, and plain words when somebody else was faster.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::context::DesignerCx;
use crate::api::{self, ApiError};

/// After a change of content.
const SOON_MS: u64 = 800;
/// After cards moved.
const LATER_MS: u64 = 2500;
/// When the server was not reached.
const RETRY_MS: u64 = 4000;

/// How saving stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SaveState {
    /// Everything is on the server since this time, RFC 3339.
    Saved(String),
    /// Changes wait for a moment's rest.
    Changed,
    /// On the way.
    Saving,
    /// The server was not reached; it is tried again.
    Offline,
    /// The server refuses, and says why.
    Refused(ApiError),
    /// Somebody else saved in between.
    Conflict {
        /// Who.
        by: String,
        /// When, RFC 3339.
        at: String,
        /// The revision that is there now.
        revision: u64,
    },
}

/// What is not saved yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    timer: Option<TimeoutHandle>,
    is_changed: bool,
    is_in_flight: bool,
}

/// Saves after a moment without changes; moves may wait longer.
pub(crate) fn soon(cx: DesignerCx, is_only_moves: bool) {
    let is_conflict = cx.save.with_untracked(|state| matches!(state, SaveState::Conflict { .. }));
    cx.pending.update_value(|pending| pending.is_changed = true);
    if is_conflict {
        return;
    }
    cx.save.set(SaveState::Changed);
    after(cx, if is_only_moves { LATER_MS } else { SOON_MS });
}

fn after(cx: DesignerCx, ms: u64) {
    let timer = set_timeout_with_handle(
        move || {
            if cx.pending.try_get_value().is_some() {
                spawn_local(async move {
                    // How it went is shown in the top bar.
                    let _ = flush(cx).await;
                });
            }
        },
        Duration::from_millis(ms),
    );
    cx.pending.update_value(|pending| {
        if let Some(old) = std::mem::replace(&mut pending.timer, timer.ok()) {
            old.clear();
        }
    });
}

/// Is there anything the server does not have?
pub(crate) fn is_unsaved(cx: DesignerCx) -> bool {
    cx.pending.try_with_value(|pending| pending.is_changed || pending.is_in_flight).unwrap_or(false)
}

/// Saves what is not saved; the answer is the revision the server has.
pub(crate) async fn flush(cx: DesignerCx) -> Result<u64, ApiError> {
    while cx.pending.try_with_value(|pending| pending.is_in_flight).unwrap_or(false) {
        pause(50).await;
    }
    let Some(pending) = cx.pending.try_get_value() else { return Ok(0) };
    if !pending.is_changed {
        return Ok(cx.revision.get_untracked());
    }
    if let Some(timer) = pending.timer {
        timer.clear();
    }
    cx.pending.set_value(Pending { timer: None, is_changed: false, is_in_flight: true });
    cx.save.set(SaveState::Saving);
    let (id, revision) = (cx.flow_id.get_value(), cx.revision.get_untracked());
    let flow = cx.with_flow(Clone::clone);
    let answer = api::save_flow(&id, revision, &flow).await;
    let Some(pending) = cx.pending.try_get_value() else {
        return answer.map(|saved| saved.revision);
    };
    let is_changed_since = pending.is_changed;
    cx.pending.update_value(|pending| pending.is_in_flight = false);
    match answer {
        Ok(saved) => {
            cx.revision.set(saved.revision);
            cx.server_problems.set(saved.problems);
            cx.draft_differs.set(true);
            cx.save.set(if is_changed_since { SaveState::Changed } else { SaveState::Saved(saved.saved_at) });
            Ok(saved.revision)
        }
        Err(error) => {
            cx.pending.update_value(|pending| pending.is_changed = true);
            cx.save.set(refused(&error));
            if error.status == 0 {
                after(cx, RETRY_MS);
            }
            Err(error)
        }
    }
}

fn refused(error: &ApiError) -> SaveState {
    if error.is("draft-changed") {
        SaveState::Conflict {
            by: error.said("by").unwrap_or_default(),
            at: error.said("at").unwrap_or_default(),
            revision: error.said("revision").unwrap_or_default(),
        }
    } else if error.status == 0 {
        SaveState::Offline
    } else {
        SaveState::Refused(error.clone())
    }
}

/// Somebody else was faster, and mine shall stand: saves over their revision.
pub(crate) fn keep_mine(cx: DesignerCx, theirs: u64) {
    cx.revision.set(theirs);
    cx.pending.update_value(|pending| pending.is_changed = true);
    cx.save.set(SaveState::Changed);
    after(cx, 0);
}

/// Opens what is on the server, and lets mine go.
pub(crate) fn take_theirs(cx: DesignerCx) {
    spawn_local(async move {
        match api::flow(&cx.flow_id.get_value()).await {
            Ok(draft) => {
                if cx.pending.try_get_value().is_some() {
                    cx.load(draft);
                }
            }
            Err(error) => crate::ui::toast_error(&error),
        }
    });
}

/// Waits this many milliseconds.
pub(crate) async fn pause(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        // A window always takes a timeout.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

/// The screen goes away: what is unsaved is sent without waiting for the answer.
pub(crate) fn send_last(cx: DesignerCx) {
    let (id, revision) = (cx.flow_id.get_value(), cx.revision.get_untracked());
    let flow = cx.with_flow(Clone::clone);
    spawn_local(async move {
        if let Err(error) = api::save_flow(&id, revision, &flow).await {
            crate::ui::toast_error(&error);
        }
    });
}

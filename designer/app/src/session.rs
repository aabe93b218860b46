//! Who is signed in, for every page: read once at the start, kept in one signal.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError, SessionInfo};
use crate::browser;
use crate::i18n::{self, UiLanguage};

/// What is known of the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Session {
    /// The server has not answered yet.
    #[default]
    Unknown,
    /// Nobody is signed in.
    SignedOut {
        /// There is no owner yet either.
        setup_needed: bool,
    },
    /// Somebody is.
    SignedIn(SessionInfo),
    /// The server cannot be asked.
    Unreachable(ApiError),
}

thread_local! {
    static SESSION: ArcRwSignal<Session> = ArcRwSignal::new(Session::default());
}

/// The session; reading it subscribes.
pub(crate) fn session() -> Session {
    SESSION.with(Get::get)
}

/// The signed-in member's name.
pub(crate) fn member_name() -> String {
    match session() {
        Session::SignedIn(info) => info.member.name,
        _ => String::new(),
    }
}

/// The signed-in member's id; empty when nobody is. Reading it does not subscribe.
pub(crate) fn member_id() -> String {
    match SESSION.with(GetUntracked::get_untracked) {
        Session::SignedIn(info) => info.member.id,
        _ => String::new(),
    }
}

/// Asks the server who is signed in.
pub(crate) fn begin() {
    if !browser::is_here() {
        return;
    }
    spawn_local(async {
        match api::session().await {
            Ok(info) => signed_in(info),
            Err(error) if error.status == 401 => {
                set(Session::SignedOut { setup_needed: error.said("setup_needed").unwrap_or(false) });
            }
            Err(error) => set(Session::Unreachable(error)),
        }
    });
}

/// Somebody has signed in: the screens speak their language, unless this browser chose another.
pub(crate) fn signed_in(info: SessionInfo) {
    if browser::remembered("heliu.language").is_none() && !info.member.language.is_empty() {
        i18n::set_language(UiLanguage::of(&info.member.language));
    }
    set(Session::SignedIn(info));
}

/// The session has ended, here or by the server.
pub(crate) fn lost() {
    SESSION.with(|session| {
        if matches!(session.get_untracked(), Session::SignedIn(_)) {
            session.set(Session::SignedOut { setup_needed: false });
        }
    });
}

fn set(value: Session) {
    SESSION.with(|session| session.set(value));
}

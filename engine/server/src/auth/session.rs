//! Sessions: an opaque token in a cookie, its hash in the store.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use store::members::{Member, Role};
use store::{WorkspaceId, Writing};

use crate::accept::Client;
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::language::CallersLanguage;

const HOUR_MS: i64 = 3_600_000;
/// Without a request for this long the session is over.
const IDLE_MS: i64 = 12 * HOUR_MS;
/// However busy, the session is over after this.
const ABSOLUTE_MS: i64 = 7 * 24 * HOUR_MS;
/// The last use is written down this often at most.
const TOUCH_MS: i64 = 5 * 60_000;

/// A member who is signed in. Routes that take it are closed to everybody else.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) workspace: WorkspaceId,
    pub(crate) member: Member,
}

impl SignedIn {
    /// Only owners go on.
    pub(crate) fn as_owner(&self) -> Result<()> {
        if self.member.role == Role::Owner { Ok(()) } else { Err(forbidden()) }
    }

    /// Agents read flows, but do not change them.
    pub(crate) fn as_editor(&self) -> Result<()> {
        if matches!(self.member.role, Role::Owner | Role::Editor) { Ok(()) } else { Err(forbidden()) }
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let db = app.engine.store().read();
        let not_signed_in = async || -> Result<ApiError> {
            let setup_needed = store::members::count(db, app.workspace).await? == 0;
            Ok(ApiError::new(StatusCode::UNAUTHORIZED, "not-signed-in", "请先登录", "sign in first")
                .with("setup_needed", setup_needed))
        };
        let Some(token) = token(&parts.headers, app) else { return Err(not_signed_in().await?) };
        let (hash, now) = (runtime::hash(&token), runtime::now());
        let Some(session) = store::sessions::by_token(db, &hash, now, IDLE_MS).await? else {
            return Err(not_signed_in().await?);
        };
        let Some(member) = store::members::by_id(db, &session.member_id).await? else {
            return Err(not_signed_in().await?);
        };
        if session.last_seen_at + TOUCH_MS < now {
            let writing = app.engine.store().write().await?;
            store::sessions::touch(&writing, &hash, now).await?;
            commit(writing).await?;
        }
        if let Some(language) = parts.extensions.get::<CallersLanguage>() {
            language.set_members(member.language.clone());
        }
        if let Some(Client(address)) = parts.extensions.get() {
            app.places.staff_is_at(*address);
        }
        Ok(Self { workspace: session.workspace, member })
    }
}

/// Begins a session; the header sets its cookie.
pub(crate) async fn begin(writing: &Writing, app: &App, member: &Member) -> Result<HeaderValue> {
    let (token, now) = (runtime::random_token(), runtime::now());
    store::sessions::create(writing, app.workspace, &member.id, &runtime::hash(&token), now, now + ABSOLUTE_MS).await?;
    cookie(app, &token, ABSOLUTE_MS / 1_000)
}

/// Ends the session of a request; the header removes its cookie.
pub(crate) async fn end(app: &App, headers: &HeaderMap) -> Result<HeaderValue> {
    if let Some(token) = token(headers, app) {
        let writing = app.engine.store().write().await?;
        store::sessions::end(&writing, &runtime::hash(&token)).await?;
        commit(writing).await?;
    }
    cookie(app, "", 0)
}

/// Makes changes durable.
pub(crate) async fn commit(writing: Writing) -> Result<()> {
    writing.commit().await.map_err(Into::into)
}

fn token(headers: &HeaderMap, app: &App) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == app.cookie_name() && !value.is_empty()).map(|(_, value)| value.to_owned())
}

fn cookie(app: &App, token: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if app.is_https { "; Secure" } else { "" };
    let name = app.cookie_name();
    HeaderValue::from_str(&format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"))
        .map_err(|error| ApiError::internal(&error))
}

fn forbidden() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "not-allowed", "您的角色不能做这件事", "your role may not do this")
        .detail("请联系所有者", "ask an owner")
}

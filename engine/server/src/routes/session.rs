//! Signing in and out, and the first owner's set-up.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Language;
use serde::Deserialize;
use serde_json::{Value, json};
use store::members::{Member, Presence, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::auth::session::{self, SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(who, sign_in, sign_out, change)).routes(routes!(set_up))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = Value)))]
async fn who(State(app): State<App>, signed_in: SignedIn) -> Json<Value> {
    Json(shown(&app, &signed_in.member))
}

#[derive(Deserialize)]
struct SetUp {
    token: String,
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    language: Option<String>,
}

/// Makes the first owner, with the token of the link that was printed at the first start.
#[utoipa::path(post, path = "/api/setup", tag = "session", request_body = Value, responses((status = 200, body = Value)))]
async fn set_up(State(app): State<App>, Body(wanted): Body<SetUp>) -> Result<Response> {
    let member = new_member(&app, &wanted.name, &wanted.email, &wanted.password, Role::Owner, wanted.language).await?;
    let writing = app.engine.store().write().await?;
    let now = runtime::now();
    let is_new = store::sessions::use_setup_token(&writing, app.workspace, &runtime::hash(&wanted.token), now).await?;
    if !is_new {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "setup-link-used",
            "这个设置链接无效或已经用过",
            "this set-up link is not valid or has been used",
        )
        .detail(
            "请使用启动时打印的最新链接；已有账号请直接登录",
            "use the newest link printed at start, or sign in if you have an account",
        ));
    }
    store::members::create(&writing, app.workspace, &member, now).await?;
    let cookie = session::begin(&writing, &app, &member).await?;
    commit(writing).await?;
    Ok(with_cookie(cookie, Json(shown(&app, &member))))
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
}

/// Signs in with e-mail and password.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Value, responses((status = 200, body = Value)))]
async fn sign_in(State(app): State<App>, Body(given): Body<SignIn>) -> Result<Response> {
    if app.attempts.is_blocked(&given.email) {
        return Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-attempts",
            "密码错误次数太多",
            "too many wrong passwords",
        )
        .detail("请 15 分钟后再试", "try again in 15 minutes"));
    }
    let found = store::members::by_email(app.engine.store().read(), app.workspace, &given.email).await?;
    let hash = found.as_ref().map(|member| member.password_hash.as_str());
    let is_right = app.passwords.is_right(&given.password, hash).await?;
    let Some(member) = found.filter(|_| is_right) else {
        app.attempts.was_wrong(&given.email);
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "wrong-sign-in",
            "邮箱或密码不对",
            "the e-mail address or the password is wrong",
        ));
    };
    app.attempts.was_right(&given.email);
    let writing = app.engine.store().write().await?;
    let cookie = session::begin(&writing, &app, &member).await?;
    commit(writing).await?;
    Ok(with_cookie(cookie, Json(shown(&app, &member))))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let cookie = session::end(&app, &headers).await?;
    Ok(with_cookie(cookie, StatusCode::NO_CONTENT))
}

#[derive(Deserialize)]
struct Change {
    language: Option<String>,
}

/// Changes the language of the member's screens.
#[utoipa::path(patch, path = "/api/session", tag = "session", request_body = Value, responses((status = 200, body = Value)))]
async fn change(State(app): State<App>, mut signed_in: SignedIn, Body(change): Body<Change>) -> Result<Json<Value>> {
    if let Some(code) = change.language {
        let language = known_language(&code)?;
        let writing = app.engine.store().write().await?;
        store::members::set_language(&writing, &signed_in.member.id, &language).await?;
        commit(writing).await?;
        signed_in.member.language = language;
    }
    Ok(Json(shown(&app, &signed_in.member)))
}

/// A member to add, checked.
pub(crate) async fn new_member(
    app: &App,
    name: &str,
    email: &str,
    password: &str,
    role: Role,
    language: Option<String>,
) -> Result<Member> {
    let (name, email) = (name.trim(), email.trim());
    if name.is_empty() || name.chars().count() > 80 {
        return Err(ApiError::not_valid("请填写姓名（最多 80 个字符）", "give a name of at most 80 characters"));
    }
    let is_address = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    if (!is_address && !email.ends_with("@localhost")) || email.len() > 254 || email.contains(char::is_whitespace) {
        return Err(ApiError::not_valid("邮箱地址不正确", "this is not an e-mail address"));
    }
    Ok(Member {
        id: Uuid::now_v7().to_string(),
        name: name.to_owned(),
        email: email.to_lowercase(),
        role,
        language: known_language(language.as_deref().unwrap_or("zh"))?,
        password_hash: app.passwords.hash(password).await?,
        presence: Presence::Online,
    })
}

fn known_language(code: &str) -> Result<Language> {
    match code {
        "zh" | "en" => Ok(Language::from(code)),
        _ => Err(ApiError::not_valid("界面语言只有 zh 和 en", "the screens speak zh and en")),
    }
}

fn shown(app: &App, member: &Member) -> Value {
    json!({
        "member": {
            "id": member.id,
            "name": member.name,
            "email": member.email,
            "role": member.role,
            "language": member.language,
        },
        "workspace": { "id": app.workspace.0.to_string(), "name": &*app.workspace_name },
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn with_cookie(cookie: HeaderValue, answer: impl IntoResponse) -> Response {
    ([(header::SET_COOKIE, cookie)], answer).into_response()
}

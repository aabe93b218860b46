//! Changes to what flows refer to: durable first, then seen by the next turn of every conversation.

use axum::http::StatusCode;
use store::Writing;

use crate::app::App;
use crate::auth::session::commit;
use crate::error::{ApiError, Result};

/// Keeps what was written.
pub(crate) async fn keep(app: &App, writing: Writing) -> Result<()> {
    commit(writing).await?;
    app.engine.forget_knowledge();
    Ok(())
}

/// Answers a request to delete: keeps what was deleted, or says what is missing.
pub(crate) async fn deleted(
    app: &App,
    writing: Writing,
    was_there: bool,
    missing: impl FnOnce() -> ApiError,
) -> Result<StatusCode> {
    if !was_there {
        return Err(missing());
    }
    keep(app, writing).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Performing effects that are answered: one file per effect.

mod call;
mod circuit;
pub(crate) mod egress;
mod failure;
mod fetch;
mod generate;
pub(crate) mod hosts;
mod resolve;
mod retry;

use interpreter::{Answer, Effect, HttpRequest};
use store::WorkspaceId;
use uuid::Uuid;

use crate::topics::By;
use crate::{Engine, Knowledge};
pub(crate) use call::Caller;
pub(crate) use fetch::{Fetched, NotFetched};
pub(crate) use generate::{
    Asked, Behalf, Generator, Heard, Hearing, Models, NoAnswer, NoVectors, ask, ask_aloud, ranks, vectors,
};

/// Performs one asked effect. Whatever goes wrong is an answer.
pub(crate) async fn perform(
    engine: &Engine,
    knowledge: &Knowledge,
    by: By,
    behalf: Behalf<'_>,
    channel: Option<&str>,
    effect: &Effect,
    key: Uuid,
) -> Answer {
    match effect {
        Effect::Recognise { text, intents, .. } => match engine.recognise(knowledge, by, text, intents).await {
            Ok(recognised) => Answer::Recognised(recognised),
            Err(error) => {
                tracing::error!(%error, "a message could not be recognised");
                Answer::Failed { why: model::Texts::new("意图识别出错", "the message could not be recognised") }
            }
        },
        Effect::Search { query, libraries, limit, .. } => {
            engine.found(&knowledge.models, behalf, channel, query, libraries, *limit).await
        }
        Effect::Extract { sentences, details, now, .. } => knowledge.extracted(sentences, details, *now),
        Effect::Call { request, .. } => engine.call(knowledge.workspace, request, key).await,
        Effect::Generate { task, .. } => generate::generate(engine, &knowledge.models, behalf, task).await,
        other => {
            tracing::error!(effect = ?std::mem::discriminant(other), "an effect without an answer was asked");
            Answer::Failed { why: model::Texts::new("程序内部出错", "the program failed inside") }
        }
    }
}

impl Engine {
    /// Calls a service with the secrets that the request names.
    pub(crate) async fn call(&self, workspace: WorkspaceId, request: &HttpRequest, key: Uuid) -> Answer {
        match self.revealed(workspace, request).await {
            Ok(secrets) => self.caller.call(request, &secrets, key).await,
            Err(why) => Answer::Failed { why },
        }
    }
}

/// Must it be on record before it is performed?
pub(crate) fn has_consequences(effect: &Effect) -> bool {
    matches!(effect, Effect::Call { request, .. } if !request.method.is_safe())
}

/// Is it unknown after a crash whether it happened, and must it not happen twice?
pub(crate) fn is_at_most_once(effect: &Effect) -> bool {
    matches!(effect, Effect::Call { request, .. } if request.at_most_once)
}

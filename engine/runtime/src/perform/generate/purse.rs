//! What models cost: read before one is asked, and written down whatever came of it.

use interpreter::Usage;
use model::{ModelProvider, ModelSettings, Texts};
use store::Store;
use store::models::Spent;

use super::budget::{Budget, budgets, micros};
use super::{Behalf, NoAnswer};

/// Where spending is written down.
pub(super) struct Purse<'a> {
    pub(super) store: &'a Store,
    pub(super) behalf: Behalf<'a>,
    pub(super) day: &'a str,
}

impl Purse<'_> {
    pub(super) async fn budgets(&self, settings: &ModelSettings) -> store::Result<Vec<Budget>> {
        let (db, workspace) = (self.store.read(), self.behalf.workspace);
        let day = store::models::spent_on(db, workspace, self.day).await?;
        let conversation = match self.behalf.conversation {
            Some(id) => Some((id.to_owned(), store::models::spent_by(db, workspace, id).await?)),
            None => None,
        };
        Ok(budgets(settings, (format!("{} {}", workspace.0, self.day), day), conversation))
    }

    /// Durable before the amount held for it is given back.
    pub(super) async fn pay(&self, usage: Usage) {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let spent = Spent {
            calls: 1,
            tokens_in: whole(usage.tokens_in),
            tokens_out: whole(usage.tokens_out),
            cost_micros: whole(usage.cost_micros),
        };
        let Behalf { workspace, conversation } = self.behalf;
        let (store, day, conversation) = (self.store.clone(), self.day.to_owned(), conversation.map(str::to_owned));
        // In a task of its own: a turn that commits while its model answers does not poll this, and would wait for the
        // very writer that is held here.
        let written = tokio::spawn(async move {
            let writing = store.write().await?;
            store::models::spend(&writing, workspace, &day, conversation.as_deref(), spent).await?;
            writing.commit().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "what a model cost could not be written down"),
            Err(error) => tracing::error!(%error, "what a model cost could not be written down"),
        }
    }
}

/// The same use with its price.
pub(super) fn priced(usage: Usage, provider: &ModelProvider) -> Usage {
    let cost_micros = micros(usage.tokens_in, provider.price_in) + micros(usage.tokens_out, provider.price_out);
    Usage { cost_micros, ..usage }
}

/// Budgets that cannot be read allow nothing.
pub(super) fn no_count(error: store::Error) -> NoAnswer {
    tracing::error!(%error, "budgets could not be read");
    NoAnswer::Failed(Texts::new("暂时读不到模型预算", "the budgets for models cannot be read at the moment"))
}

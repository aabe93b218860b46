//! Counts of what became of answers: gathered in memory, written every few seconds, so that no turn waits for them.
//! A crash loses the counts of the last seconds, and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use interpreter::Verdict;
use store::WorkspaceId;
use store::judgements::Counts;

use crate::{Engine, Result};

/// How often they are written.
const PAUSE: Duration = Duration::from_secs(3);

/// Counts that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Judgements {
    waiting: Mutex<HashMap<WorkspaceId, BTreeMap<String, Counts>>>,
}

impl Judgements {
    /// Counts what a committed turn did.
    pub(crate) fn add(&self, workspace: WorkspaceId, judged: &[(String, Verdict)]) {
        if judged.is_empty() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = waiting.entry(workspace).or_default();
        for (found, verdict) in judged {
            let counts = counts.entry(found.clone()).or_default();
            match verdict {
                Verdict::Shown => counts.shown += 1,
                Verdict::Helpful => counts.helpful += 1,
                Verdict::NotHelpful => counts.not_helpful += 1,
            }
        }
    }
}

impl Engine {
    /// Writes counts now and then, for ever.
    pub(crate) async fn keep_judgements(&self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            self.write_judgements().await;
        }
    }

    /// Writes what was counted so far.
    pub async fn write_judgements(&self) {
        let waiting = std::mem::take(&mut *self.judgements.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = self.add_judgements(&waiting).await {
            tracing::warn!(%error, "counts of answers could not be written");
        }
    }

    async fn add_judgements(&self, waiting: &HashMap<WorkspaceId, BTreeMap<String, Counts>>) -> Result<()> {
        let writing = self.store.write().await?;
        for (workspace, counts) in waiting {
            store::judgements::add(&writing, *workspace, counts).await?;
        }
        writing.commit().await?;
        Ok(())
    }
}

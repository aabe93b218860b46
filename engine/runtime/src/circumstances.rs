//! What steps read of their workspace, and which versions calls lead to: kept, so that journals fold to the same states.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use model::{FlowId, FlowKey, Moment, Resources};
use serde::{Deserialize, Serialize};
use store::{Store, WorkspaceId};

use crate::topics::TopicSet;
use crate::{Error, Result, secret};

/// Loaded circumstances that are kept; beyond it all are forgotten.
const MAX_LOADED: usize = 64;

/// The live version of each flow.
pub(crate) type Live = BTreeMap<FlowKey, (FlowId, i64)>;

/// What a workspace offers to running conversations at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Circumstances {
    /// Calendars, connectors, teams, names of intents. Drafts come and go, steps do not read them: `flows` is empty.
    pub(crate) resources: Arc<Resources>,
    /// The versions that calls lead to.
    pub(crate) live: Live,
    /// The topics that conversations begin with, by the hash of their set; earlier releases did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) topics: Option<String>,
}

impl Circumstances {
    /// Of a workspace's resources, releases and served topics.
    pub(crate) fn new(resources: &Resources, live: Live, topics: &TopicSet) -> Self {
        let resources = Resources { flows: Vec::new(), unset_secrets: BTreeMap::new(), ..resources.clone() };
        Self { resources: Arc::new(resources), live, topics: Some(topics.hash.clone()) }
    }

    /// Puts them on record with their topics, once per content; answers with their number.
    pub(crate) async fn keep(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        topics: &TopicSet,
        now: Moment,
    ) -> Result<i64> {
        let document = serde_json::to_string(self).map_err(|error| Error::Internal(error.to_string()))?;
        let hash = secret::hash(&document);
        let newest = store::topic_sets::newest(store.read(), workspace).await?;
        if newest.as_deref() == Some(topics.hash.as_str())
            && let Some(number) = store::circumstances::number(store.read(), workspace, &hash).await?
        {
            return Ok(number);
        }
        let topics_document = topics.document()?;
        let writing = store.write().await?;
        store::circumstances::keep(&writing, workspace, &hash, &document, now).await?;
        let number = store::circumstances::number(&writing, workspace, &hash).await?;
        let number = number.ok_or_else(|| Error::Internal("circumstances were not kept".into()))?;
        let kept = store::topic_sets::Kept { hash: &topics.hash, document: &topics_document };
        store::topic_sets::keep(&writing, workspace, number, kept, now).await?;
        writing.commit().await?;
        Ok(number)
    }
}

/// The versions of flows that circumstances on record name.
pub fn versions_in(document: &str) -> Vec<(FlowId, i64)> {
    let read: Option<Circumstances> = serde_json::from_str(document).ok();
    read.map(|read| read.live.into_values().collect()).unwrap_or_default()
}

/// Circumstances of the past that running conversations began in.
#[derive(Debug, Default)]
pub(crate) struct Past {
    loaded: Mutex<HashMap<i64, Arc<Circumstances>>>,
}

impl Past {
    /// Circumstances by their number; `None` for 0, which is unknown.
    pub(crate) async fn get(&self, store: &Store, number: i64) -> Result<Option<Arc<Circumstances>>> {
        if number == 0 {
            return Ok(None);
        }
        if let Some(found) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Ok(Some(Arc::clone(found)));
        }
        let Some(document) = store::circumstances::document(store.read(), number).await? else { return Ok(None) };
        let read = serde_json::from_str(&document);
        let found: Circumstances =
            read.map_err(|source| store::Error::Unreadable { what: "record of circumstances", source })?;
        let found = Arc::new(found);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.len() >= MAX_LOADED {
            loaded.clear();
        }
        loaded.insert(number, Arc::clone(&found));
        Ok(Some(found))
    }
}

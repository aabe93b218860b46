//! What a workspace knows: resources for checks and steps, topics that are recognised. Libraries are in `shelf`.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::{Answer, FoundDetail};
use model::{Detail, DetailKey, Flow, FlowSignature, Intent, LibraryKey, Moment, Named, Resources, Texts, time_zone};
use nlu::details::{Hit as DetailHit, Vocabulary};
use store::channels::Channel;
use store::{Store, WorkspaceId};
use tokio::sync::OnceCell;

use crate::circumstances::Circumstances;
use crate::perform::Models;
use crate::topics::TopicModel;
use crate::{Engine, Result};

/// Read once, used by every turn until something changes.
pub struct Knowledge {
    pub(crate) workspace: WorkspaceId,
    /// Which state of the workspace this is; programs are kept per generation.
    pub generation: u64,
    /// What flows may refer to.
    pub resources: Arc<Resources>,
    /// The doors customers come in by.
    pub(crate) channels: BTreeMap<String, Channel>,
    /// What running conversations see of the workspace.
    pub(crate) circumstances: Circumstances,
    /// Their number on record, once a conversation ran in them.
    on_record: OnceCell<i64>,
    /// The topics that new conversations begin with; they may be older than those that are written.
    pub(crate) topics: Arc<TopicModel>,
    vocabulary: Vocabulary,
    names: BTreeMap<String, Texts>,
    /// Language models that may be asked.
    pub(crate) models: Models,
}

impl Knowledge {
    /// Reads a workspace. Topics are learnt beside it; until that is done the topics of `before` serve.
    pub(crate) async fn load(
        engine: &Engine,
        workspace: WorkspaceId,
        generation: u64,
        before: Option<&Self>,
    ) -> Result<Self> {
        let store = &engine.store;
        let topics = engine.served(workspace, before.map(|before| &before.topics)).await?;
        let written = engine.topics.written(store, workspace).await?;
        let intents = &written.set.intents;
        let libraries = store::libraries::names(store.read(), workspace).await?;
        let details = store::details::all(store.read(), workspace).await?;
        let mut resources = resources(store, workspace, intents, &details, &libraries).await?;
        resources.unset_secrets = engine.unset_secrets(workspace, &resources.connectors).await?;
        let calendar = resources.calendars.first();
        let models = Models {
            providers: store::models::providers(store.read(), workspace).await?,
            settings: store::models::settings(store.read(), workspace).await?,
            time_zone: calendar.map(|calendar| calendar.time_zone.clone()).unwrap_or_default(),
        };
        let channels = store::channels::all(store.read(), workspace).await?;
        let channels = channels.into_iter().map(|channel| (channel.key.clone(), channel)).collect();
        let live = store::versions::live_by_keys(store.read(), workspace).await?;
        let circumstances = Circumstances::new(&resources, live, &topics.set);
        let names = intents.iter().map(|intent| (intent.key.0.clone(), intent.name.clone())).collect();
        // Fifty thousand words take a moment to prepare, and change seldom.
        let known = before.map(|before| before.vocabulary.clone()).unwrap_or_default();
        let prepared = tokio::task::spawn_blocking(move || known.renewed(&details)).await;
        let vocabulary = prepared.map_err(|error| crate::Error::Internal(error.to_string()))?;
        Ok(Self {
            workspace,
            generation,
            resources: Arc::new(resources),
            channels,
            circumstances,
            on_record: OnceCell::new(),
            topics,
            vocabulary,
            names,
            models,
        })
    }

    /// The number of these circumstances, on record from now on. Writes when they are new: never called in a
    /// transaction.
    pub(crate) async fn circumstances(&self, engine: &Engine, workspace: WorkspaceId) -> Result<i64> {
        let keep = || self.circumstances.keep(&engine.store, workspace, &self.topics.set, engine.clock.now());
        self.on_record.get_or_try_init(keep).await.copied()
    }

    /// The same, if they are on record already.
    pub(crate) fn number_on_record(&self) -> Option<i64> {
        self.on_record.get().copied()
    }

    /// The name of a topic that is written.
    pub(crate) fn topic_name(&self, key: &str) -> Option<&Texts> {
        self.names.get(key)
    }

    /// What a sentence gives of some of the workspace's details, in reading order; none means all.
    pub fn find_details(&self, sentence: &str, details: &[DetailKey], now: Moment) -> Vec<DetailHit> {
        let all = if details.is_empty() { self.vocabulary.keys() } else { Vec::new() };
        self.vocabulary.find(sentence, if details.is_empty() { &all } else { details }, &self.zoned(now))
    }

    /// A moment in the workspace's time zone.
    pub fn zoned(&self, now: Moment) -> nlu::details::Zoned {
        nlu::details::zoned(now, time_zone(&self.resources.calendars))
    }

    /// The same for several sentences, as an answer to a flow.
    pub(crate) fn extracted(&self, sentences: &[String], details: &[DetailKey], now: Moment) -> Answer {
        let found = sentences.iter().enumerate().flat_map(|(sentence, words)| {
            self.find_details(words, details, now).into_iter().map(move |hit| FoundDetail {
                sentence,
                detail: hit.detail,
                value: hit.value,
                words: hit.words,
                start: hit.start,
                end: hit.end,
            })
        });
        Answer::Extracted { found: found.collect() }
    }
}

/// Everything flows of a workspace may refer to.
async fn resources(
    store: &Store,
    workspace: WorkspaceId,
    intents: &[Intent],
    details: &[Detail],
    libraries: &[(LibraryKey, Texts)],
) -> Result<Resources> {
    let db = store.read();
    let live = store::versions::all_live(db, workspace).await?;
    let mut drafts: Vec<Flow> = store::drafts::all(db, workspace).await?.into_iter().map(|draft| draft.flow).collect();
    drafts.sort_by(|a, b| a.key.cmp(&b.key));
    let teams = store::directory::teams(db, workspace).await?;
    Ok(Resources {
        intents: intents.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }).collect(),
        details: details.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }).collect(),
        libraries: libraries.iter().map(|(key, name)| Named { key: key.clone(), name: name.clone() }).collect(),
        teams: teams.into_iter().map(|team| Named { key: team.key, name: team.name }).collect(),
        calendars: store::directory::calendars(db, workspace).await?,
        connectors: store::directory::connectors(db, workspace).await?,
        phrases: store::phrases::all(db, workspace).await?,
        flows: drafts.iter().map(|flow| signature(flow, live.contains_key(&flow.id))).collect(),
        unset_secrets: BTreeMap::new(),
    })
}

/// What a caller needs to know of a flow. The ends are the results of its end steps.
pub fn signature(flow: &Flow, is_live: bool) -> FlowSignature {
    let results = flow.nodes.iter().filter(|node| node.kind == "end");
    let mut ends: Vec<String> = results
        .filter_map(|node| node.config.get("result")?.as_str())
        .filter(|result| !result.is_empty())
        .map(str::to_owned)
        .collect();
    ends.sort();
    ends.dedup();
    FlowSignature {
        key: flow.key.clone(),
        name: flow.name.clone(),
        inputs: flow.inputs.clone(),
        outputs: flow.outputs.clone(),
        ends,
        is_live,
    }
}

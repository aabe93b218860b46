//! The customer's side: opening a conversation, saying something, catching up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use interpreter::{Event, State};
use model::{Content, FlowKey, Input, Language, Message, Moment, Sender, Status, VarName};
use serde_json::Value;
use store::WorkspaceId;
use store::conversations::Conversation;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};
use uuid::Uuid;

use crate::hot::Warm;
use crate::mood::mood_of;
use crate::replicas::settled;
use crate::turn::{MOST_ACCEPTED, Words, Work, shortened, state_of};
use crate::{Engine, Error, Result, secret};

/// Messages that one answer carries at most.
const PAGE: usize = 500;
const TOPIC_CHARS: usize = 60;

/// What a customer's window wants.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// The door.
    pub channel: String,
    /// Another published flow, where the channel lets callers choose.
    pub flow: Option<FlowKey>,
    /// The customer's language.
    pub language: Option<Language>,
    /// Values of the flow's variables, where the channel lets callers give them.
    pub values: BTreeMap<VarName, Value>,
    /// What agents see of the customer's name.
    pub customer: String,
}

/// A new conversation.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The uuid for addresses.
    pub id: String,
    /// Whoever has it is the customer.
    pub token: String,
    /// The first turn.
    pub answered: Answered,
}

/// What a turn answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The number of the last message.
    pub seq: i64,
    /// What was said, the customer's own message included.
    pub messages: Vec<Message>,
    /// Where the conversation stands.
    pub status: Status,
    /// The flow collects short messages for so long before it answers; the answer comes to whoever listens.
    pub collecting_ms: Option<i64>,
}

impl Engine {
    /// Opens a conversation and lets the flow say its first words.
    pub async fn open(self: &Arc<Self>, workspace: WorkspaceId, opening: Opening) -> Result<Opened> {
        let permit = self.admit()?;
        let engine = Arc::clone(self);
        // A task of its own: the turn goes on when the caller's connection breaks.
        let turn = async move { permit.ends(engine.open_now(workspace, opening).await) };
        spawned(Box::pin(turn.instrument(info_span!("turn", what = "opened", conversation.id = Empty)))).await
    }

    /// A customer's message. The same id again gives the same answer again.
    pub async fn say(self: &Arc<Self>, id: &str, token: &str, client_id: &str, input: Input) -> Result<Answered> {
        let permit = self.admit()?;
        let engine = Arc::clone(self);
        let (id, token, client_id) = (id.to_owned(), token.to_owned(), client_id.to_owned());
        let span = info_span!("turn", what = "said", conversation.id = %id);
        let turn = async move { permit.ends(settled(|| engine.say_now(&id, &token, &client_id, input.clone())).await) };
        spawned(Box::pin(turn.instrument(span))).await
    }

    /// What was said after a number.
    pub async fn catch_up(&self, id: &str, token: &str, after: i64) -> Result<Answered> {
        self.catch_up_by(id, token, after, PAGE).await
    }

    /// The same, with so many messages at most; whoever gets that many asks again.
    pub async fn catch_up_by(&self, id: &str, token: &str, after: i64, n: usize) -> Result<Answered> {
        let conversation = self.customers(id, token).await?;
        let messages = store::messages::after(self.store.read(), conversation.id, after, n as u64).await?;
        let seq = messages.last().map_or(conversation.last_seq, |message| message.seq);
        Ok(Answered { seq, messages, status: conversation.status, collecting_ms: None })
    }

    async fn open_now(&self, workspace: WorkspaceId, opening: Opening) -> Result<Opened> {
        let knowledge = self.knowledge(workspace).await?;
        let circumstances = knowledge.circumstances(self, workspace).await?;
        let channel = knowledge.channels.get(&opening.channel).ok_or(Error::NoChannel)?;
        let wanted = opening.flow.filter(|_| channel.is_open).or_else(|| channel.flow.clone()).ok_or(Error::NoFlow)?;
        let (flow_id, version) = knowledge.circumstances.live.get(&wanted).cloned().ok_or(Error::NoFlow)?;
        let (public_id, token, now) = (Uuid::new_v4().to_string(), secret::random_token(), self.clock.now());
        Span::current().record("conversation.id", &public_id);
        let conversation = Conversation {
            id: 0,
            workspace,
            public_id: public_id.clone(),
            token_hash: secret::hash(&token),
            channel: channel.key.clone(),
            flow_id,
            flow_key: wanted,
            version,
            state: String::new(),
            state_version: 0,
            owner_epoch: 0,
            turn: 1,
            n_events: 0,
            last_seq: 0,
            status: Status::Waiting,
            unanswered_effect: None,
            customer: shortened(&opening.customer, TOPIC_CHARS),
            team: None,
            priority: None,
            topic: None,
            packet: None,
            waiting_since: None,
            agent_id: None,
            agent_name: None,
            last_sender: None,
            last_text: None,
            result: None,
            rating: None,
            rating_reason: None,
            summary: None,
            created_at: now,
            changed_at: now,
            ended_at: None,
            circumstances,
        };
        let language = opening.language;
        // The state begins in the flow's main language; `Open` takes the customer's where the flow has it.
        let main = self.program(&knowledge, &conversation).await?.flow().main_language();
        let warm = Box::new(Warm { conversation, state: State::new(main), accepted: Some(HashMap::new()) });
        let mut work = Work::open(self, warm).await?;
        let values = if channel.is_open { opening.values } else { BTreeMap::new() };
        let _turn = self.mailboxes.enter(&public_id, usize::MAX).await?;
        work.happen(&Event::Open { language, values, channel: channel.key.clone() }).await?;
        work.finish().await?;
        Ok(Opened { id: public_id, token, answered: self.rest(work) })
    }

    async fn say_now(&self, id: &str, token: &str, client_id: &str, input: Input) -> Result<Answered> {
        let _turn = self.mailboxes.enter(id, self.limits.mailbox).await?;
        let warm = self.customers_at_rest(id, token).await?;
        let body_hash = secret::hash(&serde_json::to_string(&input).unwrap_or_default());
        let before = match &warm.accepted {
            Some(all) => all.get(client_id).cloned(),
            None => store::messages::accepted(self.store.read(), warm.conversation.id, client_id).await?,
        };
        if let Some(accepted) = before {
            let collecting_ms = collecting_ms(&warm.state, self.clock.now());
            let repeated = self.repeat(warm, &accepted, &body_hash).await?;
            return Ok(Answered { collecting_ms, ..repeated });
        }
        if warm.conversation.status == Status::Ended {
            return Err(Error::Ended);
        }
        let mut work = Work::resume(self, warm).await?;
        if work.state.is_over() {
            return Err(Error::Ended);
        }
        let content = self.as_content(&work, &input).await?;
        if work.conversation.topic.is_none() {
            work.conversation.topic = Some(shortened(&content.as_text(), TOPIC_CHARS));
        }
        work.say(Words {
            client_id: Some(client_id.to_owned()),
            body_hash: Some(body_hash),
            ..Words::new(Sender::Customer, content)
        });
        let (mood, act) = (mood_of(&input), work.act_of(&input));
        work.happen(&Event::Said { input, mood, act }).await?;
        work.raise_priority();
        work.finish().await?;
        Ok(self.rest(work))
    }

    /// The answer that a message got when it came the first time.
    async fn repeat(&self, warm: Box<Warm>, accepted: &store::messages::Accepted, body_hash: &str) -> Result<Answered> {
        if accepted.body_hash != body_hash {
            return Err(Error::IdReused);
        }
        let id = warm.conversation.id;
        if warm.conversation.unanswered_effect.is_some() {
            Work::open(self, warm).await?.recovered().await?;
        }
        let messages = store::messages::of_turn(self.store.read(), id, accepted.turn).await?;
        let end = store::messages::turn_end(self.store.read(), id, accepted.turn).await?;
        let (status, seq) = end.unwrap_or((Status::Waiting, accepted.seq));
        Ok(Answered { seq, messages, status, collecting_ms: None })
    }

    /// The conversation, if the token opens it.
    async fn customers(&self, id: &str, token: &str) -> Result<Conversation> {
        let found = store::conversations::by_public_id(self.store.read(), id).await?;
        let hash = secret::hash(token);
        found.filter(|conversation| same(&conversation.token_hash, &hash)).ok_or(Error::NotFound)
    }

    /// The same with its state: as the last turn left it in memory, or else from the store.
    async fn customers_at_rest(&self, id: &str, token: &str) -> Result<Box<Warm>> {
        if let Some(warm) = self.hot.take(id) {
            if same(&warm.conversation.token_hash, &secret::hash(token)) {
                return Ok(warm);
            }
            self.hot.keep(warm);
            return Err(Error::NotFound);
        }
        let mut conversation = self.customers(id, token).await?;
        let state = state_of(&mut conversation)?;
        let accepted = store::messages::all_accepted(self.store.read(), conversation.id, MOST_ACCEPTED as u64).await?;
        Ok(Box::new(Warm { conversation, state, accepted }))
    }

    /// What a finished turn answers; its conversation is kept for the next one.
    fn rest(&self, work: Work<'_>) -> Answered {
        let (warm, messages) = work.rest();
        let answered = Answered {
            seq: warm.conversation.last_seq,
            messages,
            status: warm.conversation.status,
            collecting_ms: collecting_ms(&warm.state, self.clock.now()),
        };
        self.hot.keep(warm);
        answered
    }

    /// What the transcript shows: a pressed button by its label, a form by its values.
    async fn as_content(&self, work: &Work<'_>, input: &Input) -> Result<Content> {
        Ok(match input {
            Input::Text(text) => Content::text(text),
            Input::Choice(id) => {
                let before = work.conversation.last_seq - 20;
                let recent = store::messages::after(self.store.read(), work.conversation.id, before, 20).await?;
                Content::text(label_of(&recent, id).unwrap_or_else(|| id.clone()))
            }
            Input::Form(values) => Content::Filled { values: values.clone(), text: input.as_text() },
            Input::File(url) => {
                let name = url.rsplit('/').next().unwrap_or(url).to_owned();
                Content::File { url: url.clone(), name }
            }
        })
    }
}

/// How long a conversation goes on collecting short messages, where it does.
pub(crate) fn collecting_ms(state: &State, now: Moment) -> Option<i64> {
    state.burst.as_ref().map(|burst| (burst.timer.due - now).max(0))
}

/// The label of the button that was pressed, in the latest message that has it.
pub(crate) fn label_of(messages: &[Message], id: &str) -> Option<String> {
    messages.iter().rev().find_map(|message| match &message.content {
        Content::Choices { options, .. } => {
            options.iter().find(|option| option.id == id).map(|option| option.label.clone())
        }
        _ => None,
    })
}

/// Compares hashes without telling by the time where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Runs a turn in a task of its own, so that a panic ends the turn and nothing else. Boxed: a turn is large, and would be
/// copied on its way into the task and out of it.
pub(crate) async fn spawned<T: Send + 'static>(turn: BoxFuture<'static, Result<T>>) -> Result<T> {
    match tokio::spawn(turn).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a turn did not finish");
            Err(Error::Internal("a turn did not finish".into()))
        }
    }
}

//! A turn: one thing happens to a conversation, its effects are performed, all of it is committed at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use interpreter::{AgentAct, Answer, Effect, Event, Pending, Program, State, Verdict};
use model::{Act, Content, Input, Language, Message, NodeId, Sender, Status, Texts};
use store::conversations::Conversation;
use store::messages::Accepted;
use store::turns::{Happened, Said, Turn};
use store::{crash, rfc3339, timers::Due};
use tracing::{Instrument, info_span};
use uuid::Uuid;

use crate::happen::{Outcome, Panicked, act_of, happen, happen_after_panic, happen_to};
use crate::hot::Warm;
use crate::perform::{Behalf, has_consequences, is_at_most_once, perform};
use crate::summaries::HandedOver;
use crate::topics::By;
use crate::{Engine, Error, Knowledge, Result};

/// Effects that one turn may ask for; a flow that wants more goes in circles.
const MAX_EFFECTS: usize = 50;
/// An effect that answers within this time costs no commit of its own.
const PATIENCE: Duration = Duration::from_millis(300);
/// Accepted messages that a conversation at rest remembers by itself; with more, the store is asked.
pub(crate) const MOST_ACCEPTED: usize = 200;
/// What lists show of a message.
const LAST_TEXT_CHARS: usize = 120;

/// A turn in progress.
pub(crate) struct Work<'e> {
    engine: &'e Engine,
    pub(crate) conversation: Conversation,
    pub(crate) state: State,
    program: Arc<Program>,
    knowledge: Arc<Knowledge>,
    pending: Uncommitted,
    /// Everything said in this turn, committed or not.
    pub(crate) messages: Vec<Message>,
    /// What the workspace offers, by its number on record.
    circumstances: i64,
    /// What was accepted in this conversation, where that is known.
    accepted: Option<HashMap<String, Accepted>>,
}

/// What the turn did since its last commit.
#[derive(Default)]
struct Uncommitted {
    events: Vec<Happened>,
    said: Vec<Said>,
    set_timers: Vec<(String, i64)>,
    gone_timers: Vec<String>,
    is_handed_off: bool,
    judged: Vec<(String, Verdict)>,
}

/// A message about to be said.
pub(crate) struct Words {
    pub(crate) from: Sender,
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
    pub(crate) node: Option<NodeId>,
    pub(crate) client_id: Option<String>,
    pub(crate) body_hash: Option<String>,
}

impl Words {
    /// Words of the flow or of the product.
    pub(crate) fn new(from: Sender, content: Content) -> Self {
        Self { from, name: None, content, node: None, client_id: None, body_hash: None }
    }
}

impl<'e> Work<'e> {
    /// Begins the next turn of a conversation. One that was interrupted in its middle is finished first.
    pub(crate) async fn begin(engine: &'e Engine, conversation: Conversation) -> Result<Self> {
        engine.hot.take(&conversation.public_id);
        let work = Self::load(engine, conversation).await?;
        work.begun().await
    }

    /// The same for a conversation at rest.
    pub(crate) async fn resume(engine: &'e Engine, warm: Box<Warm>) -> Result<Self> {
        Self::open(engine, warm).await?.begun().await
    }

    /// The first turn of a conversation that is not stored yet.
    pub(crate) async fn open(engine: &'e Engine, warm: Box<Warm>) -> Result<Self> {
        let Warm { conversation, state, accepted } = *warm;
        let mut work = Self::with_state(engine, conversation, state).await?;
        work.accepted = accepted;
        Ok(work)
    }

    async fn begun(mut self) -> Result<Self> {
        if self.conversation.unanswered_effect.is_some() {
            self.finish_interrupted().await?;
        }
        self.conversation.turn += 1;
        self.messages.clear();
        Ok(self)
    }

    /// Finishes the turn that a crash interrupted, if there is one.
    pub(crate) async fn recover(engine: &'e Engine, conversation: Conversation) -> Result<()> {
        engine.hot.take(&conversation.public_id);
        Self::load(engine, conversation).await?.recovered().await
    }

    /// The same for a conversation that was loaded already.
    pub(crate) async fn recovered(mut self) -> Result<()> {
        if self.conversation.unanswered_effect.is_some() {
            self.finish_interrupted().await?;
        }
        Ok(())
    }

    /// A turn of a conversation with a state at hand.
    pub(crate) async fn with_state(engine: &'e Engine, conversation: Conversation, state: State) -> Result<Self> {
        let knowledge = engine.knowledge(conversation.workspace).await?;
        let circumstances = knowledge.circumstances(engine, conversation.workspace).await?;
        let program = engine.program(&knowledge, &conversation).await?;
        let (pending, messages) = (Uncommitted::default(), Vec::new());
        Ok(Self { engine, conversation, state, program, knowledge, pending, messages, circumstances, accepted: None })
    }

    async fn load(engine: &'e Engine, mut conversation: Conversation) -> Result<Self> {
        let state = state_of(&mut conversation)?;
        Self::with_state(engine, conversation, state).await
    }

    /// Adds words to the transcript.
    pub(crate) fn say(&mut self, words: Words) {
        let at = self.engine.clock.now();
        let conversation = &mut self.conversation;
        conversation.last_seq += 1;
        conversation.last_sender = Some(words.from);
        conversation.last_text = Some(shortened(&words.content.as_text(), LAST_TEXT_CHARS));
        let message = Message {
            seq: conversation.last_seq,
            at: rfc3339(at),
            from: words.from,
            name: words.name,
            content: words.content,
            node: words.node,
            client_id: words.client_id,
        };
        if let (Some(accepted), Some(id)) = (&mut self.accepted, &message.client_id) {
            let body_hash = words.body_hash.clone().unwrap_or_default();
            let first = Accepted { turn: conversation.turn, seq: message.seq, body_hash };
            accepted.insert(id.clone(), first);
        }
        if self.accepted.as_ref().is_some_and(|accepted| accepted.len() > MOST_ACCEPTED) {
            self.accepted = None;
        }
        self.pending.said.push(Said { message, at, body_hash: words.body_hash });
    }

    /// Adds a line of the product itself, in the conversation's language.
    pub(crate) fn notice(&mut self, texts: &Texts) {
        let text = texts.get(&self.state.language, &[]).to_owned();
        self.say(Words::new(Sender::System, Content::Notice { text }));
    }

    /// What the customer's words do beside answering.
    pub(crate) fn act_of(&self, input: &Input) -> Option<Act> {
        act_of(&self.program, input)
    }

    /// Lets an event happen, and goes on until the conversation waits.
    pub(crate) async fn happen(&mut self, event: &Event) -> Result<()> {
        let asked = self.step(event).await?;
        self.go_on(asked).await
    }

    /// Somebody who becomes angry or anxious while in line comes before the others.
    pub(crate) fn raise_priority(&mut self) {
        if self.state.status == Status::Queued && self.state.is_pressing() {
            self.conversation.priority = Some("high".into());
        }
    }

    /// The timer is gone, whatever becomes of it.
    pub(crate) fn timer_fired(&mut self, due: &Due) {
        self.pending.gone_timers.push(due.timer.clone());
    }

    /// Makes everything durable and tells whoever listens.
    pub(crate) async fn finish(&mut self) -> Result<()> {
        self.commit(true).await
    }

    /// The conversation at rest, with what this turn accepted. Only after [`Work::finish`].
    pub(crate) fn rest(self) -> (Box<Warm>, Vec<Message>) {
        let Self { conversation, state, accepted, messages, .. } = self;
        (Box::new(Warm { conversation, state, accepted }), messages)
    }

    async fn finish_interrupted(&mut self) -> Result<()> {
        self.engine.make_ours(&mut self.conversation).await?;
        let Pending::Effect { effect, .. } = self.state.pending.clone() else {
            return self.commit(true).await;
        };
        tracing::info!(conversation.id = %self.conversation.public_id, "finishing a turn that was interrupted");
        crash::point("in_recovery");
        if is_at_most_once(&effect)
            && let Some(id) = effect.asked()
        {
            let why = Texts::new(
                "服务中断，不知道这次调用是否成功，没有再次调用",
                "the product stopped during the call; whether it happened is unknown, and it was not repeated",
            );
            let event = Event::Done { effect: id.clone(), answer: Answer::Failed { why } };
            let asked = self.step(&event).await?;
            self.go_on(asked).await?;
        } else {
            self.go_on_recorded(Some(*effect)).await?;
        }
        self.commit(true).await
    }

    async fn go_on(&mut self, mut asked: Option<Effect>) -> Result<()> {
        if let Some(effect) = asked.take_if(|effect| has_consequences(effect)) {
            self.commit(false).await?;
            return Box::pin(self.go_on_recorded(Some(effect))).await;
        }
        Box::pin(self.go_on_recorded(asked)).await
    }

    /// Performs effects, the first of which is on record already where it must be.
    async fn go_on_recorded(&mut self, mut asked: Option<Effect>) -> Result<()> {
        let mut n_effects = 0;
        while let Some(effect) = asked {
            let Some(id) = effect.asked().cloned() else { break };
            n_effects += 1;
            let began = Instant::now();
            let answer = if n_effects > MAX_EFFECTS {
                let why = Texts::new("这一轮做的事太多了", "this turn asked for too much");
                Answer::Failed { why }
            } else {
                self.perform_patiently(&effect, self.effect_key(&id.0)).instrument(info_span!("effect")).await?
            };
            if matches!(effect, Effect::Call { .. }) {
                crash::point("after_http_before_result");
            }
            self.engine.measure().effect_ended(began, matches!(answer, Answer::Failed { .. }));
            asked = self.step(&Event::Done { effect: id, answer }).await?;
            if n_effects > 2 * MAX_EFFECTS {
                return Err(Error::Internal("a flow never stops asking".into()));
            }
            if asked.as_ref().is_some_and(has_consequences) {
                self.commit(false).await?;
            }
        }
        let is_queued = self.state.status == Status::Queued;
        if std::mem::take(&mut self.pending.is_handed_off)
            && is_queued
            && store::members::is_nobody_online(self.engine.store.read(), self.conversation.workspace).await?
        {
            let asked = self.step(&Event::Agent { act: AgentAct::Nobody }).await?;
            return Box::pin(self.go_on(asked)).await;
        }
        Ok(())
    }

    /// Performs one effect. When it takes longer, what was said so far is committed and told meanwhile:
    /// "one moment, please" is of no use afterwards.
    async fn perform_patiently(&mut self, effect: &Effect, key: Uuid) -> Result<Answer> {
        let (engine, knowledge) = (self.engine, Arc::clone(&self.knowledge));
        let by = By::BegunIn(self.conversation.circumstances);
        let id = self.conversation.public_id.clone();
        let behalf = Behalf { workspace: self.conversation.workspace, conversation: Some(&id) };
        let channel = self.conversation.channel.clone();
        // Boxed: few turns perform anything, and all of them would carry the room for it.
        let mut performing = Box::pin(perform(engine, &knowledge, by, behalf, Some(&channel), effect, key));
        if let Ok(answer) = tokio::time::timeout(PATIENCE, &mut performing).await {
            return Ok(answer);
        }
        if !self.pending.said.is_empty() {
            self.commit(false).await?;
        }
        engine.tell_typing(&self.conversation.public_id, "bot");
        let _waiting = engine.while_waiting();
        Ok(performing.await)
    }

    /// One event, with everything it led to taken over into the conversation.
    async fn step(&mut self, event: &Event) -> Result<Option<Effect>> {
        let at = self.engine.clock.now();
        let state = std::mem::replace(&mut self.state, State::new(Language::zh()));
        let (state, outcome) = match happen_to(&self.program, state, event, at) {
            Ok(happened) => happened,
            Err(Panicked) => {
                let before = Box::pin(self.folded_again()).await?;
                happen_after_panic(&self.program, before, event, at)
            }
        };
        self.state = state;
        self.conversation.n_events += 1;
        self.pending.events.push(Happened {
            at,
            event: json(event),
            trace: json(&outcome.trace),
            circumstances: self.circumstances,
        });
        Ok(self.take_over(outcome, at))
    }

    /// The state as the last event has left it, which a step that panicked took along: what is on record, and then what
    /// happened since.
    async fn folded_again(&self) -> Result<State> {
        let known = &self.conversation;
        let mut state = match known.id {
            0 => State::new(self.program.flow().main_language()),
            id => {
                let found = store::conversations::by_id(self.engine.store.read(), id).await?;
                // Where another replica was here meanwhile, this turn would be stale when it is committed.
                let same = found.filter(|found| found.state_version == known.state_version);
                state_of(&mut same.ok_or(store::Error::Stale)?)?
            }
        };
        for happened in &self.pending.events {
            let event = serde_json::from_str(&happened.event);
            let event: Event = event.map_err(|source| store::Error::Unreadable { what: "event", source })?;
            (state, _) = happen(&self.program, &state, &event, happened.at);
        }
        Ok(state)
    }

    fn take_over(&mut self, outcome: Outcome, at: i64) -> Option<Effect> {
        for (content, node) in outcome.said {
            self.say(Words { node: Some(node), ..Words::new(Sender::Bot, content) });
        }
        for gone in outcome.gone_timers {
            // A timer that was set in this very turn is not in the store yet.
            let before = self.pending.set_timers.len();
            self.pending.set_timers.retain(|(id, _)| *id != gone.0);
            if self.pending.set_timers.len() == before {
                self.pending.gone_timers.push(gone.0);
            }
        }
        self.pending.set_timers.extend(outcome.set_timers.into_iter().map(|(id, due)| (id.0, due)));
        let conversation = &mut self.conversation;
        if outcome.is_withdrawn {
            conversation.waiting_since = None;
        }
        if let Some(packet) = outcome.handed_off {
            crash::point("at_hand_over");
            conversation.team = Some(packet.team.clone());
            conversation.priority = Some(if packet.priority == "high" { "high" } else { "normal" }.into());
            if !packet.reason.is_empty() {
                conversation.topic = Some(shortened(&packet.reason, LAST_TEXT_CHARS));
            }
            conversation.waiting_since = Some(at);
            conversation.agent_id = None;
            conversation.agent_name = None;
            tracing::info!(conversation.id = %conversation.public_id, team = %packet.team, "handed to the agents");
            conversation.packet = Some(packet);
            self.pending.is_handed_off = true;
        }
        self.pending.judged.extend(outcome.judged);
        if let Some((score, reason)) = outcome.rated {
            conversation.rating = Some(i64::from(score));
            conversation.rating_reason = Some(reason);
        }
        if let Some(result) = outcome.ended {
            conversation.result = Some(result);
            conversation.ended_at = Some(at);
        }
        outcome.asked
    }

    async fn commit(&mut self, is_over: bool) -> Result<()> {
        let conversation = &mut self.conversation;
        let is_newly_queued = self.state.status == Status::Queued && conversation.status != Status::Queued;
        conversation.status = self.state.status;
        conversation.changed_at = self.engine.clock.now();
        let answers_effect = conversation.unanswered_effect.is_some();
        conversation.unanswered_effect = match &self.state.pending {
            Pending::Effect { id, .. } if !is_over => Some(id.0.clone()),
            _ => None,
        };
        if conversation.status != Status::Queued {
            conversation.waiting_since = None;
        }
        let is_handed_off = self.pending.is_handed_off;
        let done = std::mem::take(&mut self.pending);
        self.pending.is_handed_off = is_handed_off;
        let first_due = done.set_timers.iter().map(|(_, due)| *due).min();
        let turn = Turn {
            conversation: Conversation { state: json(&self.state), ..conversation.clone() },
            events: done.events,
            messages: done.said,
            set_timers: done.set_timers,
            gone_timers: done.gone_timers,
            is_over,
            answers_effect,
        };
        let on_record = self.engine.committer.commit(turn).instrument(info_span!("commit")).await?;
        conversation.id = on_record.conversation.id;
        conversation.state_version = on_record.conversation.state_version;
        let said = on_record.messages.into_iter().map(|said| said.message);
        let first = self.messages.len();
        self.messages.extend(said);
        let said = &self.messages[first..];
        self.engine.judgements.add(conversation.workspace, &done.judged);
        if is_over {
            self.engine.measure().turns_done.add_one();
        }
        crash::point(if conversation.unanswered_effect.is_some() { "after_intent" } else { "before_telling" });
        if let Some(due) = first_due {
            self.engine.alarm.set(due);
        }
        if is_newly_queued {
            let (workspace, id) = (conversation.workspace, conversation.public_id.clone());
            self.engine.summaries.want(HandedOver { workspace, id });
        }
        let (seq, status) = (conversation.last_seq, conversation.status);
        self.engine.replicas.tell_committed(&conversation.public_id, seq - said.len() as i64, seq);
        self.engine.fan_out.tell_news(&conversation.public_id, said, seq, status);
        Ok(())
    }

    /// The same for the same effect, however often it is performed.
    fn effect_key(&self, effect: &str) -> Uuid {
        let conversation = Uuid::parse_str(&self.conversation.public_id).unwrap_or_default();
        let (node, visit) = self
            .state
            .frames
            .last()
            .map_or(("", 0), |frame| (frame.node.as_ref().map_or("", |node| node.as_str()), frame.visit));
        Uuid::new_v5(&conversation, format!("{}/{node}/{visit}/{effect}", self.conversation.turn).as_bytes())
    }
}

/// The state that a conversation's row holds, taken out of it: the text of a state is long, and nobody needs both.
pub(crate) fn state_of(conversation: &mut Conversation) -> Result<State> {
    let read = serde_json::from_str(&std::mem::take(&mut conversation.state));
    Ok(read.map_err(|source| store::Error::Unreadable { what: "state", source })?)
}

/// The first characters of a text, on one line.
pub(crate) fn shortened(text: &str, chars: usize) -> String {
    // PostgreSQL keeps no zero character.
    let line = text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars { line } else { line.chars().take(chars - 1).chain(['…']).collect() }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("events and states are plain data with string keys")
}

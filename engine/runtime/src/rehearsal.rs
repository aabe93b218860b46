//! The test chat: a draft is tried without being published, nothing is stored, time can be skipped.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use interpreter::{AgentAct, Event, Program, State, WaitsFor};
use model::{
    Content, Feeling, Flow, HandOffPacket, Input, Language, Message, Moment, Mood, NodeId, Sender, Status, Texts,
    VarName, Visit,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{WorkspaceId, rfc3339};
use uuid::Uuid;

use crate::chat::{collecting_ms, label_of};
use crate::happen::{act_of, happen};
use crate::mood::mood_of;
use crate::perform::{Behalf, perform};
use crate::topics::By;
use crate::{Clock, Engine, Error, Knowledge, Result};

const MAX_EFFECTS: usize = 50;
const MAX_MESSAGES: usize = 500;

/// Everything the designer shows of a test chat.
#[derive(Clone, Debug, Serialize)]
pub struct TestState {
    /// The id for further calls.
    pub id: String,
    /// Where the conversation stands.
    pub status: Status,
    /// All messages so far, with their steps.
    pub messages: Vec<Message>,
    /// The path so far.
    pub trace: Vec<Visit>,
    /// The variables of the innermost flow.
    pub variables: BTreeMap<VarName, Value>,
    /// The step it stands at.
    pub current: Option<NodeId>,
    /// What it waits for.
    pub waiting_for: WaitingFor,
    /// When the timer is due, in the test's own time.
    pub timer_due: Option<String>,
    /// Short messages are collected for so long; they are heard when the test's time has run to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collecting_ms: Option<i64>,
    /// What the agent would get.
    pub packet: Option<HandOffPacket>,
    /// The moods of the customer's messages, by their numbers.
    pub moods: BTreeMap<i64, Mood>,
    /// How the customer feels by now.
    pub feeling: Option<Feeling>,
}

/// What a test chat waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// The customer.
    Customer,
    /// Only a timer.
    Timer,
    /// An agent.
    Agent,
    /// It is over.
    Nothing,
}

/// What the tester does as an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum AgentAction {
    /// Take the conversation.
    Take,
    /// Write to the customer.
    Reply {
        /// What.
        text: String,
    },
    /// Give it back to the flow.
    HandBack {
        /// A word for the flow.
        #[serde(default)]
        text: String,
    },
    /// End it.
    End,
}

/// The test chats that are kept; the oldest goes first.
#[derive(Debug)]
pub(crate) struct Rehearsals {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_id: HashMap<String, Arc<tokio::sync::Mutex<Rehearsal>>>,
    oldest_first: VecDeque<String>,
}

#[derive(Debug)]
struct Rehearsal {
    id: String,
    workspace: WorkspaceId,
    program: Arc<Program>,
    state: State,
    messages: Vec<Message>,
    trace: Vec<Visit>,
    packet: Option<HandOffPacket>,
    moods: BTreeMap<i64, Mood>,
    clock: Clock,
    /// The test's time minus the real one.
    ahead_ms: i64,
}

impl Engine {
    /// Begins a test chat of a document.
    pub async fn rehearse(
        &self,
        workspace: WorkspaceId,
        flow: &Flow,
        language: Option<Language>,
        now: Option<Moment>,
    ) -> Result<TestState> {
        let knowledge = self.knowledge(workspace).await?;
        let program = self.draft_program(&knowledge, workspace, flow).await?;
        let state = State::new(flow.main_language());
        let mut rehearsal = Rehearsal {
            id: Uuid::new_v4().to_string(),
            workspace,
            program,
            state,
            messages: Vec::new(),
            trace: Vec::new(),
            packet: None,
            moods: BTreeMap::new(),
            clock: self.clock.clone(),
            ahead_ms: now.map_or(0, |now| now - self.clock.now()),
        };
        let open = Event::Open { language, values: BTreeMap::new(), channel: String::new() };
        rehearsal.happen(self, &knowledge, open).await;
        let shown = rehearsal.shown();
        self.rehearsals.keep(rehearsal);
        Ok(shown)
    }

    /// The tester writes as the customer.
    pub async fn rehearse_input(&self, workspace: WorkspaceId, id: &str, input: Input) -> Result<TestState> {
        let rehearsal = self.rehearsals.get(id).ok_or(Error::NotFound)?;
        let mut rehearsal = rehearsal.lock_owned().await;
        rehearsal.is_of(workspace)?;
        if rehearsal.state.is_over() || rehearsal.messages.len() >= MAX_MESSAGES {
            return Err(Error::Ended);
        }
        let content = match &input {
            Input::Choice(id) => Content::text(label_of(&rehearsal.messages, id).unwrap_or_else(|| id.clone())),
            Input::Form(values) => Content::Filled { values: values.clone(), text: input.as_text() },
            other => Content::text(other.as_text()),
        };
        let mood = mood_of(&input);
        rehearsal.say(Sender::Customer, None, content, None);
        if let Some(mood) = &mood {
            rehearsal.note_mood(mood.clone());
        }
        let knowledge = self.knowledge(workspace).await?;
        let act = act_of(&rehearsal.program, &input);
        rehearsal.happen(self, &knowledge, Event::Said { input, mood, act }).await;
        Ok(rehearsal.shown())
    }

    /// The tester acts as an agent.
    pub async fn rehearse_agent(&self, workspace: WorkspaceId, id: &str, action: AgentAction) -> Result<TestState> {
        let rehearsal = self.rehearsals.get(id).ok_or(Error::NotFound)?;
        let mut rehearsal = rehearsal.lock_owned().await;
        rehearsal.is_of(workspace)?;
        let name = Texts::new("客服", "Agent").get(&rehearsal.state.language, &[]).to_owned();
        let act = match action {
            AgentAction::Take => AgentAct::Taken { name },
            AgentAction::Reply { text } => {
                rehearsal.say(Sender::Agent, Some(name), Content::text(text), None);
                return Ok(rehearsal.shown());
            }
            AgentAction::HandBack { text } => AgentAct::HandedBack { note: text },
            AgentAction::End => AgentAct::Ended,
        };
        let knowledge = self.knowledge(workspace).await?;
        rehearsal.happen(self, &knowledge, Event::Agent { act }).await;
        Ok(rehearsal.shown())
    }

    /// Lets the test's time run to the next timer.
    pub async fn rehearse_wait(&self, workspace: WorkspaceId, id: &str) -> Result<TestState> {
        let rehearsal = self.rehearsals.get(id).ok_or(Error::NotFound)?;
        let mut rehearsal = rehearsal.lock_owned().await;
        rehearsal.is_of(workspace)?;
        if let Some(timer) = rehearsal.state.timers().min_by_key(|timer| timer.due).cloned() {
            rehearsal.ahead_ms += (timer.due - rehearsal.now()).max(0);
            let knowledge = self.knowledge(workspace).await?;
            rehearsal.happen(self, &knowledge, Event::TimerDue { timer: timer.id }).await;
        }
        Ok(rehearsal.shown())
    }

    /// Forgets a test chat.
    pub fn end_rehearsal(&self, id: &str) {
        self.rehearsals.forget(id);
    }
}

impl Rehearsal {
    async fn happen(&mut self, engine: &Engine, knowledge: &Knowledge, event: Event) {
        let mut next = Some(event);
        let mut n_effects = 0;
        while let Some(event) = next.take() {
            let (state, outcome) = happen(&self.program, &self.state, &event, self.now());
            self.state = state;
            self.trace.extend(outcome.trace);
            for (content, node) in outcome.said {
                self.say(Sender::Bot, None, content, Some(node));
            }
            if outcome.handed_off.is_some() {
                self.packet = outcome.handed_off;
            }
            let Some(effect) = outcome.asked else { break };
            let Some(id) = effect.asked().cloned() else { break };
            n_effects += 1;
            if n_effects > MAX_EFFECTS {
                break;
            }
            // Beside the real conversations: a test has the budget of one of them.
            let paying = format!("test/{}", self.id);
            let behalf = Behalf { workspace: self.workspace, conversation: Some(&paying) };
            let answer = perform(engine, knowledge, By::Newest, behalf, None, &effect, Uuid::new_v4()).await;
            next = Some(Event::Done { effect: id, answer });
        }
    }

    fn say(&mut self, from: Sender, name: Option<String>, content: Content, node: Option<NodeId>) {
        let seq = self.messages.last().map_or(1, |message| message.seq + 1);
        self.messages.push(Message { seq, at: rfc3339(self.now()), from, name, content, node, client_id: None });
    }

    /// The last message was in this mood.
    fn note_mood(&mut self, mood: Mood) {
        let seq = self.messages.last().map_or(0, |message| message.seq);
        self.moods.insert(seq, mood);
    }

    fn now(&self) -> Moment {
        self.clock.now() + self.ahead_ms
    }

    fn is_of(&self, workspace: WorkspaceId) -> Result<()> {
        if self.workspace == workspace { Ok(()) } else { Err(Error::NotFound) }
    }

    fn shown(&self) -> TestState {
        TestState {
            id: self.id.clone(),
            status: self.state.status,
            messages: self.messages.clone(),
            trace: self.trace.clone(),
            variables: self.state.values().cloned().unwrap_or_default(),
            current: self.state.current().cloned(),
            waiting_for: match self.state.waits_for() {
                WaitsFor::Customer | WaitsFor::Effect => WaitingFor::Customer,
                WaitsFor::Time => WaitingFor::Timer,
                WaitsFor::Agent => WaitingFor::Agent,
                WaitsFor::Nothing => WaitingFor::Nothing,
            },
            timer_due: self.state.timer.as_ref().map(|timer| rfc3339(timer.due)),
            collecting_ms: collecting_ms(&self.state, self.now()),
            packet: self.packet.clone(),
            moods: self.moods.clone(),
            feeling: self.state.feeling(),
        }
    }
}

impl Rehearsals {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    fn keep(&self, rehearsal: Rehearsal) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.oldest_first.push_back(rehearsal.id.clone());
        kept.by_id.insert(rehearsal.id.clone(), Arc::new(tokio::sync::Mutex::new(rehearsal)));
        while kept.by_id.len() > self.most
            && let Some(oldest) = kept.oldest_first.pop_front()
        {
            kept.by_id.remove(&oldest);
        }
    }

    fn get(&self, id: &str) -> Option<Arc<tokio::sync::Mutex<Rehearsal>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned()
    }

    fn forget(&self, id: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_id.remove(id);
        kept.oldest_first.retain(|other| other != id);
    }
}

//! The engine: everything that runs conversations, in one value.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use interpreter::{Catalogue, Program, check};
use model::{Flow, Problem};
use store::conversations::Conversation;
use store::turns::Committer;
use store::{Store, WorkspaceId};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, broadcast};

use crate::circumstances::Past;
use crate::fan_out::{DeskEvent, FanOut, Frame, Window};
use crate::hot::Hot;
use crate::ingest::Ingest;
use crate::judgements::Judgements;
use crate::mailbox::Mailboxes;
use crate::meaning::Meanings;
use crate::measure::{Exposition, Measure, labelled};
use crate::perform::egress::Egress;
use crate::perform::hosts::{Breaker, BreakerState};
use crate::perform::{Caller, Generator};
use crate::programs::{self, Programs};
use crate::rehearsal::Rehearsals;
use crate::replicas::Replicas;
use crate::shelf::Shelves;
use crate::summaries::Summaries;
use crate::timers::Alarm;
use crate::topics::Topics;
use crate::vault::Vault;
use crate::{Clock, Error, Knowledge, Result};

/// How much may go on at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Turns of all conversations; more are refused before anything is accepted.
    pub turns: usize,
    /// Turns that wait for a service, beside those; they cost memory and nothing else.
    pub waiting: usize,
    /// Events in line at one conversation.
    pub mailbox: usize,
    /// Test chats that are kept.
    pub rehearsals: usize,
    /// Conversations that stay in memory between their turns.
    pub hot: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { turns: 1_024, waiting: 4_096, mailbox: 32, rehearsals: 200, hot: 4_096 }
    }
}

/// Everything that runs conversations.
pub struct Engine {
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) committer: Committer,
    pub(crate) catalogue: Catalogue,
    pub(crate) caller: Caller,
    pub(crate) generator: Generator,
    pub(crate) summaries: Summaries,
    /// What opens secrets; commands that ask nobody have none.
    pub(crate) vault: OnceLock<Vault>,
    pub(crate) mailboxes: Arc<Mailboxes>,
    pub(crate) fan_out: FanOut,
    pub(crate) alarm: Alarm,
    pub(crate) rehearsals: Rehearsals,
    pub(crate) replicas: Replicas,
    pub(crate) limits: Limits,
    pub(crate) hot: Hot,
    pub(crate) past: Past,
    measure: Arc<Measure>,
    pub(crate) shelves: Shelves,
    pub(crate) meanings: Meanings,
    pub(crate) ingest: Ingest,
    pub(crate) judgements: Judgements,
    programs: Programs,
    knowledge: RwLock<HashMap<WorkspaceId, Arc<Knowledge>>>,
    learning: Mutex<()>,
    pub(crate) topics: Arc<Topics>,
    pub(crate) generation: Arc<AtomicU64>,
    /// Turns that run or wait for a service; whoever has all permits knows that nothing goes on.
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// A turn that waits for a service; it takes no running turn's place until this is dropped.
pub(crate) struct Waiting<'e>(&'e AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// An engine over a store, with these kinds and this way out. Nothing runs by itself before [`Engine::run`].
    pub fn new(store: Store, catalogue: Catalogue, egress: Egress, limits: Limits) -> Result<Arc<Self>> {
        Self::with_clock(store, catalogue, egress, limits, Clock::default())
    }

    /// The same, with a clock that somebody else winds.
    pub fn with_clock(
        store: Store,
        catalogue: Catalogue,
        egress: Egress,
        limits: Limits,
        clock: Clock,
    ) -> Result<Arc<Self>> {
        let caller = Caller::new(egress, clock.clone()).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Arc::new(Self {
            clock,
            committer: Committer::start(store.clone()),
            replicas: Replicas::over(&store),
            store,
            catalogue,
            caller,
            generator: Generator::default(),
            summaries: Summaries::default(),
            vault: OnceLock::new(),
            mailboxes: Arc::default(),
            fan_out: FanOut::default(),
            alarm: Alarm::default(),
            rehearsals: Rehearsals::new(limits.rehearsals),
            limits,
            hot: Hot::new(limits.hot),
            past: Past::default(),
            measure: Arc::default(),
            shelves: Shelves::default(),
            meanings: Meanings::default(),
            ingest: Ingest::default(),
            judgements: Judgements::default(),
            programs: Programs::default(),
            knowledge: RwLock::default(),
            learning: Mutex::default(),
            topics: Arc::default(),
            generation: Arc::new(AtomicU64::new(1)),
            turns: Arc::new(Semaphore::new(limits.turns + limits.waiting)),
            waiting: AtomicUsize::new(0),
        }))
    }

    /// Finishes turns that a crash interrupted, and wakes conversations whose timers are due, until the task ends.
    pub async fn run(self: Arc<Self>) {
        // Before the first look at what was interrupted: it asks who is alive.
        self.begin_as_replica().await;
        tokio::join!(
            self.finish_interrupted(),
            self.fire_timers(),
            self.refresh_lists(),
            self.live_with_replicas(),
            self.tidy_topics(),
            self.keep_shelves(),
            self.make_vectors(),
            self.learn_seconds(),
            self.read_documents(),
            self.keep_judgements(),
            self.sum_up_hand_overs(),
        );
    }

    /// Says where the product listens, for its demo service.
    pub fn set_own_address(&self, address: SocketAddr) {
        self.caller.set_own_address(address);
    }

    /// The store, for questions that are not about running conversations.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The kinds.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// What the workspace knows, read anew when it changed. Topics are learnt beside it.
    pub async fn knowledge(&self, workspace: WorkspaceId) -> Result<Arc<Knowledge>> {
        if let Some(knowledge) = self.current_knowledge(workspace) {
            return Ok(knowledge);
        }
        // One loads, the others wait for it.
        let _learning = self.learning.lock().await;
        if let Some(knowledge) = self.current_knowledge(workspace) {
            return Ok(knowledge);
        }
        let generation = self.generation.load(Ordering::Acquire);
        let before = self.kept_knowledge(workspace);
        let knowledge = Arc::new(Knowledge::load(self, workspace, generation, before.as_deref()).await?);
        let mut kept = self.knowledge.write().unwrap_or_else(PoisonError::into_inner);
        kept.insert(workspace, Arc::clone(&knowledge));
        Ok(knowledge)
    }

    /// Workspaces that something was read of.
    pub(crate) fn workspaces_in_use(&self) -> Vec<WorkspaceId> {
        self.knowledge.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    fn kept_knowledge(&self, workspace: WorkspaceId) -> Option<Arc<Knowledge>> {
        self.knowledge.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).map(Arc::clone)
    }

    fn current_knowledge(&self, workspace: WorkspaceId) -> Option<Arc<Knowledge>> {
        let generation = self.generation.load(Ordering::Acquire);
        self.kept_knowledge(workspace).filter(|knowledge| knowledge.generation == generation)
    }

    /// Something that flows refer to has changed, topics excepted: programs are compiled anew when next used.
    pub fn forget_knowledge(&self) {
        self.forget_knowledge_here();
        self.replicas.tell_changed();
    }

    /// Another replica has changed something, maybe topics or libraries.
    pub(crate) fn forget_all_here(&self) {
        self.topics.forget();
        self.shelves.forget();
        self.forget_knowledge_here();
    }

    fn forget_knowledge_here(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.meanings.wake();
        self.topics.seconds.wake();
        self.shelves.look_again();
    }

    /// All problems of a flow in its workspace.
    pub async fn problems(&self, workspace: WorkspaceId, flow: &Flow) -> Result<Vec<Problem>> {
        let knowledge = self.knowledge(workspace).await?;
        let mut resources = (*knowledge.resources).clone();
        // The document itself is newer than what the workspace knows of it.
        resources.flows.retain(|other| other.key != flow.key);
        let is_live = knowledge.resources.flows.iter().any(|other| other.key == flow.key && other.is_live);
        resources.flows.push(crate::signature(flow, is_live));
        Ok(check::check(flow, &self.catalogue, &resources))
    }

    /// Listens to one conversation.
    pub fn window(&self, conversation: &str) -> Window {
        self.fan_out.window(conversation)
    }

    /// Listens to all conversations.
    pub fn desk_events(&self) -> broadcast::Receiver<DeskEvent> {
        self.fan_out.desk()
    }

    /// Tells a conversation's windows that somebody writes.
    pub fn tell_typing(&self, conversation: &str, from: &'static str) {
        self.fan_out.tell_windows(conversation, Frame::Typing { from });
        self.replicas.tell_typing(conversation, from);
    }

    /// Waits until running turns are done, at most this long; no new one begins. False when some were cut off.
    pub async fn drain(&self, at_most: Duration) -> bool {
        let all = u32::try_from(self.limits.turns + self.limits.waiting).unwrap_or(u32::MAX);
        let drained = tokio::time::timeout(at_most, self.turns.acquire_many(all)).await;
        self.turns.close();
        drained.is_ok()
    }

    /// The figures that everybody counts into.
    pub fn measure(&self) -> &Arc<Measure> {
        &self.measure
    }

    /// Writes all figures of the engine.
    pub fn write_figures(&self, text: &mut Exposition) {
        let (turns, conversations, windows) = self.load();
        text.gauge("heliu_turns_running", "Turns that run right now.", turns);
        text.gauge("heliu_turns_most", "Turns that may run at once.", self.limits.turns);
        text.gauge("heliu_conversations_active", "Conversations with something in line.", conversations);
        text.gauge("heliu_conversations_watched", "Conversations with windows that listen.", windows);
        self.measure.write(text, self.committer.figures());
        write_breakers(text, &self.breakers());
    }

    /// Turns that run right now, conversations with something in line, conversations with windows that listen.
    pub fn load(&self) -> (usize, usize, usize) {
        (self.running(), self.mailboxes.len(), self.fan_out.windows())
    }

    /// Turns that wait for a service right now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How the hosts that flows call are doing.
    pub fn breakers(&self) -> Vec<Breaker> {
        self.caller.breakers()
    }

    /// The right to begin a turn, or a refusal before anything is accepted.
    pub(crate) fn admit(&self) -> Result<Admission> {
        let has_room = self.running() < self.limits.turns;
        let permit = has_room.then(|| Arc::clone(&self.turns).try_acquire_owned().ok()).flatten();
        permit.map(|permit| self.admission(permit)).ok_or_else(|| {
            self.measure.turns_refused.add_one();
            Error::Busy
        })
    }

    /// Gives a turn's place to others while it waits for a service.
    pub(crate) fn while_waiting(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    /// Has [`Engine::drain`] ended? No turn begins any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.turns.is_closed()
    }

    fn running(&self) -> usize {
        let all = self.limits.turns + self.limits.waiting;
        all.saturating_sub(self.turns.available_permits()).saturating_sub(self.waiting())
    }

    /// The right to begin a turn that nobody can repeat: timers, recovery.
    pub(crate) async fn admit_own(&self) -> Result<Admission> {
        let permit = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Error::Busy)?;
        Ok(self.admission(permit))
    }

    fn admission(&self, permit: OwnedSemaphorePermit) -> Admission {
        Admission { began: Instant::now(), measure: Arc::clone(&self.measure), _permit: permit }
    }

    /// The program that a conversation runs: its version of its flow, with the callees of its beginning and the
    /// resources of today.
    pub(crate) async fn program(&self, knowledge: &Knowledge, conversation: &Conversation) -> Result<Arc<Program>> {
        self.programs.of_conversation(self, knowledge, conversation).await
    }

    pub(crate) async fn draft_program(
        &self,
        knowledge: &Knowledge,
        workspace: WorkspaceId,
        flow: &Flow,
    ) -> Result<Arc<Program>> {
        let (resources, live) = (&knowledge.resources, &knowledge.circumstances.live);
        programs::of_document(&self.store, &self.catalogue, resources, live, workspace, flow).await
    }
}

/// Hosts whose circuits are told one by one; flows may call very many.
const BREAKERS_TOLD: usize = 100;

/// How many circuits are in each state, and the hosts that are not well, those left alone first.
fn write_breakers(text: &mut Exposition, breakers: &[Breaker]) {
    let states =
        [(BreakerState::Closed, "closed"), (BreakerState::HalfOpen, "half_open"), (BreakerState::Open, "open")];
    text.head("heliu_breakers", "Hosts that flows call, by the state of their circuit breaker.", "gauge");
    for (state, word) in states {
        let n_hosts = breakers.iter().filter(|breaker| breaker.state == state).count();
        text.line("heliu_breakers", &labelled("state", word), n_hosts);
    }
    let mut unwell: Vec<&Breaker> =
        breakers.iter().filter(|breaker| breaker.state != BreakerState::Closed || breaker.failures > 0).collect();
    unwell.sort_by_key(|breaker| breaker.state == BreakerState::Closed);
    unwell.truncate(BREAKERS_TOLD);
    text.head("heliu_breaker_open", "Hosts that failed lately: 1 open, 0.5 half open, 0 closed.", "gauge");
    for breaker in &unwell {
        let value = match breaker.state {
            BreakerState::Open => 1.0,
            BreakerState::HalfOpen => 0.5,
            BreakerState::Closed => 0.0,
        };
        text.line("heliu_breaker_open", &labelled("host", &breaker.host), value);
    }
    text.head("heliu_breaker_failures", "Failures in a row of hosts that are still called.", "gauge");
    for breaker in &unwell {
        text.line("heliu_breaker_failures", &labelled("host", &breaker.host), breaker.failures);
    }
    let running: usize = breakers.iter().map(|breaker| breaker.running).sum();
    text.gauge("heliu_calls_running", "Calls of services that are under way.", running);
}

/// The right to run a turn; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    began: Instant,
    measure: Arc<Measure>,
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// Ends the turn and counts how.
    pub(crate) fn ends<T>(self, result: Result<T>) -> Result<T> {
        match &result {
            Err(Error::Busy) => self.measure.turns_refused.add_one(),
            Err(Error::Store(_) | Error::Broken(_) | Error::Internal(_)) => self.measure.turns_failed.add_one(),
            _ => {}
        }
        result
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.measure.turn_seconds.took(self.began.elapsed());
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("limits", &self.limits).finish_non_exhaustive()
    }
}

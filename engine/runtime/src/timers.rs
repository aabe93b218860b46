//! Waking conversations whose timers are due.
//!
//! One task sleeps until the earliest deadline. What is due then is read with its conversations in two queries a page,
//! and fired with bounded concurrency, so that the turns of many timers share a commit. Deadlines are moments of the
//! clock on the wall: however it jumps, nothing fires before the clock has reached its deadline. A timer leaves the
//! store in the commit of the turn it began, so it fires once.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use interpreter::{Event, TimerId};
use model::Moment;
use store::conversations::Conversation;
use store::crash;
use store::timers::Due;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, info_span};

use crate::turn::Work;
use crate::{Engine, Error, Result};

/// Timers that fire side by side: enough for full commits, few enough that customers' turns come between.
const SIDE_BY_SIDE: usize = 64;
/// A turn that takes longer than this waits for something; the next timer takes its place.
const BRISK: Duration = Duration::from_millis(500);
/// Timers under way at most, those that wait included.
const UNDER_WAY: usize = 2_048;
/// Timers that are read at a time.
const PAGE: usize = 256;
/// The clock may be set while the task sleeps; it is looked at this often, which costs next to nothing.
const GLANCE: Duration = Duration::from_secs(1);
/// The store is asked this often even when nothing is due: another process may have set a timer.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// The rest of a timer that could not be fired; it doubles with every failure.
const FIRST_REST_MS: i64 = 1_000;
const LONGEST_REST_MS: i64 = 300_000;
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(1);

/// Wakes the task when a timer is set that is due before the one it sleeps for.
#[derive(Debug)]
pub(crate) struct Alarm {
    /// What the task sleeps for; the end of time while it is awake, so that it looks once more before it sleeps.
    next: AtomicI64,
    rings: Notify,
}

impl Default for Alarm {
    fn default() -> Self {
        Self { next: AtomicI64::new(Moment::MAX), rings: Notify::new() }
    }
}

impl Alarm {
    /// A timer was set, and is in the store.
    pub(crate) fn set(&self, due: Moment) {
        if due < self.next.load(Ordering::SeqCst) {
            self.rings.notify_one();
        }
    }
}

impl Engine {
    /// Fires timers when they are due, never before; runs until its task is dropped or the engine has stopped.
    pub(crate) async fn fire_timers(self: &Arc<Self>) {
        let mut firing = Firing {
            engine: self,
            places: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
            failures: HashMap::new(),
            resting: Vec::new(),
        };
        while !self.is_stopped() {
            if let Err(error) = firing.fire_due().await {
                tracing::error!(%error, "timers could not be read or postponed");
                sleep(PAUSE).await;
            }
        }
    }

    async fn fire(self: &Arc<Self>, due: &Due, loaded: store::Result<Option<Conversation>>) -> Result<()> {
        let Some(conversation) = loaded? else { return Ok(store::timers::forget(&self.store, due).await?) };
        let _permit = self.admit_own().await?;
        let _turn = self.mailboxes.enter(&conversation.public_id, usize::MAX).await?;
        // One that was in the middle of a turn when it was loaded must not take that turn for an interrupted one.
        if conversation.unanswered_effect.is_none() {
            match self.fire_now(due, conversation).await {
                // Something happened to it after it was loaded.
                Err(Error::Store(store::Error::Stale)) => {}
                fired => return fired,
            }
        }
        match store::conversations::by_id(self.store.read(), due.conversation).await? {
            Some(conversation) => self.fire_now(due, conversation).await,
            None => Ok(store::timers::forget(&self.store, due).await?),
        }
    }

    async fn fire_now(self: &Arc<Self>, due: &Due, conversation: Conversation) -> Result<()> {
        let mut work = Work::begin(self, conversation).await?;
        // Timers are numbered within a conversation: one that it does not wait for now, it never will.
        let is_awaited = work.state.timers().any(|timer| timer.id.0 == due.timer);
        if !is_awaited {
            return Ok(store::timers::forget(&self.store, due).await?);
        }
        work.timer_fired(due);
        work.happen(&Event::TimerDue { timer: TimerId(due.timer.clone()) }).await?;
        crash::point("timer_fired_before_commit");
        work.finish().await?;
        crash::point("timer_fired_after_commit");
        self.measure().timer_fired(self.clock.now() - due.due);
        Ok(())
    }
}

/// How the task of a timer ended.
type Fired = std::result::Result<(task::Id, Result<()>), JoinError>;

/// The timers under way.
struct Firing<'e> {
    engine: &'e Arc<Engine>,
    places: Arc<Semaphore>,
    tasks: JoinSet<Result<()>>,
    under_way: HashMap<task::Id, Due>,
    /// Failures in a row, of timers that failed.
    failures: HashMap<(i64, String), u32>,
    /// Those that failed and are to rest, until when.
    resting: Vec<(Due, Moment)>,
}

impl Firing<'_> {
    /// Fires a page of what is due; sleeps when that is nothing.
    async fn fire_due(&mut self) -> Result<()> {
        while let Some(fired) = self.tasks.try_join_next_with_id() {
            self.fired(fired);
        }
        if !self.resting.is_empty() {
            // Those that could not be postponed stay due, and are fired once more.
            store::timers::postpone(&self.engine.store, &std::mem::take(&mut self.resting)).await?;
        }
        let engine = self.engine;
        engine.alarm.next.store(Moment::MAX, Ordering::SeqCst);
        let now = engine.clock.now();
        let fresh = self.fresh(now).await?;
        if fresh.is_empty() {
            let next = store::timers::next_due(engine.store.read(), now).await?;
            self.sleep_until(next.unwrap_or(Moment::MAX)).await;
            return Ok(());
        }
        let conversations = store::timers::conversations_of(engine.store.read(), &fresh).await?;
        for (due, conversation) in fresh.into_iter().zip(conversations) {
            self.begin(due, conversation).await;
        }
        Ok(())
    }

    /// What is due and not under way yet.
    async fn fresh(&self, now: Moment) -> Result<Vec<Due>> {
        let limit = u64::try_from(PAGE + self.under_way.len()).unwrap_or(u64::MAX);
        let mut due = store::timers::due(self.engine.store.read(), now, limit).await?;
        let under_way: HashSet<&Due> = self.under_way.values().collect();
        due.retain(|due| !under_way.contains(due));
        due.truncate(PAGE);
        Ok(due)
    }

    async fn begin(&mut self, due: Due, conversation: store::Result<Option<Conversation>>) {
        while self.tasks.len() >= UNDER_WAY {
            if let Some(fired) = self.tasks.join_next_with_id().await {
                self.fired(fired);
            }
        }
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let task = fire_in_place(Arc::clone(self.engine), due.clone(), conversation, place);
        let span = info_span!("turn", what = "timer", conversation = due.conversation);
        self.under_way.insert(self.tasks.spawn(task.instrument(span)).id(), due);
    }

    /// One is done; one that failed, or panicked, rests.
    fn fired(&mut self, fired: Fired) {
        let (id, result) = match fired {
            Ok((id, result)) => (id, result),
            Err(error) => (error.id(), Err(Error::Internal(error.to_string()))),
        };
        let Some(due) = self.under_way.remove(&id) else { return };
        let key = (due.conversation, due.timer.clone());
        if let Err(Error::Elsewhere | Error::Store(store::Error::Stale)) = result {
            // Another replica was first, or is in the middle of a turn: a little later this is settled.
            self.resting.push((due, self.engine.clock.now().saturating_add(FIRST_REST_MS)));
            return;
        }
        let Err(error) = result else {
            self.failures.remove(&key);
            return;
        };
        if self.engine.is_stopped() {
            return;
        }
        let failures = self.failures.entry(key).or_default();
        let rest_ms = FIRST_REST_MS.saturating_mul(1 << (*failures).min(20)).min(LONGEST_REST_MS);
        *failures += 1;
        tracing::error!(conversation = due.conversation, timer = due.timer, rest_ms, %error, "a timer did not fire");
        self.resting.push((due, self.engine.clock.now().saturating_add(rest_ms)));
    }

    /// Sleeps until this moment, an earlier timer, or a failure; wakes too early rather than too late.
    async fn sleep_until(&mut self, next: Moment) {
        let engine = self.engine;
        engine.alarm.next.store(next, Ordering::SeqCst);
        // Timers that other replicas set are heard of by looking.
        let awake = Instant::now() + if engine.replicas.is_alone() { LONGEST_SLEEP } else { PAUSE };
        while Instant::now() < awake {
            let Ok(ahead @ 1..) = u64::try_from(next.saturating_sub(engine.clock.now())) else { return };
            tokio::select! {
                () = engine.alarm.rings.notified() => return,
                Some(fired) = self.tasks.join_next_with_id() => {
                    self.fired(fired);
                    if !self.resting.is_empty() {
                        return;
                    }
                }
                () = sleep(GLANCE.min(Duration::from_millis(ahead))) => {}
            }
        }
    }
}

/// Fires a timer; one that takes its time gives its place to the next meanwhile.
async fn fire_in_place(
    engine: Arc<Engine>,
    due: Due,
    conversation: store::Result<Option<Conversation>>,
    place: OwnedSemaphorePermit,
) -> Result<()> {
    let mut firing = pin!(engine.fire(&due, conversation));
    if let Ok(fired) = timeout(BRISK, &mut firing).await {
        return fired;
    }
    drop(place);
    firing.await
}

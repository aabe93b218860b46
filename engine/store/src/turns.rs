//! Committing what a turn did: all of it in one transaction, many conversations under one fsync.

mod batch;
mod embedded;
mod shared;

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use model::{Message, Moment};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use self::embedded::Embedded;
use crate::conversations::Conversation;
use crate::disk::Trouble;
use crate::figures::Commits;
use crate::trouble::is_worth_another_try;
use crate::{Error, Result, Store, crash};

/// What a turn, or the part of it up to an effect with consequences, did to a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The conversation as it is after; `state_version` is the one that was loaded, the commit raises it.
    pub conversation: Conversation,
    /// What happened, in order.
    pub events: Vec<Happened>,
    /// What was said, in order.
    pub messages: Vec<Said>,
    /// Timers that run from here on.
    pub set_timers: Vec<(String, Moment)>,
    /// Timers that fired or are not wanted any more.
    pub gone_timers: Vec<String>,
    /// Is the turn over, or does it go on after an effect?
    pub is_over: bool,
    /// Was it on record before that the conversation waits for an effect?
    pub answers_effect: bool,
}

/// An event of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// The event as JSON.
    pub event: String,
    /// The path it led along, as JSON.
    pub trace: String,
    /// What the workspace offered then.
    pub circumstances: i64,
}

/// A message of the transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The message; its number is final.
    pub message: Message,
    /// When.
    pub at: Moment,
    /// The hash of a customer's message, to tell a repeat from a reused id.
    pub body_hash: Option<String>,
}

/// The door to the writer. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Committer {
    queue: mpsc::Sender<Job>,
    figures: Arc<Commits>,
}

#[derive(Debug)]
struct Job {
    turn: Box<Turn>,
    done: oneshot::Sender<Result<Box<Turn>>>,
}

impl Job {
    /// Gives the turn back with its conversation's number, or says why there is none.
    fn answer(self, id: Result<i64>) {
        let Self { mut turn, done } = self;
        let answer = id.map(|id| {
            turn.conversation.id = id;
            turn.conversation.state_version += 1;
            turn
        });
        // A caller that has gone away does not need it.
        let _ = done.send(answer);
    }
}

/// Turns that wait for the writer at most; the next one waits at the door.
const QUEUE: usize = 1_024;
/// Turns under one fsync at most.
const BATCH: usize = 256;
/// Writers on PostgreSQL, each on a connection of its own; SQLite has room for one.
const WRITERS: usize = 4;

impl Committer {
    /// Starts the writer; it stops when the last door is dropped. Only within a runtime.
    pub fn start(store: Store) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let figures = Arc::<Commits>::default();
        let jobs = Arc::new(Mutex::new(jobs));
        match &store.file {
            Some(file) if store.replica.is_none() => {
                let ledger = Ledger::Embedded(Box::new(Embedded::over(file)));
                let writing = write_batches(store, ledger, jobs, Arc::clone(&figures));
                let runtime = Handle::current();
                thread::Builder::new()
                    .name("turn-writer".into())
                    .spawn(move || runtime.block_on(writing))
                    .expect("the system gives the writer its thread");
            }
            _ => {
                for _ in 0..WRITERS {
                    let (jobs, figures) = (Arc::clone(&jobs), Arc::clone(&figures));
                    tokio::spawn(write_batches(store.clone(), Ledger::Shared, jobs, figures));
                }
            }
        }
        Self { queue, figures }
    }

    /// Makes a turn durable and gives it back: its conversation has the number and the version that are on record.
    pub async fn commit(&self, turn: Turn) -> Result<Box<Turn>> {
        let (done, answer) = oneshot::channel();
        let job = Job { turn: Box::new(turn), done };
        self.queue.send(job).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// What the writer does and did.
    pub fn figures(&self) -> &Commits {
        &self.figures
    }
}

/// Where turns become durable.
enum Ledger {
    /// SQLite. What it does blocks: it has a thread of its own.
    Embedded(Box<Embedded>),
    /// PostgreSQL.
    Shared,
}

impl Ledger {
    /// Applies turns in one transaction, and answers with the numbers of their conversations. A stale turn changes
    /// nothing, spoils nothing, and has no number.
    async fn commit(&mut self, store: &Store, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
        match self {
            Self::Embedded(embedded) => embedded.commit(store, turns).await,
            Self::Shared => shared::commit(store, turns).await,
        }
    }
}

async fn write_batches(store: Store, mut ledger: Ledger, jobs: Arc<Mutex<mpsc::Receiver<Job>>>, figures: Arc<Commits>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        // Whatever waits goes under one fsync.
        let mut waiting = jobs.lock().await;
        if waiting.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        figures.waiting.set(waiting.len());
        drop(waiting);
        if store.replica().is_some() {
            // Everybody takes rows in the same order, so that nobody waits in a circle.
            batch.sort_by_key(|job: &Job| job.turn.conversation.id);
        }
        let began = Instant::now();
        let committed = commit_all(&store, &mut ledger, &batch).await;
        figures.ended(batch.len(), began.elapsed(), committed.is_ok());
        match committed {
            Ok(answers) => {
                store.committed();
                for (job, answer) in batch.drain(..).zip(answers) {
                    job.answer(answer);
                }
            }
            // A full disk would fail for each of them. A broken one is not tried again: nothing is committed any more.
            Err(error) if store.failed(&error) != Trouble::Other => {
                tracing::error!(%error, turns = batch.len(), "the disk took no commit");
                refuse(&mut batch, &error);
                if error.trouble() == Trouble::Broken {
                    return;
                }
            }
            // One bad turn must not undo the others: each gets a transaction of its own.
            Err(error) if error.is_conflict() || (batch.len() > 1 && !error.is_unavailable()) => {
                tracing::warn!(%error, turns = batch.len(), "a batch of turns failed, trying one by one");
                for job in batch.drain(..) {
                    let answer = commit_one(&store, &mut ledger, &job).await;
                    job.answer(answer);
                }
            }
            Err(error) => refuse(&mut batch, &error),
        }
    }
}

/// A turn in a transaction of its own, again when that collides with another.
async fn commit_one(store: &Store, ledger: &mut Ledger, job: &Job) -> Result<i64> {
    let mut tries = 1;
    loop {
        let answer = commit_all(store, ledger, std::slice::from_ref(job)).await;
        if !is_worth_another_try(&answer, tries).await {
            return answer?.pop().unwrap_or(Err(Error::Closed));
        }
        tries += 1;
    }
}

/// Nothing of these turns was stored, and their callers hear why.
fn refuse(batch: &mut Vec<Job>, error: &Error) {
    for job in batch.drain(..) {
        let error = match error {
            Error::Database(error) => Error::Database(error.clone()),
            Error::Embedded(error) => Error::Embedded(Arc::clone(error)),
            _ => Error::Closed,
        };
        job.answer(Err(error));
    }
}

async fn commit_all(store: &Store, ledger: &mut Ledger, jobs: &[Job]) -> Result<Vec<Result<i64>>> {
    let turns: Vec<&Turn> = jobs.iter().map(|job| &*job.turn).collect();
    let ids = ledger.commit(store, &turns).await?;
    crash::point("after_commit_before_ack");
    Ok(ids.into_iter().map(|id| id.ok_or(Error::Stale)).collect())
}

/// Places at which a part of a batch is written and nothing is committed.
fn pass_crash_points(turns: &[&Turn]) {
    if turns.len() > 1 {
        crash::point("in_batch");
    }
    crash::point("before_commit");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::turn;
    use crate::{conversations, messages, sample, timers};

    #[tokio::test]
    async fn a_turn_is_stored_whole_and_a_stale_one_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let committer = Committer::start(store.clone());

        let first = turn(workspace, 0, 0, 1);
        let id = committer.commit(first).await.expect("the first turn").conversation.id;
        let loaded = conversations::by_id(store.read(), id).await.expect("a read").expect("the conversation");
        assert_eq!((loaded.state_version, loaded.last_seq), (1, 1));

        let second = turn(workspace, id, 1, 2);
        let (a, b) = tokio::join!(committer.commit(second.clone()), committer.commit(second));
        assert!(matches!((&a, &b), (Ok(_), Err(Error::Stale)) | (Err(Error::Stale), Ok(_))), "{a:?} {b:?}");

        let said = messages::after(store.read(), id, 0, 10).await.expect("a read");
        assert_eq!(said.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2]);
        let accepted = messages::accepted(store.read(), id, "c2").await.expect("a read").expect("the message");
        assert_eq!((accepted.turn, accepted.seq), (2, 2));
        assert_eq!(timers::next_due(store.read(), 0).await.expect("a read"), Some(5_002));
        assert_eq!(conversations::journal(store.read(), id).await.expect("a read").len(), 2);
    }

    #[tokio::test]
    async fn a_turn_that_breaks_a_rule_is_undone_whole_and_the_next_one_is_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let committer = Committer::start(store.clone());
        let id = committer.commit(turn(workspace, 0, 0, 1)).await.expect("the first turn").conversation.id;

        // Its conversation is saved before its message is refused: the number of that is taken.
        let mut broken = turn(workspace, id, 1, 2);
        broken.messages[0].message.seq = 1;
        let refused = committer.commit(broken).await.expect_err("a message with a number that is taken");

        assert!(matches!(refused, Error::Database(_) | Error::Embedded(_)), "{refused}");
        let kept = conversations::by_id(store.read(), id).await.expect("a read").expect("the conversation");
        assert_eq!((kept.state_version, kept.turn), (1, 1), "nothing of it is left");
        committer.commit(turn(workspace, id, 1, 2)).await.expect("the next turn");
        let staff = store.write().await.expect("the writer is free");
        staff.commit().await.expect("a commit");
    }
}

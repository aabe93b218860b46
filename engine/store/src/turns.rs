//! Committing what a turn did: all of it in one transaction, many conversations under one fsync.

use std::sync::Arc;
use std::time::Instant;

use model::{Message, Moment};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use tokio::sync::{mpsc, oneshot};

use crate::conversations::{Conversation, write};
use crate::error::{json, word};
use crate::figures::Commits;
use crate::rows::{insert, insert_all};
use crate::tables::{conversation, journal, message, timer, turn};
use crate::{Error, Result, Store};

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
    done: oneshot::Sender<Result<i64>>,
}

/// Turns that wait for the writer at most; the next one waits at the door.
const QUEUE: usize = 1_024;
/// Turns under one fsync at most.
const BATCH: usize = 64;

impl Committer {
    /// Starts the writer; it stops when the last door is dropped.
    pub fn start(store: Store) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let figures = Arc::<Commits>::default();
        tokio::spawn(write_batches(store, jobs, Arc::clone(&figures)));
        Self { queue, figures }
    }

    /// Makes a turn durable and answers with the conversation's number.
    pub async fn commit(&self, turn: Turn) -> Result<i64> {
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

async fn write_batches(store: Store, mut jobs: mpsc::Receiver<Job>, figures: Arc<Commits>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        figures.waiting.set(jobs.len());
        let began = Instant::now();
        let committed = commit_all(&store, &batch).await;
        figures.ended(batch.len(), began.elapsed(), committed.is_ok());
        match committed {
            Ok(answers) => {
                for (job, answer) in batch.drain(..).zip(answers) {
                    // A caller that has gone away does not need the answer.
                    let _ = job.done.send(answer);
                }
            }
            // One bad turn must not undo the others: each gets a transaction of its own.
            Err(error) if batch.len() > 1 => {
                tracing::warn!(%error, turns = batch.len(), "a batch of turns failed, trying one by one");
                for job in batch.drain(..) {
                    let answer = commit_all(&store, std::slice::from_ref(&job)).await;
                    let _ = job.done.send(answer.and_then(|mut answers| answers.pop().unwrap_or(Err(Error::Closed))));
                }
            }
            Err(error) => {
                for job in batch.drain(..) {
                    let error = match &error {
                        Error::Database(error) => Error::Database(error.clone()),
                        _ => Error::Closed,
                    };
                    let _ = job.done.send(Err(error));
                }
            }
        }
    }
}

/// Applies turns in one transaction. A stale turn changes nothing and spoils nothing.
async fn commit_all(store: &Store, jobs: &[Job]) -> Result<Vec<Result<i64>>> {
    let writing = store.write().await?;
    let mut answers = Vec::with_capacity(jobs.len());
    for job in jobs {
        match apply(&writing, &job.turn).await {
            Ok(id) => answers.push(Ok(id)),
            Err(Error::Stale) => answers.push(Err(Error::Stale)),
            Err(error) => return Err(error),
        }
    }
    writing.commit().await?;
    Ok(answers)
}

async fn apply(db: &impl ConnectionTrait, done: &Turn) -> Result<i64> {
    let id = save_conversation(db, &done.conversation).await?;
    let workspace_id = done.conversation.workspace.0;
    let number = done.conversation.turn;

    let first = done.conversation.n_events - i64::try_from(done.events.len()).unwrap_or(0) + 1;
    let events = done.events.iter().zip(first..).map(|(event, n)| journal::Model {
        workspace_id,
        conversation_id: id,
        n,
        turn: number,
        at: event.at,
        event: event.event.clone(),
        trace: event.trace.clone(),
    });
    insert_all(db, events.collect()).await?;

    let messages = done.messages.iter().map(|said| message::Model {
        workspace_id,
        conversation_id: id,
        seq: said.message.seq,
        turn: number,
        at: said.at,
        sender: word(&said.message.from),
        name: said.message.name.clone(),
        content: json(&said.message.content),
        node: said.message.node.as_ref().map(|node| node.0.clone()),
        client_id: said.message.client_id.clone(),
        body_hash: said.body_hash.clone(),
    });
    insert_all(db, messages.collect()).await?;

    for gone in &done.gone_timers {
        timer::Entity::delete_by_id((id, gone.clone())).exec(db).await?;
    }
    for (timer_id, due) in &done.set_timers {
        let row = timer::Model { workspace_id, conversation_id: id, timer_id: timer_id.clone(), due: *due };
        insert(db, row).await?;
    }
    if done.is_over {
        let row = turn::Model {
            workspace_id,
            conversation_id: id,
            turn: number,
            status: word(&done.conversation.status),
            last_seq: done.conversation.last_seq,
        };
        insert(db, row).await?;
    }
    Ok(id)
}

/// Adds or updates the row; an update finds only the version and the owner that were loaded.
async fn save_conversation(db: &impl ConnectionTrait, after: &Conversation) -> Result<i64> {
    let mut row = write(after).into_active_model();
    row.state_version = ActiveValue::Set(after.state_version + 1);
    if after.id == 0 {
        row.id = ActiveValue::NotSet;
        return Ok(row.insert(db).await?.id);
    }
    use conversation::Column;
    row.id = ActiveValue::NotSet;
    let row = row.reset_all();
    let saved = conversation::Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(after.id))
        .filter(Column::StateVersion.eq(after.state_version))
        .filter(Column::OwnerEpoch.eq(after.owner_epoch))
        .exec(db)
        .await?;
    if saved.rows_affected == 1 { Ok(after.id) } else { Err(Error::Stale) }
}

#[cfg(test)]
mod tests {
    use model::{Content, Language, Sender, Status};

    use super::*;
    use crate::{WorkspaceId, conversations, messages, timers, workspaces};

    #[tokio::test]
    async fn a_turn_is_stored_whole_and_a_stale_one_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = {
            let writing = store.write().await.expect("the writer");
            let workspace = workspaces::create(&writing, "Heliu", 1).await.expect("a workspace");
            writing.commit().await.expect("a commit");
            workspace.id
        };
        let committer = Committer::start(store.clone());

        let first = turn(workspace, 0, 0, 1);
        let id = committer.commit(first).await.expect("the first turn");
        let loaded = conversations::by_id(store.read(), id).await.expect("a read").expect("the conversation");
        assert_eq!((loaded.state_version, loaded.last_seq), (1, 1));

        let second = turn(workspace, id, 1, 2);
        let (a, b) = tokio::join!(committer.commit(second.clone()), committer.commit(second));
        assert!(matches!((&a, &b), (Ok(_), Err(Error::Stale)) | (Err(Error::Stale), Ok(_))), "{a:?} {b:?}");

        let said = messages::after(store.read(), id, 0, 10).await.expect("a read");
        assert_eq!(said.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2]);
        let accepted = messages::accepted(store.read(), id, "c2").await.expect("a read").expect("the message");
        assert_eq!((accepted.turn, accepted.seq), (2, 2));
        assert_eq!(timers::earliest_due(store.read()).await.expect("a read"), Some(5_002));
        assert_eq!(conversations::journal(store.read(), id).await.expect("a read").len(), 2);
    }

    fn turn(workspace: WorkspaceId, id: i64, state_version: i64, number: i64) -> Turn {
        let conversation = Conversation {
            id,
            workspace,
            public_id: "p".into(),
            token_hash: "h".into(),
            channel: "web".into(),
            flow_id: "f".into(),
            flow_key: "faq".into(),
            version: 1,
            state: "{}".into(),
            state_version,
            owner_epoch: 0,
            turn: number,
            n_events: number,
            last_seq: number,
            status: Status::Waiting,
            unanswered_effect: None,
            customer: String::new(),
            team: None,
            priority: None,
            topic: None,
            packet: None,
            waiting_since: None,
            agent_id: None,
            agent_name: None,
            last_sender: Some(Sender::Customer),
            last_text: None,
            result: None,
            rating: None,
            rating_reason: None,
            summary: None,
            created_at: 1,
            changed_at: number,
            ended_at: None,
        };
        let message = Message {
            seq: number,
            at: String::new(),
            from: Sender::Customer,
            name: None,
            content: Content::text(Language::zh().0),
            node: None,
            client_id: Some(format!("c{number}")),
        };
        Turn {
            conversation,
            events: vec![Happened { at: number, event: "{}".into(), trace: "[]".into() }],
            messages: vec![Said { message, at: number, body_hash: Some("x".into()) }],
            set_timers: vec![(format!("t{number}"), 5_000 + number)],
            gone_timers: vec![format!("t{}", number - 1)],
            is_over: true,
        }
    }
}

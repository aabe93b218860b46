//! Retention: conversations that are long over leave the database for compressed files.
//!
//! A file (`archive/file.rs`) holds JSON lines: first what it is, then the conversations, each with everything the database knew of it.
//! Each version of a flow, its own and those it called, and what the workspace offered then, stand before the first
//! conversation that needs them, so that the journal can be folded again without the database.
//!
//! The order is safe against a crash at any moment. A file is written and synced under the name `….part`, renamed to
//! `….pending`, and only then are its conversations deleted; when all are gone it gets its final name. What is found
//! `.pending` at the next run is carried on from there, so a conversation is in the database, in a file or in both,
//! never in neither, and never in two files.

mod file;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{FlowId, Moment};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use self::file::{Line, Lines, Rows, lines};
use crate::backup::{failed, on_a_thread, sync_folder_of};
use crate::tables::{circumstances, conversation, journal, message, timer, turn, version, workspace};
use crate::{Result, Store};

pub use self::file::{Archive, Archived, read};

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The folder of the files.
    pub to: PathBuf,
    /// Conversations that ended and changed last before this moment.
    pub before: Moment,
    /// The present, for the files' names.
    pub now: Moment,
    /// The release that writes.
    pub release: String,
    /// The versions of flows that are named by what a workspace offered, which is opaque here.
    pub versions_in: fn(&str) -> Vec<(FlowId, i64)>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Conversations that are in files and no longer in the database.
    pub conversations: usize,
    /// The files that were written or finished.
    pub files: Vec<PathBuf>,
}

/// Conversations in one file.
const PER_FILE: u64 = 500;
/// Conversations deleted in one transaction, and the pause after it: turns come first.
const PER_DELETE: usize = 20;
const PAUSE: Duration = Duration::from_millis(20);

/// Archives whatever is old enough.
pub async fn run(store: &Store, wanted: &Wanted) -> Result<Done> {
    std::fs::create_dir_all(&wanted.to).map_err(|error| failed("make", &wanted.to, &error))?;
    let mut done = Done::default();
    for file in left_over(&wanted.to)? {
        finish(store, &file, &mut done).await?;
    }
    while let Some(pending) = write_one(store, wanted).await? {
        if finish(store, &pending, &mut done).await? == 0 {
            // Every one of them changed in between; the next run finds them again when they are old enough.
            break;
        }
    }
    Ok(done)
}

/// Writes the next file, up to the moment from which its conversations may be deleted.
async fn write_one(store: &Store, wanted: &Wanted) -> Result<Option<PathBuf>> {
    let all = old_enough(store.read(), wanted.before).await?;
    let Some(first) = all.first() else { return Ok(None) };
    let day = crate::rfc3339(wanted.now).replace([':', '.'], "-");
    let name = wanted.to.join(format!("conversations-{day}-{}.jsonl.gz", first.id));
    let (part, pending) = (with(&name, "part"), with(&name, "pending"));
    let mut file = Lines::create(part.clone()).await?;
    let header =
        Line::Archive { format: 1, release: wanted.release.clone(), made_at: wanted.now, conversations: all.len() };
    file.add(&header)?;
    let (mut versions, mut known) = (BTreeSet::new(), BTreeSet::new());
    for row in all {
        let workspace = row.workspace_id;
        let mut needed = vec![(FlowId(row.flow_id.clone()), row.version)];
        let rows = rows_of(store.read(), row).await?;
        let used = rows.journal.iter().map(|event| event.circumstances).chain([rows.row.circumstances]);
        for number in used.collect::<BTreeSet<_>>() {
            if known.insert(number)
                && let Some(row) = circumstances::Entity::find_by_id(number).one(store.read()).await?
            {
                needed.extend((wanted.versions_in)(&row.document));
                file.add(&Line::Circumstances { row: Box::new(row) })?;
            }
        }
        for (id, number) in needed {
            if versions.insert((id.clone(), number))
                && let Some(row) = version::Entity::find_by_id((workspace, id.0, number)).one(store.read()).await?
            {
                file.add(&Line::Version { row: Box::new(row) })?;
            }
        }
        file.add(&Line::Conversation(Box::new(rows)))?;
    }
    file.finish().await?;
    std::fs::rename(&part, &pending).map_err(|error| failed("write", &pending, &error))?;
    sync_folder_of(&pending)?;
    Ok(Some(pending))
}

/// Deletes the conversations of a file that is whole, and gives it its final name. Answers how many it deleted.
async fn finish(store: &Store, pending: &Path, done: &mut Done) -> Result<usize> {
    let path = pending.to_owned();
    let versions = on_a_thread(move || {
        let mut versions = Vec::new();
        for line in lines(&path)? {
            if let Line::Conversation(rows) = line? {
                versions.push((rows.row.id, rows.row.state_version));
            }
        }
        Ok(versions)
    })
    .await?;
    let mut deleted = 0;
    for some in versions.chunks(PER_DELETE) {
        let writing = store.write().await?;
        for (id, state_version) in some {
            deleted += usize::from(delete(&writing, *id, *state_version).await?);
        }
        writing.commit().await?;
        tokio::time::sleep(PAUSE).await;
    }
    let name = pending.with_extension("");
    std::fs::rename(pending, &name).map_err(|error| failed("write", &name, &error))?;
    sync_folder_of(&name)?;
    done.conversations += deleted;
    done.files.push(name);
    Ok(deleted)
}

/// Deletes a conversation if it is still as it was written down.
async fn delete(db: &impl ConnectionTrait, id: i64, state_version: i64) -> Result<bool> {
    let gone = conversation::Entity::delete_many()
        .filter(conversation::Column::Id.eq(id))
        .filter(conversation::Column::StateVersion.eq(state_version))
        .exec(db)
        .await?;
    if gone.rows_affected == 0 {
        return Ok(false);
    }
    journal::Entity::delete_many().filter(journal::Column::ConversationId.eq(id)).exec(db).await?;
    message::Entity::delete_many().filter(message::Column::ConversationId.eq(id)).exec(db).await?;
    turn::Entity::delete_many().filter(turn::Column::ConversationId.eq(id)).exec(db).await?;
    timer::Entity::delete_many().filter(timer::Column::ConversationId.eq(id)).exec(db).await?;
    Ok(true)
}

async fn old_enough(db: &impl ConnectionTrait, before: Moment) -> Result<Vec<conversation::Model>> {
    let mut workspaces = workspace::Entity::find().all(db).await?;
    workspaces.sort_by_key(|workspace| workspace.id);
    for workspace in workspaces {
        // In the order of the index `conversations_list`.
        let found = conversation::Entity::find()
            .filter(conversation::Column::WorkspaceId.eq(workspace.id))
            .filter(conversation::Column::Status.eq("ended"))
            .filter(conversation::Column::ChangedAt.lt(before))
            .order_by_asc(conversation::Column::ChangedAt)
            .limit(PER_FILE)
            .all(db)
            .await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn rows_of(db: &impl ConnectionTrait, row: conversation::Model) -> Result<Rows> {
    let id = row.id;
    let journal = journal::Entity::find()
        .filter(journal::Column::ConversationId.eq(id))
        .order_by_asc(journal::Column::N)
        .all(db)
        .await?;
    let messages = message::Entity::find()
        .filter(message::Column::ConversationId.eq(id))
        .order_by_asc(message::Column::Seq)
        .all(db)
        .await?;
    let turns = turn::Entity::find()
        .filter(turn::Column::ConversationId.eq(id))
        .order_by_asc(turn::Column::Turn)
        .all(db)
        .await?;
    Ok(Rows { row, journal, messages, turns })
}

/// Files that a run left behind: what is only begun is removed, what is whole is answered.
fn left_over(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = |error: io::Error| failed("read", folder, &error);
    let mut pending = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let name = path.to_string_lossy().into_owned();
        if name.ends_with(".jsonl.gz.part") {
            std::fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))?;
        } else if name.ends_with(".jsonl.gz.pending") {
            pending.push(path);
        }
    }
    pending.sort();
    Ok(pending)
}

fn with(name: &Path, suffix: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::Conversation;
    use crate::turns::Committer;
    use crate::{conversations, sample};

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    #[tokio::test]
    async fn what_is_long_over_leaves_the_database_and_can_be_read_again() {
        let (folder, store, ended) = with_conversations(25).await;
        let wanted = wanted(&folder, 10 * DAY);

        let done = run(&store, &wanted).await.expect("a run");
        let again = run(&store, &wanted).await.expect("another run");

        assert_eq!((done.conversations, done.files.len()), (25, 1));
        assert_eq!(again, Done::default());
        let archived = read(&done.files[0]).expect("the file").conversations;
        assert_eq!(archived.iter().map(|one| one.conversation.clone()).collect::<Vec<_>>(), ended);
        assert_eq!(
            archived[0].journal.iter().map(|entry| (entry.at, entry.event.as_str())).collect::<Vec<_>>(),
            [(1, "{}")]
        );
        assert_eq!(archived[0].messages.len(), 1);
        for one in &ended {
            assert_eq!(conversations::by_id(store.read(), one.id).await.expect("a read"), None);
        }
        assert_eq!(left(&store).await, (1, 1, 1), "the one that is not over stays, with all it has");
    }

    /// Stops at each moment at which a crash could come, and runs again.
    #[tokio::test]
    async fn a_crash_at_any_moment_loses_nothing_and_writes_nothing_twice() {
        for crash in ["half a file", "a whole file", "half of the deletes"] {
            let (folder, store, ended) = with_conversations(25).await;
            let wanted = wanted(&folder, 10 * DAY);
            std::fs::create_dir(&wanted.to).expect("a folder");
            match crash {
                "half a file" => {
                    std::fs::write(wanted.to.join("conversations-x-1.jsonl.gz.part"), "half").expect("a file");
                }
                moment => {
                    write_one(&store, &wanted).await.expect("a file").expect("it is needed");
                    if moment == "half of the deletes" {
                        let writing = store.write().await.expect("the writer");
                        for one in &ended[..10] {
                            assert!(delete(&writing, one.id, one.state_version).await.expect("a delete"));
                        }
                        writing.commit().await.expect("a commit");
                    }
                }
            }

            run(&store, &wanted).await.expect("a run");

            let mut found = Vec::new();
            for entry in std::fs::read_dir(&wanted.to).expect("a folder").flatten() {
                assert!(entry.path().to_string_lossy().ends_with(".jsonl.gz"), "{crash}: {entry:?}");
                let archive = read(&entry.path()).expect("a file");
                found.extend(archive.conversations.into_iter().map(|one| one.conversation));
            }
            assert_eq!(found, ended, "{crash}");
            assert_eq!(left(&store).await, (1, 1, 1), "{crash}");
        }
    }

    #[tokio::test]
    async fn one_that_changed_after_it_was_written_down_stays() {
        let (folder, store, ended) = with_conversations(3).await;
        let pending = write_one(&store, &wanted(&folder, 10 * DAY)).await;
        assert!(pending.is_err(), "the folder is made by a run");
        std::fs::create_dir(folder.path().join("archive")).expect("a folder");
        let pending = write_one(&store, &wanted(&folder, 10 * DAY)).await.expect("a file").expect("it is needed");
        let mut changed = sample::turn(ended[0].workspace, ended[0].id, ended[0].state_version, 2);
        changed.conversation.public_id = ended[0].public_id.clone();
        changed.gone_timers.clear();
        Committer::start(store.clone()).commit(changed).await.expect("a turn");

        let deleted = finish(&store, &pending, &mut Done::default()).await.expect("the deletes");

        assert_eq!(deleted, 2);
        assert!(conversations::by_id(store.read(), ended[0].id).await.expect("a read").is_some());
    }

    fn wanted(folder: &tempfile::TempDir, before: Moment) -> Wanted {
        Wanted {
            to: folder.path().join("archive"),
            before,
            now: before + DAY,
            release: "0.1.0".to_owned(),
            versions_in: |_| Vec::new(),
        }
    }

    /// A store with so many ended conversations, and one that waits.
    async fn with_conversations(n: i64) -> (tempfile::TempDir, Store, Vec<Conversation>) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let committer = Committer::start(store.clone());
        let mut ended = Vec::new();
        for number in 0..=n {
            let mut turn = sample::turn(workspace, 0, 0, 1);
            turn.conversation.public_id = format!("p{number}");
            if number > 0 {
                turn.conversation.status = model::Status::Ended;
                turn.conversation.changed_at = number;
                turn.set_timers.clear();
            }
            let id = committer.commit(turn).await.expect("a turn").conversation.id;
            let stored = conversations::by_id(store.read(), id).await.expect("a read").expect("it is there");
            if number > 0 {
                ended.push(stored);
            }
        }
        (folder, store, ended)
    }

    /// Conversations, journal entries and messages that are left.
    async fn left(store: &Store) -> (usize, usize, usize) {
        let db = store.read();
        (
            conversation::Entity::find().all(db).await.expect("a read").len(),
            journal::Entity::find().all(db).await.expect("a read").len(),
            message::Entity::find().all(db).await.expect("a read").len(),
        )
    }
}

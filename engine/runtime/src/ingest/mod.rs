//! Reading documents in the background: one after the other, far from conversations, and again where it was cut off.
//!
//! How far a document is stands in its row, so that a restart goes on with it and an author sees it. Files whose
//! readers may be brought down are read by a child process (`child`), addresses are fetched by `crawl`.

mod child;
mod crawl;
mod robots;
mod sheets;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use documents::{Kind, MAX_PASSAGES, Sheet, Unreadable};
use model::{Moment, Texts};
use store::WorkspaceId;
use store::documents::{Document, Passage, Progress, State, Trouble};
use tokio::sync::{Mutex, Notify};

use crate::{Engine, Error, Result};

pub use sheets::Compared;

/// Passages and articles that a workspace may have.
const MAX_ENTRIES: usize = 100_000;
/// A document whose reader gave no sign for this long is read anew.
const LEASE_MS: Moment = 5 * 60_000;
/// How often it is looked for documents that other replicas added, or left behind.
const LOOK: Duration = Duration::from_secs(5);
/// How often it is looked whether the author stopped it.
const ATTENTION: Duration = Duration::from_millis(700);
/// Passages in one transaction: few enough that no turn waits for them.
const BATCH: usize = 200;

/// The program that reads hostile files: this very one, told so.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Called as `PROGRAM read-document KIND`, with the file on its standard input.
    pub program: PathBuf,
}

/// What the background needs.
#[derive(Debug, Default)]
pub(crate) struct Ingest {
    wake: Notify,
    reader: OnceLock<Reader>,
    /// A file that somebody waits for is read when the one before is.
    awaited: Mutex<()>,
}

/// Why reading stopped before its end.
enum Stop {
    /// The author stopped or removed it.
    Canceled,
    /// It cannot be read.
    Unreadable(Unreadable),
    /// Something failed inside.
    Broken(Error),
}

impl From<Unreadable> for Stop {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// A part of a document with a name and an address of its own: the document itself, or a page of a site.
struct Part {
    title: String,
    url: Option<String>,
    read: documents::Document,
}

impl Engine {
    /// Says who reads hostile files; without, they are refused.
    pub fn set_reader(&self, reader: Reader) {
        let _ = self.ingest.reader.set(reader);
    }

    /// Reads a file that somebody waits for, with the limits that documents of a library have: hostile kinds in a
    /// process of its own. The inner error is for whoever brought the file.
    ///
    /// # Errors
    /// [`Error::Internal`] where nobody reads files of this kind.
    pub async fn read_file(
        &self,
        kind: Kind,
        bytes: Vec<u8>,
    ) -> Result<std::result::Result<documents::Document, Unreadable>> {
        // Children take memory and time: one at a time, beside the one of the background.
        let _turn = self.ingest.awaited.lock().await;
        self.read_bytes(kind, bytes).await
    }

    /// Hostile kinds in a process of their own, others beside the conversations.
    async fn read_bytes(
        &self,
        kind: Kind,
        bytes: Vec<u8>,
    ) -> Result<std::result::Result<documents::Document, Unreadable>> {
        if kind.is_risky() {
            let reader = self
                .ingest
                .reader
                .get()
                .ok_or_else(|| Error::Internal("nobody reads files of this kind here".into()))?;
            return Ok(child::read(reader, kind, bytes).await);
        }
        let read = tokio::task::spawn_blocking(move || documents::read(kind, &bytes)).await;
        read.map_err(|error| Error::Internal(error.to_string()))
    }

    /// A document was added, or is to be read again.
    pub fn wake_reader(&self) {
        self.ingest.wake.notify_one();
    }

    /// Reads documents as they come, for ever.
    pub(crate) async fn read_documents(&self) {
        if self.replicas.is_alone()
            && let Err(error) = self.requeue_documents().await
        {
            tracing::error!(%error, "documents that were being read could not be put in line again");
        }
        loop {
            match self.read_next_document().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "a document could not be read"),
            }
            let _ = tokio::time::timeout(LOOK, self.ingest.wake.notified()).await;
        }
    }

    async fn requeue_documents(&self) -> Result<()> {
        let writing = self.store.write().await?;
        store::documents::requeue(&writing).await?;
        writing.commit().await?;
        Ok(())
    }

    /// Reads the next document in line; false when there is none.
    async fn read_next_document(&self) -> Result<bool> {
        let now = self.clock.now();
        if !store::documents::is_waiting(self.store.read(), now).await? {
            return Ok(false);
        }
        let writing = self.store.write().await?;
        let taken = store::documents::take_next(&writing, now, now + LEASE_MS).await?;
        writing.commit().await?;
        let Some((workspace, document)) = taken else { return Ok(false) };
        let work = Work { engine: self, workspace, document };
        work.run().await?;
        Ok(true)
    }
}

/// The reading of one document.
struct Work<'e> {
    engine: &'e Engine,
    workspace: WorkspaceId,
    document: Document,
}

impl Work<'_> {
    async fn run(&self) -> Result<()> {
        let id = &self.document.id;
        let edition = self.document.edition + 1;
        let (state, problem) = match self.read(edition).await {
            Ok((state, notes)) => (state, note(notes)),
            Err(Stop::Canceled) => {
                tracing::info!(document.id = %id, "reading was stopped by its author");
                return self.forget(edition).await;
            }
            Err(Stop::Unreadable(unreadable)) => {
                (State::Failed, Some(Trouble { why: unreadable.why, advice: unreadable.advice }))
            }
            Err(Stop::Broken(error)) => {
                tracing::error!(document.id = %id, %error, "a document could not be read");
                let why = Texts::new("读取时系统出了问题", "something failed inside while it was read");
                (State::Failed, Some(Trouble { why, advice: Texts::new("请稍后重试", "try again in a moment") }))
            }
        };
        if state == State::Failed {
            self.forget(edition).await?;
        }
        let news = Progress { state: Some(state), problem: Some(problem), ..Progress::default() };
        // Stopped in the very last moment: what the author wanted stands in the row.
        let _ = self.progress(news).await;
        Ok(())
    }

    async fn read(&self, edition: i64) -> std::result::Result<(State, Vec<Texts>), Stop> {
        self.forget(edition).await?;
        let parts = self.while_wanted(self.parts()).await??;
        let mut notes: Vec<Texts> = parts.iter().flat_map(|part| part.read.notes.clone()).collect();
        if self.document.url.is_none() && Kind::from_word(&self.document.kind).is_some_and(Kind::is_sheet) {
            let sheets: Vec<Sheet> = parts.into_iter().flat_map(|part| part.read.sheets).collect();
            return self.take_sheets(&sheets, notes).await;
        }
        self.progress(Progress { state: Some(State::Splitting), ..Progress::default() }).await?;
        let passages = passages(&self.document.id, parts).await?;
        if passages.is_empty() {
            return Err(nothing_in_it().into());
        }
        if passages.len() > MAX_PASSAGES {
            return Err(too_many(passages.len(), MAX_PASSAGES).into());
        }
        self.has_room(passages.len()).await?;
        self.take_passages(edition, &passages).await?;
        self.index().await?;
        if passages.len() == 1 && passages[0].text.chars().count() < 20 {
            notes.push(Texts::new("文档里的文字很少", "there is very little text in the document"));
        }
        Ok((State::Ready, notes))
    }

    /// The text of the document: of its bytes, or of the pages at its address.
    async fn parts(&self) -> std::result::Result<Vec<Part>, Stop> {
        if self.document.url.is_some() {
            return self.crawl().await;
        }
        let bytes = store::documents::bytes(self.engine.store.read(), self.workspace, &self.document.id).await?;
        let kind = Kind::from_word(&self.document.kind)
            .ok_or_else(|| Error::Internal(format!("{} is no kind of document", self.document.kind)))?;
        let read = self.engine.read_bytes(kind, bytes).await??;
        let title = self.document.name.rsplit_once('.').map_or(&*self.document.name, |(stem, _)| stem).to_owned();
        Ok(vec![Part { title, url: None, read }])
    }

    async fn take_passages(&self, edition: i64, passages: &[Passage]) -> std::result::Result<(), Stop> {
        let total = i64::try_from(passages.len()).unwrap_or(i64::MAX);
        let mut done = 0;
        for batch in passages.chunks(BATCH) {
            let writing = self.engine.store.write().await?;
            store::documents::add_passages(&writing, self.workspace, edition, batch).await?;
            writing.commit().await?;
            done += i64::try_from(batch.len()).unwrap_or(0);
            self.progress(Progress { steps: Some((done, total)), ..Progress::default() }).await?;
        }
        let writing = self.engine.store.write().await?;
        let now = self.engine.clock.now();
        store::documents::serve(&writing, self.workspace, &self.document.id, edition, total, now).await?;
        writing.commit().await?;
        Ok(())
    }

    /// The library's index is built with what is there now.
    async fn index(&self) -> std::result::Result<(), Stop> {
        self.progress(Progress { state: Some(State::Indexing), ..Progress::default() }).await?;
        self.engine.forget_libraries();
        self.engine.fresh_shelf(self.workspace).await?;
        Ok(())
    }

    async fn has_room(&self, more: usize) -> std::result::Result<(), Stop> {
        let known = store::documents::entries(self.engine.store.read(), self.workspace).await?;
        let former = usize::try_from(self.document.passages).unwrap_or(0);
        let after = usize::try_from(known).unwrap_or(usize::MAX).saturating_sub(former).saturating_add(more);
        if after > MAX_ENTRIES { Err(too_many(after, MAX_ENTRIES).into()) } else { Ok(()) }
    }

    /// Notes how far it is; fails when the author stopped it.
    async fn progress(&self, news: Progress) -> std::result::Result<(), Stop> {
        let until = self.engine.clock.now() + LEASE_MS;
        let writing = self.engine.store.write().await?;
        let is_wanted = store::documents::progress(&writing, self.workspace, &self.document.id, news, until).await?;
        writing.commit().await?;
        if is_wanted { Ok(()) } else { Err(Stop::Canceled) }
    }

    /// Goes on with something long until the author stops it.
    async fn while_wanted<T>(&self, work: impl Future<Output = T>) -> std::result::Result<T, Stop> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(ATTENTION) => {
                    let now = store::documents::by_id(self.engine.store.read(), self.workspace, &self.document.id).await?;
                    if now.is_none_or(|document| !document.state.is_at_work()) {
                        return Err(Stop::Canceled);
                    }
                }
            }
        }
    }

    /// Removes what a reading that did not end left behind.
    async fn forget(&self, edition: i64) -> Result<()> {
        let writing = self.engine.store.write().await?;
        store::documents::drop_edition(&writing, self.workspace, &self.document.id, edition).await?;
        writing.commit().await?;
        Ok(())
    }
}

/// Cuts a document into passages, beside the conversations.
async fn passages(id: &str, parts: Vec<Part>) -> std::result::Result<Vec<Passage>, Stop> {
    let id = id.to_owned();
    let cut = tokio::task::spawn_blocking(move || {
        let mut passages: Vec<Passage> = Vec::new();
        for part in parts {
            for passage in documents::passages(&part.read.blocks) {
                passages.push(Passage {
                    document: id.clone(),
                    n: i64::try_from(passages.len()).unwrap_or(i64::MAX),
                    title: part.title.clone(),
                    heading: passage.heading,
                    text: passage.text,
                    url: part.url.clone(),
                    page: passage.page.map(i64::from),
                });
            }
        }
        passages
    });
    Ok(cut.await.map_err(|error| Error::Internal(error.to_string()))?)
}

/// What was left out, for the author.
fn note(notes: Vec<Texts>) -> Option<Trouble> {
    if notes.is_empty() {
        return None;
    }
    let joined = |language: &str, joint: &str| {
        notes.iter().map(|note| note.in_language(language)).collect::<Vec<_>>().join(joint)
    };
    Some(Trouble { why: Texts::new(joined("zh", "；"), joined("en", "; ")), advice: Texts::default() })
}

fn nothing_in_it() -> Unreadable {
    Unreadable::new(
        ("文档里没有可以读取的文字", "there is no text in the document"),
        ("请检查文件内容", "look at what the file contains"),
    )
}

fn too_many(n: usize, most: usize) -> Unreadable {
    Unreadable::new(
        (
            &format!("内容太多：{n} 段，最多 {most} 段"),
            &format!("there is too much of it: {n} passages, the limit is {most}"),
        ),
        ("请拆成几份，或先删除不用的文档", "split it, or remove documents that are not needed first"),
    )
}

//! The compressed files that conversations leave for: what a line is, writing them and reading them again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use model::{Flow, FlowId, Message, Moment};
use serde::{Deserialize, Serialize};

use crate::backup::{failed, on_a_thread};
use crate::conversations::{Conversation, Entry};
use crate::error::parsed;
use crate::tables::{circumstances, conversation, journal, message, turn, version};
use crate::{Error, Result};

/// An archived conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Archived {
    /// Its row, as it was last.
    pub conversation: Conversation,
    /// Its events in order, byte for byte.
    pub journal: Vec<Entry>,
    /// What was said.
    pub messages: Vec<Message>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Archive {
    /// In the order of the file.
    pub conversations: Vec<Archived>,
    versions: BTreeMap<(FlowId, i64), String>,
    circumstances: BTreeMap<i64, String>,
}

impl Archive {
    /// The document of a flow's version, if the file has it.
    pub fn version(&self, id: &FlowId, version: i64) -> Result<Option<Flow>> {
        let document = self.versions.get(&(id.clone(), version));
        document.map(|document| parsed("version", document)).transpose()
    }

    /// What the workspace offered, by its number on record.
    pub fn circumstances(&self, number: i64) -> Option<&str> {
        self.circumstances.get(&number).map(String::as_str)
    }
}

/// A line of a file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    Archive { format: u32, release: String, made_at: Moment, conversations: usize },
    Version { row: Box<version::Model> },
    Circumstances { row: Box<circumstances::Model> },
    Conversation(Box<Rows>),
}

/// Everything the database knows of a conversation.
#[derive(Serialize, Deserialize)]
pub(super) struct Rows {
    pub(super) row: conversation::Model,
    pub(super) journal: Vec<journal::Model>,
    pub(super) messages: Vec<message::Model>,
    pub(super) turns: Vec<turn::Model>,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Archive> {
    let mut archive = Archive::default();
    for line in lines(path)? {
        match line? {
            Line::Archive { .. } => {}
            Line::Circumstances { row } => {
                archive.circumstances.insert(row.id, row.document);
            }
            Line::Version { row } => {
                archive.versions.insert((FlowId(row.flow_id), row.version), row.document);
            }
            Line::Conversation(rows) => archive.conversations.push(Archived {
                conversation: crate::conversations::read(rows.row)?,
                journal: rows.journal.into_iter().map(crate::conversations::entry).collect(),
                messages: rows.messages.into_iter().map(crate::messages::read).collect::<Result<_>>()?,
            }),
        }
    }
    Ok(archive)
}

/// The lines of a file.
pub(super) fn lines(path: &Path) -> Result<impl Iterator<Item = Result<Line>> + use<>> {
    let unreadable = |path: &Path, why: String| Error::Unsafe(format!("{} cannot be read: {why}", path.display()));
    let file = File::open(path).map_err(|error| unreadable(path, error.to_string()))?;
    let path = path.to_owned();
    Ok(BufReader::new(MultiGzDecoder::new(BufReader::new(file))).lines().map(move |line| {
        let line = line.map_err(|error| unreadable(&path, error.to_string()))?;
        let line: Line = serde_json::from_str(&line).map_err(|error| unreadable(&path, error.to_string()))?;
        match line {
            Line::Archive { format: 2.., .. } => Err(unreadable(&path, "a newer release wrote it".to_owned())),
            line => Ok(line),
        }
    }))
}

/// A file of lines that is being written.
pub(super) struct Lines {
    path: PathBuf,
    gzip: GzEncoder<BufWriter<File>>,
}

impl Lines {
    pub(super) async fn create(path: PathBuf) -> Result<Self> {
        let file = File::create(&path).map_err(|error| failed("write", &path, &error))?;
        Ok(Self { path, gzip: GzEncoder::new(BufWriter::new(file), Compression::default()) })
    }

    pub(super) fn add(&mut self, line: &Line) -> Result<()> {
        let mut text = crate::error::json(line);
        text.push('\n');
        self.gzip.write_all(text.as_bytes()).map_err(|error| failed("write", &self.path, &error))
    }

    /// Everything is on the disk when this returns.
    pub(super) async fn finish(self) -> Result<()> {
        on_a_thread(move || {
            let write = || -> io::Result<()> {
                let mut out = self.gzip.finish()?;
                out.flush()?;
                out.get_ref().sync_all()
            };
            write().map_err(|error| failed("write", &self.path, &error))
        })
        .await
    }
}

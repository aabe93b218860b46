//! One file of recorded histories: a line for the release, then flows, programs and histories, a line each.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use interpreter::{Callees, Catalogue, Program};
use model::{Flow, Language, Moment, Resources};
use serde::{Deserialize, Serialize};

/// Recorded histories, with what they ran on.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub(super) name: String,
    pub(super) behaviour: u32,
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) histories: Vec<History>,
}

/// What a conversation ran on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) flow: Flow,
    pub(super) callees: Vec<Flow>,
    pub(super) resources: Resources,
}

/// One conversation.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) title: String,
    /// The document it ran on.
    pub(super) program: String,
    pub(super) language: Language,
    pub(super) events: Vec<Recorded>,
}

/// One event with what it led to, as texts: bytes are compared, not meanings.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) now: Moment,
    pub(super) event: String,
    pub(super) state: String,
    pub(super) effects: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Release { name: String, behaviour: u32 },
    Document { name: String, document: Box<Document> },
    History(History),
}

impl Archive {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Self {
        let mut text = String::new();
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        GzDecoder::new(file).read_to_string(&mut text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut archive = Self::default();
        for line in text.lines() {
            match serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
                Line::Release { behaviour, .. } => archive.behaviour = behaviour,
                Line::Document { name, document } => drop(archive.documents.insert(name, *document)),
                Line::History(history) => archive.histories.push(history),
            }
        }
        archive.name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        archive
    }

    /// Writes a file that does not exist yet.
    pub(super) fn write(self, path: &Path) {
        let mut text = line(&Line::Release { name: env!("CARGO_PKG_VERSION").into(), behaviour: self.behaviour });
        for (name, document) in self.documents {
            text += &line(&Line::Document { name, document: Box::new(document) });
        }
        for history in self.histories {
            text += &line(&Line::History(history));
        }
        let file = File::create_new(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut packed = GzEncoder::new(file, Compression::best());
        packed.write_all(text.as_bytes()).expect("the file can be written");
        packed.finish().expect("the file can be written");
    }

    /// Its programs, compiled by this release.
    pub(super) fn programs(&self, catalogue: &Catalogue) -> BTreeMap<String, Program> {
        self.documents.iter().map(|(name, document)| (name.clone(), document.program(catalogue))).collect()
    }
}

impl Document {
    /// Ready to run.
    pub(super) fn program(&self, catalogue: &Catalogue) -> Program {
        let resources = Arc::new(self.resources.clone());
        let mut callees = Callees::new();
        for callee in &self.callees {
            let program = Program::compile_draft(callee, catalogue, Arc::clone(&resources), Callees::new());
            callees.insert(callee.key.clone(), Arc::new(program.expect("a recorded flow has a start")));
        }
        Program::compile_draft(&self.flow, catalogue, resources, callees).expect("a recorded flow has a start")
    }
}

/// A change of behaviour that is meant.
#[derive(Debug, Deserialize)]
pub(super) struct Declared {
    file: String,
    /// A history's title, or its beginning with a star.
    history: String,
    why: String,
}

impl Declared {
    /// Is this history meant?
    pub(super) fn means(&self, file: &str, title: &str) -> bool {
        let is_it = self.history.strip_suffix('*').map_or(self.history == title, |begin| title.starts_with(begin));
        self.file == file && is_it && !self.why.is_empty()
    }
}

/// The changes of behaviour that are meant.
pub(super) fn declared() -> Vec<Declared> {
    let text = fs::read_to_string(folder().join("declared.json")).expect("tests/golden/declared.json is there");
    serde_json::from_str(&text).expect("tests/golden/declared.json is a list of { file, history, why }")
}

/// All files, by name.
pub(super) fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("tests/golden is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "gz"));
    files.sort();
    files
}

/// Where they are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn line(line: &Line) -> String {
    serde_json::to_string(line).expect("plain data") + "\n"
}

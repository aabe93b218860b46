//! `heliu replay`: folds journals again and compares with what is stored.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use runtime::{Egress, Limits, Replayed};
use serde_json::json;

use super::folder;
use crate::config::Storage;

/// Conversations looked up at once.
const PAGE: u64 = 500;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Conversations, by the id in their address
    #[arg(value_name = "CONVERSATION")]
    conversations: Vec<String>,
    /// Every conversation of the data folder
    #[arg(long, conflicts_with = "conversations")]
    all: bool,
    /// The conversations of an archive file, or of all archive files in a folder; no data folder is needed
    #[arg(long, value_name = "FILE|FOLDER", conflicts_with_all = ["conversations", "all"])]
    archive: Option<PathBuf>,
    /// One line of JSON per conversation
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

/// True when every journal folds to what is stored.
pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    if let Some(path) = &args.archive {
        return replay_archives(path, args.json).await;
    }
    if args.conversations.is_empty() && !args.all {
        bail!("name conversations, or say --all or --archive FILE");
    }
    let opened = folder::open(&args.storage, Egress::new([]), Limits::default(), false).await?;
    let engine = &opened.engine;
    let mut ids = Vec::new();
    for public_id in &args.conversations {
        let found = store::conversations::by_public_id(engine.store().read(), public_id).await?;
        ids.push(found.with_context(|| format!("there is no conversation {public_id}"))?.id);
    }
    let (mut counted, mut last) = (Counted::default(), 0);
    loop {
        if args.all {
            ids = store::conversations::ids_after(engine.store().read(), last, PAGE).await?;
            last = ids.last().copied().unwrap_or(last);
        }
        for id in &ids {
            let history = engine.history(*id).await?;
            let replayed = engine.replay(&history).await?;
            counted.add(&replayed);
            print(&history.conversation.public_id, history.events.len(), &replayed, args.json);
        }
        if !args.all || ids.is_empty() {
            break;
        }
    }
    Ok(counted.told(args.json))
}

/// Folds what archive files hold, one after the other.
async fn replay_archives(path: &Path, as_json: bool) -> anyhow::Result<bool> {
    let (catalogue, mut counted) = (nodes::catalogue(), Counted::default());
    for file in archive_files(path)? {
        let archive = store::archive::read(&file)?;
        for archived in &archive.conversations {
            let replayed = runtime::replay_archived(&catalogue, &archive, archived).await;
            counted.add(&replayed);
            print(&archived.conversation.public_id, archived.journal.len(), &replayed, as_json);
        }
    }
    Ok(counted.told(as_json))
}

/// The file itself, or the finished archive files of a folder in the order of their names.
fn archive_files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| format!("read {}", path.display()))? {
        let file = entry.with_context(|| format!("read {}", path.display()))?.path();
        if file.to_string_lossy().ends_with(".jsonl.gz") {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("there are no archive files (….jsonl.gz) in {}", path.display());
    }
    files.sort();
    Ok(files)
}

/// How many conversations folded to what is on record.
#[derive(Default)]
struct Counted {
    same: u64,
    others: u64,
}

impl Counted {
    fn add(&mut self, replayed: &Replayed) {
        if *replayed == Replayed::Same { self.same += 1 } else { self.others += 1 }
    }

    /// Says so to people; true when all did.
    fn told(&self, as_json: bool) -> bool {
        if !as_json {
            println!("{} the same, {} not", self.same, self.others);
        }
        self.others == 0
    }
}

fn print(public_id: &str, events: usize, replayed: &Replayed, as_json: bool) {
    let (result, detail) = match replayed {
        Replayed::Same => ("same", ""),
        Replayed::Differs { what } => ("differs", what.as_str()),
        Replayed::Unreadable { why } => ("unreadable", why.as_str()),
    };
    if as_json {
        println!("{}", json!({ "conversation": public_id, "events": events, "result": result, "detail": detail }));
    } else if *replayed != Replayed::Same {
        println!("{public_id}: {result} after {events} events: {detail}");
    }
}

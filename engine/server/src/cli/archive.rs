//! `heliu archive`, and the daily run of a server that is told how long to keep conversations.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use store::Store;
use store::archive::{Archived, Wanted};

use super::folder;
use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Conversations that ended at least so many days ago, for example 90d
    #[arg(long, value_name = "DAYS", value_parser = days, required_unless_present = "show")]
    older_than: Option<u32>,
    /// The folder of the files; `archive` in the data folder when it is left out
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// List what a file holds instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["older_than", "to"])]
    show: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    if let Some(file) = &args.show {
        return show(file, args.json);
    }
    let Some(days) = args.older_than else { bail!("say how old: --older-than 90d") };
    let storage = &args.storage;
    let _lock =
        folder::lock(&storage.data).context("a server archives by itself when it is started with --keep-days")?;
    if storage.database_url.is_none() && !storage.data.join(store::FILE).exists() {
        bail!("there is no {} in {}; is this the right data folder?", store::FILE, storage.data.display());
    }
    let store = Store::open(&storage.data, storage.database_url.as_deref()).await?;
    let to = args.to.unwrap_or_else(|| in_folder(&storage.data));
    let done = store::archive::run(&store, &wanted(to, days)).await?;
    store.close().await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&done)?);
    } else {
        for file in &done.files {
            println!("{}", file.display());
        }
        println!("{} conversations archived", done.conversations);
    }
    Ok(true)
}

/// Archives at once and then every day, until the task ends.
pub(super) async fn keep(store: Store, data: PathBuf, days: u32) {
    loop {
        match store::archive::run(&store, &wanted(in_folder(&data), days)).await {
            Ok(done) if done.conversations > 0 => {
                tracing::info!(conversations = done.conversations, files = done.files.len(), "archived");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "old conversations could not be archived; they stay"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn in_folder(data: &Path) -> PathBuf {
    data.join("archive")
}

fn wanted(to: PathBuf, days: u32) -> Wanted {
    let now = runtime::now();
    Wanted {
        to,
        before: now - i64::from(days) * DAY_MS,
        now,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        versions_in: runtime::versions_in,
    }
}

fn show(file: &Path, json: bool) -> anyhow::Result<bool> {
    let archived = store::archive::read(file)?;
    let row = |one: &Archived| {
        let conversation = &one.conversation;
        serde_json::json!({
            "conversation": conversation.public_id,
            "flow": conversation.flow_key.0,
            "version": conversation.version,
            "created": store::rfc3339(conversation.created_at),
            "ended": conversation.ended_at.map(store::rfc3339),
            "result": conversation.result,
            "messages": one.messages.len(),
            "events": one.journal.len(),
        })
    };
    let rows: Vec<_> = archived.conversations.iter().map(row).collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(true);
    }
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let (id, flow, ended) = (text("conversation"), text("flow"), text("ended"));
        println!("{id}\t{flow}\t{ended}\t{} messages", row["messages"]);
    }
    println!("{} conversations", rows.len());
    Ok(true)
}

/// `90d`, or `90`.
fn days(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    number.parse().map_err(|_| format!("{text} is no number of days; write for example 90d"))
}

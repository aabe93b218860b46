//! `heliu backup`: the database in one file, also while a server runs on it.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; one with the present moment in its name when it is left out
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    if args.storage.database_url.is_some() {
        bail!("the data is in PostgreSQL; use its own: pg_dump --format=custom --file=heliu.dump \"$DATABASE_URL\"");
    }
    let now = runtime::now();
    let to = args.to.unwrap_or_else(|| {
        let moment = store::rfc3339(now).replace([':', '.'], "-");
        format!("heliu-{moment}.heliu-backup").into()
    });
    let made = store::backup::make(&args.storage.data, &to, env!("CARGO_PKG_VERSION"), now)
        .await
        .with_context(|| format!("back up {}", args.storage.data.display()))?;
    let bytes = std::fs::metadata(&to)?.len();
    if args.json {
        let report = serde_json::json!({ "file": to, "bytes": bytes, "manifest": made });
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        let (conversations, size) = (made.conversations, made.database_bytes);
        println!("{}: {conversations} conversations, checked; {bytes} bytes ({size} unpacked)", to.display());
    }
    Ok(true)
}

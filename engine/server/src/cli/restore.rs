//! `heliu restore`: the database of a backup, into a data folder that no server holds.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::folder;
use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The backup
    file: PathBuf,
    /// Go on although the folder has a database; it is kept aside in a folder of its own
    #[arg(long)]
    replace: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    if args.storage.database_url.is_some() {
        bail!(
            "the data is in PostgreSQL; use its own: pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" heliu.dump"
        );
    }
    let data = &args.storage.data;
    // What is no backup is refused before a folder is made for it.
    store::backup::manifest(&args.file).context("nothing was changed")?;
    let _lock = folder::lock(data)?;
    let (made, aside) =
        store::backup::restore(&args.file, data, args.replace, runtime::now()).await.context("nothing was changed")?;
    if args.json {
        let report = serde_json::json!({ "folder": data, "manifest": made, "kept_aside": aside });
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        let moment = store::rfc3339(made.made_at);
        println!("{}: {} conversations, as they were at {moment}", data.display(), made.conversations);
        if let Some(aside) = aside {
            println!("what was there is kept in {}", aside.display());
        }
    }
    Ok(true)
}

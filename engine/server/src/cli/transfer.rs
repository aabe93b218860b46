//! `heliu import` and `heliu export`, on a data folder that no server holds.

use std::path::PathBuf;

use anyhow::{Context, bail};
use interpreter::check;
use runtime::{Egress, Limits};

use super::folder;
use crate::config::Storage;
use crate::transfer;

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// A flow file or a bundle
    file: PathBuf,
    /// Publish the flows that have no errors
    #[arg(long)]
    publish: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// Where to write; the terminal when it is left out
    file: Option<PathBuf>,
    #[command(flatten)]
    storage: Storage,
}

pub(super) async fn import(args: Import) -> anyhow::Result<bool> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("read {}", args.file.display()))?;
    let file = match check::read_file(&bytes) {
        Ok(file) => file,
        Err(refused) => {
            if args.json {
                println!("{}", serde_json::to_string_pretty(&refused.problems)?);
            }
            let first = refused.problems.first().map(|problem| problem.message.in_language("en").to_owned());
            let excerpt = refused.excerpt.map(|excerpt| format!("\n{excerpt}")).unwrap_or_default();
            bail!("{} cannot be imported: {}{excerpt}", args.file.display(), first.unwrap_or_default());
        }
    };
    let opened = folder::open(&args.storage, Egress::default(), Limits::default(), true).await?;
    let taken = transfer::take_in(&opened.engine, opened.workspace.id, file, "heliu import", args.publish).await;
    let Ok(report) = taken else { bail!("the import failed, nothing was changed") };
    let is_well = report.flows.iter().all(|flow| !flow.problems.iter().any(model::Problem::is_error));
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for flow in &report.flows {
            let published = if flow.published { ", published" } else { "" };
            println!("{}: {}{published}, {} problems", flow.key, flow.action, flow.problems.len());
        }
        for (what, n) in &report.created {
            println!("{n} {what}");
        }
        for note in &report.notes {
            println!("note: {}", note.in_language("en"));
        }
    }
    opened.engine.store().clone().close().await;
    Ok(is_well)
}

pub(super) async fn export(args: Export) -> anyhow::Result<bool> {
    let opened = folder::open(&args.storage, Egress::default(), Limits::default(), true).await?;
    let bundle = transfer::bundle(opened.engine.store(), opened.workspace.id).await?;
    let text = transfer::bundle_file(&bundle);
    match args.file {
        Some(file) => std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?,
        None => print!("{text}"),
    }
    opened.engine.store().clone().close().await;
    Ok(true)
}

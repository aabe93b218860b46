//! `heliu replay`: folds journals again and compares with what is stored.

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
    /// One line of JSON per conversation
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

/// True when every journal folds to what is stored.
pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    if args.conversations.is_empty() && !args.all {
        bail!("name conversations, or say --all");
    }
    let opened = folder::open(&args.storage, Egress::new([]), Limits::default(), false).await?;
    let engine = &opened.engine;
    let mut ids = Vec::new();
    for public_id in &args.conversations {
        let found = store::conversations::by_public_id(engine.store().read(), public_id).await?;
        ids.push(found.with_context(|| format!("there is no conversation {public_id}"))?.id);
    }
    let (mut n_same, mut n_others, mut last) = (0_u64, 0_u64, 0);
    loop {
        if args.all {
            ids = store::conversations::ids_after(engine.store().read(), last, PAGE).await?;
            last = ids.last().copied().unwrap_or(last);
        }
        for id in &ids {
            let history = engine.history(*id).await?;
            let replayed = engine.replay(&history).await?;
            match &replayed {
                Replayed::Same => n_same += 1,
                _ => n_others += 1,
            }
            print(&history.conversation.public_id, history.events.len(), &replayed, args.json);
        }
        if !args.all || ids.is_empty() {
            break;
        }
    }
    if !args.json {
        println!("{n_same} the same, {n_others} not");
    }
    Ok(n_others == 0)
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

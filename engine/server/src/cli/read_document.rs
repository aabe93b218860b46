//! `heliu read-document`: reads one hostile file in a process of its own, with limits on all it can take.
//! The server calls it; the file comes on the standard input, what was read goes to the standard output as JSON.

use std::io::{Read, Write};

use anyhow::Context;
use documents::{Kind, Unreadable};
use rustix::process::{Resource, Rlimit, setrlimit};

/// Address space, what the allocator reserves at the start included.
const MEMORY_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Seconds of computing.
const COMPUTE_SECONDS: u64 = 30;
const FILES: u64 = 16;
const MAX_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// pdf, docx, xlsx, …
    kind: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    limit().context("set the limits of this process")?;
    let kind = Kind::from_word(&args.kind).with_context(|| format!("{} is no kind of document", args.kind))?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes).context("read the file")?;
    let read: Result<documents::Document, Unreadable> = documents::read(kind, &bytes);
    let answer = serde_json::to_vec(&read)?;
    std::io::stdout().lock().write_all(&answer)?;
    Ok(true)
}

fn limit() -> rustix::io::Result<()> {
    let limits = [
        (Resource::As, MEMORY_BYTES),
        (Resource::Cpu, COMPUTE_SECONDS),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
    ];
    for (resource, most) in limits {
        // A little above, so that it ends by the signal that says why.
        let above = if resource == Resource::Cpu { most + 2 } else { most };
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(above) })?;
    }
    Ok(())
}

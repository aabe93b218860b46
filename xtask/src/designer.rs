//! Builds the browser part: Rust to wasm, glue, hashed names, compressed copies, in `target/designer`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::command::{self, cargo, run};
use crate::input;
use crate::say;
use crate::wasm_toolchain::{TARGET, target_folder, wasm_toolchain};

/// How much work the build puts into size.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Small and compressed: what is shipped.
    Finished,
    /// Quick to rebuild: what one works with.
    Quick,
}

/// `cargo xtask designer [--dev]`
pub(crate) fn verb(arguments: &[String]) -> anyhow::Result<()> {
    let quality = match arguments {
        [] => Quality::Finished,
        [flag] if flag == "--dev" => Quality::Quick,
        _ => bail!("usage: cargo xtask designer [--dev]"),
    };
    build(quality)
}

/// The folder the server serves, or embeds.
pub(crate) fn dist() -> PathBuf {
    command::root().join("target/designer")
}

/// Builds what has changed since the last time.
pub(crate) fn build(quality: Quality) -> anyhow::Result<()> {
    let fingerprint = input::fingerprint()?;
    if is_up_to_date(fingerprint, quality) {
        say("the designer is up to date");
        return Ok(());
    }
    let profile = match quality {
        Quality::Finished => "wasm",
        Quality::Quick => "wasm-dev",
    };
    let toolchain = wasm_toolchain()?;
    run(toolchain.cargo("build").args(["--package", "app", "--profile", profile]))
        .context("the designer does not compile for the browser")?;

    let root = command::root();
    let wasm = target_folder().join(TARGET).join(profile).join("app.wasm");
    let mut bindgen = cargo(["run", "--quiet", "--package", "bindgen", "--"]);
    bindgen.arg(&wasm).arg(root.join("designer/app")).arg(root.join("widget")).arg(dist());
    if quality == Quality::Quick {
        bindgen.arg("--fast");
    }
    run(&mut bindgen).context("the designer could not be packed")?;
    fs::write(stamp(), stamp_text(fingerprint, quality)).context("note what was built")?;
    say(&format!("the designer is at {}", dist().display()));
    Ok(())
}

/// A finished build also serves where a quick one would do.
fn is_up_to_date(fingerprint: u64, quality: Quality) -> bool {
    let Ok(built) = fs::read_to_string(stamp()) else {
        return false;
    };
    let is_built_as = |quality| built == stamp_text(fingerprint, quality);
    dist().join("index.html").is_file()
        && (is_built_as(Quality::Finished) || quality == Quality::Quick && is_built_as(Quality::Quick))
}

fn stamp() -> PathBuf {
    command::root().join("target/designer.stamp")
}

fn stamp_text(fingerprint: u64, quality: Quality) -> String {
    let quality = match quality {
        Quality::Finished => "finished",
        Quality::Quick => "quick",
    };
    format!("{fingerprint:016x} {quality}\n")
}

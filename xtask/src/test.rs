//! `cargo xtask test`: everything that must hold, in stages; `verify`: the quick part of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::command::{self, cargo, find, is_installed, run as run_command, run_keeping};
use crate::designer::{self, Quality};
use crate::fuzz;
use crate::product;
use crate::provision;
use crate::say;
use crate::stages::{Outcome, Stages};
use crate::wasm_toolchain::wasm_toolchain;

/// Crates that must also compile for the browser: what they contain can have no I/O.
const PURE_CRATES: [&str; 5] = ["model", "expr", "interpreter", "nodes", "editor"];

/// `cargo xtask test [--long] [STAGE…]`
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (long, only): (Vec<String>, Vec<String>) = arguments.iter().cloned().partition(|argument| argument == "--long");
    if let Some(flag) = only.iter().find(|name| name.starts_with('-')) {
        bail!("cargo xtask test knows no {flag}; usage: cargo xtask test [--long] [STAGE…]");
    }
    let is_long = !long.is_empty();

    let mut stages = Stages::new(only);
    stages.stage("format", format);
    stages.stage("lints", lints);
    stages.stage("licences", || licences(is_long));
    stages.stage("pure-crates", pure_crates);
    stages.stage("designer", || passed(designer::build(Quality::Quick)));
    stages.stage("build", || passed(build().map(drop)));
    stages.stage("tests", || tests(is_long));
    stages.stage("embeddings", embeddings);
    stages.stage("doc-tests", doc_tests);
    stages.stage("flows", flows);
    stages.stage("browser", || browser(is_long));
    stages.stage("fuzz", || fuzz::run(is_long));
    stages.finish()
}

/// `cargo xtask verify`
pub(crate) fn verify() -> anyhow::Result<()> {
    let mut stages = Stages::new(Vec::new());
    stages.stage("format", format);
    stages.stage("lints", lints);
    stages.finish()
}

fn format() -> anyhow::Result<Outcome> {
    passed(run_command(&mut cargo(["fmt", "--all", "--check"])))
}

fn lints() -> anyhow::Result<Outcome> {
    passed(run_command(&mut cargo(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])))
}

/// Licences and advisories of what we depend on, by `cargo deny`.
/// To compile the tool takes minutes, so only a long run brings it.
fn licences(is_long: bool) -> anyhow::Result<Outcome> {
    let own_copy = command::target_folder().join("tools");
    let mut deny = find("cargo-deny").or_else(|| Some(own_copy.join("bin/cargo-deny")).filter(|path| path.is_file()));
    if deny.is_none() && is_long {
        run_command(cargo(["install", "--quiet", "--locked", "cargo-deny", "--root"]).arg(&own_copy))?;
        deny = Some(own_copy.join("bin/cargo-deny"));
    }
    let Some(deny) = deny else {
        return Ok(Outcome::Skipped("cargo-deny is not installed; --long installs it".to_owned()));
    };
    // Advisories need a database from the network; licences, sources and bans do not.
    let mut check = Command::new(deny);
    check
        .args(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])
        .current_dir(command::root());
    if is_long {
        check.arg("advisories");
    }
    passed(run_command(&mut check))
}

fn pure_crates() -> anyhow::Result<Outcome> {
    let mut check = wasm_toolchain()?.cargo("check");
    // The profile of the designer, so that the macros of both are compiled once.
    check.args(["--quiet", "--profile", "wasm-dev"]);
    for name in PURE_CRATES {
        check.args(["--package", name]);
    }
    passed(run_command(&mut check).context("a pure crate does not compile for the browser"))
}

/// What the tests are built from. Every stage names the same packages: with others, cargo would settle on other
/// features of what we depend on and compile it all again.
const TESTED: [&str; 3] = ["--workspace", "--exclude", "bindgen"];
/// The parts of a package that hold tests. The server's own bring the binary `heliu` along.
const TARGETS: [&str; 3] = ["--lib", "--bins", "--tests"];

/// Builds all tests, and with them the server that the later stages start.
fn build() -> anyhow::Result<PathBuf> {
    run_command(cargo(["test", "--no-run"]).args(TESTED).args(TARGETS))?;
    Ok(product::binary("debug"))
}

fn tests(is_long: bool) -> anyhow::Result<Outcome> {
    build()?;
    if let Err(error) = provision::postgres() {
        say(&format!("the tests on PostgreSQL are skipped: {error:#}"));
    }
    if let Err(error) = provision::fault_tools() {
        say(&format!("tests of failing disks are skipped: {error:#}"));
    }
    let has_nextest = is_installed("cargo-nextest");
    let mut tests = if has_nextest {
        cargo(["nextest", "run", "--no-fail-fast", "--status-level", "slow", "--no-tests", "pass"])
    } else {
        cargo(["test", "--no-fail-fast"])
    };
    tests.args(TESTED).args(TARGETS);
    if is_long {
        tests.env("HELIU_LONG", "1");
    }
    if is_long && has_nextest {
        // The default profile ends a test after two minutes.
        tests.args(["--profile", "long"]);
    }
    Ok(Outcome::Summary(run_keeping(&mut tests, |line| {
        line.trim_start().starts_with("Summary [") || line.starts_with("test result:")
    })?))
}

/// Sentence models on the processor, which only builds with the feature `local-embeddings` have: lints and tests of the
/// crate that holds them.
fn embeddings() -> anyhow::Result<Outcome> {
    let with = ["--quiet", "--package", "embed", "--features", "candle"];
    run_command(cargo(["clippy"]).args(with).args(["--all-targets", "--", "--deny", "warnings"]))?;
    Ok(Outcome::Summary(run_keeping(cargo(["test", "--no-fail-fast"]).args(with), |line| {
        line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed; 0 ignored")
    })?))
}

fn doc_tests() -> anyhow::Result<Outcome> {
    let lines = run_keeping(cargo(["test", "--quiet", "--doc"]).args(TESTED), |line| {
        line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed; 0 ignored")
    })?;
    Ok(Outcome::Summary(lines))
}

/// The sample flows are free of problems, and every talk beside them holds.
fn flows() -> anyhow::Result<Outcome> {
    let heliu = build()?;
    let in_root = |verb: &str| {
        let mut command = Command::new(&heliu);
        command.args([verb, "flows"]).current_dir(command::root());
        command
    };
    let mut lines = run_keeping(&mut in_root("check"), |line| line.contains("problem"))?;
    lines.extend(run_keeping(&mut in_root("talk"), |line| line.contains(" passed, "))?);
    Ok(Outcome::Summary(lines.pop().into_iter().collect()))
}

/// Scripts in `tests/browser` drive a real browser against a real server.
fn browser(is_long: bool) -> anyhow::Result<Outcome> {
    let scripts = browser_scripts(&command::root().join("tests/browser"))?;
    if scripts.is_empty() {
        return Ok(Outcome::Skipped("tests/browser has no *.test.mjs".to_owned()));
    }
    provision::node()?;
    provision::browser()?;
    let modules = provision::browser_packages()?;
    designer::build(Quality::Quick)?;
    let heliu = build()?;

    let chromium =
        ["chromium", "google-chrome"].iter().find_map(|name| find(name)).context("no browser is installed")?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(scripts)
        .current_dir(command::root())
        .env("NODE_PATH", modules)
        .env("HELIU_BINARY", heliu)
        .env("HELIU_CHROMIUM", chromium);
    if is_long {
        node.env("HELIU_LONG", "1");
    }
    Ok(Outcome::Summary(run_keeping(&mut node, |line| {
        let line = line.trim_start_matches("ℹ ");
        ["tests ", "pass ", "fail "].iter().any(|word| line.starts_with(word))
    })?))
}

fn browser_scripts(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut scripts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            scripts.push(path);
        }
    }
    scripts.sort();
    Ok(scripts)
}

fn passed(result: anyhow::Result<()>) -> anyhow::Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

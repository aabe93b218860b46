//! The product as a whole: started from the sources, finished as one file, measured, documented.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, cargo, run as run_command};
use crate::designer::{self, Quality};
use crate::say;

/// `cargo xtask run [--release] [ARGUMENTS…]`: the rest goes to `heliu serve`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (release, rest): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| *argument == "--release");
    let heliu = if release.is_empty() {
        designer::build(Quality::Quick)?;
        build_server()?
    } else {
        build()?;
        binary("release")
    };
    let mut serve = Command::new(heliu);
    serve.arg("serve").args(rest).current_dir(command::root());
    become_it(serve)
}

/// `cargo xtask build`
pub(crate) fn build() -> anyhow::Result<()> {
    designer::build(Quality::Finished)?;
    run_command(&mut cargo(["build", "--release", "--package", "server", "--bin", "heliu"]))?;
    say(&format!("the product is at {}", binary("release").display()));
    Ok(())
}

/// The server as one works with it: it reads the designer's files from `target/designer`.
pub(crate) fn build_server() -> anyhow::Result<PathBuf> {
    run_command(&mut cargo(["build", "--package", "server", "--bin", "heliu"]))?;
    Ok(binary("debug"))
}

/// `cargo xtask bench [NAME…]`: all benchmarks, or those named.
pub(crate) fn bench(arguments: &[String]) -> anyhow::Result<()> {
    if arguments == ["nlu"] {
        return run_command(&mut cargo(["run", "--release", "--package", "nlu", "--example", "understanding"]));
    }
    build()?;
    let mut bench = cargo(["bench", "--package", "tests"]);
    for name in arguments {
        bench.args(["--bench", name]);
    }
    if arguments.is_empty() {
        bench.arg("--benches");
    }
    run_command(bench.env("HELIU_BINARY", binary("release")))
}

/// `cargo xtask docs`
pub(crate) fn docs() -> anyhow::Result<()> {
    run_command(&mut cargo(["doc", "--workspace", "--no-deps", "--exclude", "bindgen"]))
}

/// Where a profile's server is, once it is built.
pub(crate) fn binary(profile: &str) -> PathBuf {
    command::target_folder().join(profile).join("heliu")
}

/// Hands the terminal over, so that Ctrl-C reaches the server and nothing stands between.
#[cfg(unix)]
fn become_it(mut command: Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::new(command.exec()).context("start the server"))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> anyhow::Result<()> {
    run_command(&mut command)
}

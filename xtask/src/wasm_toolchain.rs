//! Finds, or brings, a compiler that can build for the browser.
//!
//! 1. The toolchain in use has the target `wasm32-unknown-unknown`.
//! 2. `rustup target add` brings it.
//! 3. On Debian without a way to rustup's servers: the distribution's `rustc-web` compiles the standard library itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::bail;

use crate::command::{self, cargo, find, output, run_within};
use crate::provision::apt_install;
use crate::say;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// The oldest compiler that the workspace's `rust-version` admits.
const OLDEST_MINOR: u32 = 95;
/// A machine that can reach rustup's servers has the 10 MB of the target well within this.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(45);

/// A compiler for the browser's target.
pub(crate) enum WasmToolchain {
    /// The toolchain in use.
    Rustup,
    /// Debian's compiler and library source, with this linker.
    Debian { linker: PathBuf },
}

impl WasmToolchain {
    /// `cargo SUBCOMMAND --target …`, into a target folder of its own:
    /// two compilers in one folder would evict each other's work.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Rustup => cargo([subcommand]),
            Self::Debian { linker } => debian_cargo(subcommand, linker),
        };
        command.args(["--target", TARGET, "--target-dir"]).arg(target_folder());
        command
    }
}

/// Where the browser part is compiled.
pub(crate) fn target_folder() -> PathBuf {
    command::root().join("target-wasm")
}

/// The first way that works, or what to do by hand.
pub(crate) fn wasm_toolchain() -> anyhow::Result<WasmToolchain> {
    // To try the third way on a machine that has the first.
    let is_debian_wanted = std::env::var("HELIU_WASM_TOOLCHAIN").is_ok_and(|wanted| wanted == "debian");
    if !is_debian_wanted && (has_target() || added_by_rustup()) {
        return Ok(WasmToolchain::Rustup);
    }
    if let Some(toolchain) = debian() {
        return Ok(toolchain);
    }
    bail!(
        "no compiler for the browser's part was found. Any one of these helps:\n  \
         - with rustup and a network: rustup target add {TARGET}\n  \
         - on Debian 12, as root: apt-get update && apt-get install {} lld-19",
        DEBIAN_PACKAGES.join(" ")
    )
}

fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(command::root());
    output(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir())
}

fn added_by_rustup() -> bool {
    if find("rustup").is_none() {
        return false;
    }
    say(&format!("the target {TARGET} is missing; asking rustup for it"));
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", TARGET])
        .env("RUSTUP_MAX_RETRIES", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir(command::root());
    run_within(&mut rustup, RUSTUP_PATIENCE).is_ok() && has_target()
}

fn debian() -> Option<WasmToolchain> {
    if !debian_compiler_is_usable() {
        say("rustup could not bring it; looking for Debian's rustc-web");
        let installed = apt_install(&DEBIAN_PACKAGES);
        if let Err(error) = installed {
            say(&format!("{error:#}"));
        }
        if !debian_compiler_is_usable() {
            return None;
        }
    }
    let linker = linker().or_else(|| {
        apt_install(&["lld-19"]).ok()?;
        linker()
    })?;
    Some(WasmToolchain::Debian { linker })
}

fn debian_compiler_is_usable() -> bool {
    let is_young_enough = output(Command::new(DEBIAN_RUSTC).arg("--version"))
        .and_then(|version| minor_version(&version))
        .is_some_and(|minor| minor >= OLDEST_MINOR);
    is_young_enough && Path::new(DEBIAN_CARGO).is_file() && Path::new(DEBIAN_LIBRARY).is_file()
}

/// `rustc 1.96.0 (…)` is 96.
fn minor_version(version: &str) -> Option<u32> {
    version.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()
}

/// rustup's own `rust-lld` links for every target; a package's `wasm-ld` serves as well.
fn linker() -> Option<PathBuf> {
    let rustup_lld = output(Command::new("rustc").args(["--print", "sysroot"])).and_then(|sysroot| {
        let host_tools = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let path = Path::new(&sysroot).join("lib/rustlib").join(host_tools).join("bin/rust-lld");
        path.is_file().then_some(path)
    });
    rustup_lld.or_else(|| {
        ["wasm-ld", "wasm-ld-21", "wasm-ld-20", "wasm-ld-19", "wasm-ld-18", "wasm-ld-17", "wasm-ld-16"]
            .iter()
            .find_map(|name| find(name))
    })
}

fn debian_cargo(subcommand: &str, linker: &Path) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path)))
        .unwrap_or(path);
    let mut command = Command::new(DEBIAN_CARGO);
    command
        .args([subcommand, "-Z", "build-std=std,panic_abort"])
        .current_dir(command::root())
        .env("PATH", path)
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        // They point at the other toolchain.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTDOC")
        .env_remove("LD_LIBRARY_PATH");
    command::forget_package(&mut command);
    command
}

#[cfg(test)]
mod tests {
    use super::minor_version;

    #[test]
    fn a_compiler_names_its_minor_version() {
        assert_eq!(minor_version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some(96));
        assert_eq!(minor_version("rustc 2.0.0"), None);
    }
}

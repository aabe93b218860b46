//! Brings what is missing on a fresh machine, where that is possible without asking.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::command::{self, is_installed, output, run, run_within};
use crate::say;

/// What the browser tests drive; kept to one version so that a run can be repeated.
/// Drives the browser, and judges what everyone can use.
const BROWSER_PACKAGES: [(&str, &str); 2] = [("playwright-core", "1.56.1"), ("axe-core", "4.14.1")];

/// Installs Debian packages, when this is Debian (or its like) and we are root.
pub(crate) fn apt_install(packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    if !is_installed("apt-get") {
        bail!("please install {names}: there is no apt-get here to do it with");
    }
    if output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!("please run: sudo apt-get update && sudo apt-get install {names}");
    }
    say(&format!("installing {names}"));
    let log = command::target_folder().join("apt.log");
    let quiet = |arguments: &[&str]| -> anyhow::Result<()> {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log)?;
        let mut apt = Command::new("apt-get");
        apt.args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stderr(file.try_clone()?)
            .stdout(file);
        run_within(&mut apt, Duration::from_secs(600)).with_context(|| format!("see {}", log.display()))
    };
    std::fs::create_dir_all(command::target_folder())?;
    quiet(&["update", "-q"])?;
    let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
    install.extend(packages);
    quiet(&install)
}

/// The browser and a font for Chinese.
pub(crate) fn browser() -> anyhow::Result<()> {
    let mut missing = Vec::new();
    if !is_installed("chromium") && !is_installed("google-chrome") {
        missing.push("chromium");
    }
    if !is_installed("chromedriver") {
        missing.push("chromium-driver");
    }
    if !has_chinese_font() {
        missing.push("fonts-noto-cjk");
    }
    if missing.is_empty() {
        return Ok(());
    }
    apt_install(&missing)
}

/// PostgreSQL's programs, for tests that start a server of their own. Debian would start one of its own as well: it is
/// told not to before the server's package comes.
pub(crate) fn postgres() -> anyhow::Result<()> {
    if Path::new("/usr/lib/postgresql").is_dir() {
        return Ok(());
    }
    apt_install(&["postgresql-common"])?;
    let settings = Path::new("/etc/postgresql-common/createcluster.conf");
    let text = std::fs::read_to_string(settings).unwrap_or_default();
    let with = format!("{}\ncreate_main_cluster = false\n", text.trim_end());
    std::fs::write(settings, with).with_context(|| format!("write {}", settings.display()))?;
    apt_install(&["postgresql"])
}

fn has_chinese_font() -> bool {
    if Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file() {
        return true;
    }
    output(Command::new("fc-list").arg(":lang=zh")).is_some_and(|fonts| !fonts.is_empty())
}

/// What makes disks fail, and looks into databases from outside. Without it those tests say that they are skipped.
pub(crate) fn fault_tools() -> anyhow::Result<()> {
    let missing: Vec<&str> = ["strace", "sqlite3"].into_iter().filter(|tool| !is_installed(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    apt_install(&missing)
}

/// Node, for the browser tests' scripts.
pub(crate) fn node() -> anyhow::Result<()> {
    if is_installed("node") && is_installed("npm") {
        return Ok(());
    }
    apt_install(&["nodejs", "npm"])
}

/// The packages of the browser tests in a folder of its own; answers with the `node_modules` they lie in.
pub(crate) fn browser_packages() -> anyhow::Result<PathBuf> {
    let folder = command::target_folder().join("playwright");
    let modules = folder.join("node_modules");
    if BROWSER_PACKAGES.iter().all(|(name, _)| modules.join(name).join("package.json").is_file()) {
        return Ok(modules);
    }
    let wanted = BROWSER_PACKAGES.map(|(name, version)| format!("{name}@{version}"));
    say(&format!("fetching {}", wanted.join(", ")));
    std::fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .args(&wanted);
    run(&mut npm)?;
    Ok(modules)
}

//! Keeps ARCHITECTURE.md true: which crates exist, which know each other, and what never reaches the pure ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Lower lines know nothing of higher ones, and crates on one line do not know each other.
const LINES: [&[&str]; 7] = [
    &["model", "migrations"],
    &["expr"],
    &["interpreter", "store", "nlu", "channels", "documents", "embed", "editor"],
    &["runtime", "talk", "app"],
    &["nodes"],
    &["server"],
    &["tests"],
];

/// Tools that stand beside the product.
const BESIDE: [&str; 2] = ["xtask", "bindgen"];

/// Crates that take time, ids and randomness as arguments and do no I/O.
const PURE: [&str; 6] = ["model", "expr", "interpreter", "nodes", "editor", "nlu"];

/// What would bring I/O, a clock or a runtime into a pure crate.
const SHELL: [&str; 9] = ["axum", "hyper", "leptos", "mio", "reqwest", "sea-orm", "sqlx", "tokio", "web-sys"];

/// The graph is the same everywhere; one platform's view needs the fewest downloads.
const HOST: &str = "x86_64-unknown-linux-gnu";

#[test]
fn dependencies_run_downward_only() {
    let workspace = workspace();
    let line_of = |name: &str| LINES.iter().position(|line| line.contains(&name));
    let mut wrong = Vec::new();

    for (name, known) in &workspace.ours {
        if BESIDE.contains(&name.as_str()) {
            continue;
        }
        let Some(line) = line_of(name) else {
            wrong.push(format!("{name} stands on no line; give it one here and in ARCHITECTURE.md"));
            continue;
        };
        for other in known {
            if line_of(other).is_none_or(|other| other >= line) {
                wrong.push(format!("{name} knows {other}, which does not stand below it"));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_of_the_shell_reaches_a_pure_crate() {
    let workspace = workspace();
    let mut wrong = Vec::new();

    for name in PURE {
        let reached = workspace.reached_from(name);
        for shell in SHELL.iter().filter(|shell| reached.contains(**shell)) {
            wrong.push(format!("{shell} reaches {name}; `cargo tree -p {name} -i {shell}` shows how"));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_server_knows_axum_and_only_the_store_knows_the_database() {
    let workspace = workspace();

    assert_eq!(workspace.direct_users_of("axum"), ["server"]);
    assert_eq!(workspace.direct_users_of("sea-orm"), ["store"]);
    assert_eq!(workspace.direct_users_of("leptos"), ["app"]);
    assert_eq!(workspace.direct_users_of("rhai"), ["expr"]);
}

#[test]
fn the_map_names_every_crate_and_no_other() {
    let workspace = workspace();
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");

    // The map's lines begin with the folder in backticks: "- `engine/model` …".
    let named: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("- `")?.split('`').next())
        .filter(|folder| root().join(folder).join("Cargo.toml").is_file())
        .map(str::to_owned)
        .collect();
    let there: BTreeSet<String> = workspace.folders.values().cloned().collect();

    assert_eq!(named, there);
}

#[test]
fn the_pure_crates_share_one_clippy_file() {
    let workspace = workspace();
    let file = |name: &str| {
        let path = root().join(&workspace.folders[name]).join("clippy.toml");
        fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()))
    };
    let first = file(PURE[0]);

    for name in PURE {
        assert_eq!(file(name), first, "{name}/clippy.toml differs from that of {}", PURE[0]);
    }
}

#[test]
fn the_designer_is_rebuilt_when_any_crate_in_it_changes() {
    let workspace = workspace();
    let inputs = fs::read_to_string(root().join("xtask/src/input.rs")).expect("xtask/src/input.rs exists");

    for name in workspace.reached_from("app") {
        let Some(folder) = workspace.folders.get(&name) else {
            continue;
        };
        let is_covered = folder.starts_with("designer/") || inputs.contains(&format!("\"{folder}\""));
        assert!(is_covered, "{folder} is part of the designer and is missing in xtask/src/input.rs");
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    let workspace = workspace();

    for folder in workspace.folders.values() {
        for file in sources_below(&root().join(folder).join("src")) {
            let text = fs::read_to_string(&file).expect("a source file is text");
            if !text.starts_with("//!") {
                silent.push(file.display().to_string());
            }
        }
    }

    assert!(silent.is_empty(), "these do not open with a `//!` sentence:\n{}", silent.join("\n"));
}

/// Read once for all tests.
fn workspace() -> &'static Workspace {
    static WORKSPACE: LazyLock<Workspace> = LazyLock::new(Workspace::read);
    &WORKSPACE
}

/// What `cargo metadata` tells of the workspace.
struct Workspace {
    /// Our crates by name, each with those of ours that it is built on.
    ours: BTreeMap<String, BTreeSet<String>>,
    /// The folder of each, from the root.
    folders: BTreeMap<String, String>,
    /// Package id to the ids it is built on, of ours and others'.
    built_on: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, String>,
}

impl Workspace {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", HOST])
            .current_dir(root())
            .output()
            .expect("cargo can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON");

        let names: BTreeMap<String, String> =
            list(&metadata["packages"]).map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let built_on: BTreeMap<String, BTreeSet<String>> = list(&metadata["resolve"]["nodes"])
            .map(|node| {
                (
                    text(&node["id"]),
                    list(&node["deps"]).filter(|dep| is_in_the_product(dep)).map(|dep| text(&dep["pkg"])).collect(),
                )
            })
            .collect();
        let members: BTreeSet<String> = list(&metadata["workspace_members"]).map(text).collect();
        let ours = members
            .iter()
            .map(|id| {
                let known = built_on[id].intersection(&members).map(|other| names[other].clone()).collect();
                (names[id].clone(), known)
            })
            .collect();
        let folders = list(&metadata["packages"])
            .filter(|package| members.contains(&text(&package["id"])))
            .map(|package| {
                let manifest = text(&package["manifest_path"]);
                let folder = Path::new(&manifest).parent().expect("a manifest lies in a folder");
                let folder = folder.strip_prefix(root()).expect("ours lie in the workspace");
                (text(&package["name"]), folder.display().to_string())
            })
            .collect();
        Self { ours, folders, built_on, names }
    }

    /// Names of everything a crate of ours is built on, however far down.
    fn reached_from(&self, name: &str) -> BTreeSet<String> {
        let start = self.id_of(name);
        let mut reached = BTreeSet::from([start.clone()]);
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            for next in &self.built_on[&id] {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        reached.iter().map(|id| self.names[id].clone()).collect()
    }

    /// Those of ours that name a package in their own manifest.
    fn direct_users_of(&self, package: &str) -> Vec<String> {
        self.ours
            .keys()
            .filter(|name| self.built_on[&self.id_of(name)].iter().any(|id| self.names[id] == package))
            .cloned()
            .collect()
    }

    fn id_of(&self, name: &str) -> String {
        let is_it = |id: &&String| self.names[*id] == name && id.starts_with("path+");
        self.names.keys().find(is_it).unwrap_or_else(|| panic!("{name} is a crate of ours")).clone()
    }
}

/// Not only for tests and build scripts, and on this kind of machine.
fn is_in_the_product(dependency: &Value) -> bool {
    list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null() && !text(&kind["target"]).contains("wasm"))
}

fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if path.is_dir() {
            files.extend(sources_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the workspace")
}

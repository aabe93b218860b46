//! Finds flows and talks in folders: `NAME/flow.json` with `NAME/talks/*.md`, and `shared.json` beside or above them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use interpreter::{Catalogue, check};
use model::{Bundle, Problem, Texts};

use crate::report::FolderReport;
use crate::suite::run_into;

/// How deep folders are searched.
const MAX_DEPTH: usize = 8;

/// Plays all talks under a folder, or one talk file. Whatever cannot be read counts as failed.
pub fn run_folder(path: &Path, catalogue: &Catalogue) -> FolderReport {
    let mut report = FolderReport::default();
    let only = path.is_file().then(|| path.to_path_buf());
    let mut homes = BTreeSet::new();
    if path.exists() {
        match flow_above(path) {
            Some(home) => {
                homes.insert(home);
            }
            None => find_flows(path, 0, &mut homes),
        }
    } else {
        let place = path.display().to_string();
        report.add_error("", &place, 0, Texts::new("没有这个文件或文件夹", "there is no such file or folder"));
    }
    let mut families: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for home in homes {
        families.entry(home.parent().map(Path::to_path_buf).unwrap_or_default()).or_default().push(home);
    }
    for (family, homes) in families {
        run_family(&mut report, &family, &homes, only.as_deref(), catalogue);
    }
    report
}

/// Everything of one folder of flows as a bundle: `shared.json`, every `NAME/flow.json`, every talk.
/// What could not be read is named in the second part.
pub fn load_folder(folder: &Path) -> (Bundle, Vec<(PathBuf, Texts)>) {
    let mut errors = Vec::new();
    let mut bundle = shared_for(folder, &mut errors);
    for home in entries(folder).into_iter().filter(|home| home.join("flow.json").is_file()) {
        let file = home.join("flow.json");
        let flow = match fs::read_to_string(&file) {
            Ok(text) => check::read_flow(&text).map_err(|problems| words_of(&problems)),
            Err(error) => Err(unreadable(&error)),
        };
        match flow {
            Ok(flow) => {
                let talks = talks_of(&home, &mut errors);
                if !talks.is_empty() {
                    bundle.talks.insert(flow.key.0.clone(), talks);
                }
                bundle.flows.push(flow);
            }
            Err(why) => errors.push((file, why)),
        }
    }
    (bundle, errors)
}

/// Plays the talks of the flows in `homes`, which stand beside each other in `family`.
fn run_family(report: &mut FolderReport, family: &Path, homes: &[PathBuf], only: Option<&Path>, catalogue: &Catalogue) {
    let (mut bundle, errors) = load_folder(family);
    for (file, why) in errors {
        let is_wanted = homes.iter().any(|home| file.starts_with(home)) || file.parent() == Some(family);
        if is_wanted {
            report.add_error("", &file.display().to_string(), 0, why);
        }
    }
    let mut home_of = BTreeMap::new();
    for home in homes {
        let flow = fs::read_to_string(home.join("flow.json")).ok().and_then(|text| check::read_flow(&text).ok());
        if let Some(flow) = flow {
            home_of.insert(flow.key.0, home.clone());
        }
    }
    bundle.talks.retain(|key, _| home_of.contains_key(key));
    if let Some(only) = only.and_then(Path::file_name).and_then(|name| name.to_str()) {
        for talks in bundle.talks.values_mut() {
            talks.retain(|name, _| name == only);
        }
    }
    run_into(report, &bundle, catalogue, |key, name| {
        let home = home_of.get(key).cloned().unwrap_or_else(|| PathBuf::from(key));
        home.join("talks").join(name).display().to_string()
    });
}

/// The folder of the flow that a path lies in: the path itself, or one or two above.
fn flow_above(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .take(3)
        .filter(|home| !home.as_os_str().is_empty())
        .find(|home| home.join("flow.json").is_file())
        .map(Path::to_path_buf)
}

fn find_flows(folder: &Path, depth: usize, homes: &mut BTreeSet<PathBuf>) {
    if folder.join("flow.json").is_file() {
        homes.insert(folder.to_path_buf());
        return;
    }
    if depth < MAX_DEPTH {
        for inner in entries(folder).into_iter().filter(|entry| entry.is_dir()) {
            find_flows(&inner, depth + 1, homes);
        }
    }
}

/// The nearest `shared.json`, in the folder or above it.
fn shared_for(folder: &Path, errors: &mut Vec<(PathBuf, Texts)>) -> Bundle {
    let absolute = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let found = absolute.ancestors().take(3).map(|place| place.join("shared.json")).find(|file| file.is_file());
    let Some(file) = found else { return Bundle::default() };
    let bundle = match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| {
            Texts::new(format!("不是正确的数据包：{error}"), format!("this is not a bundle: {error}"))
        }),
        Err(error) => Err(unreadable(&error)),
    };
    bundle.unwrap_or_else(|why| {
        errors.push((folder.join("shared.json"), why));
        Bundle::default()
    })
}

fn talks_of(home: &Path, errors: &mut Vec<(PathBuf, Texts)>) -> BTreeMap<String, String> {
    let mut talks = BTreeMap::new();
    for file in entries(&home.join("talks")) {
        let Some(name) = file.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".md")) else {
            continue;
        };
        match fs::read_to_string(&file) {
            Ok(text) => {
                talks.insert(name.to_owned(), text);
            }
            Err(error) => errors.push((file.clone(), unreadable(&error))),
        }
    }
    talks
}

/// What is in a folder, by name; hidden things left out.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut entries: Vec<_> = entries.filter(|path| !is_hidden(path)).collect();
    entries.sort();
    entries
}

fn unreadable(error: &std::io::Error) -> Texts {
    Texts::new(format!("文件不能读取：{error}"), format!("the file cannot be read: {error}"))
}

fn words_of(problems: &[Problem]) -> Texts {
    let list = |language: &str| {
        let words = problems.iter().take(10).map(|problem| problem.message.in_language(language).to_owned());
        words.collect::<Vec<_>>().join("; ")
    };
    Texts::new(list("zh"), list("en"))
}

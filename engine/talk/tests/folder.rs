//! Folders with files that cannot be read: each is named, counted as failed, and the others are played.

use std::fs;
use std::path::{Path, PathBuf};

use model::Language;

#[test]
fn a_broken_flow_is_named_and_the_others_are_played() {
    let folder = fresh("broken_flow");
    write(&folder.join("good/flow.json"), GOOD);
    write(&folder.join("good/talks/hello.md"), "# Hello\nbot: Hello\nend: solved\n");
    write(&folder.join("bad/flow.json"), "{ \"format\": 1, ");
    write(&folder.join("bad/talks/hello.md"), "# Hello\n");

    let report = talk::run_folder(&folder, &nodes::catalogue());

    let text = report.to_text(&Language::en());
    assert_eq!((report.passed, report.failed), (1, 1), "{text}");
    assert!(text.contains("bad/flow.json") && text.contains("not JSON"), "{text}");
    assert!(text.ends_with("1 passed, 1 failed\n"), "{text}");
}

#[test]
fn a_broken_talk_is_named_with_its_line() {
    let folder = fresh("broken_talk");
    write(&folder.join("good/flow.json"), GOOD);
    write(&folder.join("good/talks/odd.md"), "# Odd\n\nbott: Hello\n");

    let report = talk::run_folder(&folder, &nodes::catalogue());

    assert_eq!((report.passed, report.failed), (0, 1));
    assert!(report.to_text(&Language::en()).contains("odd.md:3"), "{}", report.to_text(&Language::en()));
    assert!(serde_json::to_string(&report).expect("plain data").contains("\"line\":3"));
}

#[test]
fn a_flow_with_errors_fails_its_talks() {
    let folder = fresh("errors");
    write(&folder.join("good/flow.json"), &GOOD.replace("\"to\": \"end\"", "\"to\": \"gone\""));
    write(&folder.join("good/talks/hello.md"), "# Hello\nbot: Hello\n");

    let report = talk::run_folder(&folder, &nodes::catalogue());

    assert_eq!((report.passed, report.failed), (0, 1));
    assert!(report.to_text(&Language::zh()).contains("流程有问题"), "{}", report.to_text(&Language::zh()));
}

#[test]
fn a_folder_without_talks_is_no_success() {
    assert!(!talk::run_folder(&fresh("empty"), &nodes::catalogue()).has_passed());
}

const GOOD: &str = r#"{
  "format": 1, "id": "1", "key": "good", "name": { "en": "Good" }, "languages": ["en"],
  "nodes": [
    { "id": "start", "kind": "start" },
    { "id": "end", "kind": "end", "config": { "result": "solved", "text": { "en": "Hello" } } }
  ],
  "edges": [{ "from": "start", "port": "next", "to": "end" }]
}"#;

fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("talk_folders").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("create the folder");
    folder
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a file in a folder")).expect("create the folder");
    fs::write(file, text).expect("write the file");
}

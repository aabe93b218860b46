//! The commands as people type them: what they print, and how they end.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `heliu` in a folder.
fn heliu(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heliu")).args(arguments).current_dir(folder).output().expect("heliu runs")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_names_every_command() {
    let folder = tempfile::tempdir().expect("a folder");

    let help = heliu(folder.path(), &["--help"]);

    assert!(help.status.success());
    let text = words(&help.stdout);
    for command in
        ["serve", "check", "talk", "import", "export", "replay", "backup", "restore", "doctor", "archive", "user"]
    {
        assert!(text.contains(&format!("\n  {command} ")), "{command} is missing in\n{text}");
    }
}

#[test]
fn a_file_that_is_no_flow_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("broken.json"), "{ \"format\": 1,").expect("a file");

    let checked = heliu(folder.path(), &["check", "broken.json"]);

    assert_eq!(checked.status.code(), Some(1));
    let text = words(&checked.stdout) + &words(&checked.stderr);
    assert!(text.contains("broken.json"), "{text}");
}

#[test]
fn a_setting_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("heliu.toml"), "lissten = \"127.0.0.1:1\"\n").expect("a file");

    let served = heliu(folder.path(), &["serve"]);

    assert_eq!(served.status.code(), Some(1));
    let text = words(&served.stderr);
    assert!(text.contains("heliu.toml") && text.contains("`lissten`"), "{text}");
}

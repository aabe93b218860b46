//! `cargo xtask new-node NAME`: a kind that already works, to be changed into the one wanted.

use std::fs;

use anyhow::{Context, bail, ensure};

use crate::command;
use crate::say;

const TEMPLATE: &str = include_str!("../templates/node_kind.rs.txt");

/// Writes `nodes/src/kinds/NAME.rs` and the word in the list of `nodes/src/lib.rs`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [name] = arguments else {
        bail!("usage: cargo xtask new-node NAME");
    };
    ensure!(is_a_name(name), "a kind's name is lower case with underscores, such as send_mail; {name:?} is not");
    let nodes = command::root().join("nodes/src");
    let file = nodes.join("kinds").join(format!("{name}.rs"));
    ensure!(!file.exists(), "{} exists already", file.display());

    let list = nodes.join("lib.rs");
    let text = fs::read_to_string(&list).with_context(|| format!("read {}", list.display()))?;
    let text = with_word(&text, name).with_context(|| format!("{} has no list `kinds! {{ … }}`", list.display()))?;
    fs::write(&file, kind(name)).with_context(|| format!("write {}", file.display()))?;
    fs::write(&list, text).with_context(|| format!("write {}", list.display()))?;

    say(&format!("{} is a kind that already works. What to change:", file.display()));
    say(
        "  its sentence at the top, the fields of Settings with their help texts, label and description in both languages,",
    );
    say("  its exits in `ports`, what it does in `enter` (and `resume`, when it waits), and its examples.");
    say("Then: cargo test --package nodes");
    Ok(())
}

fn kind(name: &str) -> String {
    let label = name.replace('_', " ");
    let label = label[..1].to_uppercase() + &label[1..];
    TEMPLATE.replace("KIND_NAME", name).replace("KIND_LABEL", &label)
}

fn is_a_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| character.is_ascii_lowercase() || character == '_')
}

/// The list with one word more, at its end.
fn with_word(text: &str, name: &str) -> Option<String> {
    let begin = text.find("\nkinds! {\n")?;
    let end = begin + text[begin..].find("\n}")?;
    Some(format!("{} {name}{}", &text[..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_goes_to_the_end_of_the_list() {
        let text = "//! Kinds.\n\nkinds! {\n    start say\n    rate end\n}\n";

        let with = with_word(text, "send_mail").expect("there is a list");
        assert_eq!(with, "//! Kinds.\n\nkinds! {\n    start say\n    rate end send_mail\n}\n");
        assert_eq!(with_word("no list", "send_mail"), None);
    }

    #[test]
    fn the_template_takes_the_name() {
        let kind = kind("send_mail");

        assert!(kind.contains("kind: \"send_mail\""));
        assert!(kind.contains("\"Send mail\""));
        assert!(!kind.contains("KIND_"));
    }

    #[test]
    fn a_name_is_a_module_name() {
        assert!(is_a_name("send_mail"));
        for wrong in ["", "SendMail", "send-mail", "_send", "../evil"] {
            assert!(!is_a_name(wrong), "{wrong}");
        }
    }
}

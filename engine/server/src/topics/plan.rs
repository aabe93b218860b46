//! What taking a table in would change: looked at before, done afterwards, whole or not at all.

use std::collections::{BTreeMap, HashSet};

use model::{Intent, IntentKey, Language, Texts};
use serde::{Deserialize, Serialize};

use super::limits::{check_all, checked, plain};
use super::lines::Unreadable;
use super::sheet::{Row, Sheet};
use crate::error::Result;
use crate::transfer::blank::derived_key;

/// What becomes of examples that a topic has and the table has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// They stay.
    #[default]
    Add,
    /// They go, of topics that the table names.
    Replace,
}

/// The plan, as it is shown.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Plan {
    pub(crate) encoding: &'static str,
    /// What the author should know of the table as a whole.
    pub(crate) notes: Vec<Texts>,
    /// Lines with an example.
    pub(crate) examples: usize,
    pub(crate) topics: Vec<Change>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Sentences that would stand in two topics.
    pub(crate) clashes: Vec<Clash>,
    /// The topics that would be stored.
    #[serde(skip)]
    pub(crate) to_save: Vec<Intent>,
}

/// What becomes of a topic.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) key: IntentKey,
    pub(crate) name: Texts,
    /// `new`, `changed` or `same`.
    pub(crate) state: &'static str,
    pub(crate) added: usize,
    pub(crate) removed: usize,
    /// Sentences of the table that are there already.
    pub(crate) known: usize,
}

/// A sentence in two topics.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Clash {
    pub(crate) text: String,
    pub(crate) topics: Vec<IntentKey>,
}

/// Plans what a table would change. Refuses what would be beyond the limits.
pub(crate) fn plan(sheet: Sheet, all: &[Intent], mode: Mode) -> Result<Plan> {
    let mut plan =
        Plan { encoding: sheet.encoding, notes: sheet.notes, unreadable: sheet.unreadable, ..Plan::default() };
    let mut wanted: Vec<(Intent, bool)> = Vec::new();
    for row in &sheet.rows {
        plan.examples += usize::from(!row.example.is_empty());
        match place(row, all, &mut wanted) {
            Ok(at) => {
                let (intent, _) = &mut wanted[at];
                if !row.example.is_empty() {
                    intent.examples.push(row.example.clone());
                }
            }
            Err(why) => plan.unreadable.push(Unreadable { line: row.line, why }),
        }
    }
    plan.unreadable.sort_by_key(|bad| bad.line);
    for (intent, is_new) in wanted {
        let before = all.iter().find(|known| known.key == intent.key);
        let (change, after) = merged(intent, before, is_new, mode);
        if change.state != "same" {
            plan.to_save.push(checked(after)?);
        }
        plan.topics.push(change);
    }
    let after = after(all, &plan.to_save);
    check_all(after.len(), after.iter().map(|intent| intent.examples.len()).sum())?;
    plan.clashes = clashes(&after, &plan.to_save);
    Ok(plan)
}

/// Where the topic of a row stands among those that are wanted.
fn place(row: &Row, all: &[Intent], wanted: &mut Vec<(Intent, bool)>) -> std::result::Result<usize, Texts> {
    let is_meant = |intent: &Intent| {
        let is_named = |language: Language, name: &str| {
            !name.is_empty() && intent.name.0.get(&language).is_some_and(|known| known == name)
        };
        if row.key.is_empty() {
            is_named(Language::zh(), &row.zh) || is_named(Language::en(), &row.en)
        } else {
            // A key column may hold a name as well.
            intent.key.as_str() == row.key || intent.name.iter().any(|(_, name)| name == row.key)
        }
    };
    if let Some(at) = wanted.iter().position(|(intent, _)| is_meant(intent)) {
        rename(&mut wanted[at].0, row);
        return Ok(at);
    }
    let known = all.iter().find(|intent| is_meant(intent));
    let mut intent = match known {
        Some(known) => Intent { key: known.key.clone(), name: known.name.clone(), examples: Vec::new() },
        None => Intent { key: IntentKey(new_key(row, all, wanted)?), name: Texts::default(), examples: Vec::new() },
    };
    rename(&mut intent, row);
    if intent.name.is_empty() {
        intent.name = Texts::new(&row.key, &row.key);
    }
    wanted.push((intent, known.is_none()));
    Ok(wanted.len() - 1)
}

fn rename(intent: &mut Intent, row: &Row) {
    for (language, name) in [(Language::zh(), &row.zh), (Language::en(), &row.en)] {
        if !name.is_empty() {
            intent.name.set(language, name.clone());
        }
    }
}

/// The key that the row has, if it can be one; else one made of the name.
fn new_key(row: &Row, all: &[Intent], wanted: &[(Intent, bool)]) -> std::result::Result<String, Texts> {
    let taken: Vec<&str> =
        all.iter().chain(wanted.iter().map(|(intent, _)| intent)).map(|it| it.key.as_str()).chain(["try"]).collect();
    if !row.key.is_empty()
        && let Ok(key) = derived_key(Some(&row.key), &Texts::default(), "topic", &["try"])
    {
        return Ok(key);
    }
    let mut name = Texts::default();
    name.set(Language::zh(), if row.zh.is_empty() { &row.key } else { &row.zh });
    name.set(Language::en(), &row.en);
    derived_key(None, &name, "topic", &taken).map_err(|_| Texts::new("这个意图键不能用", "this key cannot be used"))
}

fn merged(wanted: Intent, before: Option<&Intent>, is_new: bool, mode: Mode) -> (Change, Intent) {
    let known = before.map_or(&[][..], |before| &before.examples[..]);
    let kept: Vec<String> = match mode {
        Mode::Add => known.to_vec(),
        Mode::Replace => {
            let listed: HashSet<String> = wanted.examples.iter().map(|example| plain(example)).collect();
            known.iter().filter(|example| listed.contains(&plain(example))).cloned().collect()
        }
    };
    let mut seen: HashSet<String> = kept.iter().map(|example| plain(example)).collect();
    let n_listed = wanted.examples.len();
    let added: Vec<String> = wanted.examples.into_iter().filter(|example| seen.insert(plain(example))).collect();
    let removed = known.len() - kept.len();
    let is_renamed = before.is_some_and(|before| before.name != wanted.name);
    let state = match () {
        () if is_new => "new",
        () if is_renamed || removed > 0 || !added.is_empty() => "changed",
        () => "same",
    };
    let change = Change {
        key: wanted.key.clone(),
        name: wanted.name.clone(),
        state,
        added: added.len(),
        removed,
        known: n_listed - added.len(),
    };
    (change, Intent { examples: kept.into_iter().chain(added).collect(), ..wanted })
}

fn after(all: &[Intent], to_save: &[Intent]) -> Vec<Intent> {
    let mut after: Vec<Intent> = all.to_vec();
    for intent in to_save {
        match after.iter_mut().find(|known| known.key == intent.key) {
            Some(known) => *known = intent.clone(),
            None => after.push(intent.clone()),
        }
    }
    after
}

/// Sentences of the topics to save that stand in another topic too, the first hundred.
fn clashes(after: &[Intent], to_save: &[Intent]) -> Vec<Clash> {
    const MOST: usize = 100;
    let mut by_text: BTreeMap<String, (&str, Vec<&IntentKey>)> = BTreeMap::new();
    for intent in after {
        for example in &intent.examples {
            let (_, keys) = by_text.entry(plain(example)).or_insert((example, Vec::new()));
            if !keys.contains(&&intent.key) {
                keys.push(&intent.key);
            }
        }
    }
    let saved = |key: &IntentKey| to_save.iter().any(|intent| intent.key == *key);
    by_text
        .into_values()
        .filter(|(_, keys)| keys.len() > 1 && keys.iter().any(|key| saved(key)))
        .map(|(text, keys)| Clash { text: text.to_owned(), topics: keys.into_iter().cloned().collect() })
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_file;
    use crate::topics::sheet;

    fn known() -> Vec<Intent> {
        let topic = |key: &str, zh: &str, examples: &[&str]| Intent {
            key: key.into(),
            name: Texts::new(zh, key),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        };
        vec![topic("refund", "退款", &["我要退款", "退钱"]), topic("delivery", "物流", &["快递到哪了"])]
    }

    fn planned(text: &str, mode: Mode) -> Plan {
        plan(
            sheet::read(table_file::read_text(text.as_bytes(), None).expect("a text")).expect("a table"),
            &known(),
            mode,
        )
        .expect("a plan")
    }

    #[test]
    fn a_table_adds_and_takes_nothing_away() {
        let plan = planned(
            "topic,name_zh,name_en,example\n退款,,,我要退款！\nrefund,,,钱退给我\ninvoice,发票,Invoice,开发票\n",
            Mode::Add,
        );

        let states: Vec<_> = plan.topics.iter().map(|it| (it.key.as_str(), it.state, it.added, it.known)).collect();
        assert_eq!(states, [("refund", "changed", 1, 1), ("invoice", "new", 1, 0)]);
        assert_eq!(plan.to_save[0].examples, ["我要退款", "退钱", "钱退给我"]);
    }

    #[test]
    fn replacing_removes_what_the_table_does_not_have() {
        let plan = planned("topic,example\nrefund,我要退款\n", Mode::Replace);

        assert_eq!((plan.topics[0].state, plan.topics[0].removed), ("changed", 1));
        assert_eq!(plan.to_save[0].examples, ["我要退款"]);
        assert_eq!(plan.to_save.len(), 1, "topics the table does not name stay as they are");
    }

    #[test]
    fn what_would_stand_in_two_topics_is_named() {
        let plan = planned("topic,example\nrefund,快递到哪了？\n", Mode::Add);

        assert_eq!(plan.clashes[0].topics, [IntentKey::from("refund"), IntentKey::from("delivery")]);
    }

    #[test]
    fn a_table_of_names_makes_keys_and_too_many_topics_are_refused() {
        let plan = planned("意图,例句\n投诉建议,我要投诉\n", Mode::Add);
        assert_eq!((plan.topics[0].key.as_str(), plan.topics[0].name.in_language("zh")), ("topic", "投诉建议"));

        let many: String = (0..600).map(|n| format!("t{n},example {n}\n")).collect();
        let refused = super::plan(
            sheet::read(table_file::read_text(many.as_bytes(), None).expect("a text")).expect("a table"),
            &known(),
            Mode::Add,
        );
        assert!(refused.is_err());
    }

    #[test]
    fn nothing_new_is_said_to_be_the_same() {
        let plan = planned("topic,example\nrefund,我要退款\n", Mode::Add);

        assert_eq!((plan.topics[0].state, plan.to_save.len()), ("same", 0));
    }
}

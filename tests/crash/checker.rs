//! The checker: what must hold of what is stored, at the instant of a crash and after everything has come to rest.
//!
//! I1 every accepted message is stored once · I2 every reply is there once · I3 numbers have no gaps, and the replies
//! of one message come before the next message · I4 the journal folded again gives the state · I5 one key and one
//! payload per call · I6 a message that was not accepted is in or out, whole · I7 the file is sound · I8 nothing is
//! left undone.

use std::collections::{BTreeMap, BTreeSet};

use crate::customer::{Line, Talk};
use crate::data::Data;
use crate::flow::{Step, WAIT_MS};
use crate::mock::Mock;
use crate::server::binary;
use crate::snapshot::{Conversation, Snapshot};

/// What must hold at any instant, however the process ended: I1, I6, I7, and I3 of what is stored.
pub(crate) fn at_the_crash(snapshot: &Snapshot, talks: &[Talk]) -> Vec<String> {
    let mut found: Vec<String> = snapshot.damage.iter().map(|damage| format!("I7: {damage}")).collect();
    for (id, conversation) in &snapshot.conversations {
        found.extend(is_whole(conversation).into_iter().map(|what| format!("{id}: {what}")));
    }
    for talk in talks {
        let Some(conversation) = snapshot.conversations.get(&talk.id) else {
            found.push(format!("I1: {}: an opened conversation is not there", talk.id));
            continue;
        };
        for sent in &talk.sent {
            let n = conversation.lines.iter().filter(|stored| stored.line.client_id.as_ref() == Some(&sent.id)).count();
            if n > 1 || (n == 0 && sent.is_acked) {
                found.push(format!("I1: {}: {} is stored {n} times, acked: {}", talk.id, sent.id, sent.is_acked));
            }
        }
        for (seq, line) in &talk.seen {
            let stored = conversation.lines.iter().find(|stored| stored.line.seq == *seq);
            if stored.is_none_or(|stored| stored.line != *line) {
                found.push(format!("I1: {}: shown {line:?}, stored {stored:?}", talk.id));
            }
        }
    }
    found
}

/// Is everything that belongs to a turn there, or nothing of it?
fn is_whole(conversation: &Conversation) -> Vec<String> {
    let mut found = Vec::new();
    let numbers: Vec<i64> = conversation.lines.iter().map(|stored| stored.line.seq).collect();
    if numbers != (1..=conversation.last_seq).collect::<Vec<_>>() {
        found.push(format!("I3: numbers {numbers:?}, last {}", conversation.last_seq));
    }
    if conversation.journal != (1..=conversation.n_events).collect::<Vec<_>>() {
        found.push(format!("I6: journal {:?}, events {}", conversation.journal, conversation.n_events));
    }
    let finished = if conversation.is_interrupted { conversation.turn - 1 } else { conversation.turn };
    if !conversation.turns.iter().copied().eq(1..=finished) {
        let (turns, turn) = (&conversation.turns, conversation.turn);
        found.push(format!("I6: turns {turns:?} of {turn}, interrupted: {}", conversation.is_interrupted));
    }
    if let Some(stored) = conversation.lines.iter().find(|stored| stored.turn > conversation.turn) {
        found.push(format!("I6: {stored:?} belongs to a turn that is not there"));
    }
    found
}

/// What must hold when every customer has their answers: all of the above, I2, I3, I5 and I8.
pub(crate) fn at_rest(snapshot: &Snapshot, talks: &[Talk], mock: &Mock) -> Vec<String> {
    let mut found = at_the_crash(snapshot, talks);
    for (id, conversation) in &snapshot.conversations {
        if conversation.is_interrupted || !conversation.timers.is_empty() {
            let timers = &conversation.timers;
            found.push(format!("I8: {id}: interrupted {}, timers {timers:?}", conversation.is_interrupted));
        }
    }
    for talk in talks {
        let Some(conversation) = snapshot.conversations.get(&talk.id) else { continue };
        let lines: Vec<&Line> = conversation.lines.iter().map(|stored| &stored.line).collect();
        let answered = match answered(&lines) {
            Ok(answered) => answered,
            Err(what) => {
                found.push(format!("I2: {}: {what}", talk.id));
                continue;
            }
        };
        let sent: BTreeSet<&str> = talk.sent.iter().map(|sent| sent.id.as_str()).collect();
        let stored: BTreeSet<&str> = answered.iter().copied().collect();
        if sent != stored {
            found.push(format!("I1: {}: sent {sent:?}, stored {stored:?}", talk.id));
        }
        found.extend(timers_kept(conversation).into_iter().map(|what| format!("{}: {what}", talk.id)));
    }
    found.extend(calls(talks, snapshot, mock));
    found
}

/// The messages of a transcript in order, each with its replies right after it, complete and in order (I2, I3).
pub(crate) fn answered<'a>(lines: &[&'a Line]) -> Result<Vec<&'a str>, String> {
    let mut messages = Vec::new();
    let mut groups = lines.split(|line| line.from == "customer");
    let opening: Vec<&str> = groups.next().unwrap_or_default().iter().map(|line| line.text.as_str()).collect();
    if opening != ["Q"] {
        return Err(format!("it begins with {opening:?}"));
    }
    let said = lines.iter().filter(|line| line.from == "customer");
    for (message, replies) in said.zip(groups) {
        let texts: Vec<&str> = replies.iter().map(|line| line.text.as_str()).collect();
        let step = Step::of(&message.text).ok_or_else(|| format!("{message:?} is none of ours"))?;
        if message.client_id.as_deref() != Some(&message.text) || !step.is_answered_by(&message.text, &texts) {
            return Err(format!("{} was answered with {texts:?}", message.text));
        }
        messages.push(message.text.as_str());
    }
    let distinct: BTreeSet<&str> = messages.iter().copied().collect();
    if distinct.len() == messages.len() { Ok(messages) } else { Err(format!("twice: {messages:?}")) }
}

/// No timer fires early.
fn timers_kept(conversation: &Conversation) -> Vec<String> {
    let said = |text: &str| conversation.lines.iter().find(|stored| stored.line.text == text);
    let fired = conversation.lines.iter().filter_map(|stored| Some((stored, stored.line.text.strip_prefix("T:")?)));
    fired
        .filter_map(|(fired, id)| {
            let took = fired.at - said(id)?.at;
            (took < WAIT_MS).then(|| format!("the timer of {id} fired after {took} ms, {WAIT_MS} ms were asked for"))
        })
        .collect()
}

/// I5: one key and one payload per call, at least one attempt, at most one where the step says so, and its value said.
fn calls(talks: &[Talk], snapshot: &Snapshot, mock: &Mock) -> Vec<String> {
    let mut found = Vec::new();
    // Other loads may call the same service.
    let ours: BTreeSet<&str> = talks.iter().flat_map(|talk| &talk.sent).map(|sent| load_of(&sent.id)).collect();
    let mut by_message: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut by_key: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for attempt in mock.attempts() {
        let wish = attempt.line.split_once("wish=").map(|(_, wish)| wish.to_owned());
        let wish = wish.or_else(|| attempt.body.split('"').nth(3).map(str::to_owned)).unwrap_or_default();
        if !ours.contains(load_of(&wish)) {
            continue;
        }
        by_key.entry(attempt.key.clone()).or_default().insert(wish.clone());
        by_message.entry(wish).or_default().push((attempt.key, attempt.body));
    }
    for talk in talks {
        let lines = snapshot.conversations.get(&talk.id).map(|conversation| &conversation.lines);
        for sent in talk.sent.iter().filter(|sent| sent.step.calls()) {
            let attempts = by_message.remove(&sent.id).unwrap_or_default();
            let distinct: BTreeSet<_> = attempts.iter().collect();
            let at_most = if sent.step == Step::Once { 1 } else { usize::MAX };
            let at_least = if sent.step == Step::Once { 0 } else { 1 };
            if distinct.len() > 1 || attempts.len() > at_most || attempts.len() < at_least {
                found.push(format!("I5: {} was called with {attempts:?}", sent.id));
            }
            let value = attempts.first().and_then(|(key, _)| mock.value(key));
            let expected = value.map(|value| format!("R3:{}:{value}", sent.id));
            let failed = format!("F:{}", sent.id);
            let is_said = lines.is_some_and(|lines| {
                lines.iter().any(|stored| {
                    Some(&stored.line.text) == expected.as_ref()
                        || (sent.step == Step::Once && stored.line.text == failed)
                })
            });
            if !is_said {
                found.push(format!("I5: {} should have said {expected:?}", sent.id));
            }
        }
    }
    found.extend(by_message.keys().map(|wish| format!("I5: a call that nobody asked for: {wish}")));
    let shared = by_key.iter().filter(|(_, wishes)| wishes.len() > 1);
    found.extend(shared.map(|(key, wishes)| format!("I5: the key {key} was used for {wishes:?}")));
    found
}

/// The load that a message belongs to: `d1` of `post-d1.3-17`.
fn load_of(message: &str) -> &str {
    message.split('-').nth(1).and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// I4: every conversation's journal, folded again, gives its state. None when the product cannot do that yet.
pub(crate) async fn refolded(data: &Data) -> Option<Vec<String>> {
    let output = tokio::process::Command::new(binary())
        .args(["replay", "--all", "--json", "--data"])
        .arg(data.folder())
        .envs(data.environment())
        .output()
        .await
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    if words.contains("unrecognized subcommand") {
        println!("I4 is skipped: this build has no `heliu replay`");
        return None;
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let differs = lines.lines().filter(|line| !line.contains(r#""result":"same""#)).map(|line| format!("I4: {line}"));
    let mut found: Vec<String> = differs.collect();
    if !output.status.success() || lines.is_empty() {
        found.push(format!("I4: heliu replay ended with {}: {words}", output.status));
    }
    Some(found)
}

/// Fails with everything that was found.
#[track_caller]
pub(crate) fn assert_none(name: &str, found: &[String]) {
    for what in found.iter().take(20) {
        println!("{name}: {what}");
    }
    assert!(found.is_empty(), "{name}: {} violations", found.len());
}

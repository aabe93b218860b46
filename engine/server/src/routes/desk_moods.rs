//! What a conversation's journal tells the desk: the path it took, and the mood of each of the customer's messages.

use std::collections::BTreeMap;

use interpreter::Event;
use model::{Message, Mood, Sender, Visit};
use store::conversations::Entry;

/// The path, oldest first.
pub(super) fn path(journal: &[Entry]) -> Vec<Visit> {
    journal.iter().filter_map(|entry| serde_json::from_str::<Vec<Visit>>(&entry.trace).ok()).flatten().collect()
}

/// The moods of the customer's messages by their numbers: every message entered the conversation as one event, in order.
pub(super) fn of_messages(messages: &[Message], journal: &[Entry]) -> BTreeMap<i64, Mood> {
    let said = journal.iter().filter_map(|entry| match serde_json::from_str(&entry.event) {
        Ok(Event::Said { mood, .. }) => Some(mood),
        _ => None,
    });
    let by_customer = messages.iter().filter(|message| message.from == Sender::Customer);
    by_customer.zip(said).filter_map(|(message, mood)| Some((message.seq, mood?))).collect()
}

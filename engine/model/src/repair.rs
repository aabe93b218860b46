//! Dialogue repair: what the engine does by itself when a customer does something else than answer the question.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LibraryKey, Texts};

/// What the engine mends by itself in a flow. What is left out is on, in the engine's own words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Repair {
    /// Where to look when the customer asks something else; empty means every library.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<LibraryKey>,
    /// The customer asks something else: answered, then back; the words lead back to the question.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub digression: Mend,
    /// The customer corrects an earlier answer; the words acknowledge it.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub correction: Mend,
    /// The customer wants to stop; the words ask back when something would be lost.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub cancel: Mend,
    /// The customer wants to start again; the words ask back when something would be lost.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub restart: Mend,
    /// The customer wants to hear it again; the words stand before the question.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub repeat: Mend,
    /// The customer does not know.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub unknown: Mend,
    /// The customer needs a moment to look: patience, and no try is used up.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub hold: Mend,
    /// The customer says hello.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub greeting: Mend,
    /// The customer says thanks.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub thanks: Mend,
    /// The customer asks who is talking.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub who: Mend,
    /// The customer asks what can be done here.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub abilities: Mend,
    /// The customer chats: the weather, a joke.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub chat: Mend,
    /// The customer insults: calm words; after two of them a person is offered.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub insult: Mend,
    /// The customer sends nothing readable: emoji, a lone question mark, random keys.
    #[serde(skip_serializing_if = "Mend::is_default")]
    pub noise: Mend,
    /// The customer stays silent: a word before the question's time is up. Off unless the flow turns it on.
    #[serde(skip_serializing_if = "Nudge::is_default")]
    pub nudge: Nudge,
}

/// One thing the engine mends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mend {
    /// Is it mended? Otherwise the words go to the question like any others.
    #[serde(skip_serializing_if = "is_true")]
    pub on: bool,
    /// What is said; empty means the engine's own words.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub say: Texts,
}

impl Mend {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Mend {
    fn default() -> Self {
        Self { on: true, say: Texts::default() }
    }
}

/// A word to a customer who stays silent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Nudge {
    /// Is it said? The question then waits once more.
    pub on: bool,
    /// What is said; empty means the engine's own words.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub say: Texts,
}

impl Nudge {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn is_true(value: &bool) -> bool {
    *value
}

impl Repair {
    /// Every text of it with its place in the document.
    pub fn texts(&self) -> [(&'static str, &Texts); 15] {
        [
            ("digression", &self.digression.say),
            ("correction", &self.correction.say),
            ("cancel", &self.cancel.say),
            ("restart", &self.restart.say),
            ("repeat", &self.repeat.say),
            ("unknown", &self.unknown.say),
            ("hold", &self.hold.say),
            ("greeting", &self.greeting.say),
            ("thanks", &self.thanks.say),
            ("who", &self.who.say),
            ("abilities", &self.abilities.say),
            ("chat", &self.chat.say),
            ("insult", &self.insult.say),
            ("noise", &self.noise.say),
            ("nudge", &self.nudge.say),
        ]
    }
}

/// What a customer's words do beside, or instead of, answering a question. It is judged where the words come in and
/// kept with the event, so that a later release that judges otherwise replays the conversation as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// What they do.
    pub kind: ActKind,
    /// Do they say nothing else? Of a question: is it one to us, and not a reason or a complaint in the form of one?
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
    /// Of a correction what is right, of an aside the question asked beside the answer, of a question what it asks where
    /// more words stand before it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rest: String,
    /// Of an aside the answer, where the question is clearly no part of it; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

impl Act {
    /// An act of this kind, with more words around it.
    pub fn of(kind: ActKind) -> Self {
        Self { kind, whole: false, rest: String::new(), answer: String::new() }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// The kinds of acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Yes, to a question of the engine's own.
    Yes,
    /// No, likewise.
    No,
    /// Stop this.
    Cancel,
    /// Start again.
    Restart,
    /// Say that again.
    Repeat,
    /// I do not know, I do not have it.
    Unknown,
    /// Wait, let me look.
    Hold,
    /// What I said before is wrong.
    Correction,
    /// A question beside the answer: "10442, by the way when do you close?".
    Aside,
    /// Asks something.
    Question,
    /// Hello.
    Greeting,
    /// Thanks.
    Thanks,
    /// Who are you, are you a robot?
    Who,
    /// What can you do?
    Abilities,
    /// Weather, jokes, how are you.
    Chat,
    /// Abuse.
    Insult,
    /// Nothing readable.
    Noise,
}

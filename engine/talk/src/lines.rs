//! The parts of a talk as plain data.

use model::{Language, Moment, Mood, Texts};
use serde_json::Value;

/// A conversation written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    /// The first heading.
    pub title: String,
    /// When it begins.
    pub now: Moment,
    /// The customer's language; without one, the flow's main language.
    pub language: Option<Language>,
    /// The channel the customer comes in by; "" when it does not matter.
    pub channel: String,
    /// What is said and done, in order.
    pub lines: Vec<Line>,
}

/// One line of a talk.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// As it is written.
    pub source: String,
    /// What it means.
    pub means: Spoken,
}

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub enum Spoken {
    /// The customer types.
    Customer(String),
    /// The customer presses the button with these words (or this id, or gives this rating).
    Button(String),
    /// The customer sends a filled form.
    Form(Value),
    /// The bot says this; `*` stands for anything.
    Bot(String),
    /// A service replies to a call.
    Http(HttpLine),
    /// The recogniser's answer: intents with confidences.
    Recognise(Asked),
    /// The search's answer: article ids with scores.
    Search(Asked),
    /// What the customer's words before it sound like; without it they are looked at for real.
    Mood(Mood),
    /// A model's answer: words, JSON, `call TOOL {…}`, `fails` or `over budget`.
    Model(String),
    /// Time passes, in milliseconds.
    Wait(i64),
    /// An agent does or says something.
    Agent(AgentLine),
    /// A variable is given a value; before the first words, the channel gives it.
    Set(String, Value),
    /// A variable has this value; `mood`, `mood.upset`, `mood.trend`, `conversation.status`, `conversation.result`
    /// and `conversation.priority` can be looked at too.
    Expect(String, Value),
    /// The conversation goes to this team.
    HandOff(String),
    /// The conversation is over, perhaps with this result.
    End(Option<String>),
}

impl Spoken {
    /// Does this line make something happen, so that what was said before must have been expected?
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Customer(_) | Self::Button(_) | Self::Form(_) | Self::Wait(_) | Self::Agent(_))
    }
}

/// An `http:` line.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpLine {
    /// The method, upper case.
    pub method: String,
    /// The address; `*` stands for anything.
    pub url: String,
    /// What comes back.
    pub reply: Reply,
}

/// What a service gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A status and a body.
    Status(u16, Value),
    /// No reply: it is down or too slow.
    Fails,
}

/// The answer of a `recognise:` or `search:` line.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Keys with scores, best first; none means nothing was found.
    Scores(Vec<(String, f64)>),
    /// It did not work.
    Fails,
}

/// What an agent does.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentLine {
    /// Takes the conversation; the name may be empty.
    Take(String),
    /// Says something; takes the conversation first when nobody has.
    Say(String),
    /// Gives the conversation back to the flow, with a note.
    HandBack(String),
    /// Ends the conversation.
    End,
    /// Nobody of the team is there.
    Nobody,
}

/// A line that is not a line of a talk.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TalkError {
    /// Its number in the file, from 1.
    pub line: usize,
    /// What is wrong and what to write.
    pub message: Texts,
}

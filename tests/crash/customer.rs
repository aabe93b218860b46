//! A customer with a memory: what they sent, what was accepted, and everything they were shown.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::flow::Step;

/// After this long a running server has failed to answer: all pending work is done within ten seconds (I8).
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A client without a proxy, that gives up rather than hang.
pub(crate) fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).connect_timeout(Duration::from_secs(3));
    client.build().expect("a client")
}

/// A message of the transcript, as customers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number.
    pub(crate) seq: i64,
    /// `customer`, `bot` or `system`.
    pub(crate) from: String,
    /// Its words.
    pub(crate) text: String,
    /// The customer's id of it.
    pub(crate) client_id: Option<String>,
}

impl Line {
    /// The lines of an answer.
    pub(crate) fn all(answer: &Value) -> Vec<Self> {
        let messages = answer["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(Self::read).collect()
    }

    fn read(message: &Value) -> Self {
        Self {
            seq: message["seq"].as_i64().unwrap_or_default(),
            from: message["from"].as_str().unwrap_or_default().to_owned(),
            text: message["content"]["text"].as_str().unwrap_or_default().to_owned(),
            client_id: message["client_id"].as_str().map(str::to_owned),
        }
    }
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Its id and its text.
    pub(crate) id: String,
    /// What it asks for.
    pub(crate) step: Step,
    /// Has an answer said that it is accepted?
    pub(crate) is_acked: bool,
}

/// A conversation as its customer knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    /// The conversation's uuid.
    pub(crate) id: String,
    token: String,
    /// What was sent, in order; a message that is sent again is here once.
    pub(crate) sent: Vec<Sent>,
    /// Everything that was shown, by number.
    pub(crate) seen: BTreeMap<i64, Line>,
    /// What contradicted itself: the same number with other words.
    pub(crate) contradictions: Vec<String>,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was answered with this.
    Answered(Value),
    /// It was refused before anything was accepted, and may be sent again.
    Busy,
    /// It was refused: status and body.
    Refused(u16, String),
    /// The connection broke.
    Broken,
    /// Nothing came back in time.
    Silent,
}

impl Talk {
    /// Opens a conversation with the echo flow.
    pub(crate) async fn open(http: &reqwest::Client, url: &str) -> Result<Self, Outcome> {
        Self::open_on(http, url, "echo").await
    }

    /// Opens a conversation with a flow.
    pub(crate) async fn open_on(http: &reqwest::Client, url: &str, flow: &str) -> Result<Self, Outcome> {
        let request = http.post(format!("{url}/api/chat/web/conversations"));
        let opened = match outcome(request.json(&json!({ "flow": flow, "language": "en" }))).await {
            Outcome::Answered(opened) => opened,
            other => return Err(other),
        };
        let text = |name: &str| opened[name].as_str().expect(name).to_owned();
        let mut talk = Self { id: text("id"), token: text("token"), ..Self::default() };
        talk.see(&opened);
        Ok(talk)
    }

    /// The request that says something, for whoever sends it.
    pub(crate) fn saying(&self, http: &reqwest::Client, url: &str, id: &str, text: &str) -> reqwest::RequestBuilder {
        let request = http.post(format!("{url}/api/chat/conversations/{}/messages", self.id));
        request.bearer_auth(&self.token).json(&json!({ "id": id, "text": text }))
    }

    /// The request for what was said after a number.
    pub(crate) fn after(&self, http: &reqwest::Client, url: &str, seq: i64) -> reqwest::RequestBuilder {
        let request = http.get(format!("{url}/api/chat/conversations/{}/messages?after={seq}", self.id));
        request.bearer_auth(&self.token)
    }

    /// The conversation's token, for connections that are not by reqwest.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Takes note of an answer's messages.
    pub(crate) fn see(&mut self, answer: &Value) {
        for line in Line::all(answer) {
            match self.seen.get(&line.seq) {
                Some(known) if *known != line => {
                    self.contradictions.push(format!("{}: {known:?} was shown before {line:?}", self.id));
                }
                Some(_) => {}
                None => {
                    self.seen.insert(line.seq, line);
                }
            }
        }
    }

    /// Takes note that a message was accepted.
    pub(crate) fn ack(&mut self, id: &str, answer: &Value) {
        self.see(answer);
        if let Some(sent) = self.sent.iter_mut().find(|sent| sent.id == id) {
            sent.is_acked = true;
        }
    }

    /// The last message, while it is not accepted.
    pub(crate) fn unacked(&self) -> Option<&Sent> {
        self.sent.last().filter(|sent| !sent.is_acked)
    }

    /// The number up to which everything was shown without a gap.
    pub(crate) fn last_seq(&self) -> i64 {
        (1..).take_while(|seq| self.seen.contains_key(seq)).last().unwrap_or(0)
    }

    /// Was this shown, from the end backwards?
    pub(crate) fn has_seen(&self, text: &str) -> bool {
        self.seen.values().rev().any(|line| line.text == text)
    }

    /// Gets everything that was said after the last number, page by page.
    pub(crate) async fn catch_up(&mut self, http: &reqwest::Client, url: &str) -> Outcome {
        loop {
            let before = self.last_seq();
            let found = outcome(self.after(http, url, before)).await;
            let Outcome::Answered(answer) = found else { return found };
            self.see(&answer);
            if self.last_seq() == before {
                return Outcome::Answered(answer);
            }
        }
    }
}

/// Sends a request.
pub(crate) async fn outcome(request: reqwest::RequestBuilder) -> Outcome {
    let answered = async {
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok::<_, reqwest::Error>((status, response.text().await?))
    };
    match answered.await {
        Ok((200 | 201, text)) => match serde_json::from_str(&text) {
            Ok(answer) => Outcome::Answered(answer),
            Err(_) => Outcome::Refused(200, text),
        },
        Ok((429 | 503, _)) => Outcome::Busy,
        Ok((status, text)) => Outcome::Refused(status, text),
        Err(error) if error.is_timeout() && !error.is_connect() => Outcome::Silent,
        Err(_) => Outcome::Broken,
    }
}

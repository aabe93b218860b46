//! The echo flow: every reply carries the id of the message it answers, so that one that runs twice is visible.

use serde_json::{Value, json};

/// What a message makes the flow do. A message's text and its client id are one and the same: `post-d1.3-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Sets a variable, runs a script, answers: no effect outside.
    Say,
    /// Posts to a service: at least once, with an idempotency key.
    Post,
    /// Posts to a service, at most once.
    Once,
    /// Reads from a service.
    Get,
    /// Lets [`WAIT_MS`] pass.
    Wait,
    /// Hands over to agents, of whom none is online.
    Hand,
}

/// How long [`Step::Wait`] waits.
pub(crate) const WAIT_MS: i64 = 300;

impl Step {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [Self::Say, Self::Post, Self::Once, Self::Get, Self::Wait, Self::Hand];

    /// The word that a message begins with.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Post => "post",
            Self::Once => "once",
            Self::Get => "get",
            Self::Wait => "wait",
            Self::Hand => "hand",
        }
    }

    /// The step that a message asks for.
    pub(crate) fn of(message: &str) -> Option<Self> {
        let word = message.split('-').next()?;
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// Does the service hear of it?
    pub(crate) fn calls(self) -> bool {
        matches!(self, Self::Post | Self::Once | Self::Get)
    }

    /// Do all these lines answer the message, in this order and completely?
    pub(crate) fn is_answered_by(self, message: &str, lines: &[&str]) -> bool {
        let (first, second) = (format!("R1:{message}"), format!("R2:{message}"));
        let Some(rest) = lines.strip_prefix(&[first.as_str(), second.as_str()]) else { return false };
        let Some(rest) = rest.strip_suffix(&["Q"]) else { return false };
        let is = |line: &str, letter: &str| line == format!("{letter}:{message}");
        let has_value = |line: &str| line.starts_with(&format!("R3:{message}:v"));
        match (self, rest) {
            (Self::Say, []) => true,
            (Self::Post | Self::Get, [line]) => has_value(line),
            (Self::Once, [line]) => has_value(line) || is(line, "F"),
            (Self::Wait, [line]) => is(line, "T"),
            (Self::Hand, ["M", line]) => is(line, "H"),
            _ => false,
        }
    }
}

/// The flow as a file, calling the connection `mock`.
pub(crate) fn echo_flow() -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    let say = |id: &str, text: &str| json!({ "id": id, "kind": "say", "v": 1, "config": { "text": both(text) } });
    let call = |id: &str, method: &str, path: &str, once: bool| {
        let body = if method == "GET" { "" } else { "{\"wish\": \"{{wish}}\"}" };
        json!({ "id": id, "kind": "call_api", "v": 1, "config": {
            "connector": "mock", "method": method, "path": path, "body": body, "once": once,
            "save": [{ "from": "value", "variable": "value" }], "timeout_s": 8, "retries": if once { 0 } else { 3 },
        } })
    };
    let path =
        |word: &str| json!({ "id": word, "label": both(word), "expression": format!("wish.starts_with(\"{word}\")") });
    let edge = |from: &str, port: &str, to: &str| json!({ "from": from, "port": port, "to": to });
    let mut edges = vec![
        edge("start", "next", "ask"),
        edge("ask", "answered", "note"),
        edge("note", "next", "work"),
        edge("note", "failed", "broken"),
        edge("work", "done", "r1"),
        edge("work", "failed", "broken"),
        edge("r1", "next", "r2"),
        edge("r2", "next", "route"),
        edge("route", "otherwise", "ask"),
        edge("route", "wait", "wait"),
        edge("wait", "elapsed", "woke"),
        edge("route", "hand", "hand"),
        edge("hand", "nobody", "alone"),
    ];
    for id in ["r3", "failed", "woke", "alone", "broken"] {
        edges.push(edge(id, "next", "ask"));
    }
    for id in ["post", "once", "get"] {
        edges.push(edge("route", id, id));
        edges.push(edge(id, "success", "r3"));
        edges.push(edge(id, "not_found", "failed"));
        edges.push(edge(id, "failed", "failed"));
    }
    for port in ["handed_back", "closed", "timeout"] {
        edges.push(edge("hand", port, "ask"));
    }
    let variables = ["wish", "copy", "echo", "value"].map(|name| json!({ "name": name, "type": "text" }));
    json!({
        "format": 1,
        "id": "flow-echo",
        "key": "echo",
        "name": both("echo"),
        "languages": ["zh", "en"],
        "variables": variables,
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("Q"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "note", "kind": "set", "v": 1, "config": { "rows": [{ "variable": "copy", "value": "wish" }] } },
            { "id": "work", "kind": "script", "v": 1, "config": { "source": "echo = \"R2:\" + copy;" } },
            say("r1", "R1:{{wish}}"),
            say("r2", "{{echo}}"),
            { "id": "route", "kind": "branch", "v": 1, "config": {
                "paths": [path("post"), path("once"), path("get"), path("wait"), path("hand")],
            } },
            call("post", "POST", "/post", false),
            call("once", "POST", "/once", true),
            call("get", "GET", "/get?wish={{wish}}", false),
            say("r3", "R3:{{wish}}:{{value}}"),
            say("failed", "F:{{wish}}"),
            { "id": "wait", "kind": "wait", "v": 1, "config": {
                "minutes": WAIT_MS as f64 / 60_000.0, "until_message": false,
            } },
            say("woke", "T:{{wish}}"),
            { "id": "hand", "kind": "hand_off", "v": 1, "config": {
                "team": "help", "message": both("M"), "reason": both("echo"), "waiting_minutes": 0,
            } },
            say("alone", "H:{{wish}}"),
            say("broken", "B:{{wish}}"),
        ],
        "edges": edges,
    })
}

//! A server on a folder that the test chooses, and customers whose words are kept to compare with.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
pub(super) use tests::is_long;
use tests::process::{Launch, Process, binary};
use tokio::process::Command;

use crate::product::http;

/// Does a tool run here? If not, says that the test is skipped.
pub(super) async fn has(tool: &str, why: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    let has = found.is_ok_and(|status| status.success());
    if !has {
        println!("skipped: {tool} is not installed; {why}");
    }
    has
}

/// Runs a command of the product to its end, with nothing of our environment that could mislead it.
pub(super) async fn heliu(arguments: &[&str], data: &Path) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).arg("--data").arg(data).env_remove("DATABASE_URL");
    // A file `heliu.toml` in the test's folder would be read.
    command.current_dir(std::env::temp_dir()).kill_on_drop(true);
    command.output().await.expect("heliu runs")
}

/// Both outputs of a command as text.
pub(super) fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr)
}

/// The JSON that a command printed.
pub(super) fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", words(output)))
}

/// A running server. Dropping it kills the process.
pub(super) struct Server {
    process: Process,
    /// From the start of the process to the moment it took requests.
    pub(super) ready: Duration,
}

impl Server {
    /// Starts on a folder, on a free port, with more arguments.
    pub(super) async fn start(data: &Path, more: &[&str]) -> Self {
        let arguments = more.iter().map(|word| (*word).to_owned()).collect();
        let process = Launch { log: "error", arguments, ..Launch::on(data) }.start().await;
        Self { ready: process.took, process }
    }

    pub(super) fn id(&self) -> u32 {
        self.process.pid()
    }

    /// Ends the process without a warning.
    pub(super) async fn kill(mut self) {
        self.process.kill().await;
    }

    /// The code the process ends with by itself.
    pub(super) async fn end(&mut self) -> Option<i32> {
        self.process.end().await.code()
    }

    /// The status and the body of a page.
    pub(super) async fn get(&self, path: &str) -> (u16, Value) {
        let response = http().get(format!("{}{path}", self.process.url)).send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }
}

/// A data folder in which the flow `echo` is published: it asks, says what it heard, and asks again; `bye` ends it.
pub(super) async fn with_echo(data: &Path) {
    let both = |text: &str| json!({ "zh": text, "en": text });
    let flow = json!({
        "format": 1, "id": "flow-echo", "key": "echo",
        "name": both("echo"), "languages": ["zh", "en"],
        "variables": [{ "name": "wish", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("wish?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "done", "kind": "say", "v": 1, "config": { "text": both("done {{wish}}") } },
            { "id": "over", "kind": "branch", "v": 1, "config": {
                "paths": [{ "id": "bye", "label": both("bye"), "expression": "wish == \"bye\"" }],
            } },
            { "id": "end", "kind": "end", "v": 1 },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "done" },
            { "from": "done", "port": "next", "to": "over" },
            { "from": "over", "port": "bye", "to": "end" },
            { "from": "over", "port": "otherwise", "to": "ask" },
        ],
    });
    import(data, &flow).await;
}

/// Takes a flow in and publishes it, on a folder that no server holds.
pub(super) async fn import(data: &Path, flow: &Value) {
    let file = tempfile::NamedTempFile::with_suffix(".json").expect("a file");
    std::fs::write(file.path(), flow.to_string()).expect("it is written");
    let name = file.path().to_string_lossy().into_owned();
    let output = heliu(&["import", "--publish", &name], data).await;
    assert!(output.status.success(), "{}", words(&output));
}

/// A customer who keeps what was acknowledged.
pub(super) struct Customer {
    http: reqwest::Client,
    id: String,
    token: String,
    /// What was acknowledged, in order.
    pub(super) acknowledged: Vec<String>,
}

impl Customer {
    pub(super) async fn open(server: &Server, flow: &str) -> Self {
        let http = http();
        let request = http.post(format!("{}/api/chat/web/conversations", server.process.url));
        let response = request.json(&json!({ "flow": flow, "language": "en" })).send().await.expect("an answer");
        let status = response.status();
        let opened: Value = response.json().await.expect("JSON");
        assert_eq!(status, StatusCode::CREATED, "{opened}");
        let text = |name: &str| opened[name].as_str().expect(name).to_owned();
        Self { http, id: text("id"), token: text("token"), acknowledged: Vec::new() }
    }

    /// One whose conversation began elsewhere.
    pub(super) fn known(id: &str, token: &str) -> Self {
        Self { http: http(), id: id.to_owned(), token: token.to_owned(), acknowledged: Vec::new() }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Sends a text, with itself as its id. Nothing comes back when the server went away.
    pub(super) async fn say(&mut self, server: &Server, text: &str) -> Option<(u16, Value)> {
        let request = self.http.post(format!("{}/api/chat/conversations/{}/messages", server.process.url, self.id));
        let request = request.bearer_auth(&self.token).header("accept-language", "zh");
        let response = request.json(&json!({ "id": text, "text": text })).send().await.ok()?;
        let status = response.status().as_u16();
        let retry = response.headers().contains_key("retry-after");
        let mut body: Value = response.json().await.ok()?;
        if status == 200 {
            self.acknowledged.push(text.to_owned());
        } else if retry {
            body["has_retry_after"] = true.into();
        }
        Some((status, body))
    }

    /// The transcript, each line with who said it; absent when the server does not know the conversation.
    pub(super) async fn transcript(&self, server: &Server) -> Option<Vec<String>> {
        let (mut lines, mut after) = (Vec::new(), 0);
        loop {
            let address = format!("{}/api/chat/conversations/{}/messages?after={after}", server.process.url, self.id);
            let response = self.http.get(address).bearer_auth(&self.token).send().await.expect("an answer");
            if response.status() != StatusCode::OK {
                return None;
            }
            let page: Value = response.json().await.expect("JSON");
            let words = crate::product::words(&page);
            if words.is_empty() {
                return Some(lines);
            }
            lines.extend(words);
            after = page["seq"].as_i64().expect("a number");
        }
    }

    /// Everything acknowledged is in an echo's transcript, once and in order, and nothing else is.
    pub(super) async fn check_echo(&self, server: &Server) {
        let mut expected = vec!["bot: wish?".to_owned()];
        for text in &self.acknowledged {
            expected.extend([format!("customer: {text}"), format!("bot: done {text}"), "bot: wish?".to_owned()]);
        }
        assert_eq!(self.transcript(server).await.expect("the conversation is known"), expected);
    }
}

/// The path as an argument.
pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A folder in the repository that tests read from.
pub(super) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

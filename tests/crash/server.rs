//! The product as a process: started, killed and started again on the same folder and port.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::customer::http;
use crate::flow::echo_flow;

/// What a start may take, and what waiting for an end may take: both on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running product; dropping it kills the process.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    folder: PathBuf,
    port: u16,
    allowed: String,
    setup_token: String,
    child: Child,
}

/// A process that answers.
struct Ready {
    child: Child,
    took: Duration,
    setup_token: String,
}

/// How a process is to be started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// Environment variables.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// A program, with its arguments, that the server runs under.
    pub(crate) under: Vec<String>,
}

impl Start {
    /// A process that dies the `k`th time it comes to a crash point.
    pub(crate) fn crashing_at(point: &str, k: usize) -> Self {
        Self { environment: vec![("HELIU_CRASH_AT", format!("{point}:{k}"))], ..Self::default() }
    }
}

impl Server {
    /// Starts on a data folder, on a free port, with leave to call `allowed`.
    pub(crate) async fn start(folder: &Path, allowed: &str, start: &Start) -> Self {
        let port = free_port();
        let Ready { child, setup_token, .. } = ready(folder, port, allowed, start).await.expect("the server is ready");
        let url = format!("http://127.0.0.1:{port}");
        Self { url, folder: folder.to_owned(), port, allowed: allowed.to_owned(), setup_token, child }
    }

    /// Ends the process without a warning.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("the process was running");
    }

    /// Ends the server that runs under another program, and waits for both to be gone.
    pub(crate) async fn kill_inner(&mut self) {
        let pid = std::fs::read_to_string(self.folder.join("heliu.lock")).expect("the server has locked its folder");
        let sent = Command::new("kill").args(["-9", pid.trim()]).status().await.expect("kill runs");
        assert!(sent.success());
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("it was running");
    }

    /// Starts again on the same folder and port; answers with how long it took to be ready.
    /// None when the process ended before.
    pub(crate) async fn start_again(&mut self, start: &Start) -> Option<Duration> {
        let ready = ready(&self.folder, self.port, &self.allowed, start).await?;
        self.child = ready.child;
        Some(ready.took)
    }

    /// Did the process end at a crash point by now?
    pub(crate) fn has_crashed(&mut self) -> bool {
        self.child.try_wait().ok().flatten().is_some_and(|status| is_abort(&status))
    }
}

/// Runs a server that must die at a crash point before it is ready.
pub(crate) async fn crashes_at_start(folder: &Path, start: &Start) -> bool {
    ready(folder, free_port(), "", start).await.is_none()
}

fn is_abort(status: &ExitStatus) -> bool {
    // SIGABRT
    status.signal() == Some(6)
}

/// The built server.
pub(crate) fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("HELIU_BINARY") {
        return named.into();
    }
    let test = std::env::current_exe().expect("the test runs from a file");
    let binary = test.ancestors().nth(2).expect("target/debug/deps").join("heliu");
    assert!(binary.is_file(), "{} is not built: cargo build -p server", binary.display());
    binary
}

/// Starts the process and waits until it says it is ready. None when it ended at a crash point before.
async fn ready(folder: &Path, port: u16, allowed: &str, start: &Start) -> Option<Ready> {
    let begun = Instant::now();
    let mut words = start.under.iter().cloned();
    let mut command = match words.next() {
        Some(program) => {
            let mut command = Command::new(program);
            command.args(words).arg(binary());
            command
        }
        None => Command::new(binary()),
    };
    command.args(["serve", "--no-samples", "--log", "off", "--listen", &format!("127.0.0.1:{port}"), "--data"]);
    command.arg(folder);
    if !allowed.is_empty() {
        command.args(["--allow-private", allowed]);
    }
    command.envs(start.environment.iter().map(|(name, value)| (*name, value)));
    command.current_dir(folder).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("the server starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut setup_token = String::new();
    let is_ready = async {
        while let Some(line) = lines.next_line().await.expect("it is text") {
            if let Some((_, found)) = line.split_once("/setup?token=") {
                setup_token = found.trim().to_owned();
            }
            if line.starts_with("Heliu is ready") {
                return true;
            }
        }
        false
    };
    if !tokio::time::timeout(PATIENCE, is_ready).await.expect("the server is ready within a minute") {
        let status = child.wait().await.expect("it was running");
        assert!(is_abort(&status), "the server ended before it was ready, and not at a crash point: {status}");
        return None;
    }
    // Somebody must go on reading, or the server stops at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some(Ready { child, took: begun.elapsed(), setup_token })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A data folder with an owner, the echo flow published, and the connection it calls; no process runs on it.
pub(crate) async fn prepared(mock_host: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), "", &Start::default()).await;
    let owner = Owner::first(&server).await;
    owner.post("/api/teams", json!({ "key": "help", "name": { "zh": "帮助", "en": "Help" } })).await;
    let base_url = format!("http://{mock_host}");
    owner.post("/api/connectors", json!({ "key": "mock", "name": { "en": "Mock" }, "base_url": base_url })).await;
    owner.publish(echo_flow()).await;
    // Nobody is there to take conversations over.
    owner.send(Method::PUT, "/api/desk/presence", json!({ "status": "offline" })).await;
    server.kill().await;
    folder
}

/// Another folder with the same files.
pub(crate) fn copied(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for file in ["heliu.db", "heliu.db-wal"] {
        if folder.join(file).exists() {
            std::fs::copy(folder.join(file), copy.path().join(file)).expect("the file is copied");
        }
    }
    copy
}

/// Somebody who is signed in and draws flows.
pub(crate) struct Owner {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery";

impl Owner {
    /// Makes the first owner and signs them in.
    async fn first(server: &Server) -> Self {
        let setup = json!({ "token": server.setup_token, "name": "李", "email": EMAIL, "password": PASSWORD });
        Self::signed_in(server, "/api/setup", setup).await
    }

    /// Signs the owner of a prepared folder in.
    pub(crate) async fn of(server: &Server) -> Self {
        Self::signed_in(server, "/api/session", json!({ "email": EMAIL, "password": PASSWORD })).await
    }

    /// Imports a flow and publishes it.
    async fn publish(&self, flow: Value) {
        let report = self.post("/api/import", flow).await;
        let id = report["flows"][0]["id"].as_str().expect("an id");
        self.post(&format!("/api/flows/{id}/publish"), json!({})).await;
    }

    /// Saves another draft of a flow that is there, and publishes it.
    pub(crate) async fn publish_again(&self, flow: Value) {
        let id = flow["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/flows/{id}");
        let draft = self.send(Method::GET, &path, Value::Null).await;
        let revision = draft["revision"].to_string();
        let request = self.http.put(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let response = request.header("if-match", revision).json(&flow).send().await.expect("an answer");
        assert!(response.status().is_success(), "{}", response.text().await.unwrap_or_default());
        self.post(&format!("{path}/publish"), json!({})).await;
    }

    /// Posts, and answers with the body of a success.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.send(Method::POST, path, body).await
    }

    /// Sends any request, and answers with the body of a success.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let request =
            self.http.request(method, format!("{}{path}", self.url)).header("cookie", &self.cookie).json(&body);
        let response = request.send().await.expect("an answer");
        let (status, text) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn signed_in(server: &Server, path: &str, body: Value) -> Self {
        let http = http();
        let request = http.post(format!("{}{path}", server.url)).json(&body);
        let response = request.send().await.expect("an answer");
        let cookie = response.headers().get("set-cookie").expect("a cookie").to_str().expect("text").to_owned();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { http, url: server.url.clone(), cookie }
    }
}

//! The product as a process: started, killed and started again on the same folder and port.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
pub(crate) use tests::process::binary;
use tests::process::{Launch, Process, free_port};
use tokio::process::Command;

use crate::customer::http;
use crate::data::Data;
use crate::flow::echo_flow;

/// A running product; dropping it kills the process.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    launch: Launch,
    process: Process,
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

    fn launch(&self, data: &Data, port: u16, allowed: &str) -> Launch {
        // What customers may send in a second is another promise than these.
        let mut arguments = ["--no-samples", "--messages-per-second", "0"].map(str::to_owned).to_vec();
        if !allowed.is_empty() {
            arguments.extend(["--allow-private".to_owned(), allowed.to_owned()]);
        }
        let environment = data.environment().into_iter().chain(self.environment.clone()).collect();
        Launch { port, log: "off", arguments, environment, under: self.under.clone(), ..Launch::on(data.folder()) }
    }
}

impl Server {
    /// Starts on what may have been used before, on a free port, with leave to call `allowed`.
    pub(crate) async fn start(data: &Data, allowed: &str, start: &Start) -> Self {
        let launch = start.launch(data, free_port(), allowed);
        let process = ready(&launch).await.expect("the server is ready");
        Self { url: process.url.clone(), launch, process }
    }

    /// Ends the process without a warning.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Ends the server that runs under another program, and waits for both to be gone.
    pub(crate) async fn kill_inner(&mut self) {
        let lock = self.launch.folder.join("heliu.lock");
        let pid = std::fs::read_to_string(lock).expect("the server has locked its folder");
        let sent = Command::new("kill").args(["-9", pid.trim()]).status().await.expect("kill runs");
        assert!(sent.success());
        self.process.end().await;
    }

    /// Starts again on the same data and port; answers with how long it took to be ready.
    /// None when the process ended before.
    pub(crate) async fn start_again(&mut self, data: &Data, start: &Start) -> Option<Duration> {
        self.launch = Launch { arguments: self.launch.arguments.clone(), ..start.launch(data, self.launch.port, "") };
        self.process = ready(&self.launch).await?;
        Some(self.process.took)
    }

    /// Did the process end at a crash point by now?
    pub(crate) fn has_crashed(&mut self) -> bool {
        self.process.ended().is_some_and(|status| is_abort(&status))
    }
}

/// Runs a server that must die at a crash point before it is ready.
pub(crate) async fn crashes_at_start(data: &Data, start: &Start) -> bool {
    ready(&start.launch(data, 0, "")).await.is_none()
}

fn is_abort(status: &ExitStatus) -> bool {
    // SIGABRT
    status.signal() == Some(6)
}

/// Starts the process and waits until it says it is ready. None when it ended at a crash point before.
async fn ready(launch: &Launch) -> Option<Process> {
    match launch.try_start().await {
        Ok(process) => Some(process),
        Err(status) if is_abort(&status) => None,
        Err(status) => panic!("the server ended before it was ready, and not at a crash point: {status}"),
    }
}

/// Data with an owner, the echo flow published, and the connection it calls; no process runs on it.
pub(crate) async fn prepared(data: Data, mock_host: &str) -> Data {
    let mut server = Server::start(&data, "", &Start::default()).await;
    let owner = Owner::first(&server).await;
    owner.post("/api/teams", json!({ "key": "help", "name": { "zh": "帮助", "en": "Help" } })).await;
    let base_url = format!("http://{mock_host}");
    owner.post("/api/connectors", json!({ "key": "mock", "name": { "en": "Mock" }, "base_url": base_url })).await;
    owner.publish(echo_flow()).await;
    // Nobody is there to take conversations over.
    owner.send(Method::PUT, "/api/desk/presence", json!({ "status": "offline" })).await;
    server.kill().await;
    data
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
        let setup = json!({ "token": server.process.setup_token, "name": "李", "email": EMAIL, "password": PASSWORD });
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

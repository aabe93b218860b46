//! The running product, as its users meet it: started from the binary, talked to over HTTP.

mod bad_input;
pub(crate) mod bursts;
mod calls;
pub(crate) mod chat;
mod collect;
mod desk;
mod details;
mod document_bombs;
mod documents;
pub(crate) mod flows;
mod knowledge;
mod local_model;
mod meaning;
pub(crate) mod mock;
mod model_stub;
mod models;
mod moods;
mod office;
mod poison;
pub(crate) mod restart;
mod secrets;
mod sign_in;
mod timers;
mod topics;
mod traces;

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
pub(crate) use tests::is_long;
pub(crate) use tests::postgres::Database;
pub(crate) use tests::process::binary;
use tests::process::{Launch, Process, free_port};

pub(crate) const EMAIL: &str = "owner@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A product with a data folder of its own. Dropping it kills the process.
pub(crate) struct Product {
    pub(crate) url: String,
    pub(crate) setup_token: String,
    folder: TempDir,
    launch: Launch,
    process: Process,
    database: Database,
}

impl Product {
    /// A first start on a free port.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A first start that lets flows call a private host.
    pub(crate) async fn start_allowing(host: &str) -> Self {
        Self::start_on(Database::of_this_run(), host).await
    }

    /// A start with a new data folder, on a database that may have been used before.
    pub(crate) async fn start_on(database: Database, host: &str) -> Self {
        let args = if host.is_empty() { Vec::new() } else { vec!["--allow-private".to_owned(), host.to_owned()] };
        Self::begin(database, args).await
    }

    /// A first start with these arguments besides the usual ones.
    pub(crate) async fn start_with(args: &[&str]) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self::begin(Database::of_this_run(), args).await
    }

    async fn begin(database: Database, args: Vec<String>) -> Self {
        Self::begin_in(database, args, Vec::new()).await
    }

    async fn begin_in(database: Database, args: Vec<String>, mut environment: Vec<(&'static str, String)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        environment.extend(database.environment());
        let launch = Launch { port: free_port(), arguments: args, environment, ..Launch::on(folder.path()) };
        let process = launch.start().await;
        let (url, setup_token) = (process.url.clone(), process.setup_token.clone());
        Self { url, setup_token, folder, launch, process, database }
    }

    /// Another process on the same database, with a data folder of its own.
    pub(crate) async fn replica(&self) -> Self {
        Self::begin(self.database.clone(), self.launch.arguments.clone()).await
    }

    /// The same with environment variables of its own.
    pub(crate) async fn replica_in(&self, environment: Vec<(&'static str, String)>) -> Self {
        Self::begin_in(self.database.clone(), self.launch.arguments.clone(), environment).await
    }

    /// A product whose first owner is signed in.
    pub(crate) async fn with_owner() -> (Self, Client) {
        let product = Self::start().await;
        let client = product.owner().await;
        (product, client)
    }

    /// Makes the first owner and signs them in.
    pub(crate) async fn owner(&self) -> Client {
        let mut client = self.client();
        let setup = json!({ "token": self.setup_token, "name": "李", "email": EMAIL, "password": PASSWORD });
        client.post("/api/setup", setup).await.is(200);
        client
    }

    /// The first owner, once the documents of the samples are read: nothing happens by itself any more.
    pub(crate) async fn at_rest(&self) -> Client {
        let mut owner = self.owner().await;
        for library in owner.get("/api/libraries").await.is(200).as_array().expect("a list") {
            let key = library["key"].as_str().expect("a key");
            let all = owner.get(&format!("/api/libraries/{key}/documents")).await.is(200);
            for document in all.as_array().expect("a list") {
                documents::settled(&mut owner, document).await;
            }
        }
        owner
    }

    /// Somebody who is not signed in.
    pub(crate) fn client(&self) -> Client {
        Client { http: http(), url: self.url.clone(), cookie: String::new(), language: "en" }
    }

    /// Ends the process without a warning.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Asks the process to stop and answers with its exit code.
    pub(crate) async fn terminate(&mut self) -> Option<i32> {
        self.process.signal("TERM").await;
        self.process.end().await.code()
    }

    /// Starts again on the same folder and port.
    pub(crate) async fn start_again(&mut self) {
        self.process = self.launch.start().await;
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The address of its database, where that is not in its data folder.
    pub(crate) fn database_url(&self) -> Option<&str> {
        self.database.url()
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A client without a proxy, that gives up rather than hang.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(40)).build().expect("a client")
}

/// A browser, as far as the API knows.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) cookie: String,
    pub(crate) language: &'static str,
}

impl Client {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Any request; cookies are kept.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = body.map(|body| body.to_string());
        self.send_text(method, path, body, headers).await
    }

    /// Sends a file; the answer is JSON, whatever its status.
    pub(crate) async fn post_bytes(&self, path: &str, bytes: Vec<u8>) -> Value {
        let request = self.http.post(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let request = request.header("content-type", "application/octet-stream").body(bytes);
        let answer = request.send().await.expect("an answer").text().await.expect("a body");
        serde_json::from_str(&answer).expect("JSON")
    }

    /// A request whose body need not be JSON.
    pub(crate) async fn send_text(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let name = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.header("accept-language", self.language);
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(cookie) = response.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("cookies are text");
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        let status = response.status();
        let text = response.text().await.expect("a body");
        Answer { name, status, text }
    }
}

/// An answer with the request it belongs to.
pub(crate) struct Answer {
    name: String,
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.name, self.text);
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The refusal with this status and code.
    #[track_caller]
    pub(crate) fn is_refused(&self, status: u16, code: &str) -> Value {
        let body = self.is(status);
        assert_eq!(body["code"], code, "{}: {}", self.name, self.text);
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{}", self.text);
        body
    }
}

/// The texts that anybody said in a list of messages, each with who said it.
pub(crate) fn words(body: &Value) -> Vec<String> {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let line = |message: &Value| {
        let content = &message["content"];
        format!("{}: {}", message["from"].as_str().unwrap_or_default(), content["text"].as_str().unwrap_or_default())
    };
    messages.iter().map(line).collect()
}

/// The sample flows as they are in the repository.
pub(crate) fn flows_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows")
}

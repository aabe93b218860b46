//! A library of a hundred thousand passages, through the product: documents are uploaded, questions asked, an article
//! added, the product started again.
//!
//! `HELIU_BINARY` is the server to measure. Half of the questions are words that stand side by side in some passage,
//! half are words drawn as those of the passages are, which no passage holds together.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

mod words;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tests::process::{Launch, Process};

use crate::words::{Chance, Language};

const N_DOCUMENTS: usize = 20;
const PASSAGES_EACH: usize = 4_990;
const N_QUESTIONS: usize = 1_000;
/// What is waited for comes within this time.
const PATIENCE: Duration = Duration::from_secs(600);

fn main() -> anyhow::Result<()> {
    if std::env::var_os("HELIU_BINARY").is_none() {
        println!("library: skipped, HELIU_BINARY names no server; `cargo xtask bench` sets it");
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let (chinese, english) = (Language::chinese(), Language::english());
    for (name, languages) in [("half Chinese", [&chinese, &english]), ("all Chinese", [&chinese, &chinese])] {
        println!("\n{name}");
        runtime.block_on(measure(languages))?;
    }
    Ok(())
}

async fn measure(languages: [&Language; 2]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut process = Launch::on(folder.path()).start().await;
    let mut owner = Owner::of(&process).await?;
    owner.post("/api/libraries", json!({ "key": "docs", "name": { "en": "Documents" } })).await?;
    owner.publish_a_flow().await?;
    let before = memory(&process, "VmRSS")?;

    let mut chance = Chance(23);
    let (begun, mut ids, mut questions) = (Instant::now(), Vec::new(), Vec::new());
    let mut writing = Duration::ZERO;
    for n in 0..N_DOCUMENTS {
        let (language, wrote) = (languages[n % 2], Instant::now());
        let (document, quotes) = language.document(&format!("Book {n}"), PASSAGES_EACH, &mut chance);
        for quote in quotes.into_iter().take(N_QUESTIONS / N_DOCUMENTS / 2) {
            questions.push(quote);
            let n_words = 4 + chance.below(5);
            questions.push(language.phrase(n_words, &mut chance));
        }
        writing += wrote.elapsed();
        ids.push(owner.upload(&format!("book-{n}.md"), document).await?);
    }
    row("uploaded, s", begun.elapsed() - writing);
    for id in &ids {
        owner.until_ready(id).await?;
    }
    row("read, cut and found, all documents, s", begun.elapsed() - writing);
    owner.ask(&questions[0]).await?;
    println!("resident memory before and after, MiB: {before:.0}, {:.0}", memory(&process, "VmRSS")?);
    println!("highest memory so far, MiB: {:.0}", memory(&process, "VmHWM")?);

    let mut taken = Vec::new();
    let mut n_found = 0;
    for question in &questions {
        let asked = Instant::now();
        n_found += usize::from(owner.ask(question).await?["hits"].as_array().is_some_and(|hits| !hits.is_empty()));
        taken.push(asked.elapsed());
    }
    taken.sort_unstable();
    let at = |n: usize| taken[n].as_secs_f64() * 1e3;
    println!(
        "{} questions, {n_found} find something, median / p99 / longest, ms: {:.1} / {:.1} / {:.1}",
        taken.len(),
        at(taken.len() / 2),
        at(taken.len() * 99 / 100),
        at(taken.len() - 1)
    );

    // From here on the highest memory is that of what follows.
    fs::write(format!("/proc/{}/clear_refs", process.pid()), "5")?;
    let mut found_after = Vec::new();
    for word in ["xylophone", "quagmire", "zeppelin"] {
        found_after.push(owner.added_and_found(word).await?.as_secs_f64());
    }
    println!("new articles are found after, s: {found_after:.2?}");
    owner.at_rest().await?;
    println!("highest memory meanwhile, MiB: {:.0}", memory(&process, "VmHWM")?);
    println!("resident memory after it, MiB: {:.0}", memory(&process, "VmRSS")?);
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let counted = size(&folder.path().join("index"))?;
    println!("database, MiB: {:.0}", mib(size(folder.path())? - counted));
    println!("what is counted, on the disk, MiB: {:.0}", mib(counted));

    let expected = owner.ask(&questions[1]).await?;
    process.kill().await;
    let mut again = Launch::on(folder.path()).start().await;
    row("ready after a restart, s", again.took);
    owner.first_question(&again, &questions[1], &expected).await?;
    again.kill().await;
    fs::remove_dir_all(folder.path().join("index"))?;
    let again = Launch::on(folder.path()).start().await;
    println!("the same, where what is counted is lost:");
    owner.first_question(&again, &questions[1], &expected).await
}

fn row(what: &str, took: Duration) {
    println!("{what}: {:.2}", took.as_secs_f64());
}

/// The signed-in owner of the workspace.
struct Owner {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

impl Owner {
    async fn of(process: &Process) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let setup = json!({
            "token": process.setup_token, "name": "Li", "email": "owner@example.com", "password": "correct horse battery",
        });
        let body = setup.to_string();
        let request = http.post(format!("{}/api/setup", process.url)).header("content-type", "application/json");
        let answer = request.body(body).send().await?;
        let cookie = answer.headers().get("set-cookie").context("a cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, url: process.url.clone(), cookie })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.header("cookie", &self.cookie).send().await?;
        let (status, url) = (answer.status(), answer.url().clone());
        let text = answer.text().await?;
        ensure!(status.is_success(), "{url} answers {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    async fn upload(&self, name: &str, document: String) -> anyhow::Result<String> {
        let request = self.http.post(format!("{}/api/libraries/docs/documents?name={name}", self.url));
        let added = self.send(request.header("content-type", "application/octet-stream").body(document)).await?;
        Ok(added["id"].as_str().context("a document has an id")?.to_owned())
    }

    async fn until_ready(&self, id: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let document = self.send(self.http.get(format!("{}/api/documents/{id}", self.url))).await?;
            match document["state"].as_str() {
                Some("ready") => return Ok(()),
                Some("queued" | "reading" | "splitting" | "indexing") => {}
                _ => anyhow::bail!("it is not read: {document}"),
            }
            ensure!(begun.elapsed() < PATIENCE, "it is not ready in time: {document}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn ask(&self, question: &str) -> anyhow::Result<Value> {
        self.post("/api/libraries/docs/try", json!({ "query": question })).await
    }

    /// From saving an article to the moment that a question finds it.
    async fn added_and_found(&self, word: &str) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let article =
            json!({ "question": format!("What is a {word}?"), "answer": { "en": format!("A {word} it is.") } });
        let added = self.post("/api/libraries/docs/articles", article).await?;
        while begun.elapsed() < PATIENCE {
            let found = self.ask(&format!("a {word}")).await?;
            if found["hits"][0]["id"] == added["id"] {
                return Ok(begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("the article about a {word} is not found")
    }

    /// A flow that answers from the library: its index is built before anybody asks.
    async fn publish_a_flow(&self) -> anyhow::Result<()> {
        let flow = json!({
            "format": 1, "id": "", "key": "ask_docs", "name": { "en": "Ask the documents" }, "languages": ["en"],
            "nodes": [
                { "id": "start", "kind": "start" },
                { "id": "answer", "kind": "answer", "v": 2, "config": { "libraries": ["docs"], "helpful": false } },
                { "id": "end", "kind": "end" },
            ],
            "edges": [
                { "from": "start", "port": "next", "to": "answer" },
                { "from": "answer", "port": "answered", "to": "end" },
                { "from": "answer", "port": "nothing", "to": "end" },
            ],
        });
        let imported = self.post("/api/import", flow).await?;
        let id = imported["flows"][0]["id"].as_str().context("a flow has an id")?;
        self.post(&format!("/api/flows/{id}/publish"), json!({})).await.map(drop)
    }

    /// Asks a product that has just begun.
    async fn first_question(&mut self, process: &Process, question: &str, expected: &Value) -> anyhow::Result<()> {
        self.url.clone_from(&process.url);
        let asked = Instant::now();
        let found = self.ask(question).await?;
        row("its first question, asked at once, s", asked.elapsed());
        ensure!(found["hits"] == expected["hits"], "it finds what it found before: {found} {expected}");
        println!("resident memory then, MiB: {:.0}", memory(process, "VmRSS")?);
        Ok(())
    }

    /// Waits until nothing is built in the background any more.
    async fn at_rest(&self) -> anyhow::Result<()> {
        tokio::time::sleep(Duration::from_secs(10)).await;
        self.ask("nothing").await.map(drop)
    }
}

/// What the system says of the memory of a process, in MiB.
fn memory(process: &Process, what: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':')).context("it is said")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

//! Models by their name on the hub: from the folders where its own tools keep them, else fetched.
//!
//! The layout on the disk is the hub's: `models--OWNER--MODEL/refs/main` names a commit, `snapshots/COMMIT` holds its
//! files. What is fetched goes to a folder of ours in the same layout.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use crate::folder::{TOKENIZER, WEIGHTS, missing};
use crate::{HubName, Trouble};

/// What a model cannot do without, the large one last.
const NEEDED: [&str; 3] = ["config.json", TOKENIZER, WEIGHTS];
/// What is fetched where it is there.
const USEFUL: [&str; 5] = [
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer_config.json",
];
/// A file is not larger; the models that a processor is quick enough for are far below.
const MOST_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const MOST_BYTES_OF_A_LIST: usize = 4 * 1024 * 1024;
const TIME_TO_CONNECT: Duration = Duration::from_secs(10);
/// Nothing comes for so long: it is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// Where models of the hub are.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Its address, `https://huggingface.co` or a mirror's.
    pub endpoint: String,
    /// What opens models that are not for everybody.
    pub token: Option<String>,
    /// Folders where models may be already, the first is preferred.
    pub caches: Vec<PathBuf>,
    /// Where models are put that have to be fetched.
    pub own: PathBuf,
}

#[derive(Deserialize)]
struct Listing {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

impl Hub {
    /// The folder of a model that is on this machine, whole.
    pub fn cached(&self, wanted: &HubName) -> Option<PathBuf> {
        let places = self.caches.iter().chain([&self.own]).map(|cache| cache.join(folder_of(wanted)));
        let is_whole = |folder: &PathBuf| NEEDED.iter().all(|file| folder.join(file).is_file());
        places.filter_map(|place| snapshot(&place, &wanted.revision)).find(is_whole)
    }

    /// The folder of a model, fetched where it is not on this machine.
    ///
    /// # Errors
    /// When the hub does not know it, does not answer, or a file cannot be written.
    pub async fn find(&self, wanted: &HubName) -> Result<PathBuf, Trouble> {
        match self.cached(wanted) {
            Some(folder) => Ok(folder),
            None => self.fetch(wanted).await,
        }
    }

    async fn fetch(&self, wanted: &HubName) -> Result<PathBuf, Trouble> {
        let client = Client::builder().connect_timeout(TIME_TO_CONNECT).read_timeout(SILENCE);
        let client = client.build().map_err(|error| failed(&wanted.name, &error))?;
        let endpoint = self.endpoint.trim_end_matches('/');
        let HubName { name, revision } = wanted;
        let asked = self.get(&client, &format!("{endpoint}/api/models/{name}/revision/{revision}"), name).await?;
        let listing = listing(asked, name).await?;
        let place = self.own.join(folder_of(wanted));
        let folder = place.join("snapshots").join(&listing.sha);
        let is_there = |file: &str| listing.siblings.iter().any(|sibling| sibling.rfilename == file);
        if let Some(file) = NEEDED.iter().find(|file| !is_there(file)) {
            let has_others = is_there("pytorch_model.bin") || is_there("onnx/model.onnx");
            return Err(match missing(&folder, file) {
                Trouble::NoFile { file, .. } => {
                    Trouble::NoFile { folder: name.clone(), has_others: has_others && file == WEIGHTS, file }
                }
                other => other,
            });
        }
        for file in USEFUL.iter().filter(|file| is_there(file)).chain(&NEEDED) {
            if folder.join(file).is_file() {
                continue;
            }
            let from = format!("{endpoint}/{name}/resolve/{}/{file}", listing.sha);
            let response = self.get(&client, &from, name).await?;
            keep(response, &folder.join(file), &format!("{name}/{file}")).await?;
        }
        let known_as = place.join("refs").join(revision);
        write(&known_as, listing.sha.as_bytes()).await.map_err(|error| not_written(&known_as, &error))?;
        Ok(folder)
    }

    async fn get(&self, client: &Client, url: &str, name: &str) -> Result<Response, Trouble> {
        let asking = client.get(url);
        let asking = self.token.iter().fold(asking, |asking, token| asking.bearer_auth(token));
        let response = asking.send().await.map_err(|error| failed(name, &error))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                Err(Trouble::NotOnHub { name: name.to_owned(), status: status.as_u16() })
            }
            status => Err(Trouble::HubFailed { what: name.to_owned(), why: status.to_string() }),
        }
    }
}

/// The folder of a model in a cache.
fn folder_of(wanted: &HubName) -> String {
    format!("models--{}", wanted.name.replace('/', "--"))
}

/// The folder of a revision, by the name it is known as or by its commit.
fn snapshot(place: &Path, revision: &str) -> Option<PathBuf> {
    let known = std::fs::read_to_string(place.join("refs").join(revision)).ok();
    let commit = known.as_deref().map_or(revision, str::trim);
    let folder = place.join("snapshots").join(commit);
    (is_commit(commit) && folder.is_dir()).then_some(folder)
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

async fn listing(mut response: Response, name: &str) -> Result<Listing, Trouble> {
    let odd = |why: &str| Trouble::HubFailed { what: name.to_owned(), why: why.to_owned() };
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(name, &error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_BYTES_OF_A_LIST {
            return Err(odd("its list of files is too long"));
        }
    }
    let listing: Listing = serde_json::from_slice(&bytes).map_err(|_| odd("its list of files is not JSON"))?;
    if is_commit(&listing.sha) { Ok(listing) } else { Err(odd("its list of files names no commit")) }
}

/// Writes what comes to a file beside its place, and puts it there when all of it is on the disk.
async fn keep(mut response: Response, place: &Path, what: &str) -> Result<(), Trouble> {
    let not_written = |error: std::io::Error| not_written(place, &error);
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).await.map_err(not_written)?;
    }
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = place.with_file_name(name);
    let mut file = fs::File::create(&part).await.map_err(not_written)?;
    let mut left = MOST_BYTES;
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(what, &error))? {
        left = left.checked_sub(chunk.len() as u64).ok_or_else(|| Trouble::HubFailed {
            what: what.to_owned(),
            why: format!("more than {} GiB", MOST_BYTES >> 30),
        })?;
        file.write_all(&chunk).await.map_err(not_written)?;
    }
    file.sync_all().await.map_err(not_written)?;
    drop(file);
    fs::rename(&part, place).await.map_err(not_written)
}

async fn write(place: &Path, text: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).await?;
    }
    fs::write(place, text).await
}

fn failed(what: &str, error: &reqwest::Error) -> Trouble {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        why = deeper.to_string();
        source = deeper.source();
    }
    Trouble::HubFailed { what: what.to_owned(), why }
}

fn not_written(file: &Path, error: &std::io::Error) -> Trouble {
    Trouble::NotWritten { file: file.to_owned(), why: error.to_string() }
}

//! Documents of libraries, synonyms, and what became of answers.

use std::collections::BTreeMap;

use model::Texts;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, delete, get, post, post_empty, put, upload_file};

/// A document as the list shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Document {
    /// Its id.
    pub(crate) id: String,
    /// `pdf`, `markdown`, …, or `url`.
    pub(crate) kind: String,
    /// The name.
    pub(crate) name: String,
    /// Where it is fetched from.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// Of its content.
    #[serde(default)]
    pub(crate) size_bytes: f64,
    /// `queued`, `reading`, `splitting`, `indexing`, `ready`, `failed`, `canceled` or `asks_columns`.
    pub(crate) state: String,
    /// Steps done, of `total`.
    #[serde(default)]
    pub(crate) done: f64,
    /// Steps in all.
    #[serde(default)]
    pub(crate) total: f64,
    /// What went wrong, or was left out.
    #[serde(default)]
    pub(crate) problem: Option<Trouble>,
    /// What its columns mean.
    #[serde(default)]
    pub(crate) columns: Option<Mapping>,
    /// The first rows of a sheet.
    #[serde(default)]
    pub(crate) preview: Option<Preview>,
    /// Kept, but not found.
    #[serde(default)]
    pub(crate) is_off: bool,
    /// Passages, or articles of a sheet.
    #[serde(default)]
    pub(crate) passages: u64,
    /// When it was last read.
    #[serde(default)]
    pub(crate) read_at: Option<String>,
    /// It was there already.
    #[serde(default)]
    pub(crate) is_known: bool,
}

impl Document {
    /// Will its state change by itself?
    pub(crate) fn is_at_work(&self) -> bool {
        matches!(self.state.as_str(), "queued" | "reading" | "splitting" | "indexing")
    }

    /// Do its rows become articles?
    pub(crate) fn is_sheet(&self) -> bool {
        matches!(self.kind.as_str(), "csv" | "xlsx")
    }
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Trouble {
    /// What is wrong.
    pub(crate) why: Texts,
    /// What to do.
    #[serde(default)]
    pub(crate) advice: Texts,
}

/// The first rows of a file of sheets.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Preview {
    /// Of the first sheet.
    #[serde(flatten)]
    pub(crate) first: SheetPreview,
    /// Of all sheets, where there are several.
    #[serde(default)]
    pub(crate) sheets: Vec<SheetPreview>,
}

/// The first rows of a sheet.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SheetPreview {
    /// Its name, where there are several.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// Cells by row.
    pub(crate) rows: Vec<Vec<String>>,
    /// The line of the sheet that each stands on, from 1.
    #[serde(default)]
    pub(crate) lines: Vec<u64>,
    /// How many rows there are.
    pub(crate) n_rows: u64,
    /// What the columns probably mean.
    pub(crate) guess: Columns,
}

/// What an author says of a file of sheets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mapping {
    /// The columns of the first sheet that is read.
    #[serde(flatten)]
    pub(crate) first: Columns,
    /// Those of the others.
    #[serde(default)]
    pub(crate) more: Vec<Columns>,
    /// What becomes of questions that are there already: `keep`, `update` or `skip`.
    #[serde(default = "keep")]
    pub(crate) repeated: String,
}

fn keep() -> String {
    "keep".to_owned()
}

impl Mapping {
    /// What was said of a sheet; of the only one without its name.
    pub(crate) fn of(&self, sheet: Option<&str>) -> Option<&Columns> {
        std::iter::once(&self.first).chain(&self.more).find(|columns| columns.sheet.as_deref() == sheet)
    }
}

/// What a mapping would do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Repeats {
    /// Articles in the file.
    pub(crate) articles: usize,
    /// Of new questions.
    pub(crate) fresh: usize,
    /// Of questions that are there with the same answer.
    pub(crate) same: usize,
    /// Of questions that are there with another one.
    pub(crate) differing: usize,
    /// Some of these.
    #[serde(default)]
    pub(crate) examples: Vec<Repeat>,
}

/// A question that is there with another answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Repeat {
    /// The question.
    pub(crate) question: String,
    /// The answer in the library.
    pub(crate) before: Texts,
    /// The answer in the file.
    pub(crate) after: Texts,
}

/// What the columns of a sheet mean, from 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Columns {
    /// The sheet, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sheet: Option<String>,
    /// The question.
    pub(crate) question: usize,
    /// The answer.
    pub(crate) answer: usize,
    /// Other ways to ask.
    #[serde(default)]
    pub(crate) variants: Vec<usize>,
    /// The language.
    #[serde(default)]
    pub(crate) language: Option<usize>,
    /// Rows at the top that are no questions.
    #[serde(default)]
    pub(crate) skip: usize,
}

/// A passage of a document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Passage {
    /// The document.
    pub(crate) document: String,
    /// Its place, from 0.
    pub(crate) n: u64,
    /// The page or document.
    #[serde(default)]
    pub(crate) title: String,
    /// The headings above it.
    #[serde(default)]
    pub(crate) heading: String,
    /// The text.
    pub(crate) text: String,
    /// The page, from 1.
    #[serde(default)]
    pub(crate) page: Option<u32>,
}

/// How often something was shown, and whether it helped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Counts {
    /// Times it was said.
    pub(crate) shown: u64,
    /// Customers whom it helped.
    pub(crate) helpful: u64,
    /// Customers whom it did not help.
    pub(crate) not_helpful: u64,
}

#[derive(Serialize, Deserialize)]
struct Groups {
    groups: Vec<Vec<String>>,
}

/// The documents of a library.
pub(crate) async fn documents(library: &str) -> Answer<Vec<Document>> {
    get(&format!("/api/libraries/{library}/documents")).await
}

/// Uploads a file.
pub(crate) async fn upload_document(library: &str, file: &web_sys::File) -> Answer<Document> {
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    upload_file(&format!("/api/libraries/{library}/documents?name={name}"), file).await
}

/// Adds an address with some of its pages.
pub(crate) async fn add_address(library: &str, url: &str, pages: usize, depth: usize) -> Answer<Document> {
    let body = json!({ "url": url, "pages": pages, "depth": depth });
    post(&format!("/api/libraries/{library}/documents/address"), &body).await
}

/// Switches a document on or off.
pub(crate) async fn switch_document(id: &str, is_off: bool) -> Answer<Document> {
    put(&format!("/api/documents/{id}"), &json!({ "is_off": is_off })).await
}

/// Says what the columns of a sheet mean.
pub(crate) async fn map_columns(id: &str, mapping: &Mapping) -> Answer<Document> {
    put(&format!("/api/documents/{id}"), &json!({ "columns": mapping })).await
}

/// What a mapping would do; nothing is written.
pub(crate) async fn repeats(id: &str, mapping: &Mapping) -> Answer<Repeats> {
    post(&format!("/api/documents/{id}/repeats"), mapping).await
}

/// Reads a document again.
pub(crate) async fn read_document_again(id: &str) -> Answer<Document> {
    post_empty(&format!("/api/documents/{id}/read")).await
}

/// Stops the reading of a document.
pub(crate) async fn cancel_document(id: &str) -> Answer<Document> {
    post_empty(&format!("/api/documents/{id}/cancel")).await
}

/// Removes a document.
pub(crate) async fn delete_document(id: &str) -> Answer<()> {
    delete(&format!("/api/documents/{id}")).await
}

/// Passages of a document, from one on.
pub(crate) async fn passages(id: &str, from: u64) -> Answer<Vec<Passage>> {
    get(&format!("/api/documents/{id}/passages?from={from}")).await
}

/// Groups of words that mean the same.
pub(crate) async fn synonyms() -> Answer<Vec<Vec<String>>> {
    get::<Groups>("/api/synonyms").await.map(|answer| answer.groups)
}

/// Replaces all groups.
pub(crate) async fn save_synonyms(groups: Vec<Vec<String>>) -> Answer<Vec<Vec<String>>> {
    put::<Groups>("/api/synonyms", &Groups { groups }).await.map(|answer| answer.groups)
}

/// Counts by the id of what was shown.
pub(crate) async fn judgements() -> Answer<BTreeMap<String, Counts>> {
    get("/api/judgements").await
}

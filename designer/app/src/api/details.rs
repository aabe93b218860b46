//! Details that the workspace defines, and the box to try them.

use model::{DetailEntry, DetailSource, Texts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, delete, get, post, post_empty, post_file, put};

/// A detail as the server shows it; in the list without its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DetailShown {
    /// The key.
    pub(crate) key: String,
    /// The name.
    pub(crate) name: Texts,
    /// Where its values come from.
    pub(crate) source: DetailSource,
    /// How many values it has.
    #[serde(default)]
    pub(crate) n_entries: usize,
    /// When a service last gave its list.
    #[serde(default)]
    pub(crate) fetched_at: Option<String>,
    /// Why it did not the last time.
    #[serde(default)]
    pub(crate) trouble: Option<Texts>,
}

/// What a sentence gives.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct DetailTrial {
    /// Of the workspace's details.
    #[serde(default)]
    pub(crate) found: Vec<DetailHit>,
    /// Of the built-in kinds.
    #[serde(default)]
    pub(crate) built_in: Vec<BuiltInHit>,
}

/// A value of a detail.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct DetailHit {
    /// The detail's key.
    pub(crate) detail: String,
    /// Its value.
    pub(crate) value: Value,
    /// Where it stands, in bytes.
    pub(crate) start: usize,
    /// See `start`.
    pub(crate) end: usize,
}

/// A value of a built-in kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct BuiltInHit {
    /// The kind.
    pub(crate) kind: String,
    /// Its value.
    pub(crate) value: Value,
    /// Where it stands, in bytes.
    pub(crate) start: usize,
    /// See `start`.
    pub(crate) end: usize,
}

/// A table file as the server reads it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TableRead {
    /// The encoding it is in; `Excel` for a workbook.
    pub(crate) encoding: String,
    /// The names of its columns; empty without a heading.
    pub(crate) columns: Vec<String>,
    /// The first rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// How many rows there are.
    pub(crate) n_rows: usize,
    /// The values it comes to.
    pub(crate) entries: Vec<DetailEntry>,
    /// What its author should know: that only the first sheet was read.
    pub(crate) notes: Vec<Texts>,
}

/// All details, without their values.
pub(crate) async fn details() -> Answer<Vec<DetailShown>> {
    get("/api/details").await
}

/// One detail with its values.
pub(crate) async fn detail(key: &str) -> Answer<DetailShown> {
    get(&format!("/api/details/{key}")).await
}

/// A new detail; the key is derived from the name.
pub(crate) async fn create_detail(name: &Texts, source: &DetailSource) -> Answer<DetailShown> {
    post("/api/details", &json!({ "name": name, "source": source })).await
}

/// Brings a deleted detail back under its old key.
pub(crate) async fn restore_detail(detail: &DetailShown) -> Answer<DetailShown> {
    post("/api/details", detail).await
}

/// Changes a detail.
pub(crate) async fn save_detail(detail: &DetailShown) -> Answer<DetailShown> {
    put(&format!("/api/details/{}", detail.key), detail).await
}

/// Deletes a detail.
pub(crate) async fn delete_detail(key: &str) -> Answer<()> {
    delete(&format!("/api/details/{key}")).await
}

/// Fetches the list of a service now.
pub(crate) async fn refresh_detail(key: &str) -> Answer<DetailShown> {
    post_empty(&format!("/api/details/{key}/refresh")).await
}

/// What does this sentence give?
pub(crate) async fn try_details(text: &str) -> Answer<DetailTrial> {
    post("/api/details/try", &json!({ "text": text })).await
}

/// Reads a table file or pasted cells; an empty encoding is guessed.
pub(crate) async fn read_table(bytes: &[u8], encoding: &str) -> Answer<TableRead> {
    post_file(&format!("/api/details/read-file?encoding={encoding}"), bytes).await
}

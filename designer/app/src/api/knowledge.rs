//! Answer libraries, with the box to try them.

use model::Article;
use serde::Deserialize;

use super::{Answer, delete, get, post, put};

/// A line of the list of libraries.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct LibrarySummary {
    /// The key.
    pub(crate) key: String,
    /// The name.
    pub(crate) name: model::Texts,
    /// How many articles.
    #[serde(default)]
    pub(crate) articles: usize,
    /// How many documents.
    #[serde(default)]
    pub(crate) documents: usize,
    /// How far its vectors are, where it is searched by meaning.
    #[serde(default)]
    pub(crate) meaning: Option<Meaning>,
}

/// How far the vectors of the libraries are that are searched by meaning.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Meaning {
    /// What makes them; unknown until the first look.
    #[serde(default)]
    pub(crate) maker: Option<String>,
    /// Texts.
    #[serde(default)]
    pub(crate) total: usize,
    /// Those that have a vector.
    #[serde(default)]
    pub(crate) done: usize,
    /// Why it does not go on.
    #[serde(default)]
    pub(crate) problem: Option<model::Texts>,
}

impl Meaning {
    /// Are there vectors still to be made?
    pub(crate) fn is_at_work(&self) -> bool {
        self.problem.is_none() && (self.maker.is_none() || self.done < self.total)
    }
}

/// What a question finds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct LibraryTrial {
    /// Why a model that should have helped did not.
    #[serde(default)]
    pub(crate) note: Option<model::Texts>,
    /// Ranked articles.
    #[serde(default)]
    pub(crate) hits: Vec<Hit>,
    /// Below this score nothing is said.
    #[serde(default)]
    pub(crate) nothing_below: f64,
    /// From this score on the first is the answer.
    #[serde(default)]
    pub(crate) sure_above: f64,
    /// `answers`, `offers` or `nothing`.
    #[serde(default)]
    pub(crate) outcome: String,
}

/// A found article or passage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Hit {
    /// The article.
    #[serde(default)]
    pub(crate) article: Option<Article>,
    /// The passage.
    #[serde(default)]
    pub(crate) passage: Option<super::Passage>,
    /// What put it at its place.
    #[serde(default)]
    pub(crate) parts: Parts,
    /// 0 to 1.
    pub(crate) score: f64,
    /// The score by words alone.
    #[serde(default)]
    pub(crate) by_words: f64,
    /// The cosine of its meaning with the question's.
    #[serde(default)]
    pub(crate) by_meaning: Option<f64>,
    /// What a ranking model says.
    #[serde(default)]
    pub(crate) rank: Option<f64>,
    /// What it shares with the question.
    #[serde(default)]
    pub(crate) why: Vec<Shared>,
}

/// A piece of the question that was found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Shared {
    /// As it was written.
    pub(crate) text: String,
    /// The share of what the question says that lies in it, 0 to 1.
    pub(crate) weight: f64,
}

/// The parts of a hit's rank, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Parts {
    /// Likeness of the questions.
    #[serde(default)]
    pub(crate) question: f64,
    /// Words that it shares, as a share of the best.
    #[serde(default)]
    pub(crate) words: f64,
    /// How much of the question it contains.
    #[serde(default)]
    pub(crate) contained: f64,
}

/// The libraries.
pub(crate) async fn libraries() -> Answer<Vec<LibrarySummary>> {
    get("/api/libraries").await
}

/// A new library.
pub(crate) async fn create_library(name: &model::Texts) -> Answer<LibrarySummary> {
    post("/api/libraries", &serde_json::json!({ "name": name })).await
}

/// Renames a library.
pub(crate) async fn rename_library(key: &str, name: &model::Texts) -> Answer<serde_json::Value> {
    put(&format!("/api/libraries/{key}"), &serde_json::json!({ "name": name })).await
}

/// Says whether a library is searched by meaning.
pub(crate) async fn set_library_meaning(key: &str, is_on: bool) -> Answer<LibrarySummary> {
    put(&format!("/api/libraries/{key}/meaning"), &serde_json::json!({ "is_on": is_on })).await
}

/// Deletes a library with its articles.
pub(crate) async fn delete_library(key: &str) -> Answer<()> {
    delete(&format!("/api/libraries/{key}")).await
}

/// The articles of a library, those that contain `search` when it is given.
pub(crate) async fn articles(library: &str, search: &str) -> Answer<Vec<Article>> {
    let search = String::from(js_sys::encode_uri_component(search));
    get(&format!("/api/libraries/{library}/articles?q={search}")).await
}

/// A new article; the server gives the id.
pub(crate) async fn create_article(library: &str, article: &Article) -> Answer<Article> {
    post(&format!("/api/libraries/{library}/articles"), article).await
}

/// Changes an article.
pub(crate) async fn save_article(article: &Article) -> Answer<Article> {
    put(&format!("/api/articles/{}", article.id), article).await
}

/// Deletes an article.
pub(crate) async fn delete_article(id: &str) -> Answer<()> {
    delete(&format!("/api/articles/{id}")).await
}

/// What would this question find?
pub(crate) async fn try_library(library: &str, query: &str) -> Answer<LibraryTrial> {
    post(&format!("/api/libraries/{library}/try"), &serde_json::json!({ "query": query })).await
}

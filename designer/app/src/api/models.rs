//! Language models: providers, budgets, a try, suggestions.

use model::{ModelProvider, ModelSettings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, delete, get, post, post_empty, post_events, put};

/// Everything the screen shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct ModelsSetUp {
    /// The providers.
    pub(crate) providers: Vec<ProviderSetUp>,
    /// Budgets and uses.
    pub(crate) settings: ModelSettings,
    /// What was spent today.
    pub(crate) today: Spent,
    /// The model on the server's machine.
    pub(crate) local: LocalModel,
}

/// How the model on the server's machine is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct LocalModel {
    /// `none`, `loading`, `ready` or `failed`.
    pub(crate) state: String,
    /// Its name.
    pub(crate) name: String,
    /// Numbers in its vectors.
    pub(crate) dimension: Option<usize>,
    /// Why there is none.
    pub(crate) problem: Option<model::Texts>,
}

/// A provider, with whether its key is set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct ProviderSetUp {
    /// The provider.
    #[serde(flatten)]
    pub(crate) provider: ModelProvider,
    /// Since when it has a key.
    pub(crate) key_set_at: Option<String>,
}

/// Calls, tokens, money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Spent {
    /// Calls.
    pub(crate) calls: u64,
    /// Tokens that were read.
    pub(crate) tokens_in: u64,
    /// Tokens that were written.
    pub(crate) tokens_out: u64,
    /// Millionths of the currency.
    pub(crate) cost_micros: u64,
}

/// How trying a provider went.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Tried {
    /// Did it answer?
    pub(crate) ok: bool,
    /// Its words.
    pub(crate) text: String,
    /// Which model it says it is.
    pub(crate) model: String,
    /// Until its first words.
    pub(crate) first_words_ms: u64,
    /// All of it.
    pub(crate) total_ms: u64,
    /// What it cost.
    pub(crate) usage: Spent,
    /// Why there is no answer.
    pub(crate) why: model::Texts,
}

/// Providers, settings, today's use.
pub(crate) async fn models() -> Answer<ModelsSetUp> {
    get("/api/models").await
}

/// Adds a provider.
pub(crate) async fn create_provider(provider: &ModelProvider) -> Answer<ModelProvider> {
    post("/api/models/providers", provider).await
}

/// Changes a provider.
pub(crate) async fn save_provider(provider: &ModelProvider) -> Answer<ModelProvider> {
    put(&format!("/api/models/providers/{}", provider.key), provider).await
}

/// Removes a provider with its key.
pub(crate) async fn delete_provider(key: &str) -> Answer<()> {
    delete(&format!("/api/models/providers/{key}")).await
}

/// Sets a provider's key; nobody can read it again.
pub(crate) async fn set_provider_key(key: &str, secret: &str) -> Answer<()> {
    put(&format!("/api/models/providers/{key}/secret"), &json!({ "secret": secret })).await
}

/// What comes while a provider is tried.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub(crate) enum Trying {
    /// Words; empty ones when it begins, maybe anew.
    Words {
        /// The next ones.
        words: String,
        /// Since it was asked.
        ms: u64,
    },
    /// It is over.
    Over {
        /// How it went.
        tried: Tried,
    },
}

/// Asks a provider for a few words and hears them as they come.
pub(crate) async fn try_provider(key: &str, mut heard: impl FnMut(Trying)) -> Answer<()> {
    let path = format!("/api/models/providers/{key}/test/stream");
    post_events(&path, |data| {
        if let Ok(event) = serde_json::from_str(data) {
            heard(event);
        }
    })
    .await
}

/// Changes budgets and uses.
pub(crate) async fn save_model_settings(settings: &ModelSettings) -> Answer<ModelsSetUp> {
    put("/api/models/settings", settings).await
}

/// Suggests sentences: `examples` of a topic, or `variants` of a question.
pub(crate) async fn suggest(what: &str, about: &str, known: &[String]) -> Answer<Vec<String>> {
    let asked = json!({ "what": what, "about": about, "known": known });
    let answer: Value = post("/api/models/suggest", &asked).await?;
    let sentences = answer.get("sentences").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(sentences.iter().filter_map(|sentence| sentence.as_str().map(str::to_owned)).collect())
}

/// A conversation in a few lines.
pub(crate) async fn summarise(conversation: &str) -> Answer<String> {
    let answer: Value = post_empty(&format!("/api/desk/conversations/{conversation}/summary")).await?;
    Ok(answer.get("text").and_then(Value::as_str).unwrap_or_default().to_owned())
}

//! Language models as a workspace sets them up: where they are, what they cost, how much may be spent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An endpoint that speaks OpenAI's protocol. Its key is a secret and is not here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModelProvider {
    /// The key other settings use.
    pub key: String,
    /// The name on the screens.
    pub name: String,
    /// The preset it was made from, or `other`.
    pub preset: String,
    /// What every address begins with, for example `https://api.deepseek.com/v1`.
    pub base_url: String,
    /// The model for words.
    pub chat_model: String,
    /// The model for embeddings; none when empty.
    pub embedding_model: String,
    /// The model that ranks passages; none when empty.
    pub rerank_model: String,
    /// Seconds for one answer, all of it.
    pub timeout_s: u32,
    /// Seconds until an answer begins.
    pub first_token_s: u32,
    /// How often to try again when the endpoint is busy or fails before it answers.
    pub retries: u32,
    /// The provider that is asked when this one fails; none when empty.
    pub fallback: String,
    /// Price of a million tokens that are read.
    pub price_in: f64,
    /// Price of a million tokens that are written.
    pub price_out: f64,
    /// Price of a million tokens that are made into vectors; none is as much as for those that are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_embedding: Option<f64>,
    /// May it be asked?
    pub is_on: bool,
}

impl Default for ModelProvider {
    fn default() -> Self {
        Self {
            key: String::new(),
            name: String::new(),
            preset: "other".into(),
            base_url: String::new(),
            chat_model: String::new(),
            embedding_model: String::new(),
            rerank_model: String::new(),
            timeout_s: 30,
            first_token_s: 8,
            retries: 1,
            fallback: String::new(),
            price_in: 0.0,
            price_out: 0.0,
            price_embedding: None,
            is_on: true,
        }
    }
}

/// What a workspace decides about models. A budget of 0 is no bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModelSettings {
    /// The provider that is asked; the first that is on, when empty.
    pub provider: String,
    /// The currency of prices and budgets, as it is written.
    pub currency: String,
    /// Tokens that one conversation may use.
    pub conversation_tokens: u64,
    /// Money that one conversation may cost.
    pub conversation_money: f64,
    /// Tokens that may be used a day.
    pub day_tokens: u64,
    /// Money that may be spent a day.
    pub day_money: f64,
    /// Sum conversations up for agents as they are handed over.
    pub summarise: bool,
    /// What makes vectors, for searching by meaning.
    pub embeddings: Embeddings,
    /// Ask the model on the server's machine about messages whose topic words leave open.
    pub topics_by_meaning: bool,
}

/// What makes vectors of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Embeddings {
    /// A provider, where one has an embedding model, else the model on the server's machine.
    #[default]
    Automatic,
    /// The model on the server's machine alone.
    Local,
    /// A provider alone.
    Provider,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            provider: String::new(),
            currency: "¥".into(),
            conversation_tokens: 50_000,
            conversation_money: 0.0,
            day_tokens: 2_000_000,
            day_money: 0.0,
            summarise: true,
            embeddings: Embeddings::Automatic,
            topics_by_meaning: false,
        }
    }
}

/// A well-known endpoint to begin from.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Preset {
    /// Its name in `ModelProvider::preset`.
    pub preset: &'static str,
    /// The name on the screens.
    pub name: &'static str,
    /// The base address.
    pub base_url: &'static str,
    /// A model that is a good beginning.
    pub chat_model: &'static str,
    /// A model for embeddings.
    pub embedding_model: &'static str,
    /// Does it need a key?
    pub needs_key: bool,
}

/// The well-known endpoints, in the order of the screen.
pub const PRESETS: [Preset; 8] = [
    preset("deepseek", "DeepSeek", "https://api.deepseek.com/v1", "deepseek-chat", "", true),
    preset(
        "qwen",
        "通义千问 Qwen (DashScope)",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "qwen-plus",
        "text-embedding-v3",
        true,
    ),
    preset("glm", "智谱 GLM (Zhipu)", "https://open.bigmodel.cn/api/paas/v4", "glm-4-flash", "embedding-3", true),
    preset("kimi", "Kimi (Moonshot)", "https://api.moonshot.cn/v1", "moonshot-v1-8k", "", true),
    preset("openai", "OpenAI", "https://api.openai.com/v1", "gpt-4o-mini", "text-embedding-3-small", true),
    preset("ollama", "Ollama", "http://localhost:11434/v1", "qwen2.5:7b", "bge-m3", false),
    preset("vllm", "vLLM", "http://localhost:8000/v1", "", "", false),
    preset("other", "OpenAI-compatible", "", "", "", true),
];

const fn preset(
    preset: &'static str,
    name: &'static str,
    base_url: &'static str,
    chat_model: &'static str,
    embedding_model: &'static str,
    needs_key: bool,
) -> Preset {
    Preset { preset, name, base_url, chat_model, embedding_model, needs_key }
}

//! What the files beside the weights say: which kind of model it is, how long a text may be, how tokens become one
//! vector, and what is put before a text.
//!
//! The layout is that of sentence-transformers; each file but `config.json` may be missing.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Role, Trouble};

/// Tokens of a text that are read, whatever the model would take: passages are shorter, and the time grows with the
/// square of it.
const MOST_TOKENS: usize = 512;
/// Numbers in a vector.
const MOST_NUMBERS: usize = 8_192;

/// Which kind of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// BERT.
    Bert,
    /// XLM-RoBERTa: BERT whose positions count from behind the padding token's number.
    XlmRoberta,
}

/// How the vectors of tokens become that of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// The first one.
    First,
}

/// The shape of a model, from `config.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Shape {
    /// Tokens it knows.
    pub vocab_size: usize,
    /// Numbers of a token.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of attention.
    pub num_attention_heads: usize,
    /// Numbers between the two halves of a layer.
    pub intermediate_size: usize,
    /// What is done with those: `gelu` or `relu`.
    pub hidden_act: String,
    /// Positions it knows.
    pub max_position_embeddings: usize,
    /// Parts of a text that it can tell apart.
    pub type_vocab_size: usize,
    /// Added to variances.
    pub layer_norm_eps: f64,
    /// The token that fills up.
    #[serde(default)]
    pub pad_token_id: u32,
}

/// Everything that is to know before the weights are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The kind.
    pub family: Family,
    /// The shape.
    pub shape: Shape,
    /// Tokens of a text that are read, those of its frame among them.
    pub max_tokens: usize,
    /// How tokens become one vector.
    pub pooling: Pooling,
    question_prefix: String,
    passage_prefix: String,
    sentence_prefix: String,
}

impl Sheet {
    /// Reads a folder; `name` helps to know families that want something before their texts.
    ///
    /// # Errors
    /// When a file is missing or odd, or when the model is of a kind that is not known here.
    pub fn read(folder: &Path, name: &str) -> Result<Self, Trouble> {
        if !folder.is_dir() {
            return Err(Trouble::NoFolder(folder.to_owned()));
        }
        let config: Value = needed(folder, "config.json")?;
        let family = match config.get("model_type").and_then(Value::as_str).unwrap_or("bert") {
            "bert" => Family::Bert,
            "xlm-roberta" => Family::XlmRoberta,
            other => return Err(Trouble::Unknown { what: format!("model_type {other}") }),
        };
        let positions = config.get("position_embedding_type").and_then(Value::as_str).unwrap_or("absolute");
        if positions != "absolute" {
            return Err(Trouble::Unknown { what: format!("position_embedding_type {positions}") });
        }
        let shape: Shape =
            Shape::deserialize(&config).map_err(|error| Trouble::unreadable(&folder.join("config.json"), error))?;
        check(&shape)?;
        let modules: Vec<Module> = optional(folder, "modules.json")?.unwrap_or_default();
        let known = ["Transformer", "Pooling", "Normalize"];
        let odd = modules.iter().map(|module| module.kind.rsplit('.').next().unwrap_or_default());
        if let Some(odd) = odd.into_iter().find(|kind| !known.contains(kind)) {
            return Err(Trouble::Unknown { what: format!("module {odd}") });
        }
        let pooling = pooling(folder, &modules, &shape)?;
        let max_tokens = max_tokens(folder, family, &shape)?;
        let (question_prefix, passage_prefix, sentence_prefix) = prefixes(folder, &config, name)?;
        Ok(Self { family, shape, max_tokens, pooling, question_prefix, passage_prefix, sentence_prefix })
    }

    /// What is put before a text.
    pub fn prefix(&self, role: Role) -> &str {
        match role {
            Role::Question => &self.question_prefix,
            Role::Passage => &self.passage_prefix,
            Role::Sentence => &self.sentence_prefix,
        }
    }
}

#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    path: String,
}

fn check(shape: &Shape) -> Result<(), Trouble> {
    let odd = |what: String| Err(Trouble::Contradiction { what });
    let Shape { hidden_size, num_attention_heads, pad_token_id, vocab_size, .. } = *shape;
    if hidden_size == 0
        || hidden_size > MOST_NUMBERS
        || num_attention_heads == 0
        || hidden_size % num_attention_heads != 0
    {
        return odd(format!("hidden_size {hidden_size}, num_attention_heads {num_attention_heads}"));
    }
    if usize::try_from(pad_token_id).unwrap_or(usize::MAX) >= vocab_size {
        return odd(format!("pad_token_id {pad_token_id}, vocab_size {vocab_size}"));
    }
    if !matches!(shape.hidden_act.as_str(), "gelu" | "relu") {
        return Err(Trouble::Unknown { what: format!("hidden_act {}", shape.hidden_act) });
    }
    Ok(())
}

/// The way of pooling that a folder says; the mean, as sentence-transformers does, where it says nothing.
fn pooling(folder: &Path, modules: &[Module], shape: &Shape) -> Result<Pooling, Trouble> {
    let named = modules.iter().find(|module| module.kind.ends_with("Pooling")).map(|module| module.path.as_str());
    let place = named.filter(|path| is_inside(path)).unwrap_or("1_Pooling");
    let Some(said) = optional::<BTreeMap<String, Value>>(folder, &format!("{place}/config.json"))? else {
        return Ok(Pooling::Mean);
    };
    let dimension = said.get("word_embedding_dimension").or(said.get("embedding_dimension")).and_then(Value::as_u64);
    if let Some(dimension) = dimension.filter(|dimension| *dimension != shape.hidden_size as u64) {
        return Err(Trouble::Contradiction {
            what: format!("{place}/config.json: {dimension}, config.json: {}", shape.hidden_size),
        });
    }
    let on = said.iter().filter(|(key, value)| key.starts_with("pooling_mode_") && value.as_bool() == Some(true));
    let mut modes: Vec<&str> = on.map(|(key, _)| key.as_str()).collect();
    modes.extend(said.get("pooling_mode").and_then(Value::as_str));
    match modes[..] {
        ["pooling_mode_cls_token" | "cls"] => Ok(Pooling::First),
        ["pooling_mode_mean_tokens" | "mean"] | [] => Ok(Pooling::Mean),
        _ => Err(Trouble::Unknown { what: modes.join(", ") }),
    }
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn max_tokens(folder: &Path, family: Family, shape: &Shape) -> Result<usize, Trouble> {
    #[derive(Deserialize)]
    struct Said {
        // A model without a bound has a very large number here.
        #[serde(alias = "model_max_length")]
        max_seq_length: Option<f64>,
    }
    let mut most = match family {
        Family::Bert => shape.max_position_embeddings,
        Family::XlmRoberta => shape.max_position_embeddings.saturating_sub(shape.pad_token_id as usize + 1),
    };
    for file in ["sentence_bert_config.json", "tokenizer_config.json"] {
        let said = optional::<Said>(folder, file)?.and_then(|said| said.max_seq_length);
        most = said.filter(|said| *said >= 1.0).map_or(most, |said| most.min(said as usize));
    }
    if most < 3 {
        return Err(Trouble::Contradiction { what: format!("a text has room for {most} tokens") });
    }
    Ok(most.min(MOST_TOKENS))
}

/// What is put before questions, passages, and sentences that are compared: what the folder says
/// (`config_sentence_transformers.json`, `prompts`), else what the models of E5 and BGE were trained with.
fn prefixes(folder: &Path, config: &Value, name: &str) -> Result<(String, String, String), Trouble> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Said {
        prompts: BTreeMap<String, Option<String>>,
    }
    let said = optional::<Said>(folder, "config_sentence_transformers.json")?.unwrap_or_default().prompts;
    let prompt = |names: &[&str]| names.iter().find_map(|name| said.get(*name).cloned().flatten()).unwrap_or_default();
    let (question, passage) = (prompt(&["query"]), prompt(&["passage", "document"]));
    if !question.is_empty() || !passage.is_empty() {
        return Ok((question, passage, prompt(&["classification", "clustering", "STS"])));
    }
    let origin = config.get("_name_or_path").and_then(Value::as_str).unwrap_or_default();
    let names = format!("{name} {origin}").to_lowercase();
    let words: Vec<&str> = names.split([' ', '/', '-', '_', '.']).collect();
    if words.contains(&"e5") && !words.contains(&"instruct") {
        return Ok(("query: ".into(), "passage: ".into(), "query: ".into()));
    }
    let is_bge = words.contains(&"bge") && !words.contains(&"m3");
    let question = if is_bge && words.contains(&"zh") {
        "为这个句子生成表示以用于检索相关文章："
    } else if is_bge && words.contains(&"en") {
        "Represent this sentence for searching relevant passages: "
    } else {
        ""
    };
    Ok((question.into(), String::new(), String::new()))
}

fn needed<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T, Trouble> {
    optional(folder, file)?.ok_or_else(|| missing(folder, file))
}

/// Says that a file is missing.
pub(crate) fn missing(folder: &Path, file: &str) -> Trouble {
    let others = ["pytorch_model.bin", "model.onnx", "onnx/model.onnx", "model.safetensors.index.json", "tf_model.h5"];
    let has_others = file == WEIGHTS && others.iter().any(|other| folder.join(other).is_file());
    Trouble::NoFile { folder: folder.display().to_string(), file: file.to_owned(), has_others }
}

/// The file of the weights.
pub(crate) const WEIGHTS: &str = "model.safetensors";
/// The file of the tokenizer.
pub(crate) const TOKENIZER: &str = "tokenizer.json";

fn optional<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<Option<T>, Trouble> {
    let path = folder.join(file);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Trouble::unreadable(&path, error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| Trouble::unreadable(&path, error))
}

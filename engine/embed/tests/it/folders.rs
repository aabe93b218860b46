//! Small models, made here: a folder as sentence-transformers writes it, with weights from a seed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

pub(crate) const HIDDEN: usize = 8;
pub(crate) const HEADS: usize = 2;
pub(crate) const LAYERS: usize = 2;
const INNER: usize = 16;
const POSITIONS: usize = 16;
const WORDS: [&str; 8] = ["refund", "my", "order", "where", "is", "退款", "query", ":"];

/// Tensors by name: their shape and their numbers.
pub(crate) type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// The number of a word, as the tokenizer gives it. 0 fills up, 1 is unknown, 2 and 3 are the frame.
#[cfg(feature = "candle")]
pub(crate) fn token(word: &str) -> usize {
    WORDS.iter().position(|known| *known == word).map_or(1, |at| at + 4)
}

pub(crate) fn config() -> Value {
    json!({
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN,
        "intermediate_size": INNER, "layer_norm_eps": 1e-12, "max_position_embeddings": POSITIONS,
        "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "pad_token_id": 0, "type_vocab_size": 2,
        "vocab_size": WORDS.len() + 4,
    })
}

pub(crate) fn tokenizer() -> Value {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
    let added = special.iter().enumerate().map(|(id, content)| {
        json!({ "id": id, "content": content, "special": true, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false })
    });
    let vocab = special.iter().chain(&WORDS).enumerate();
    let vocab: BTreeMap<&str, usize> = vocab.map(|(id, word)| (*word, id)).collect();
    let frame = |name: &str| json!({ "SpecialToken": { "id": name, "type_id": 0 } });
    let named = |name: &str, id: usize| json!({ "id": name, "ids": [id], "tokens": [name] });
    let text = json!({ "Sequence": { "id": "A", "type_id": 0 } });
    json!({
        "version": "1.0",
        // As files on the hub often have it: it is not what is wanted here.
        "truncation": { "max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right" },
        "padding": { "strategy": { "Fixed": 12 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                     "pad_type_id": 0, "pad_token": "[PAD]" },
        "added_tokens": added.collect::<Vec<_>>(),
        "normalizer": { "type": "Lowercase" },
        "pre_tokenizer": { "type": "Whitespace" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [frame("[CLS]"), text, frame("[SEP]")],
            "pair": [frame("[CLS]"), text, frame("[SEP]"), { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": { "[CLS]": named("[CLS]", 2), "[SEP]": named("[SEP]", 3) },
        },
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]" },
    })
}

/// Weights of the shape that `config` says.
pub(crate) fn weights(mut seed: u64) -> Weights {
    let mut weights = Weights::new();
    let mut add = |name: String, shape: &[usize], around: f32| {
        let n = shape.iter().product();
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            around + ((seed >> 40) as f32 / 16_777_216.0 - 0.5) * 0.8
        };
        weights.insert(name, (shape.to_vec(), (0..n).map(|_| next()).collect()));
    };
    let norm = |name: &str| [(format!("{name}.weight"), 1.0), (format!("{name}.bias"), 0.0)];
    for (name, n) in [("word", WORDS.len() + 4), ("position", POSITIONS), ("token_type", 2)] {
        add(format!("embeddings.{name}_embeddings.weight"), &[n, HIDDEN], 0.0);
    }
    norm("embeddings.LayerNorm").into_iter().for_each(|(name, around)| add(name, &[HIDDEN], around));
    for layer in 0..LAYERS {
        let at = format!("encoder.layer.{layer}");
        for (name, to, from) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ] {
            add(format!("{at}.{name}.weight"), &[to, from], 0.0);
            add(format!("{at}.{name}.bias"), &[to], 0.0);
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            norm(&format!("{at}.{name}")).into_iter().for_each(|(name, around)| add(name, &[HIDDEN], around));
        }
    }
    weights
}

/// The bytes of a safetensors file: the length of its head, the head in JSON, the numbers.
pub(crate) fn safetensors(weights: &Weights) -> Vec<u8> {
    let mut head = serde_json::Map::new();
    let mut numbers = Vec::new();
    for (name, (shape, values)) in weights {
        let begin = numbers.len();
        numbers.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        head.insert(name.clone(), json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, numbers.len()] }));
    }
    let mut head = Value::Object(head).to_string().into_bytes();
    head.resize(head.len().next_multiple_of(8), b' ');
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend(head);
    file.extend(numbers);
    file
}

/// A whole folder.
pub(crate) fn write(folder: &Path, config: &Value, weights: &Weights, pooling: Option<&str>) {
    put(folder, "config.json", config);
    put(folder, "tokenizer.json", &tokenizer());
    fs::write(folder.join("model.safetensors"), safetensors(weights)).expect("it is written");
    if let Some(mode) = pooling {
        let said = json!({ "word_embedding_dimension": HIDDEN, format!("pooling_mode_{mode}"): true });
        put(folder, "1_Pooling/config.json", &said);
    }
}

pub(crate) fn put(folder: &Path, file: &str, content: &Value) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
    fs::write(path, content.to_string()).expect("it is written");
}

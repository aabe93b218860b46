//! The model against a computation of its own, written from the description of BERT, in double precision.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use embed::{Encode, Role, Trouble};
use serde_json::{Value, json};

use super::folders::{HEADS, HIDDEN, LAYERS, Weights, config, put, safetensors, token, weights, write};

type Rows = Vec<Vec<f64>>;

/// What the encoder should give: BERT as Devlin et al. 2018 describe it, one text alone, nothing filled up.
struct Reference<'a> {
    weights: &'a Weights,
    first_position: usize,
}

impl Reference<'_> {
    fn rows(&self, name: &str) -> Rows {
        let (shape, values) = &self.weights[name];
        values.chunks(*shape.last().expect("a shape")).map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect()
    }

    fn row(&self, name: &str) -> Vec<f64> {
        self.rows(name).concat()
    }

    fn linear(&self, name: &str, rows: &Rows) -> Rows {
        let (weight, bias) = (self.rows(&format!("{name}.weight")), self.row(&format!("{name}.bias")));
        let one = |row: &Vec<f64>| weight.iter().zip(&bias).map(|(to, bias)| dot(to, row) + bias).collect();
        rows.iter().map(one).collect()
    }

    fn norm(&self, name: &str, rows: &Rows) -> Rows {
        let (weight, bias) = (self.row(&format!("{name}.weight")), self.row(&format!("{name}.bias")));
        let one = |row: &Vec<f64>| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
            let scaled = row.iter().map(|x| (x - mean) / (variance + 1e-12).sqrt());
            scaled.zip(weight.iter().zip(&bias)).map(|(x, (weight, bias))| x * weight + bias).collect()
        };
        rows.iter().map(one).collect()
    }

    fn attended(&self, at: &str, rows: &Rows) -> Rows {
        let [query, key, value] =
            ["query", "key", "value"].map(|name| self.linear(&format!("{at}.attention.self.{name}"), rows));
        let size = HIDDEN / HEADS;
        let one = |query: &Vec<f64>| {
            let head = |head: usize| {
                let part = head * size..(head + 1) * size;
                let scores = key.iter().map(|key| dot(&query[part.clone()], &key[part.clone()]) / (size as f64).sqrt());
                let scores: Vec<f64> = scores.map(f64::exp).collect();
                let all: f64 = scores.iter().sum();
                let mix = |at: usize| scores.iter().zip(&value).map(|(score, value)| score / all * value[at]).sum();
                part.map(mix).collect::<Vec<f64>>()
            };
            (0..HEADS).flat_map(head).collect()
        };
        self.linear(&format!("{at}.attention.output.dense"), &query.iter().map(one).collect())
    }

    fn tokens(&self, tokens: &[usize]) -> Rows {
        let [words, positions, types] =
            ["word", "position", "token_type"].map(|name| self.rows(&format!("embeddings.{name}_embeddings.weight")));
        let embedded = tokens.iter().enumerate().map(|(at, token)| {
            let position = &positions[at + self.first_position];
            (0..HIDDEN).map(|n| words[*token][n] + position[n] + types[0][n]).collect()
        });
        let mut rows = self.norm("embeddings.LayerNorm", &embedded.collect());
        for layer in 0..LAYERS {
            let at = format!("encoder.layer.{layer}");
            rows = self.norm(&format!("{at}.attention.output.LayerNorm"), &added(&self.attended(&at, &rows), &rows));
            let mut inner = self.linear(&format!("{at}.intermediate.dense"), &rows);
            inner.iter_mut().flatten().for_each(|x| *x = *x * 0.5 * (1.0 + erf(*x / 2.0_f64.sqrt())));
            rows = self.norm(
                &format!("{at}.output.LayerNorm"),
                &added(&self.linear(&format!("{at}.output.dense"), &inner), &rows),
            );
        }
        rows
    }

    /// The vector of a text of known words, by the mean of its tokens or by the first.
    fn vector(&self, text: &str, is_mean: bool) -> Vec<f64> {
        let words = text.split(' ').map(token);
        let tokens: Vec<usize> = [2].into_iter().chain(words).chain([3]).collect();
        let mut rows = self.tokens(&tokens);
        if !is_mean {
            rows.truncate(1);
        }
        let sum: Vec<f64> = (0..HIDDEN).map(|n| rows.iter().map(|row| row[n]).sum()).collect();
        let length = dot(&sum, &sum).sqrt();
        sum.iter().map(|x| x / length).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn added(a: &Rows, b: &Rows) -> Rows {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

/// Abramowitz and Stegun 7.1.26, good to 1.5e-7.
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let factors = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let sum = factors.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    x.signum() * (1.0 - sum * (-x * x).exp())
}

fn encoded(folder: &Path, texts: &[&str], role: Role) -> Vec<Vec<f32>> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    loaded(folder).expect("it is whole").encode(role, &texts).expect("vectors")
}

fn loaded(folder: &Path) -> Result<Arc<dyn Encode>, Trouble> {
    embed::load(folder, "tiny")
}

fn assert_alike(made: &[f32], expected: &[f64], text: &str) {
    assert_eq!(made.len(), HIDDEN);
    for (made, expected) in made.iter().zip(expected) {
        assert!((f64::from(*made) - expected).abs() < 1e-4, "{text}: {made} for {expected}");
    }
}

/// Of several lengths, so that what is filled up together would show.
const TEXTS: [&str; 4] = ["refund", "where is my order", "退款", "is is is is is is is is is is is is"];

#[test]
fn vectors_are_those_of_bert() {
    let weights = weights(7);
    let reference = Reference { weights: &weights, first_position: 0 };
    for (pooling, is_mean) in [(None, true), (Some("mean_tokens"), true), (Some("cls_token"), false)] {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &config(), &weights, pooling);

        let made = encoded(folder.path(), &TEXTS, Role::Passage);

        for (made, text) in made.iter().zip(TEXTS) {
            assert_alike(made, &reference.vector(text, is_mean), text);
        }
    }
}

#[test]
fn xlm_roberta_counts_positions_from_behind_the_token_that_fills_up() {
    let (weights, folder) = (weights(11), tempfile::tempdir().expect("a folder"));
    let mut config = config();
    config["model_type"] = "xlm-roberta".into();
    // 16 positions less the first two: 14 tokens fit, those of the frame among them.
    config["pad_token_id"] = 1.into();
    write(folder.path(), &config, &weights, Some("mean_tokens"));

    let made = encoded(folder.path(), &TEXTS, Role::Passage);

    let reference = Reference { weights: &weights, first_position: 2 };
    for (made, text) in made.iter().zip(TEXTS) {
        assert_alike(made, &reference.vector(text, true), text);
    }
}

#[test]
fn long_texts_are_cut_and_prefixes_are_put_before() {
    let (weights, folder) = (weights(3), tempfile::tempdir().expect("a folder"));
    write(folder.path(), &config(), &weights, None);
    put(folder.path(), "sentence_bert_config.json", &json!({ "max_seq_length": 6 }));
    put(
        folder.path(),
        "config_sentence_transformers.json",
        &json!({ "prompts": { "query": "query : ", "document": "" } }),
    );
    let reference = Reference { weights: &weights, first_position: 0 };

    let long = "where is my order ".repeat(50_000);
    let made = encoded(folder.path(), &[&long, "refund"], Role::Passage);
    assert_alike(&made[0], &reference.vector("where is my order", true), "cut at six tokens");
    assert_alike(&made[1], &reference.vector("refund", true), "beside a longer one");
    let asked = encoded(folder.path(), &["refund"], Role::Question);
    assert_alike(&asked[0], &reference.vector("query : refund", true), "a question");
    let none = encoded(folder.path(), &[], Role::Question);
    assert!(none.is_empty());
    let odd = encoded(folder.path(), &["", "\u{0} 🙂 \u{202e}"], Role::Sentence);
    assert!(odd.iter().flatten().all(|number| number.is_finite()));
}

#[test]
fn many_texts_keep_their_order_and_a_name_says_what_is_in_the_folder() {
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write(first.path(), &config(), &weights(1), None);
    write(second.path(), &config(), &weights(2), None);
    let (one, other) = (loaded(first.path()).expect("a model"), loaded(second.path()).expect("a model"));
    assert_eq!((one.dimension(), one.name().len()), (HIDDEN, "local/tiny@".len() + 8));
    assert_ne!(one.name(), other.name());
    assert_eq!(one.name(), loaded(first.path()).expect("a model").name());

    let words = ["refund", "my order", "where is my order", "退款 退款 退款"];
    let texts: Vec<String> = (0..101).map(|n| words[n * n % 4].to_owned()).collect();
    let made = one.encode(Role::Passage, &texts).expect("vectors");
    for (vector, text) in made.iter().zip(&texts) {
        let alone = &one.encode(Role::Passage, std::slice::from_ref(text)).expect("a vector")[0];
        assert!(vector.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-5), "{text}");
    }
}

#[test]
fn folders_that_do_not_fit_are_refused_with_a_reason() {
    let good = weights(5);
    let refused = |change: &dyn Fn(&Path), expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &config(), &good, Some("mean_tokens"));
        change(folder.path());
        let trouble = loaded(folder.path()).err().unwrap_or_else(|| panic!("{expected} was not refused"));
        let (zh, en) = (trouble.texts(), trouble.to_string());
        assert!(en.contains(expected), "{expected}: {en}");
        assert!(zh.in_language("zh").chars().any(|c| c > '\u{2e80}'), "{zh:?}");
    };
    let with = |key: &'static str, value: Value| {
        move |folder: &Path| {
            let mut config = config();
            config[key] = value.clone();
            put(folder, "config.json", &config);
        }
    };
    let weights_of =
        |bytes: Vec<u8>| move |folder: &Path| fs::write(folder.join("model.safetensors"), &bytes).expect("written");

    let whole = safetensors(&good);
    refused(&weights_of(whole[..whole.len() - 40].to_vec()), "model.safetensors cannot be read");
    refused(&weights_of(Vec::new()), "model.safetensors cannot be read");
    refused(&weights_of([0xff; 64].to_vec()), "model.safetensors cannot be read");
    let mut lacking = good.clone();
    lacking.remove("encoder.layer.1.output.dense.bias");
    refused(&weights_of(safetensors(&lacking)), "encoder.layer.1.output.dense.bias");
    let mut endless = good.clone();
    endless.values_mut().for_each(|(_, numbers)| numbers.fill(f32::NAN));
    refused(&weights_of(safetensors(&endless)), "not finite");
    refused(&with("hidden_size", 16.into()), "16");
    refused(&with("hidden_size", 9.into()), "do not fit together");
    refused(&with("vocab_size", 5.into()), "12 tokens, config.json: 5");
    refused(&with("num_hidden_layers", 3.into()), "encoder.layer.2");
    refused(&|folder| drop(fs::remove_file(folder.join("tokenizer.json"))), "has no tokenizer.json");
    refused(&|folder| put(folder, "tokenizer.json", &json!({ "model": 7 })), "tokenizer.json cannot be read");
    refused(&|folder| put(folder, "1_Pooling/config.json", &json!({ "word_embedding_dimension": 384 })), "384");
    let torch = |folder: &Path| {
        fs::rename(folder.join("model.safetensors"), folder.join("pytorch_model.bin")).expect("it is renamed");
    };
    refused(&torch, "save the model as safetensors");
}

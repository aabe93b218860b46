//! What a folder says, before any weights are read; this needs no model.

use std::fs;
use std::path::Path;

use embed::{Family, Pooling, Role, Sheet, Trouble};
use serde_json::{Value, json};

use super::folders::{config, put, weights, write};

fn folder(with: &[(&str, Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "config.json", &config());
    with.iter().for_each(|(file, content)| put(folder.path(), file, content));
    folder
}

fn changed(key: &str, value: Value) -> (&'static str, Value) {
    let mut config = config();
    config[key] = value;
    ("config.json", config)
}

fn read(with: &[(&str, Value)]) -> Result<Sheet, Trouble> {
    Sheet::read(folder(with).path(), "tiny")
}

#[test]
fn a_folder_says_how_its_model_is_used() {
    let plain = read(&[]).expect("it is read");
    assert_eq!((plain.family, plain.pooling, plain.max_tokens), (Family::Bert, Pooling::Mean, 16));
    assert_eq!([Role::Question, Role::Passage, Role::Sentence].map(|role| plain.prefix(role).len()), [0, 0, 0]);

    let modules = json!([
        { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
        { "idx": 1, "name": "1", "path": "pool", "type": "sentence_transformers.models.Pooling" },
        { "idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" },
    ]);
    let said = read(&[
        ("modules.json", modules),
        ("pool/config.json", json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false })),
        ("sentence_bert_config.json", json!({ "max_seq_length": 9, "do_lower_case": false })),
        ("tokenizer_config.json", json!({ "model_max_length": 1e30 })),
        ("config_sentence_transformers.json", json!({ "prompts": { "query": "Q: ", "passage": null } })),
    ]);
    let said = said.expect("it is read");
    assert_eq!((said.pooling, said.max_tokens, said.prefix(Role::Question)), (Pooling::First, 9, "Q: "));

    let long = read(&[changed("max_position_embeddings", 8_194.into())]).expect("it is read");
    assert_eq!(long.max_tokens, 512, "whatever it would take");
    let newer = read(&[("1_Pooling/config.json", json!({ "pooling_mode": "cls", "embedding_dimension": 8 }))]);
    assert_eq!(newer.expect("it is read").pooling, Pooling::First);
}

#[test]
fn models_that_want_something_before_their_texts_are_known_by_their_names() {
    let prefixes = |name: &str| {
        let folder = folder(&[]);
        let sheet = Sheet::read(folder.path(), name).expect("it is read");
        [Role::Question, Role::Passage, Role::Sentence].map(|role| sheet.prefix(role).to_owned())
    };
    assert_eq!(prefixes("multilingual-e5-small"), ["query: ", "passage: ", "query: "]);
    assert_eq!(prefixes("bge-small-zh-v1.5"), ["为这个句子生成表示以用于检索相关文章：", "", ""]);
    assert!(prefixes("bge-base-en-v1.5")[0].starts_with("Represent this sentence"));
    for name in ["all-MiniLM-L6-v2", "bge-m3", "multilingual-e5-large-instruct", "note5", "text2vec-base-chinese"] {
        assert_eq!(prefixes(name), ["", "", ""], "{name}");
    }
    let renamed = read(&[changed("_name_or_path", "intfloat/e5-small".into())]).expect("it is read");
    assert_eq!(renamed.prefix(Role::Passage), "passage: ");
}

#[test]
fn what_is_missing_odd_or_not_known_is_named() {
    let refused = |with: &[(&str, Value)], expected: &str| {
        let why = read(with).expect_err(expected).to_string();
        assert!(why.contains(expected), "{expected}: {why}");
    };
    refused(&[changed("model_type", "t5".into())], "model_type t5");
    refused(&[changed("hidden_act", "swish".into())], "hidden_act swish");
    refused(&[changed("position_embedding_type", "relative_key".into())], "relative_key");
    refused(&[changed("hidden_size", "many".into())], "config.json cannot be read");
    refused(&[changed("num_attention_heads", 0.into())], "num_attention_heads 0");
    refused(&[changed("hidden_size", 9_000.into())], "hidden_size 9000");
    refused(&[changed("max_position_embeddings", 2.into())], "room for 2 tokens");
    refused(&[("modules.json", json!([{ "type": "sentence_transformers.models.Dense" }]))], "module Dense");
    refused(&[("1_Pooling/config.json", json!({ "pooling_mode_max_tokens": true }))], "pooling_mode_max_tokens");
    refused(&[("1_Pooling/config.json", json!({ "word_embedding_dimension": 384 }))], "384, config.json: 8");

    let none = Path::new("/no/such/folder");
    assert_eq!(Sheet::read(none, "tiny"), Err(Trouble::NoFolder(none.to_owned())));
    let empty = tempfile::tempdir().expect("a folder");
    let why = Sheet::read(empty.path(), "tiny").expect_err("it is empty");
    assert!(why.to_string().contains("has no config.json"), "{why}");
    fs::write(empty.path().join("config.json"), "{").expect("it is written");
    let why = Sheet::read(empty.path(), "tiny").expect_err("it is not JSON");
    assert!(why.texts().in_language("zh").contains("config.json 不能读"), "{why:?}");
}

#[test]
fn a_build_without_models_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &config(), &weights(1), None);
    match embed::load(folder.path(), "tiny") {
        Ok(model) => assert_eq!((embed::IS_BUILT_IN, model.dimension()), (true, 8)),
        Err(trouble) => {
            assert!(trouble.to_string().contains("this build has no local embeddings"), "{trouble}");
            assert_eq!((embed::IS_BUILT_IN, trouble), (false, Trouble::NotBuiltIn));
        }
    }
}

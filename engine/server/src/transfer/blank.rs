//! New flows and free keys.

use std::collections::BTreeMap;

use interpreter::Catalogue;
use model::{Edge, Flow, FlowId, FlowKey, Handler, Language, Node, Nudge, PortId, Repair, Texts, Trigger};
use serde_json::{Value, json};

use crate::error::{ApiError, Result};

/// A flow with a start and with "on error", "a person please" and nothing else; the id and the key come later.
pub(crate) fn blank(name: Texts, catalogue: &Catalogue) -> Flow {
    let node = |id: &str, kind: &str, title: Texts, settings: Value| {
        let spec = catalogue.get(&kind.into()).map(|entry| &entry.spec);
        let mut config = spec.map_or(Value::Null, |spec| spec.defaults.clone());
        if let (Some(config), Value::Object(settings)) = (config.as_object_mut(), settings) {
            config.extend(settings);
        }
        Node {
            id: id.into(),
            kind: kind.into(),
            v: spec.map_or(1, |spec| spec.version),
            title,
            config,
            note: String::new(),
        }
    };
    let sorry = Texts::new(
        "抱歉，系统出了点问题，我为您转接人工客服。",
        "Sorry, something went wrong. I am connecting you with a colleague.",
    );
    let waited = Texts::new(
        "很久没有收到您的消息，会话先结束了。需要时请随时再来。",
        "We have not heard from you for a while, so this chat ends here. Come back any time.",
    );
    let nodes = vec![
        node("start", "start", Texts::default(), json!({})),
        node("sorry", "say", Texts::new("出错时道歉", "Apologise"), json!({ "text": sorry })),
        node("to_person", "hand_off", Texts::new("转人工", "Hand to an agent"), json!({})),
        node("after_person", "end", Texts::new("人工服务结束", "After the agent"), json!({ "result": "passed_on" })),
        node("quiet", "end", Texts::new("客户没有回应", "No answer"), json!({ "result": "left", "text": waited })),
    ];
    let phrases = ["转人工", "人工", "真人", "agent", "human"].map(str::to_owned).to_vec();
    let handlers = vec![
        Handler {
            id: "human".into(),
            name: Texts::new("转人工", "Ask for a person"),
            on: Trigger::Phrases { phrases },
            to: "to_person".into(),
            returns: false,
        },
        Handler {
            id: "on_error".into(),
            name: Texts::new("出错时", "On error"),
            on: Trigger::Error,
            to: "sorry".into(),
            returns: false,
        },
        Handler {
            id: "on_silence".into(),
            name: Texts::new("客户没有回应时", "On silence"),
            on: Trigger::Silence,
            to: "quiet".into(),
            returns: false,
        },
    ];
    Flow {
        format: model::FORMAT,
        id: FlowId::default(),
        key: FlowKey::default(),
        name,
        description: Texts::default(),
        languages: vec![Language::zh(), Language::en()],
        variables: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        nodes,
        edges: vec![
            Edge { from: "sorry".into(), port: PortId::from("next"), to: "to_person".into() },
            Edge { from: "to_person".into(), port: PortId::from("handed_back"), to: "after_person".into() },
        ],
        handlers,
        repair: Some(Repair { nudge: Nudge { on: true, ..Nudge::default() }, ..Repair::default() }),
        gather_ms: 0,
        layout: BTreeMap::from([
            ("start".into(), [80, 120]),
            ("sorry".into(), [80, 420]),
            ("to_person".into(), [400, 420]),
            ("after_person".into(), [720, 420]),
            ("quiet".into(), [720, 620]),
        ]),
        notes: Vec::new(),
    }
}

/// A key made of the Latin letters of a name; `flow` when there are none.
pub(crate) fn key_from(name: &Texts) -> FlowKey {
    FlowKey(slug(name, '-').unwrap_or_else(|| "flow".to_owned()))
}

/// This key, or the next of `key-2`, `key-3`, … that nobody has.
pub(crate) fn free_key(wanted: &FlowKey, known: &[FlowKey]) -> FlowKey {
    if !known.contains(wanted) {
        return wanted.clone();
    }
    let stem: String = wanted.0.chars().take(58).collect();
    let mut numbered = (2..).map(|n: u32| FlowKey(format!("{stem}-{n}")));
    numbered.find(|key| !known.contains(key)).unwrap_or_else(|| wanted.clone())
}

/// The key that was asked for, or one made of the name; refuses one that cannot be used or is taken.
pub(crate) fn derived_key(wanted: Option<&str>, name: &Texts, prefix: &str, known: &[&str]) -> Result<String> {
    if let Some(key) = wanted {
        let is_valid = (1..=64).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !is_valid {
            return Err(ApiError::not_valid(
                "键只能有 1 到 64 个字母、数字、- 或 _",
                "a key has 1 to 64 letters, digits, - or _",
            ));
        }
        if known.contains(&key) {
            return Err(ApiError::new(
                axum::http::StatusCode::CONFLICT,
                "key-in-use",
                format!("键“{key}”已被使用"),
                format!("the key “{key}” is taken"),
            ));
        }
        return Ok(key.to_owned());
    }
    let stem = slug(name, '_').unwrap_or_else(|| prefix.to_owned());
    if !known.contains(&stem.as_str()) {
        return Ok(stem);
    }
    let mut numbered = (2..).map(|n: u32| format!("{stem}_{n}"));
    Ok(numbered.find(|key| !known.contains(&key.as_str())).unwrap_or(stem))
}

fn slug(name: &Texts, joint: char) -> Option<String> {
    let latin = std::iter::once(name.in_language("en")).chain(name.iter().map(|(_, text)| text));
    latin
        .map(|text| {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            let joined = words.collect::<Vec<_>>().join(&joint.to_string()).to_ascii_lowercase();
            joined.chars().take(48).collect::<String>().trim_end_matches(joint).to_owned()
        })
        .find(|slug| slug.chars().any(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_names() {
        assert_eq!(key_from(&Texts::new("退款", "Refund & return")).0, "refund-return");
        assert_eq!(key_from(&Texts::new("退款", "")).0, "flow");
        assert_eq!(free_key(&"flow".into(), &["flow".into(), "flow-2".into()]).0, "flow-3");
    }
}

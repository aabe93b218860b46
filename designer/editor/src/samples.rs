//! A small flow for the tests, over four kinds.

use model::spec::{Family, PortRole, PortSpec};
use model::{Flow, KindName, NodeId, NodeSpec, PortId, Texts};
use serde_json::{Value, json};

use crate::{Document, Edit, clipboard};

/// start → ask → say → end.
pub(crate) fn refund() -> Document {
    let flow: Flow = serde_json::from_value(json!({
        "format": 1, "id": "f1", "key": "refund", "name": { "zh": "退款", "en": "Refund" }, "languages": ["zh", "en"],
        "variables": [{ "name": "order_no", "type": "text", "label": { "zh": "订单号", "en": "order number" } }],
        "nodes": [
            { "id": "start", "kind": "start", "config": {} },
            { "id": "ask", "kind": "ask", "config": { "question": { "zh": "请问您的订单号是多少？" }, "save_to": "order_no" } },
            { "id": "say", "kind": "say", "config": { "text": { "zh": "订单 {{ order_no }} 已受理" } } },
            { "id": "end", "kind": "end", "config": {} },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "say" },
            { "from": "say", "port": "next", "to": "end" },
        ],
        "handlers": [{ "id": "on_error", "name": { "zh": "出错时" }, "on": { "kind": "error" }, "to": "say" }],
        "layout": { "start": [0, 80], "ask": [320, 80], "say": [640, 80], "end": [960, 80] },
    }))
    .expect("a valid flow");
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" });
    let next = || vec![PortSpec::one("next", PortRole::Next, Texts::new("继续", "Next"))];
    Document::new(
        flow,
        [
            NodeSpec {
                enterable: false,
                ..spec("start", Family::Frame, Texts::new("开始", "Start"), 1, next(), "", json!({}))
            },
            NodeSpec {
                waits: true,
                schema: json!({ "type": "object", "properties": {
                    "question": texts, "save_to": { "type": "string", "x-ref": "variable" },
                }}),
                defaults: json!({ "question": { "zh": "请问？", "en": "Please?" }, "save_to": "answer" }),
                ..spec(
                    "ask",
                    Family::Ask,
                    Texts::new("提问", "Ask"),
                    20,
                    vec![
                        PortSpec::one("answered", PortRole::Next, Texts::new("已回答", "Answered")),
                        PortSpec::one("invalid", PortRole::Invalid, Texts::new("多次不正确", "Not valid")),
                        PortSpec::one("silent", PortRole::Silence, Texts::new("没有回答", "No answer")),
                    ],
                    "“{question}” → {save_to|variable}",
                    json!({}),
                )
            },
            NodeSpec {
                keywords: vec!["greeting".into(), "消息".into()],
                schema: json!({ "type": "object", "properties": { "text": texts } }),
                ..spec("say", Family::Say, Texts::new("发送", "Say"), 10, next(), "{text}", json!({ "text": {} }))
            },
            spec("end", Family::Frame, Texts::new("结束", "End"), 110, Vec::new(), "", json!({})),
        ],
    )
}

fn spec(
    kind: &str,
    family: Family,
    label: Texts,
    order: u32,
    ports: Vec<PortSpec>,
    summary: &str,
    defaults: Value,
) -> NodeSpec {
    NodeSpec {
        kind: kind.into(),
        version: 1,
        family,
        icon: "box".into(),
        label,
        description: Texts::default(),
        keywords: Vec::new(),
        summary: Texts::new(summary, summary),
        schema: json!({ "type": "object" }),
        defaults,
        ports,
        enterable: true,
        waits: false,
        order,
        examples: Vec::new(),
    }
}

/// Some edit of this document: `what` chooses which, `a` and `b` on what.
pub(crate) fn edit(document: &Document, what: usize, a: usize, b: usize) -> Edit {
    let nodes = &document.flow.nodes;
    let node =
        |index: usize| nodes.get(index % nodes.len().max(1)).map_or(NodeId::from("none"), |node| node.id.clone());
    let kind = KindName::from(["say", "ask", "end"][a % 3]);
    let exit = |index: usize| -> (NodeId, PortId) {
        let from = node(index);
        let ports = document.flow.node(&from).map(|node| document.ports_of(node)).unwrap_or_default();
        let port = ports.get(b % ports.len().max(1)).map_or(PortId::from("next"), |port| port.id.clone());
        (from, port)
    };
    let (from, port) = exit(a);
    let place = [a as i32 * 40, b as i32 * 40];
    match what {
        0 => Edit::AddNode { kind, at: place, from: Some((from, port)) },
        1 => Edit::AddAfter { kind, from, port },
        2 => Edit::InsertOnPath { kind, from, port },
        3 => Edit::Splice { node: node(b), at: place, from, port },
        4 => Edit::RemoveNodes { nodes: vec![node(a)], join: true },
        5 => Edit::RemoveNodes { nodes: vec![node(a), node(b)], join: b.is_multiple_of(2) },
        6 => Edit::Move { to: vec![(node(a), place), (node(b), [0, 0])] },
        7 => Edit::SetConfig { node: node(a), pointer: "/text/zh".into(), value: Some(json!(format!("{b}"))) },
        8 => Edit::SetTitle { node: node(a), language: "zh".into(), title: format!("步骤 {b}") },
        9 => Edit::Connect { from, port, to: node(b) },
        10 => Edit::Disconnect { from, port },
        11 => Edit::RemoveVariable("order_no".into()),
        12 => Edit::Tidy { nodes: Vec::new() },
        13 => match clipboard::copy(document, &[node(a), node(b)].into()) {
            Some(clip) => Edit::Paste { clip: Box::new(clip), at: place },
            None => Edit::SetHandlers(Vec::new()),
        },
        14 => {
            let mut to = document.flow.variables.first().cloned();
            if let Some(to) = &mut to {
                to.name = format!("v{b}").as_str().into();
            }
            match (document.flow.variables.first(), to) {
                (Some(variable), Some(to)) => Edit::ChangeVariable { name: variable.name.clone(), to },
                _ => Edit::SetNotes(Vec::new()),
            }
        }
        15 => Edit::Duplicate { nodes: vec![node(a), node(b)], by: place },
        16 => Edit::Cut { paths: vec![(from, port), exit(b)] },
        17 => Edit::Rehang { from, port, by: exit(b + 1) },
        18 => Edit::MoveNote { note: "n".into(), place: [0, 0, 300, 200], to: vec![(node(a), place)] },
        _ => Edit::Replace(Box::new(refund().flow)),
    }
}

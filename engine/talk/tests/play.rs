//! What a report says when a conversation differs from its talk.

use model::{Bundle, Flow, Language};
use serde_json::json;
use talk::{LineMark, Report, World};

#[test]
fn a_talk_that_happens_as_written_passes() {
    let report = play(
        "bot: Number?\ncustomer: A10442\nhttp: GET */orders/A10442 -> 200 {\"days\": 9}\nbot: Days: 9\nexpect: days = 9\nend: solved",
    );

    assert!(report.passed, "{}", report.to_text(&Language::en()));
}

#[test]
fn another_answer_is_shown_as_a_diff_with_the_path() {
    let report = play("bot: Number?\ncustomer: A10442\nhttp: GET * -> 200 {\"days\": 9}\nbot: Days: 8\nend");
    let text = report.to_text(&Language::en());

    assert_eq!(report.lines[3].mark, LineMark::Mismatch);
    assert!(text.contains("- 4 bot: Days: 8"), "{text}");
    assert!(text.contains("+   bot:      Days: 9"), "{text}");
    assert!(text.contains("Ask (answered) → call (success)"), "{text}");
}

#[test]
fn what_is_not_written_is_a_difference() {
    for (talk, message) in [
        ("customer: A10442", "something happens here that the talk does not say"),
        ("bot: Number?\ncustomer: A10442", "no http: line of the talk fits the call"),
        ("bot: Number?\ncustomer: A10442\nhttp: GET */other -> 200", "no http: line of the talk fits the call"),
        ("bot: Number?\nsearch: nothing", "the flow did not ask for this line"),
        ("bot: Number?\nbot: More", "the bot says nothing"),
        ("bot: Number?\nhand-off: x", "it is not handed off"),
        ("bot: Number?\nend", "the conversation is not over"),
        ("bot: Number?\ncustomer: [Yes]", "nothing was offered to press"),
        ("bot: Number?\nexpect: days = 1", "the variable has another value"),
    ] {
        let report = play(talk);
        let mismatch = report.mismatch.expect(talk);

        assert!(!report.passed);
        assert!(mismatch.message.in_language("en").contains(message), "{talk}: {:?}", mismatch);
    }
}

#[test]
fn the_same_talk_gives_the_same_report() {
    let talk = "bot: Number?\ncustomer: hm\nbot: *\nwait: 20m\nbot: *";

    assert_eq!(format!("{:?}", play(talk)), format!("{:?}", play(talk)));
}

#[test]
fn a_model_answers_as_the_talk_says() {
    for (language, talk) in [
        (
            "zh",
            "customer: 退款到哪了\nmodel: 请问订单号是多少？\nbot: 请问订单号是多少？\ncustomer: A10442\n\
                model: call look_up {\"order_no\": \"A10442\"}\nhttp: GET */orders/A10442 -> 200 {\"days\": 2}\n\
                model: {\"say\": \"两天内到账。\", \"next\": \"done\", \"citations\": []}\nbot: 两天内到账。\nend: done",
        ),
        (
            "en",
            "customer: where is my money\nmodel: {\"say\": \"\", \"next\": \"person\", \"citations\": []}\nend: person",
        ),
        ("en", "customer: hm\nmodel: fails\nend: failed"),
        ("zh", "customer: 在吗\nmodel: 超出预算\nend: over_budget"),
        ("en", "customer: hm\nmodel: call delete_all {}\nmodel: Sorry, I cannot do that.\nbot: Sorry*"),
    ] {
        let report = play_flow(&reply_flow(), talk, language);

        assert!(report.passed, "{}", report.to_text(&Language::en()));
    }
    let silent = play_flow(&reply_flow(), "customer: hm", "en");
    let mismatch = silent.mismatch.expect("no model line");
    assert!(mismatch.message.in_language("en").contains("no model: line"), "{mismatch:?}");
}

/// A model with one tool; each exit ends with its name.
fn reply_flow() -> serde_json::Value {
    let ends = ["done", "unsure", "person", "too_many", "over_budget", "silence", "failed"];
    let tool = json!({
        "name": "look_up", "description": "an order", "connector": "orders", "path": "/orders/{{ order_no }}",
        "arguments": ["order_no"],
    });
    let role = json!({"en": "You help.", "zh": "你是客服"});
    let mut nodes = vec![
        json!({"id": "start", "kind": "start"}),
        json!({"id": "talk", "kind": "reply", "config": {"role": role, "ask_first": {}, "tools": [tool]}}),
    ];
    let mut edges = vec![json!({"from": "start", "port": "next", "to": "talk"})];
    for end in ends {
        nodes.push(json!({"id": end, "kind": "end", "config": {"result": end, "text": {}}}));
        edges.push(json!({"from": "talk", "port": end, "to": end}));
    }
    json!({
        "format": 1, "id": "1", "key": "test", "name": {"en": "Test", "zh": "测试"}, "languages": ["en", "zh"],
        "variables": [{"name": "order_no", "type": "text"}], "nodes": nodes, "edges": edges,
    })
}

#[test]
fn messages_in_a_row_are_one_where_the_flow_collects_them() {
    let flow: Flow = serde_json::from_value(json!({
        "format": 1, "id": "1", "key": "test", "name": {"en": "Test", "zh": "测试"}, "languages": ["en"],
        "gather_ms": 2000,
        "variables": [{"name": "wish", "type": "text"}],
        "nodes": [
            {"id": "start", "kind": "start"},
            {"id": "ask", "kind": "ask", "config": {"question": {"en": "Yes?"}, "answer": "text", "save_to": "wish"}},
            {"id": "say", "kind": "say", "config": {"text": {"en": "Heard: {{wish}}"}}},
        ],
        "edges": [
            {"from": "start", "port": "next", "to": "ask"}, {"from": "ask", "port": "answered", "to": "say"},
            {"from": "say", "port": "next", "to": "ask"},
        ],
    }))
    .expect("a flow");
    let bundle = Bundle { flows: vec![flow], ..Bundle::default() };

    for (talk, passes) in [
        (
            "bot: Yes?\ncustomer: a\ncustomer: b\ncustomer: c\nbot: Heard: a*b*c\nbot: Yes?\ncustomer: d\nbot: Heard: d\nbot: Yes?",
            true,
        ),
        ("bot: Yes?\ncustomer: a\nwait: 3s\ncustomer: b\nbot: Heard: b\nbot: Yes?", false),
        (
            "bot: Yes?\ncustomer: a\nwait: 3s\nbot: Heard: a\nbot: Yes?\ncustomer: b\nexpect: wish = b\nbot: Heard: b\nbot: Yes?",
            true,
        ),
        ("bot: Yes?\ncustomer: a", false),
    ] {
        let report = play_in(&bundle, talk, "en");
        assert_eq!(report.passed, passes, "{talk}\n{}", report.to_text(&Language::en()));
    }
}

fn play(text: &str) -> Report {
    let flow = json!({
        "format": 1, "id": "1", "key": "test", "name": {"en": "Test", "zh": "测试"}, "languages": ["en"],
        "variables": [{"name": "order_no", "type": "text"}, {"name": "days", "type": "number"}],
        "nodes": [
            {"id": "start", "kind": "start"},
            {"id": "ask", "kind": "ask", "title": {"en": "Ask"}, "config": {"question": {"en": "Number?"}, "answer": "order_number", "save_to": "order_no"}},
            {"id": "call", "kind": "call_api", "config": {"connector": "orders", "method": "GET", "path": "/orders/{{order_no}}", "save": [{"variable": "days", "from": "days"}]}},
            {"id": "say", "kind": "say", "config": {"text": {"en": "Days: {{days}}"}}},
            {"id": "end", "kind": "end", "config": {"result": "solved", "text": {}}},
        ],
        "edges": [
            {"from": "start", "port": "next", "to": "ask"}, {"from": "ask", "port": "answered", "to": "call"},
            {"from": "call", "port": "success", "to": "say"}, {"from": "say", "port": "next", "to": "end"},
        ],
    });
    play_flow(&flow, text, "en")
}

fn play_flow(flow: &serde_json::Value, text: &str, language: &str) -> Report {
    let flow: Flow = serde_json::from_value(flow.clone()).expect("a flow");
    let bundle = Bundle {
        connectors: vec![
            serde_json::from_value(json!({"key": "orders", "name": {"en": "Orders"}, "base_url": "heliu:demo"}))
                .expect("a connector"),
        ],
        flows: vec![flow],
        ..Bundle::default()
    };
    play_in(&bundle, text, language)
}

fn play_in(bundle: &Bundle, text: &str, language: &str) -> Report {
    let world = World::new(bundle);
    let program = talk::program_of(&"test".into(), bundle, &nodes::catalogue(), &world).expect("a program");
    let mut talk = talk::parse(text).expect("a talk");
    talk.language = Some(language.into());
    talk::play(&talk, &program, &world)
}

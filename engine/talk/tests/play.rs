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

fn play(text: &str) -> Report {
    let flow: Flow = serde_json::from_value(json!({
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
    }))
    .expect("a flow");
    let bundle = Bundle {
        connectors: vec![
            serde_json::from_value(json!({"key": "orders", "name": {"en": "Orders"}, "base_url": "heliu:demo"}))
                .expect("a connector"),
        ],
        flows: vec![flow],
        ..Bundle::default()
    };
    let world = World::new(&bundle);
    let program = talk::program_of(&"test".into(), &bundle, &nodes::catalogue(), &world).expect("a program");
    let mut talk = talk::parse(text).expect("a talk");
    talk.language = Some(Language::en());
    talk::play(&talk, &program, &world)
}

//! Problems of flows: all at once, each with its place, in both languages.

use interpreter::check::{check, read_flow};
use model::{Flow, Problem};
use serde_json::json;

use crate::kinds::{catalogue, flow, resources};

#[test]
fn a_sound_flow_has_no_problems() {
    let sound = flow(
        "main",
        &[("start", "start", json!({})), ("ask", "talk", json!({ "text": { "en": "Name?" }, "save_to": "name" }))],
        &[("start", "next", "ask"), ("ask", "next", "ask"), ("ask", "silence", "ask")],
    );

    assert_eq!(codes(&sound), Vec::<String>::new());
}

#[test]
fn steps_that_lead_to_each_other_without_a_question_are_a_loop() {
    let circle = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("one", "act", json!({ "what": "end" })),
            ("two", "act", json!({ "what": "end" })),
        ],
        &[("start", "next", "one"), ("one", "done", "two"), ("two", "done", "one")],
    );

    assert_eq!(codes(&circle), ["loop-without-turn"]);
}

#[test]
fn all_problems_come_at_once() {
    let mut bad = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("ask", "talk", json!({ "text": { "en": "Hi {{ nobody }}" }, "save_to": "nothing" })),
            ("open", "talk", json!({ "text": { "en": "Hi {{ name" } })),
            ("magic", "teleport", json!({ "to": "moon" })),
            ("ask", "talk", json!({})),
        ],
        &[("start", "next", "ask"), ("ask", "next", "gone"), ("ask", "side", "open"), ("open", "next", "start")],
    );
    bad.languages.push("zh".into());

    let problems = check(&bad, &catalogue(), &resources());

    let found: std::collections::BTreeSet<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    for code in [
        "id-twice",
        "edge-to-nowhere",
        "no-such-exit",
        "edge-to-start",
        "unknown-kind",
        "unknown-variable",
        "expression-not-valid",
        "language-missing",
        "not-reachable",
        "dead-end",
    ] {
        assert!(found.contains(code), "{code} is missing in {found:?}");
    }
    assert!(problems.iter().all(|p| p.message.0.len() == 2 && p.advice.0.len() == 2), "both languages everywhere");
    assert!(problems[0].is_error(), "errors come first");
}

#[test]
fn a_broken_file_says_line_and_column() {
    let problems = read_flow("{\n  \"format\": 1,\n  \"key\" \"x\"\n}").unwrap_err();

    assert_eq!(
        (problems[0].code.as_str(), problems[0].place.line, problems[0].place.column),
        ("not-json", Some(3), Some(9))
    );
}

#[test]
fn a_newer_format_and_too_many_steps_are_refused_by_name() {
    let newer = read_flow("{ \"format\": 7 }").unwrap_err();
    let nodes: Vec<_> = (0..2_001).map(|n| json!({ "id": format!("n{n}"), "kind": "talk" })).collect();
    let large = read_flow(&json!({ "format": 1, "nodes": nodes }).to_string()).unwrap_err();

    assert_eq!(newer[0].code, "newer-format");
    assert!(newer[0].message.in_language("zh").contains('7'));
    assert_eq!(large[0].code, "too-many-nodes");
    assert!(large[0].message.in_language("en").contains("2000"));
}

#[test]
fn unknown_kinds_survive_a_round_trip() {
    let kept = flow("main", &[("magic", "teleport", json!({ "to": "moon" }))], &[]);

    let again = read_flow(&kept.to_file()).expect("a placeholder is a valid document");

    assert_eq!(again.to_file(), kept.to_file());
    assert_eq!(again.nodes[0].config, json!({ "to": "moon" }));
}

fn codes(flow: &Flow) -> Vec<String> {
    check(flow, &catalogue(), &resources()).into_iter().map(|problem: Problem| problem.code).collect()
}

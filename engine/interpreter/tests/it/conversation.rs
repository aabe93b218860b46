//! What every conversation keeps to: waiting, whole-flow handlers, calls, failures, budgets, agents.

use interpreter::{AgentAct, Answer, Callees, Effect, EffectId, Event, Pending, WaitsFor};
use model::{Emotion, Flow, Handler, Mark, Status, Texts, Trigger};
use serde_json::json;

use crate::kinds::{Talked, flow, program};

#[test]
fn a_question_waits_and_its_answer_is_used_in_the_next_text() {
    let mut talk = Talked::open(&greeting(), Callees::new());
    assert_eq!(talk.heard(), ["Your name?"]);
    assert_eq!(talk.state.waits_for(), WaitsFor::Customer);

    let step = talk.says("Ann");

    assert_eq!(talk.heard(), ["Hello Ann"]);
    assert_eq!(talk.state.status, Status::Ended);
    assert_eq!(step.trace[0].changed["name"], "Ann");
}

#[test]
fn the_same_events_give_the_same_bytes() {
    let run = || {
        let mut talk = Talked::open(&greeting(), Callees::new());
        talk.says("Ann");
        serde_json::to_string(&talk.state).expect("a state is plain data")
    };

    assert_eq!(run(), run());
}

#[test]
fn an_answer_in_braces_is_never_expanded_again() {
    let mut talk = Talked::open(&greeting(), Callees::new());

    talk.says("{{ 1 + 1 }}");

    assert_eq!(talk.heard(), ["Hello {{ 1 + 1 }}"]);
}

#[test]
fn a_timer_is_set_with_the_question_and_cancelled_by_the_answer() {
    let mut talk = Talked::open(&greeting(), Callees::new());
    let Some(Effect::SetTimer { id, due }) = talk.last.last().cloned() else { panic!("no timer: {:?}", talk.last) };
    assert_eq!(due, talk.now + 600_000);

    talk.says("Ann");

    assert!(talk.last.contains(&Effect::CancelTimer { id }));
}

#[test]
fn silence_without_a_path_goes_to_the_flows_own_rule() {
    let mut asked = greeting();
    asked.nodes.push(
        serde_json::from_value(json!({ "id": "bye", "kind": "talk", "config": { "text": { "en": "Still there?" } } }))
            .unwrap(),
    );
    asked.handlers.push(handler("silence", Trigger::Silence, "bye", false));
    let mut talk = Talked::open(&asked, Callees::new());
    let timer = talk.state.timer.clone().expect("a timer").id;

    talk.happens(Event::TimerDue { timer: timer.clone() });

    assert_eq!(talk.heard(), ["Still there?"]);
    assert!(talk.happens(Event::TimerDue { timer }).effects.is_empty(), "a timer fires once");
}

#[test]
fn a_handler_that_returns_asks_the_question_again() {
    let mut asked = greeting();
    asked.nodes.push(
        serde_json::from_value(json!({ "id": "hours", "kind": "talk", "config": { "text": { "en": "9 to 18" } } }))
            .unwrap(),
    );
    asked.handlers.push(handler("hours", Trigger::Phrases { phrases: vec!["opening hours".into()] }, "hours", true));
    let mut talk = Talked::open(&asked, Callees::new());

    talk.says("opening hours?");

    assert_eq!(talk.heard(), ["9 to 18", "Your name?"]);
    talk.says("Ann");
    assert_eq!(talk.heard(), ["Hello Ann"]);
}

#[test]
fn a_handler_for_anger_interrupts_once_in_so_many_messages() {
    let mut asked = greeting();
    let sorry = json!({ "id": "sorry", "kind": "talk", "config": { "text": { "en": "Sorry ({{ mood.emotion }})" } } });
    asked.nodes.push(serde_json::from_value(sorry).unwrap());
    let angry = Trigger::Mood { emotions: vec![Emotion::Angry], at_least: 0.75, once_per: 2 };
    asked.handlers.push(handler("angry", angry, "sorry", true));
    let mut talk = Talked::open(&asked, Callees::new());

    talk.says_in_mood("grr", Emotion::Angry, 0.6);
    assert_eq!(talk.heard(), ["Hello grr"], "not sure enough");

    let mut talk = Talked::open(&asked, Callees::new());
    talk.says_in_mood("grr", Emotion::Angry, 0.9);
    assert_eq!(talk.heard(), ["Sorry (angry)", "Your name?"]);
    talk.says_in_mood("grr", Emotion::Angry, 0.9);
    assert_eq!(talk.heard(), ["Hello grr"], "it interrupts only once, or nobody could answer in anger");
}

#[test]
fn words_without_a_mood_leave_no_trace_of_moods() {
    let mut talk = Talked::open(&greeting(), Callees::new());

    talk.says("Ann");

    let state = serde_json::to_value(&talk.state).expect("plain data");
    assert!(state.get("mood").is_none() && state.get("channel").is_none());
}

#[test]
fn a_called_flow_gets_and_gives_values() {
    let callee = flow(
        "hello",
        &[
            ("start", "start", json!({})),
            ("ask", "talk", json!({ "text": { "en": "{{ name }}, how are you?" }, "save_to": "greeting" })),
        ],
        &[("start", "next", "ask")],
    );
    let caller = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("ask", "talk", json!({ "text": { "en": "Name?" }, "save_to": "name" })),
            ("call", "act", json!({ "what": "call hello" })),
            ("say", "talk", json!({ "text": { "en": "You said {{ answer }}" } })),
        ],
        &[("start", "next", "ask"), ("ask", "next", "call"), ("call", "done", "say")],
    );
    let mut talk = Talked::open(&caller, Callees::from([("hello".into(), program(&callee))]));

    talk.says("Ann");
    assert_eq!(talk.heard(), ["Ann, how are you?"]);
    talk.says("fine");

    assert_eq!(talk.heard(), ["You said fine"]);
}

#[test]
fn what_the_customer_said_last_comes_back_from_a_called_flow_and_from_one_that_is_left() {
    let callee = flow(
        "hello",
        &[("start", "start", json!({})), ("ask", "talk", json!({ "text": { "en": "How?" }, "save_to": "greeting" }))],
        &[("start", "next", "ask")],
    );
    let mut caller = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("call", "act", json!({ "what": "call hello" })),
            ("say", "talk", json!({ "text": { "en": "Last: {{ last_message }}" } })),
        ],
        &[("start", "next", "call"), ("call", "done", "say")],
    );
    caller.handlers.push(handler("menu", Trigger::Phrases { phrases: vec!["menu".into()] }, "say", false));
    let callees = || Callees::from([("hello".into(), program(&callee))]);

    let mut talk = Talked::open(&caller, callees());
    talk.says("fine");
    assert_eq!(talk.heard(), ["Last: fine"]);

    let mut talk = Talked::open(&caller, callees());
    talk.says("menu");
    assert_eq!(talk.heard(), ["Last: menu"]);
}

#[test]
fn a_failure_goes_to_on_error_and_a_second_one_to_a_person() {
    let mut broken = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("act", "act", json!({ "what": "fail" })),
            ("sorry", "talk", json!({ "text": { "en": "Sorry" } })),
            ("again", "act", json!({ "what": "fail" })),
        ],
        &[("start", "next", "act"), ("sorry", "next", "again")],
    );
    broken.handlers.push(handler("error", Trigger::Error, "sorry", false));

    let talk = Talked::open(&broken, Callees::new());

    assert_eq!(talk.heard()[0], "Sorry");
    assert!(talk.last.iter().any(|effect| matches!(effect, Effect::HandOff { packet } if packet.team == "desk")));
    assert_eq!(talk.state.status, Status::Queued);
}

#[test]
fn an_effect_is_answered_once_and_words_in_between_wait_for_the_next_question() {
    let asked = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("act", "act", json!({ "what": "search" })),
            ("ask", "talk", json!({ "text": { "en": "Name?" }, "save_to": "name" })),
            ("say", "talk", json!({ "text": { "en": "Hello {{ name }}" } })),
        ],
        &[("start", "next", "act"), ("act", "done", "ask"), ("ask", "next", "say")],
    );
    let mut talk = Talked::open(&asked, Callees::new());
    assert!(matches!(&talk.state.pending, Pending::Effect { id, .. } if id.0 == "e1"));
    assert!(talk.says("Ann").effects.is_empty());
    let answer = Event::Done {
        effect: EffectId("e1".into()),
        answer: Answer::Found { found: vec![], nothing_below: 0.0, sure_above: 0.0, note: None },
    };

    talk.happens(answer.clone());

    assert_eq!(talk.heard(), ["Name?", "Hello Ann"]);
    assert!(talk.happens(answer).effects.is_empty());
}

#[test]
fn a_flow_that_goes_in_circles_is_stopped_and_goes_to_a_person() {
    let circle = flow(
        "main",
        &[("start", "start", json!({})), ("a", "talk", json!({})), ("b", "talk", json!({}))],
        &[("start", "next", "a"), ("a", "next", "b"), ("b", "next", "a")],
    );

    let talk = Talked::open(&circle, Callees::new());

    assert_eq!(talk.state.status, Status::Queued);
}

#[test]
fn an_agent_hands_back_to_the_step_after_the_hand_off() {
    let queue = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("queue", "act", json!({ "what": "queue" })),
            ("say", "talk", json!({ "text": { "en": "Welcome back" } })),
        ],
        &[("start", "next", "queue"), ("queue", "done", "say")],
    );
    let mut talk = Talked::open(&queue, Callees::new());
    assert_eq!(talk.state.status, Status::Queued);

    talk.agent(AgentAct::Taken { name: "Li".into() });
    assert_eq!((talk.state.status, talk.state.timer.clone()), (Status::WithAgent, None));
    assert!(talk.says("hello agent").effects.is_empty());
    let step = talk.agent(AgentAct::HandedBack { note: "vip".into() });

    assert_eq!(talk.heard(), ["Welcome back"]);
    assert_eq!(step.trace[0].mark, Mark::Left("done".into()));
}

#[test]
fn an_agent_may_step_in_at_any_question_and_it_is_asked_again_afterwards() {
    let mut talk = Talked::open(&greeting(), Callees::new());

    talk.agent(AgentAct::Taken { name: "Li".into() });
    assert_eq!(talk.state.status, Status::WithAgent);
    talk.agent(AgentAct::HandedBack { note: String::new() });

    assert_eq!(talk.heard(), ["Your name?"]);
    assert_eq!(talk.state.status, Status::Waiting);
}

#[test]
fn a_conversation_that_is_over_stays_over() {
    let mut talk = Talked::open(&greeting(), Callees::new());
    talk.says("Ann");
    let before = talk.state.clone();

    let step = talk.says("again");

    assert_eq!((step.effects, step.state), (vec![], before));
}

fn greeting() -> Flow {
    flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("ask", "talk", json!({ "text": { "en": "Your name?" }, "save_to": "name" })),
            ("say", "talk", json!({ "text": { "en": "Hello {{ name }}" } })),
            ("end", "act", json!({ "what": "end solved" })),
        ],
        &[("start", "next", "ask"), ("ask", "next", "say"), ("say", "next", "end")],
    )
}

fn handler(id: &str, on: Trigger, to: &str, returns: bool) -> Handler {
    Handler { id: id.into(), name: Texts::new(id, id), on, to: to.into(), returns }
}

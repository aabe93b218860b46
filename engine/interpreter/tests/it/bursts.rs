//! Short messages in a row: each is kept as it comes, and the flow hears them as one when the customer pauses.

use interpreter::{AgentAct, Callees, Effect, Event, Pending, State, TimerId};
use model::{Flow, Handler, Input, Texts, Trigger};
use serde_json::json;

use crate::kinds::{Talked, flow};

#[test]
fn messages_in_a_row_are_heard_as_one_after_the_pause() {
    let mut talk = Talked::open(&gathering(), Callees::new());

    for (text, after_ms) in [("hi", 0), ("it is", 800), ("Ann", 1_500)] {
        talk.now += after_ms;
        talk.says(text);
        assert_eq!(talk.heard(), Vec::<String>::new());
    }
    let due = talk.now + 2_000;
    let timer = ends_at(&talk.state);
    assert_eq!((timer.1, talk.state.n_heard), (due, 0));
    talk.now = due;
    talk.happens(Event::TimerDue { timer: timer.0 });

    assert_eq!(talk.heard(), ["Hello hi\nit is\nAnn"]);
    assert_eq!((talk.state.n_heard, &talk.state.burst), (1, &None));
}

#[test]
fn every_message_puts_the_end_off_and_old_ends_change_nothing() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    talk.says("hi");
    let first = ends_at(&talk.state);

    talk.now += 1_000;
    let step = talk.says("Ann");

    let second = ends_at(&talk.state);
    let expected =
        [Effect::CancelTimer { id: first.0.clone() }, Effect::SetTimer { id: second.0.clone(), due: second.1 }];
    assert_eq!(step.effects, expected);
    assert!(talk.happens(Event::TimerDue { timer: first.0 }).effects.is_empty());
    assert!(talk.state.burst.is_some());
}

#[test]
fn whoever_goes_on_writing_is_answered_all_the_same() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    let began = talk.now;
    for _ in 0..16 {
        talk.now += 1_900;
        talk.says("more");
    }
    assert_eq!(ends_at(&talk.state).1, began + 1_900 + State::LONGEST_BURST_MS);

    let mut talk = Talked::open(&gathering(), Callees::new());
    for n in 1..=State::MAX_BURST {
        talk.says(&format!("{n}"));
    }

    assert_eq!(talk.heard().len(), 1, "so many are enough");
    assert!(talk.state.burst.is_none());
}

#[test]
fn a_burst_ends_the_silence_of_a_question() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    let silence = talk.state.timer.clone().expect("the question's own timer");
    talk.now = silence.due - 500;
    talk.says("Ann");

    talk.now = silence.due;
    let step = talk.happens(Event::TimerDue { timer: silence.id });

    assert_eq!(talk.heard(), ["Hello Ann"]);
    assert!(step.effects.iter().any(|effect| matches!(effect, Effect::CancelTimer { .. })), "{:?}", step.effects);
}

#[test]
fn a_whole_flow_handler_is_not_kept_waiting() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    talk.says("hmm");

    talk.says("opening hours");

    assert_eq!(talk.heard(), ["9 to 18", "Your name?"]);
    assert_eq!(talk.state.heard, ["hmm", "opening hours"]);
    assert!(talk.state.burst.is_none());
}

#[test]
fn a_button_comes_after_the_words_before_it() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    talk.says("Ann");

    talk.happens(Event::said(Input::Choice("yes".into())));

    assert_eq!(talk.heard(), ["Hello Ann"]);
    assert!(talk.state.is_over(), "the flow ended with the words; the button changes nothing");
}

#[test]
fn an_agent_answers_what_was_written_so_far() {
    let mut talk = Talked::open(&gathering(), Callees::new());
    talk.says("are you");
    talk.says("a person?");

    let step = talk.agent(AgentAct::Taken { name: "Li".into() });

    assert!(step.effects.iter().any(|effect| matches!(effect, Effect::CancelTimer { .. })), "{:?}", step.effects);
    assert_eq!((talk.heard(), &talk.state.heard[..]), (vec![], &["are you\na person?".to_owned()][..]));
    assert!(matches!(talk.state.pending, Pending::Agent) && talk.state.burst.is_none());
}

#[test]
fn a_pause_that_is_too_long_is_a_problem_of_the_flow_and_bounded_all_the_same() {
    let endless = Flow { gather_ms: 3_600_000, ..gathering() };

    let problems = interpreter::check::check(&endless, &crate::kinds::catalogue(), &crate::kinds::resources());

    assert!(problems.iter().any(|problem| problem.code == "pause-too-long"), "{problems:?}");
    let mut talk = Talked::open(&endless, Callees::new());
    talk.says("hi");
    assert_eq!(ends_at(&talk.state).1, talk.now + i64::from(model::MAX_GATHER_MS));
}

fn ends_at(state: &State) -> (TimerId, i64) {
    let burst = state.burst.as_ref().expect("a burst");
    (burst.timer.id.clone(), burst.timer.due)
}

/// Asks for a name and greets; waits for a pause of two seconds.
fn gathering() -> Flow {
    let mut gathering = flow(
        "main",
        &[
            ("start", "start", json!({})),
            ("ask", "talk", json!({ "text": { "en": "Your name?" }, "save_to": "name" })),
            ("say", "talk", json!({ "text": { "en": "Hello {{ name }}" } })),
            ("hours", "talk", json!({ "text": { "en": "9 to 18" } })),
            ("end", "act", json!({ "what": "end solved" })),
        ],
        &[("start", "next", "ask"), ("ask", "next", "say"), ("say", "next", "end")],
    );
    let on = Trigger::Phrases { phrases: vec!["opening hours".into()] };
    let name = Texts::new("营业时间", "hours");
    gathering.handlers.push(Handler { id: "hours".into(), name, on, to: "hours".into(), returns: true });
    gathering.gather_ms = 2_000;
    gathering
}

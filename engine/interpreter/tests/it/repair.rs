//! Dialogue repair, with kinds that know nothing of it: what is mended, what never is, and that it always ends.

use interpreter::{AgentAct, Answer, Callees, Effect, EffectId, Event, Found, Pending, State, WaitsFor};
use model::{Act, ActKind, Content, Flow, Input, Status, Texts};
use serde_json::{Value, json};

use crate::kinds::{Talked, flow};

#[test]
fn another_question_is_answered_from_the_library_and_the_question_comes_back_short() {
    let mut talk = Talked::open(&asking(), Callees::new());

    let step = talk.does("when do you close?", None);
    let [Effect::Search { query, .. }] = &step.effects[..] else { panic!("{:?}", step.effects) };
    assert_eq!(query, "when do you close?");
    let step = talk.finds(&[("hours", "At nine.", 0.9)]);

    assert_eq!(talk.all(), ["At nine.", "Back to my question: Your order number?"]);
    assert_eq!(talk.state.waits_for(), WaitsFor::Customer);
    assert!(step.trace[0].why.in_language("en").contains("digression: answered “hours” from the library"));
    talk.does("10442", None);
    assert_eq!(talk.state.values().unwrap()["name"], "10442");
}

#[test]
fn what_the_library_does_not_know_goes_to_the_question_as_without_repair() {
    let mut talk = Talked::open(&asking(), Callees::new());

    talk.does("my cat is blue", None);
    talk.finds(&[("hours", "At nine.", 0.5)]);

    assert_eq!(talk.all(), ["Only digits, please."], "half a guess leaves no question");
}

#[test]
fn the_same_article_is_not_said_twice_at_one_question() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("when do you close?", None);
    talk.finds(&[("hours", "At nine.", 0.9)]);

    talk.does("when do you close?", None);
    talk.finds(&[("hours", "At nine.", 0.9)]);

    assert_eq!(talk.all(), ["Only digits, please."]);
}

#[test]
fn a_valid_answer_is_never_repaired() {
    for kind in [ActKind::Cancel, ActKind::Insult, ActKind::Repeat, ActKind::Unknown, ActKind::Greeting] {
        let mut talk = Talked::open(&asking(), Callees::new());
        talk.does("10442", Some(act(kind, "")));
        assert_eq!(talk.state.values().unwrap()["name"], "10442", "{kind:?}");
    }
}

#[test]
fn an_answer_with_a_question_beside_it_is_an_answer_and_is_answered() {
    let mut talk = Talked::open(&asking(), Callees::new());

    talk.does("10442, by the way when do you close?", Some(act(ActKind::Aside, "when do you close?")));
    talk.finds(&[("hours", "At nine.", 0.9)]);

    assert_eq!(talk.all(), ["At nine.", "Your phone?"]);
    assert_eq!(talk.state.values().unwrap()["name"], "10442");
}

#[test]
fn small_talk_is_answered_and_the_question_asked_again() {
    for (kind, said) in [
        (ActKind::Greeting, "Hello!"),
        (ActKind::Thanks, "You are welcome!"),
        (ActKind::Noise, "Sorry, I could not read that. Please tell me in words."),
        (ActKind::Insult, "I am sorry this is frustrating. I will do my best to sort it out."),
    ] {
        let mut talk = Talked::open(&asking(), Callees::new());
        talk.does("words", Some(act(kind, "")));
        assert_eq!(talk.all(), [said, "Your order number?"], "{kind:?}");
    }
}

#[test]
fn to_hear_it_again_is_to_hear_all_of_it() {
    let mut talk = Talked::open(&asking(), Callees::new());

    talk.does("again", Some(act(ActKind::Repeat, "")));

    assert_eq!(talk.all(), ["Welcome. Your order number?"]);
}

#[test]
fn who_does_not_know_is_helped_once_and_then_the_tries_count() {
    let mut talk = Talked::open(&asking(), Callees::new());

    talk.does("no idea", Some(act(ActKind::Unknown, "")));
    assert_eq!(talk.all().last().unwrap(), "Only digits, please.");
    assert_eq!(talk.all().len(), 2);
    talk.does("no idea", Some(act(ActKind::Unknown, "")));

    assert_eq!(talk.all(), ["Only digits, please."]);
}

#[test]
fn who_does_not_know_reads_the_authors_help() {
    let mut flow = asking();
    flow.nodes[1].config["help"] = json!({ "en": "It is in the e-mail, {{ name }}." });
    let mut talk = Talked::open(&flow, Callees::new());

    talk.does("no idea", Some(act(ActKind::Unknown, "")));

    let said = talk.all();
    assert_eq!((said.len(), said.last().unwrap().as_str()), (2, "It is in the e-mail, ."));
    talk.does("10442", None);
    assert_eq!(talk.all(), ["Your phone?"]);
}

#[test]
fn after_two_insults_a_person_is_offered() {
    let mut talk = Talked::open(&asking(), Callees::new());
    for _ in 0..2 {
        talk.does("idiot", Some(act(ActKind::Insult, "")));
        assert_eq!(talk.all().len(), 2);
    }

    talk.does("idiot", Some(act(ActKind::Insult, "")));
    assert_eq!(talk.all()[1], "Would you like me to connect you with a colleague? [Yes] [No]");
    talk.does("yes please", Some(act(ActKind::Yes, "")));

    assert_eq!(talk.state.status, Status::Queued);
}

#[test]
fn cancelling_asks_first_only_when_something_would_be_lost() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("stop", Some(act(ActKind::Cancel, "")));
    assert_eq!(talk.state.result.as_deref(), Some("left"), "nothing was given yet");

    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("10442", None);
    talk.does("stop", Some(act(ActKind::Cancel, "")));
    assert!(talk.all()[0].starts_with("Do you really want to stop?"));
    talk.does("no", Some(act(ActKind::No, "")));
    assert_eq!(talk.all(), ["All right, let us go on.", "Your phone?"]);

    talk.does("stop", Some(act(ActKind::Cancel, "")));
    talk.presses("yes");
    assert_eq!(talk.state.result.as_deref(), Some("left"));
}

#[test]
fn starting_again_forgets_what_was_given() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("10442", None);

    talk.does("start over", Some(act(ActKind::Restart, "")));
    talk.presses("yes");

    assert_eq!(talk.all(), ["Welcome. Your order number?"]);
    assert_eq!(talk.state.values().unwrap()["name"], Value::Null);
}

#[test]
fn a_correction_of_what_nothing_used_is_written_down() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("10442", None);

    talk.does("I meant 10443", Some(act(ActKind::Correction, "10443")));

    // The phone takes digits as well: an answer to the question that waits comes first.
    assert_eq!(talk.state.values().unwrap()["answer"], "10443");

    let mut talk = Talked::open(&confirming(false), Callees::new());
    talk.does("10442", None);
    talk.does("Ann", None);
    let step = talk.does("the order number should be 10443", Some(act(ActKind::Correction, "10443")));
    assert_eq!(talk.all(), ["Got it: order number is now 10443.", "Yes?"]);
    assert_eq!(step.trace[0].changed["name"], "10443");
}

#[test]
fn a_correction_goes_on_from_its_question_and_asks_nothing_twice() {
    let mut talk = Talked::open(&confirming(true), Callees::new());
    talk.does("10442", None);
    talk.does("Ann", None);
    assert_eq!(talk.all(), ["Order 10442: yes?"]);

    talk.does("no, the order number is 10443", Some(act(ActKind::Correction, "10443")));

    assert_eq!(talk.all(), ["Got it: order number is now 10443.", "Order 10443: yes?"]);
    assert_eq!(talk.state.values().unwrap()["greeting"], "Ann", "the name is not asked again");
}

#[test]
fn what_cannot_be_undone_is_asked_about_before_it_is_done_again() {
    let mut flow = confirming(true);
    let send = flow.nodes.iter_mut().find(|node| node.id.as_str() == "who").unwrap();
    send.kind = "act".into();
    send.config = json!({ "what": "post", "with": "{{ name }}" });
    for edge in &mut flow.edges {
        if edge.from.as_str() == "who" {
            edge.port = "done".into();
        }
    }
    let mut talk = Talked::open(&flow, Callees::new());
    talk.does("10442", None);
    talk.replies();
    assert_eq!(talk.all(), ["Order 10442: yes?"]);

    talk.does("I meant 10443", Some(act(ActKind::Correction, "10443")));
    assert!(talk.all()[0].starts_with("That request has already been sent."), "{:?}", talk.all());
    assert_eq!(talk.state.values().unwrap()["name"], "10442");

    let mut declined = talk.clone();
    declined.presses("no");
    assert_eq!(declined.state.values().unwrap()["name"], "10442");
    let step = talk.presses("yes");
    assert!(step.effects.iter().any(|effect| matches!(effect, Effect::Call { .. })), "sent once more");
}

#[test]
fn nothing_to_correct_is_said() {
    let mut talk = Talked::open(&asking(), Callees::new());

    talk.does("that was wrong", Some(act(ActKind::Correction, "")));

    assert_eq!(talk.all(), ["There is nothing to correct yet.", "Your order number?"]);
}

#[test]
fn silence_is_nudged_once_where_the_flow_says_so() {
    let mut flow = asking();
    flow.repair.as_mut().unwrap().nudge.on = true;
    let mut talk = Talked::open(&flow, Callees::new());

    talk.time_up();
    assert_eq!(talk.all(), ["Are you still there? You can go on with the question above."]);
    talk.time_up();
    assert_eq!(talk.state.status, Status::Ended);

    let mut talk = Talked::open(&asking(), Callees::new());
    talk.time_up();
    assert_eq!(talk.state.status, Status::Ended);
}

#[test]
fn a_topic_of_a_whole_flow_rule_goes_there_and_comes_back_and_may_be_left() {
    let mut flow = asking();
    let more = serde_json::from_value(json!([
        { "id": "invoice", "kind": "talk", "config": { "text": { "en": "Invoice for which month?" }, "save_to": "answer", "digits": true } },
    ]));
    flow.nodes.extend::<Vec<model::Node>>(more.unwrap());
    flow.handlers.push(model::Handler {
        id: "invoices".into(),
        name: Texts::default(),
        on: model::Trigger::Intents { intents: vec!["invoice".into()] },
        to: "invoice".into(),
        returns: true,
    });
    let mut talk = Talked::open(&flow, Callees::new());

    talk.does("I need an invoice please", None);
    let step = talk.recognises("invoice", 0.9);
    assert_eq!(talk.all(), ["Invoice for which month?"]);
    assert!(step.trace[0].why.in_language("en").contains("recognised as “invoice”"));
    let mut left = talk.clone();
    talk.does("7", None);
    assert_eq!(talk.all(), ["Welcome. Your order number?"]);
    left.does("never mind", Some(act(ActKind::Cancel, "")));
    assert_eq!(left.all(), ["All right, let us leave that.", "Welcome. Your order number?"]);

    // Not sure of the topic: the libraries are asked, and then the question hears the words.
    talk.does("a green invoice", None);
    talk.recognises("invoice", 0.2);
    talk.finds(&[]);
    assert_eq!(talk.all(), ["Only digits, please."]);
}

#[test]
fn a_flow_has_its_own_words_and_switches() {
    let mut flow = asking();
    let repair = flow.repair.as_mut().unwrap();
    repair.greeting.say = Texts::new("", "Hey, {{ upper(\"you\") }}!");
    repair.thanks.on = false;
    let mut talk = Talked::open(&flow, Callees::new());

    talk.does("hello", Some(act(ActKind::Greeting, "")));
    assert_eq!(talk.all()[0], "Hey, YOU!");
    talk.does("many thanks again", Some(act(ActKind::Thanks, "")));
    assert!(matches!(talk.state.pending, Pending::Effect { .. }), "looked up like any other words");
}

#[test]
fn without_the_setting_nothing_is_mended_and_nothing_is_remembered() {
    let mut flow = asking();
    flow.repair = None;
    let mut talk = Talked::open(&flow, Callees::new());

    talk.does("stop", Some(act(ActKind::Cancel, "")));

    assert_eq!(talk.all(), ["Only digits, please."]);
    assert!(!serde_json::to_string(&talk.state).unwrap().contains("mending"));
}

#[test]
fn one_question_is_mended_only_so_often_and_the_state_stays_small() {
    let mut talk = Talked::open(&asking(), Callees::new());
    for n in 0..40 {
        let kind = [ActKind::Greeting, ActKind::Chat, ActKind::Repeat, ActKind::Who][n % 4];
        talk.does(&"hello ".repeat(50), Some(act(kind, "")));
        if matches!(talk.state.pending, Pending::Effect { .. }) {
            talk.finds(&[]);
        }
        assert!(serde_json::to_string(&talk.state).unwrap().len() < State::MAX_BYTES);
    }
    assert_eq!(talk.all(), ["Only digits, please."], "then its own tries count");
}

#[test]
fn what_was_said_during_a_look_up_is_heard_after_it() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.does("when do you close?", None);
    talk.does("thanks", Some(act(ActKind::Thanks, "")));

    talk.finds(&[("hours", "At nine.", 0.9)]);

    assert_eq!(
        talk.all(),
        ["At nine.", "Back to my question: Your order number?", "You are welcome!", "Your order number?"]
    );
    assert!(talk.state.inbox_acts.is_empty());
}

#[test]
fn an_offer_and_a_look_up_end_with_what_comes_between() {
    let mut flow = asking();
    flow.repair.as_mut().unwrap().nudge.on = true;
    let mut talk = Talked::open(&flow, Callees::new());
    talk.does("10442", None);
    talk.does("stop", Some(act(ActKind::Cancel, "")));
    talk.time_up();
    talk.does("yes", Some(act(ActKind::Yes, "")));
    assert_eq!(talk.all(), ["Only digits, please."], "the offer to stop is gone");

    talk.does("when do you close?", None);
    talk.agent(AgentAct::Taken { name: "Li".into() });
    talk.agent(AgentAct::HandedBack { note: String::new() });
    assert_eq!(talk.all(), ["Your phone?"]);
    talk.happens(Event::Done { effect: EffectId("e1".into()), answer: found(&[("hours", "At nine.", 0.9)]) });
    assert!(talk.all().is_empty(), "nobody waits for it any more");
}

#[test]
fn a_question_where_any_words_are_an_answer_is_one_only_with_a_sure_answer() {
    let asks = |words: &str| {
        let mut talk = Talked::open(&free("Why?"), Callees::new());
        talk.does(words, Some(act(ActKind::Question, "")));
        talk
    };
    let mut sure = asks("what are your hours?");
    sure.finds_above(0.6, &[("hours", "At nine.", 0.9)]);
    assert_eq!(sure.all(), ["At nine.", "Back to my question: Why?"]);
    assert_eq!(sure.state.values().unwrap()["answer"], Value::Null);
    sure.does("what are your hours?", Some(act(ActKind::Question, "")));
    sure.finds_above(0.6, &[("hours", "At nine.", 0.9)]);
    assert_eq!(sure.state.values().unwrap()["answer"], "what are your hours?", "said once more it is meant");

    let mut unsure = asks("is it too small?");
    unsure.finds_above(0.95, &[("hours", "At nine.", 0.7)]);
    assert_eq!(unsure.state.values().unwrap()["answer"], "is it too small?");

    let mut complaint = Talked::open(&free("Why?"), Callees::new());
    complaint.does("why is it so late?", Some(Act { whole: false, ..Act::of(ActKind::Question) }));
    assert_eq!(complaint.state.values().unwrap()["answer"], "why is it so late?");
}

#[test]
fn of_an_answer_with_a_question_beside_it_the_answer_alone_is_kept() {
    let aside = |answer: &str| Act { rest: "who pays?".into(), answer: answer.into(), ..Act::of(ActKind::Aside) };
    let mut talk = Talked::open(&free("Why?"), Callees::new());
    talk.does("too small, by the way who pays?", Some(aside("too small")));
    let mut unknown = talk.clone();
    talk.finds_above(0.6, &[("fee", "You do.", 0.9)]);
    assert_eq!(talk.all()[0], "You do.");
    assert_eq!(talk.state.values().unwrap()["answer"], "too small");
    unknown.finds_above(0.6, &[]);
    assert_eq!(unknown.state.values().unwrap()["answer"], "too small, by the way who pays?", "nothing is lost");

    let mut belongs = Talked::open(&free("Why?"), Callees::new());
    belongs.does("too small, who pays?", Some(aside("")));
    belongs.finds_above(0.6, &[("fee", "You do.", 0.9)]);
    assert_eq!(belongs.state.values().unwrap()["answer"], "too small, who pays?");
}

#[test]
fn a_bare_yes_answers_only_a_question_for_one() {
    let mut talk = Talked::open(&free("What is the address?"), Callees::new());
    talk.does("yes", Some(act(ActKind::Yes, "")));
    assert_eq!(talk.all(), ["Please tell me: What is the address?"]);
    talk.does("yes", Some(act(ActKind::Yes, "")));
    assert_eq!(talk.state.values().unwrap()["answer"], "yes", "who insists means it");

    let mut talk = Talked::open(&free("Do you have any allergies?"), Callees::new());
    talk.does("yes", Some(act(ActKind::Yes, "")));
    assert_eq!(talk.state.values().unwrap()["answer"], "yes");
}

#[test]
fn who_needs_a_moment_is_waited_for() {
    let mut talk = Talked::open(&asking(), Callees::new());
    talk.now += 60_000;
    talk.does("hang on", Some(act(ActKind::Hold, "")));

    assert_eq!(talk.all(), ["Sure, take your time. I am here when you have it."]);
    assert_eq!(talk.state.timer.as_ref().unwrap().due, talk.now + 600_000, "as long as the question waits");
    talk.does("10442", None);
    assert_eq!(talk.state.values().unwrap()["name"], "10442");
}

#[test]
fn starting_again_by_the_flows_own_rule_forgets_what_was_given_too() {
    let mut flow = asking();
    flow.handlers.push(model::Handler {
        id: "again".into(),
        name: Texts::default(),
        on: model::Trigger::Phrases { phrases: vec!["start over".into()] },
        to: "order".into(),
        returns: false,
    });
    let mut talk = Talked::open(&flow, Callees::new());
    talk.does("10442", None);

    talk.does("start over", Some(act(ActKind::Restart, "")));
    talk.presses("yes");

    assert_eq!(talk.all(), ["Welcome. Your order number?"]);
    assert_eq!(talk.state.values().unwrap()["name"], Value::Null);
}

/// Any words answer this.
fn free(question: &str) -> Flow {
    let nodes = [
        ("start", "start", json!({})),
        ("why", "talk", json!({ "text": { "en": question }, "save_to": "answer" })),
        ("bye", "act", json!({ "what": "end solved" })),
    ];
    mended(flow("main", &nodes, &[("start", "next", "why"), ("why", "next", "bye")]))
}

/// Asks for an order number and a phone number: digits both.
fn asking() -> Flow {
    let digits = |text: &str, save_to: &str| json!({ "text": { "en": text }, "save_to": save_to, "digits": true });
    let nodes = [
        ("start", "start", json!({})),
        ("order", "talk", digits("Welcome. Your order number?", "name")),
        ("phone", "talk", digits("Your phone?", "answer")),
        ("bye", "act", json!({ "what": "end solved" })),
    ];
    mended(flow("main", &nodes, &[("start", "next", "order"), ("order", "next", "phone"), ("phone", "next", "bye")]))
}

/// An order number, a name, and a question that may use the order number.
fn confirming(uses: bool) -> Flow {
    let text = if uses { "Order {{ name }}: yes?" } else { "Yes?" };
    let nodes = [
        ("start", "start", json!({})),
        ("order", "talk", json!({ "text": { "en": "Order?" }, "save_to": "name", "digits": true })),
        ("who", "talk", json!({ "text": { "en": "Who?" }, "save_to": "greeting" })),
        ("yes", "talk", json!({ "text": { "en": text }, "save_to": "answer", "only": "yes" })),
        ("bye", "act", json!({ "what": "end solved" })),
    ];
    let edges = [("start", "next", "order"), ("order", "next", "who"), ("who", "next", "yes"), ("yes", "next", "bye")];
    mended(flow("main", &nodes, &edges))
}

fn mended(mut flow: Flow) -> Flow {
    flow.repair = Some(model::Repair::default());
    flow.variables[0].label = Texts::new("订单号", "order number");
    flow
}

fn act(kind: ActKind, rest: &str) -> Act {
    Act { whole: true, rest: rest.into(), ..Act::of(kind) }
}

fn found(articles: &[(&str, &str, f64)]) -> Answer {
    let found = articles.iter().map(|(id, answer, score)| Found {
        id: (*id).into(),
        question: (*id).into(),
        asked: Texts::default(),
        answer: Texts::new(*answer, *answer),
        score: *score,
        source: None,
    });
    Answer::Found { found: found.collect(), nothing_below: 0.2, sure_above: 0.0, note: None }
}

impl Talked {
    fn does(&mut self, text: &str, act: Option<Act>) -> interpreter::Step {
        self.happens(Event::Said { input: Input::Text(text.into()), mood: None, act })
    }

    fn presses(&mut self, id: &str) -> interpreter::Step {
        self.happens(Event::Said { input: Input::Choice(id.into()), mood: None, act: None })
    }

    fn answers(&mut self, answer: Answer) -> interpreter::Step {
        let Pending::Effect { id, .. } = self.state.pending.clone() else { panic!("nothing asked: {:?}", self.state) };
        self.happens(Event::Done { effect: id, answer })
    }

    fn finds(&mut self, articles: &[(&str, &str, f64)]) -> interpreter::Step {
        self.answers(found(articles))
    }

    fn finds_above(&mut self, sure: f64, articles: &[(&str, &str, f64)]) -> interpreter::Step {
        let Answer::Found { found, nothing_below, note, .. } = found(articles) else { unreachable!("it is found") };
        self.answers(Answer::Found { found, nothing_below, sure_above: sure, note })
    }

    fn recognises(&mut self, intent: &str, confidence: f64) -> interpreter::Step {
        let intents = vec![interpreter::IntentScore { intent: intent.into(), name: Texts::default(), confidence }];
        let recognised = interpreter::Recognised { intents, words: Vec::new(), sure_above: 0.6, close_above: 0.3 };
        self.answers(Answer::Recognised(recognised))
    }

    fn replies(&mut self) -> interpreter::Step {
        self.answers(Answer::Replied(interpreter::HttpReply { status: 200, body: Value::Null }))
    }

    fn time_up(&mut self) {
        let timer = self.state.timer.clone().expect("a timer runs");
        self.now = timer.due;
        self.happens(Event::TimerDue { timer: timer.id });
    }

    /// Everything the bot said in the last step, buttons too.
    fn all(&self) -> Vec<String> {
        let said = |effect: &Effect| match effect {
            Effect::Say { content, .. } => Some(Content::as_text(content)),
            _ => None,
        };
        self.last.iter().filter_map(said).collect()
    }
}

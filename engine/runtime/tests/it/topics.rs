//! Topics: learnt beside the turns, once per content; a conversation is recognised by those it began with.

use std::sync::Arc;

use model::{Content, Flow, Input, Intent, ModelSettings, Texts};
use runtime::{Engine, LocalModel, Opened, Opening, TopicsState};
use serde_json::{Value, json};

use super::world::{MORNING, World};

/// "parcel" speaks of delivery at first, and of refunds after the edit.
const WORD: &str = "my parcel please";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_recognised_by_the_topics_it_began_with() {
    let world = World::in_real_time(Default::default(), Default::default()).await;
    save(&world, &[("delivery", &["where is my parcel", WORD]), ("refund", &["money back", "refund it"])]).await;
    world.publish_flow(&listening()).await;
    let before = open(&world.engine, &world).await;
    assert_eq!(say(&world.engine, &before, "1").await, "delivery");

    save(&world, &[("delivery", &["where is it", "track it"]), ("refund", &["money back", WORD])]).await;
    trained(&world).await;
    let after = open(&world.engine, &world).await;

    assert_eq!(say(&world.engine, &before, "2").await, "delivery", "it keeps its model");
    assert_eq!(say(&world.engine, &after, "1").await, "refund", "a new one has the new model");

    let restarted = world.engine_again();
    assert_eq!(say(&restarted, &before, "3").await, "delivery", "it keeps its model over a restart");
    assert_eq!(say(&restarted, &after, "2").await, "refund");
    for opened in [&before, &after] {
        let history = restarted.history(world.number(opened).await).await.expect("a history");
        assert_eq!(restarted.replay(&history).await.expect("a fold"), runtime::Replayed::Same);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_do_not_wait_for_learning() {
    let world = World::in_real_time(Default::default(), Default::default()).await;
    save(&world, &[("delivery", &["where is my parcel", WORD]), ("refund", &["money back", "refund it"])]).await;
    world.publish_flow(&listening()).await;
    let before = open(&world.engine, &world).await;
    say(&world.engine, &before, "0").await;

    save(&world, &many()).await;
    let began = state(&world).await;
    assert!(began.is_training && began.train_ms.is_none(), "{began:?}");
    let new = open(&world.engine, &world).await;
    let mut n_answered = 0;
    while state(&world).await.is_training {
        assert_eq!(say(&world.engine, &before, &format!("before {n_answered}")).await, "delivery");
        assert_eq!(say(&world.engine, &new, &format!("new {n_answered}")).await, "delivery");
        n_answered += 2;
    }

    // In a debug build learning takes many seconds; a turn that waited for it would be the last of them.
    assert!(n_answered >= 6, "only {n_answered} turns were answered while topics were learnt");
    assert!(trained(&world).await.train_ms.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_topic_changes_no_model_and_old_models_go() {
    let world = World::with_a_clock().await;
    save(&world, &[("delivery", &[WORD]), ("refund", &["money back"])]).await;
    world.publish_flow(&listening()).await;
    let first = trained(&world).await;
    let conversation = open(&world.engine, &world).await;

    world.engine.forget_knowledge();
    assert_eq!(state(&world).await, first, "nothing is learnt again");

    save(&world, &[("delivery", &["track it"]), ("refund", &[WORD])]).await;
    assert_ne!(trained(&world).await.hash, first.hash);
    open(&world.engine, &world).await;
    world.set_clock(MORNING + store::topic_sets::GRACE_MS + 10);
    assert_eq!(remove_unused(&world).await, 0, "a conversation runs with the first");

    say(&world.engine, &conversation, "bye").await;
    let closing = Input::Text("stop".into());
    world.engine.say(&conversation.id, &conversation.token, "stop", closing).await.expect("it ends");
    assert_eq!(remove_unused(&world).await, 1);
    assert_eq!(remove_unused(&world).await, 0, "the newest stays");
}

/// Knows which of some words a sentence has, whatever else it says.
struct Words;

impl embed::Encode for Words {
    fn name(&self) -> &str {
        "local/words@0"
    }

    fn dimension(&self) -> usize {
        8
    }

    fn encode(&self, _role: embed::Role, texts: &[String]) -> Result<Vec<Vec<f32>>, embed::Trouble> {
        let groups = ["money cash refund", "parcel courier track", "invoice bill", "address move", "password login"];
        let vector = |text: &String| {
            let has = |group: &&str| group.split(' ').any(|word| text.contains(word));
            let at = groups.iter().position(has).unwrap_or(6);
            // A little off, by the text.
            let noise = |n: usize| text.bytes().fold(n, |sum, byte| sum * 31 % 97 + usize::from(byte)) % 50;
            (0..8).map(|n| 0.5 + if n == at { 1.0 } else { 0.0 } + noise(n) as f32 / 250.0).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_asked_where_words_leave_a_topic_open_and_never_by_a_replay() {
    const OPEN: &str = "will the cash come home";
    let world = World::in_real_time(Default::default(), Default::default()).await;
    let topics = [
        ("refund", ["i want my money back", "refund it please", "give me a refund", "return the money"]),
        ("delivery", ["where is my parcel", "track my parcel", "the courier is late", "when does the parcel arrive"]),
        ("invoice", ["send an invoice", "i need the bill", "the invoice is wrong", "bill for my order"]),
        ("address", ["change my address", "my address is wrong", "i will move soon", "use another address"]),
        ("password", ["i forgot my password", "login fails", "reset the password", "cannot login"]),
    ];
    save(&world, &topics).await;
    trained(&world).await;
    let mut flow = listening();
    let tell = flow.nodes.iter_mut().find(|node| node.id.as_str() == "tell").expect("a step");
    tell.config.as_object_mut().expect("settings").remove("sure");
    world.publish_flow(&flow).await;
    let opened = open(&world.engine, &world).await;
    let by_words = world.engine.try_topics(world.workspace, OPEN, &[]).await.expect("a recognition");
    assert!(by_words.intents.first().is_none_or(|best| best.confidence < by_words.sure_above), "{by_words:?}");
    assert_eq!(say_this(&world.engine, &opened, "1", OPEN).await, "unsure");

    world.engine.set_local_model(LocalModel::Ready(Arc::new(Words)));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(
        world.engine.try_topics(world.workspace, OPEN, &[]).await.expect("a recognition"),
        by_words,
        "it is off"
    );
    let writing = world.engine.store().write().await.expect("the writer");
    let settings = ModelSettings { topics_by_meaning: true, ..ModelSettings::default() };
    store::models::save_settings(&writing, world.workspace, &settings).await.expect("settings");
    writing.commit().await.expect("a commit");
    world.engine.forget_knowledge();
    let is_sure = async || {
        let both = world.engine.try_topics(world.workspace, OPEN, &[]).await.expect("a recognition");
        both.intents.first().is_some_and(|best| best.intent == "refund" && best.confidence >= both.sure_above)
    };
    world.until("a second opinion is learnt", is_sure).await;
    assert_eq!(say_this(&world.engine, &opened, "2", OPEN).await, "refund");
    assert_eq!(say_this(&world.engine, &opened, "3", "track my parcel").await, "delivery");

    // Neither a model that is gone nor another one changes what was recognised.
    world.engine.set_local_model(LocalModel::None);
    assert_eq!(say_this(&world.engine, &opened, "4", OPEN).await, "unsure");
    let history = world.engine.history(world.number(&opened).await).await.expect("a history");
    assert_eq!(world.engine_again().replay(&history).await.expect("a fold"), runtime::Replayed::Same);
}

/// Says which topic each message is about, until "stop".
fn listening() -> Flow {
    let both = |text: &str| json!({ "zh": text, "en": text });
    let say = |id: &str| json!({ "id": id, "kind": "say", "v": 1, "config": { "text": both(id) } });
    let classify = json!({ "intents": ["delivery", "refund"], "clarify": false, "text": "said", "sure": 0.05 });
    let ask = json!({ "question": both("?"), "answer": "text", "save_to": "said", "wait_minutes": 0 });
    let branch = json!({ "id": "done", "kind": "end", "v": 1, "config": {} });
    let flow: Value = json!({
        "format": 1, "id": "flow-listen", "key": "listen", "name": both("listen"), "languages": ["en"],
        "variables": [{ "name": "said", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": ask },
            { "id": "tell", "kind": "classify", "v": 1, "config": classify },
            say("delivery"), say("refund"), say("unsure"), branch,
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "tell" },
            { "from": "tell", "port": "delivery", "to": "delivery" },
            { "from": "tell", "port": "refund", "to": "refund" },
            { "from": "tell", "port": "unsure", "to": "unsure" },
            { "from": "delivery", "port": "next", "to": "ask" },
            { "from": "refund", "port": "next", "to": "ask" },
            { "from": "unsure", "port": "next", "to": "ask" },
        ],
        "handlers": [{
            "id": "stop", "name": both("stop"), "on": { "kind": "phrases", "phrases": ["stop"] }, "to": "done",
        }],
    });
    serde_json::from_value(flow).expect("a flow")
}

/// 60 topics of 40 examples each, beside the two that are asked about.
fn many() -> Vec<(String, Vec<String>)> {
    let verbs = ["order", "return", "change", "cancel", "find", "pay", "send", "fix", "open", "close"];
    let examples = |topic: usize| (0..40).map(move |n| format!("{} thing{topic} number {n} today", verbs[n % 10]));
    let mut all: Vec<(String, Vec<String>)> =
        (0..60).map(|topic| (format!("topic{topic}"), examples(topic).collect())).collect();
    all.push(("delivery".into(), vec!["track it".into()]));
    all.push(("refund".into(), vec![WORD.into()]));
    all
}

async fn save<K: AsRef<str>, E: AsRef<[T]>, T: AsRef<str>>(world: &World, topics: &[(K, E)]) {
    let writing = world.engine.store().write().await.expect("the writer");
    for (key, examples) in topics {
        let name = Texts::new(key.as_ref(), key.as_ref());
        let examples = examples.as_ref().iter().map(|text| text.as_ref().to_owned()).collect();
        let intent = Intent { key: key.as_ref().into(), name, examples };
        store::intents::save(&writing, world.workspace, &intent).await.expect("a topic");
    }
    writing.commit().await.expect("a commit");
    world.engine.topics_changed(world.workspace);
}

async fn open(engine: &Arc<Engine>, world: &World) -> Opened {
    let opening = Opening { channel: "web".into(), flow: Some("listen".into()), ..Opening::default() };
    engine.open(world.workspace, opening).await.expect("a conversation")
}

/// What the flow takes the word for.
async fn say(engine: &Arc<Engine>, opened: &Opened, id: &str) -> String {
    say_this(engine, opened, id, WORD).await
}

/// What the flow takes a message for.
async fn say_this(engine: &Arc<Engine>, opened: &Opened, id: &str, text: &str) -> String {
    let answered = engine.say(&opened.id, &opened.token, id, Input::Text(text.into())).await.expect("an answer");
    let told = answered.messages.iter().find_map(|message| match &message.content {
        content @ Content::Text { .. } if message.node.is_some() => Some(content.as_text()),
        _ => None,
    });
    told.expect("it says something")
}

async fn state(world: &World) -> TopicsState {
    world.engine.topics_state(world.workspace).await.expect("a state")
}

async fn trained(world: &World) -> TopicsState {
    world.until("topics are learnt", async || !state(world).await.is_training).await;
    // What serves follows with the next look.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    state(world).await
}

async fn remove_unused(world: &World) -> usize {
    world.engine.remove_unused_topics(world.workspace).await.expect("it tidies")
}

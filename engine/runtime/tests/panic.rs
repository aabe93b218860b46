//! A kind that panics harms only the conversations that come to it, and those go on by its failed exit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use interpreter::{Answer, Catalogue, Ctx, Entry, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, Flow, FlowKey, Input, Status, Texts};
use runtime::{Egress, Engine, History, Limits, Opened, Opening, Replayed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::channels::Channel;
use store::drafts::Save;
use store::versions::Publish;
use store::{Store, WorkspaceId, channels, drafts, flows, versions, workspaces};

/// Conversations at the same time; every other one comes to the panic.
const N_CONVERSATIONS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_an_outcome_of_its_own_conversation() {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, workspace) = engine(&folder).await;

    let mut talks = tokio::task::JoinSet::new();
    for n in 0..N_CONVERSATIONS {
        let engine = Arc::clone(&engine);
        talks.spawn(async move {
            let words = if n % 2 == 0 { "panic" } else { "hello" };
            let opened = open(&engine, workspace, "with_exit").await;
            let answered = engine.say(&opened.id, &opened.token, "1", Input::Text(words.into())).await;
            let answered = answered.expect("the message is accepted");
            let again = engine.say(&opened.id, &opened.token, "2", Input::Text("again".into())).await;
            (words, texts(&answered.messages), again.expect("the conversation is usable").status)
        });
    }

    let mut n_failed = 0;
    while let Some(talked) = talks.join_next().await {
        let (words, heard, status) = talked.expect("no task dies");
        let expected = if words == "panic" { "it failed" } else { "you said hello" };
        assert_eq!(heard.last().map(String::as_str), Some(expected));
        assert_eq!(status, Status::Waiting);
        n_failed += usize::from(words == "panic");
    }
    assert_eq!(n_failed, N_CONVERSATIONS / 2);
}

#[tokio::test]
async fn without_a_failed_path_a_person_takes_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, workspace) = engine(&folder).await;
    let opened = open(&engine, workspace, "without_exit").await;

    let answered = engine.say(&opened.id, &opened.token, "1", Input::Text("panic".into())).await.expect("accepted");

    assert_eq!(answered.status, Status::Queued);
}

/// A panic beside what a kind does with its visit: the step is gone with its state, which is folded again.
#[tokio::test]
async fn a_step_that_panics_goes_to_a_person_with_all_that_was_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, workspace) = engine(&folder).await;
    let opened = open(&engine, workspace, "colour").await;
    let say = async |n: &str, words: &str| {
        engine.say(&opened.id, &opened.token, n, Input::Text(words.into())).await.expect("accepted")
    };
    say("1", "blue").await;

    let answered = say("2", "I don't know").await;

    assert_eq!(answered.status, Status::Queued);
    let history = history(&engine, &opened).await;
    let packet = history.conversation.packet.as_ref().expect("it was handed over");
    assert_eq!(packet.details.get("said"), Some(&json!("blue")));
    assert_eq!(engine.replay(&history).await.expect("a replay"), Replayed::Same);
}

/// The timer and what it led to are not on record yet when the question's help panics.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_the_middle_of_a_turn_keeps_what_the_turn_did_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, workspace) = engine(&folder).await;
    tokio::spawn(Arc::clone(&engine).run());
    let opened = open(&engine, workspace, "late").await;
    let early = engine.say(&opened.id, &opened.token, "1", Input::Text("I don't know".into())).await;
    assert_eq!(texts(&early.expect("accepted").messages), ["I don't know"], "it waits until the nap is over");

    let (began, mut heard) = (Instant::now(), Vec::new());
    while !heard.iter().any(|text| text == "you said I don't know") {
        assert!(began.elapsed() < Duration::from_secs(20), "{heard:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        heard = texts(&engine.catch_up(&opened.id, &opened.token, 0).await.expect("a read").messages);
    }

    assert_eq!(heard, ["I don't know", "it failed", "you said I don't know", "which colour?"]);
    let history = history(&engine, &opened).await;
    assert_eq!(history.conversation.status, Status::Waiting);
    assert_eq!(history.events.len(), 5, "opened, said, timer, looked up, looked up again");
    assert_eq!(engine.replay(&history).await.expect("a replay"), Replayed::Same);
    let answered = engine.say(&opened.id, &opened.token, "2", Input::Text("blue".into())).await.expect("accepted");
    assert_eq!(answered.status, Status::Waiting);
}

async fn history(engine: &Arc<Engine>, opened: &Opened) -> History {
    let found = store::conversations::by_public_id(engine.store().read(), &opened.id).await.expect("a read");
    engine.history(found.expect("the conversation").id).await.expect("a read")
}

async fn open(engine: &Arc<Engine>, workspace: WorkspaceId, flow: &str) -> Opened {
    let opening = Opening { channel: "web".into(), flow: Some(flow.into()), ..Opening::default() };
    engine.open(workspace, opening).await.expect("a conversation opens")
}

fn texts(messages: &[model::Message]) -> Vec<String> {
    messages.iter().map(|message| message.content.as_text()).collect()
}

/// An engine over a store of its own, with two published flows.
async fn engine(folder: &tempfile::TempDir) -> (Arc<Engine>, WorkspaceId) {
    let store = Store::open(folder.path(), None).await.expect("a store");
    let writing = store.write().await.expect("the writer");
    let workspace = workspaces::create(&writing, "Test", 1).await.expect("a workspace").id;
    for flow in [flow("with_exit", Some("sorry")), flow("without_exit", None), colour(), late()] {
        flows::create(&writing, workspace, &flow.id, &flow.key, 1).await.expect("a flow");
        let hash = runtime::document_hash(&flow);
        let draft = Save { flow: &flow, hash: &hash, errors: 0, warnings: 0, by: "test", now: 1 };
        drafts::create(&writing, workspace, draft).await.expect("a draft");
        let publish = Publish { flow: &flow, hash: &hash, note: "", by: "test", now: 1 };
        versions::publish(&writing, workspace, publish).await.expect("a version");
    }
    let channel =
        Channel { key: "web".into(), name: "Web".into(), flow: Some(FlowKey::from("with_exit")), is_open: true };
    channels::save(&writing, workspace, &channel).await.expect("a channel");
    writing.commit().await.expect("a commit");
    let catalogue =
        Catalogue::new([Entry::of::<Start>(), Entry::of::<Shaky>(), Entry::of::<Nap>(), Entry::of::<Unhelpful>()]);
    let engine = Engine::new(store, catalogue, Egress::new([]), Limits::default()).expect("an engine");
    (engine, workspace)
}

/// Asks, and asks again after every answer; a failure says so where there is a path for it.
fn flow(key: &str, failed: Option<&str>) -> Flow {
    let mut edges = vec![
        json!({ "from": "start", "port": "next", "to": "ask" }),
        json!({ "from": "ask", "port": "next", "to": "ask" }),
        json!({ "from": "sorry", "port": "next", "to": "ask" }),
    ];
    edges.extend(failed.map(|to| json!({ "from": "ask", "port": "failed", "to": to })));
    let nodes = json!([
        { "id": "start", "kind": "start" },
        { "id": "ask", "kind": "shaky", "config": {} },
        { "id": "sorry", "kind": "shaky", "config": { "says": "it failed" } },
    ]);
    document(key, nodes, json!(edges), json!(null))
}

/// Asks for one colour after the other, and mends.
fn colour() -> Flow {
    let nodes = json!([{ "id": "start", "kind": "start" }, { "id": "ask", "kind": "unhelpful", "config": {} }]);
    let edges = json!([
        { "from": "start", "port": "next", "to": "ask" },
        { "from": "ask", "port": "next", "to": "ask" },
    ]);
    document("colour", nodes, edges, json!({}))
}

/// Rests for a moment, looks something up, and then asks for a colour.
fn late() -> Flow {
    let nodes = json!([
        { "id": "start", "kind": "start" },
        { "id": "nap", "kind": "nap", "config": {} },
        { "id": "ask", "kind": "unhelpful", "config": { "looks_up": true } },
        { "id": "sorry", "kind": "shaky", "config": { "says": "it failed" } },
    ]);
    let edges = json!([
        { "from": "start", "port": "next", "to": "nap" },
        { "from": "nap", "port": "next", "to": "ask" },
        { "from": "ask", "port": "next", "to": "ask" },
        { "from": "ask", "port": "failed", "to": "sorry" },
        { "from": "sorry", "port": "next", "to": "ask" },
    ]);
    document("late", nodes, edges, json!({}))
}

fn document(key: &str, nodes: Value, edges: Value, repair: Value) -> Flow {
    serde_json::from_value(json!({
        "format": 1, "id": key, "key": key, "name": { "en": key }, "languages": ["en"], "nodes": nodes, "edges": edges,
        "variables": [{ "name": "said", "type": "text" }], "repair": repair,
    }))
    .expect("a flow")
}

/// Where a flow begins.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Start {}

impl Kind for Start {
    fn info() -> KindInfo {
        info("start", false, vec![PortSpec::one("next", PortRole::Next, Texts::new("继续", "next"))])
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, _: &mut Ctx<'_>) -> Result<Next, Failure> {
        Ok(Next::go("next"))
    }
}

/// Says something and waits, and panics when the customer says so.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Shaky {
    says: String,
}

impl Kind for Shaky {
    fn info() -> KindInfo {
        let ports = vec![
            PortSpec::one("next", PortRole::Next, Texts::new("继续", "next")),
            PortSpec::one("failed", PortRole::Failed, Texts::new("失败", "failed")),
        ];
        info("shaky", true, ports)
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        if !self.says.is_empty() {
            ctx.say(Content::text(&self.says));
        }
        Ok(ctx.wait_for_customer(None))
    }
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let Happened::Said(input) = happened else { return Ok(Next::go("next")) };
        let words = input.as_text();
        assert!(words != "panic", "a defect of this kind");
        ctx.say(Content::text(format!("you said {words}")));
        Ok(Next::go("next"))
    }
}

/// Lets a moment pass.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Nap {}

impl Kind for Nap {
    fn info() -> KindInfo {
        info("nap", true, vec![PortSpec::one("next", PortRole::Next, Texts::new("继续", "next"))])
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        Ok(ctx.wait_for_time(0.01))
    }
    fn resume(&self, _: &mut Ctx<'_>, _: Happened) -> Result<Next, Failure> {
        Ok(Next::go("next"))
    }
}

/// Asks for a colour and panics when it is to help.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Unhelpful {
    looks_up: bool,
}

impl Unhelpful {
    fn ask(ctx: &mut Ctx<'_>) -> Next {
        ctx.say(Content::text("which colour?"));
        ctx.wait_for_customer(None)
    }
}

impl Kind for Unhelpful {
    fn info() -> KindInfo {
        let ports = vec![
            PortSpec::one("next", PortRole::Next, Texts::new("继续", "next")),
            PortSpec::one("failed", PortRole::Failed, Texts::new("失败", "failed")),
        ];
        info("unhelpful", true, ports)
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        Ok(if self.looks_up { ctx.ask_search("colours", &[], 1) } else { Self::ask(ctx) })
    }
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Said(input) if input.as_text() == "blue" => {
                ctx.set(&"said".into(), json!("blue"))?;
                Ok(Next::go("next"))
            }
            Happened::Answered(Answer::Failed { why }) => Err(Failure { why }),
            Happened::Answered(_) => Ok(Self::ask(ctx)),
            _ => {
                ctx.does_not_fit();
                Ok(ctx.wait_for_customer(None))
            }
        }
    }
    fn help(&self, _: &Ctx<'_>) -> Option<Texts> {
        panic!("a defect of this kind")
    }
}

fn info(kind: &'static str, enterable: bool, ports: Vec<PortSpec>) -> KindInfo {
    KindInfo {
        kind,
        version: 1,
        family: Family::Frame,
        icon: "square",
        label: Texts::new(kind, kind),
        description: Texts::new(kind, kind),
        keywords: &[],
        summary: Texts::default(),
        ports,
        enterable,
        waits: enterable,
        order: 1,
    }
}

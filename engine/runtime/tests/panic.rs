//! A kind that panics harms only the conversations that come to it, and those go on by its failed exit.

use std::sync::Arc;

use interpreter::{Catalogue, Ctx, Entry, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, Flow, FlowKey, Input, Status, Texts};
use runtime::{Egress, Engine, Limits, Opened, Opening};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
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
    for flow in [flow("with_exit", Some("sorry")), flow("without_exit", None)] {
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
    let catalogue = Catalogue::new([Entry::of::<Start>(), Entry::of::<Shaky>()]);
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
    serde_json::from_value(json!({
        "format": 1, "id": key, "key": key, "name": { "en": key }, "languages": ["en"],
        "nodes": [
            { "id": "start", "kind": "start" },
            { "id": "ask", "kind": "shaky", "config": {} },
            { "id": "sorry", "kind": "shaky", "config": { "says": "it failed" } },
        ],
        "edges": edges,
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

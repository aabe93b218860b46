//! An engine with flows and a clock that the test winds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use model::{Content, Flow, FlowKey, Input, Moment};
use runtime::{Clock, Egress, Engine, Limits, Opened, Opening, document_hash};
use serde_json::{Value, json};
use store::conversations::Conversation;
use store::timers::Due;
use store::turns::{Committer, Happened, Turn};
use store::versions::Publish;
use store::{Store, WorkspaceId};
use tempfile::TempDir;

/// Where the clock of a test begins.
pub(crate) const MORNING: Moment = 1_790_000_000_000;

/// Runs the longer form of a test?
pub(crate) fn is_long() -> bool {
    std::env::var_os("HELIU_LONG").is_some_and(|long| long == "1")
}

/// An engine that runs.
pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) workspace: WorkspaceId,
    time: Arc<AtomicI64>,
    _folder: TempDir,
}

impl World {
    /// An engine whose clock stands at [`MORNING`] until it is wound.
    pub(crate) async fn with_a_clock() -> Self {
        let time = Arc::new(AtomicI64::new(MORNING));
        let hand = Arc::clone(&time);
        let clock = Clock::new(move || hand.load(Ordering::SeqCst));
        Self::start(Egress::default(), Limits::default(), clock, time).await
    }

    /// An engine in real time.
    pub(crate) async fn in_real_time(egress: Egress, limits: Limits) -> Self {
        Self::start(egress, limits, Clock::default(), Arc::default()).await
    }

    async fn start(egress: Egress, limits: Limits, clock: Clock, time: Arc<AtomicI64>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let writing = store.write().await.expect("the writer");
        let workspace = store::workspaces::create(&writing, "Heliu", 1).await.expect("a workspace").id;
        let channel = store::channels::Channel { key: "web".into(), name: "Web".into(), flow: None, is_open: true };
        store::channels::save(&writing, workspace, &channel).await.expect("a channel");
        writing.commit().await.expect("a commit");
        let engine = Engine::with_clock(store, nodes::catalogue(), egress, limits, clock).expect("an engine");
        tokio::spawn(Arc::clone(&engine).run());
        Self { engine, workspace, time, _folder: folder }
    }

    /// Another engine over the same store, as after a restart: it remembers nothing else.
    pub(crate) fn engine_again(&self) -> Arc<Engine> {
        let store = self.engine.store().clone();
        Engine::new(store, nodes::catalogue(), Egress::default(), Limits::default()).expect("an engine")
    }

    /// Winds the clock, forward or back.
    pub(crate) fn set_clock(&self, now: Moment) {
        self.time.store(now, Ordering::SeqCst);
    }

    /// Publishes a flow that begins with these steps, one after the other by these exits, and then repeats what the
    /// customer says.
    pub(crate) async fn publish(&self, key: &str, steps: &[(Value, &str)]) {
        let both = |text: &str| json!({ "zh": text, "en": text });
        let ask = json!({ "question": both("?"), "answer": "text", "save_to": "said", "wait_minutes": 0 });
        let mut nodes = vec![
            json!({ "id": "start", "kind": "start", "v": 1 }),
            json!({ "id": "ask", "kind": "ask", "v": 1, "config": ask }),
            json!({ "id": "echo", "kind": "say", "v": 1, "config": { "text": both("{{said}}") } }),
            json!({ "id": "failed", "kind": "say", "v": 1, "config": { "text": both("failed") } }),
        ];
        let mut edges = vec![
            json!({ "from": "ask", "port": "answered", "to": "echo" }),
            json!({ "from": "echo", "port": "next", "to": "ask" }),
            json!({ "from": "failed", "port": "next", "to": "ask" }),
        ];
        let mut before = ("start".to_owned(), "next");
        for (index, (step, exit)) in steps.iter().enumerate() {
            let id = format!("step{index}");
            let mut step = step.clone();
            step["id"] = json!(id);
            step["v"] = json!(1);
            edges.push(json!({ "from": before.0, "port": before.1, "to": id }));
            if step["kind"] == "call_api" {
                edges.push(json!({ "from": id, "port": "failed", "to": "failed" }));
                edges.push(json!({ "from": id, "port": "not_found", "to": "failed" }));
            }
            nodes.push(step);
            before = (id, exit);
        }
        edges.push(json!({ "from": before.0, "port": before.1, "to": "ask" }));
        let flow: Flow = serde_json::from_value(json!({
            "format": 1, "id": format!("flow-{key}"), "key": key, "name": { "en": key }, "languages": ["en"],
            "variables": [{ "name": "said", "type": "text" }], "nodes": nodes, "edges": edges,
        }))
        .expect("a flow");
        self.publish_flow(&flow).await;
    }

    /// Publishes a flow as it is.
    pub(crate) async fn publish_flow(&self, flow: &Flow) {
        let problems = self.engine.problems(self.workspace, flow).await.expect("a check");
        assert!(!problems.iter().any(model::Problem::is_error), "{problems:?}");
        let writing = self.engine.store().write().await.expect("the writer");
        let (hash, workspace) = (document_hash(flow), self.workspace);
        store::flows::create(&writing, workspace, &flow.id, &flow.key, 1).await.expect("a flow");
        let publish = Publish { flow, hash: &hash, note: "", by: "test", now: 1 };
        store::versions::publish(&writing, workspace, publish).await.expect("a version");
        writing.commit().await.expect("a commit");
        self.engine.forget_knowledge();
    }

    /// A customer opens a conversation.
    pub(crate) async fn open(&self, flow: &str) -> runtime::Result<Opened> {
        let opening = Opening { channel: "web".into(), flow: Some(FlowKey::from(flow)), ..Opening::default() };
        self.engine.open(self.workspace, opening).await
    }

    /// The customer says something; how long the answer took.
    pub(crate) async fn say(&self, opened: &Opened, n: usize) -> runtime::Result<Duration> {
        let (began, text) = (Instant::now(), format!("words {n}"));
        let answered = self.engine.say(&opened.id, &opened.token, &text, Input::Text(text.clone())).await?;
        assert!(answered.messages.iter().any(|message| message.content == Content::text(&text)));
        Ok(began.elapsed())
    }

    /// Copies of a conversation that waits for a timer, each with its own deadline; their numbers, in the same order.
    pub(crate) async fn sleepers(&self, like: &Opened, deadlines: &[Moment]) -> Vec<i64> {
        self.copies(like, deadlines, "copy", |state| state.to_owned()).await
    }

    /// The same, with states that cannot be read.
    pub(crate) async fn sleepers_with_a_broken_state(&self, like: &Opened, deadlines: &[Moment]) -> Vec<i64> {
        self.copies(like, deadlines, "broken", |_| "{".to_owned()).await
    }

    async fn copies(
        &self,
        like: &Opened,
        deadlines: &[Moment],
        name: &str,
        state: impl Fn(&str) -> String,
    ) -> Vec<i64> {
        let store = self.engine.store();
        let found = store::conversations::by_public_id(store.read(), &like.id).await.expect("a read");
        let original = found.expect("the conversation");
        let journal = store::conversations::journal(store.read(), original.id).await.expect("a read");
        let timer = self.timers().await.into_iter().find(|timer| timer.conversation == original.id);
        let timer = timer.expect("it waits for a timer").timer;
        let (committer, mut committing) = (Committer::start(store.clone()), Vec::new());
        for (n, due) in deadlines.iter().enumerate() {
            let turn = Turn {
                conversation: Conversation {
                    id: 0,
                    public_id: format!("{}-{name}-{n}", original.public_id),
                    state: state(&original.state),
                    state_version: 0,
                    ..original.clone()
                },
                events: journal
                    .iter()
                    .map(|entry| Happened {
                        at: entry.at,
                        event: entry.event.clone(),
                        trace: entry.trace.clone(),
                        circumstances: entry.circumstances,
                    })
                    .collect(),
                messages: Vec::new(),
                set_timers: vec![(timer.clone(), *due)],
                gone_timers: Vec::new(),
                is_over: true,
                answers_effect: false,
            };
            let committer = committer.clone();
            committing
                .push(tokio::spawn(async move { committer.commit(turn).await.expect("a commit").conversation.id }));
        }
        let mut numbers = Vec::new();
        for commit in committing {
            numbers.push(commit.await.expect("no panic"));
        }
        numbers
    }

    /// The sleepers were put into the store past the engine; a conversation that waits less makes it look again.
    pub(crate) async fn wake(&self, minutes: f64) {
        self.publish("nap", &[(crate::timers::wait(minutes), "elapsed")]).await;
        self.open("nap").await.expect("a conversation");
    }

    /// All timers in the store.
    pub(crate) async fn timers(&self) -> Vec<Due> {
        store::timers::due(self.engine.store().read(), Moment::MAX, 1_000_000).await.expect("a read")
    }

    /// The number of a conversation.
    pub(crate) async fn number(&self, opened: &Opened) -> i64 {
        let found = store::conversations::by_public_id(self.engine.store().read(), &opened.id).await.expect("a read");
        found.expect("the conversation").id
    }

    /// How many turns and events each of these conversations had.
    pub(crate) async fn turns_and_events(&self, numbers: &[i64]) -> Vec<(i64, i64)> {
        let mut all = Vec::new();
        for page in numbers.chunks(1_000) {
            let due = |number: &i64| Due { conversation: *number, timer: String::new(), due: 0 };
            let due: Vec<Due> = page.iter().map(due).collect();
            let found = store::timers::conversations_of(self.engine.store().read(), &due).await.expect("a read");
            all.extend(found.into_iter().map(|found| {
                let conversation = found.expect("it can be read").expect("it is there");
                (conversation.turn, conversation.n_events)
            }));
        }
        all
    }

    /// When each timer of a conversation fired, by the clock.
    pub(crate) async fn fired_at(&self, conversation: i64) -> Vec<Moment> {
        let journal = store::conversations::journal(self.engine.store().read(), conversation).await.expect("a read");
        journal.into_iter().filter(|entry| entry.event.contains("timer_due")).map(|entry| entry.at).collect()
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let patience = Instant::now() + Duration::from_secs(if is_long() { 600 } else { 60 });
        while !is_so().await {
            assert!(Instant::now() < patience, "it never came to this: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The duration that this part of all stays below.
pub(crate) fn percentile(durations: &[Duration], part: f64) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort();
    let index = (sorted.len() as f64 * part) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

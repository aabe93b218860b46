//! A test conversation in the panel: what it knows, and what each action asks of the server.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Input, Language};
use serde_json::Value;

use super::calls;
use super::state::TestState;
use crate::api::ApiError;
use crate::designer::DesignerCx;

/// One test conversation, started again as often as wanted.
#[derive(Clone, Copy)]
pub(crate) struct Chat {
    /// The screen around it.
    pub(crate) cx: DesignerCx,
    /// What the server last said; `None` before the first start.
    pub(crate) state: RwSignal<Option<TestState>>,
    /// Is an answer on its way?
    pub(crate) is_busy: RwSignal<bool>,
    /// What the customer just said, until the server has it.
    pub(crate) sending: RwSignal<Option<String>>,
    /// Why the last call failed.
    pub(crate) error: RwSignal<Option<ApiError>>,
    /// The customer's language.
    pub(crate) language: RwSignal<Language>,
    /// The variables that the last answer changed.
    pub(crate) changed: RwSignal<BTreeSet<String>>,
    started_at: RwSignal<u64>,
    /// Answers of an older start are thrown away.
    run: StoredValue<u64>,
    /// How many calls were made; whoever waits for a pause sees that there was none.
    asked: StoredValue<u64>,
}

impl Chat {
    /// A chat that has not begun.
    pub(crate) fn new(cx: DesignerCx) -> Self {
        let language = cx.content_language.get_untracked();
        Self {
            cx,
            state: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            sending: RwSignal::new(None),
            error: RwSignal::new(None),
            language: RwSignal::new(language),
            changed: RwSignal::new(BTreeSet::new()),
            started_at: RwSignal::new(0),
            run: StoredValue::new(0),
            asked: StoredValue::new(0),
        }
    }

    /// Has the flow changed since this test began?
    pub(crate) fn is_outdated(&self) -> bool {
        self.state.with(Option::is_some) && self.cx.changes.get() != self.started_at.get()
    }

    /// Begins again with the document as it is now.
    pub(crate) fn start(self) {
        let old = self.state.with_untracked(|state| state.as_ref().map(|state| state.id.clone()));
        let (flow_id, flow) = (self.cx.flow_id.get_value(), self.cx.with_flow(Clone::clone));
        let language = self.language.get_untracked();
        self.started_at.set(self.cx.changes.get_untracked());
        self.state.set(None);
        self.changed.set(BTreeSet::new());
        self.cx.trace.set(Vec::new());
        self.run.update_value(|run| *run += 1);
        self.ask(async move {
            if let Some(old) = old {
                calls::end(&old).await;
            }
            calls::start(&flow_id, &flow, &language).await
        });
    }

    /// Says something as the customer; starts the test first when there is none.
    pub(crate) fn say(self, input: Input, words: String) {
        let Some(id) = self.id() else { return };
        self.sending.set(Some(words));
        self.ask(async move { calls::say(&id, &input).await });
    }

    /// Acts as the agent: `take`, `reply`, `hand_back` or `end`.
    pub(crate) fn act(self, action: &'static str, text: Option<String>) {
        let Some(id) = self.id() else { return };
        self.ask(async move { calls::agent(&id, action, text.as_deref()).await });
    }

    /// Lets the next timer fire.
    pub(crate) fn skip_waiting(self) {
        let Some(id) = self.id() else { return };
        self.ask(async move { calls::wait(&id).await });
    }

    /// Ends the test on the server; the panel is going away.
    pub(crate) fn leave(self) {
        self.cx.trace.set(Vec::new());
        if let Some(id) = self.id() {
            spawn_local(async move { calls::end(&id).await });
        }
    }

    fn id(&self) -> Option<String> {
        self.state.with_untracked(|state| state.as_ref().map(|state| state.id.clone()))
    }

    /// The flow hears what it collects when the customer has paused; here that is when nothing was asked meanwhile.
    fn hear_after(self, pause_ms: u32) {
        let (run, asked) = (self.run.get_value(), self.asked.get_value());
        set_timeout(
            move || {
                if self.run.try_get_value() == Some(run) && self.asked.try_get_value() == Some(asked) {
                    self.skip_waiting();
                }
            },
            Duration::from_millis(pause_ms.into()),
        );
    }

    /// Is the flow waiting for more short messages?
    pub(crate) fn is_collecting(self) -> bool {
        self.state.with(|state| state.as_ref().is_some_and(|state| state.collecting_ms.is_some()))
    }

    fn ask(self, call: impl Future<Output = Result<TestState, ApiError>> + 'static) {
        let run = self.run.get_value();
        self.asked.update_value(|asked| *asked += 1);
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = call.await;
            if self.run.try_get_value() != Some(run) {
                return;
            }
            self.is_busy.set(false);
            self.sending.set(None);
            match answer {
                Ok(state) => self.arrive(state),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    fn arrive(self, state: TestState) {
        let before = self.state.with_untracked(|old| old.as_ref().map(|old| old.variables.clone()));
        self.changed.set(differences(&before.unwrap_or_default(), &state.variables));
        self.cx.trace.set(state.trace.clone());
        let collecting_ms = state.collecting_ms;
        self.state.set(Some(state));
        if let Some(pause_ms) = collecting_ms {
            self.hear_after(pause_ms);
        }
    }
}

/// The names whose value is new or another one.
fn differences(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> BTreeSet<String> {
    after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

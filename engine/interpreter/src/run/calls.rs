//! Flows that call flows: one frame each, the system's variables with the innermost.

use std::collections::BTreeMap;

use expr::Values;
use model::{FlowKey, Mark, NodeId, Status, VarName};
use serde_json::Value;

use super::{Run, Todo, restore};
use crate::program::{SYSTEM_VARIABLES, is_system};
use crate::size::too_large;
use crate::{Effect, Failure, Frame, Happened, Pending};

/// How deep flows may call each other.
pub(crate) const MAX_DEPTH: usize = 16;

impl Run<'_> {
    /// Begins a flow: the conversation's own or a called one. False when there is no such flow.
    pub(crate) fn begin(&mut self, flow: &FlowKey, given: &Values, gives_back: Vec<(VarName, VarName)>) -> bool {
        let Some(plan) = self.program.find(flow) else {
            return false;
        };
        let mut values = plan.initial_values();
        if let Some(caller) = self.state.frames.last_mut() {
            values.extend(taken_system_values(caller));
        }
        values.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        values.insert("language".into(), self.state.language.as_str().into());
        for name in SYSTEM_VARIABLES {
            values.entry(name.into()).or_insert_with(|| "".into());
        }
        self.state.frames.push(Frame {
            flow: flow.clone(),
            node: None,
            visit: 0,
            memory: Value::Null,
            values,
            gives_back,
            interrupted: Vec::new(),
        });
        self.forget_deeper_steps();
        let start = plan.start().clone();
        self.go_to(start);
        true
    }

    /// Calls a flow; where that is not possible, the calling step fails.
    pub(super) fn call(
        &mut self,
        node: &NodeId,
        flow: &FlowKey,
        give: &Values,
        get: Vec<(VarName, VarName)>,
    ) -> Option<Todo> {
        let failure = if self.state.frames.len() >= MAX_DEPTH {
            Failure::new(
                format!("流程互相调用超过 {MAX_DEPTH} 层"),
                format!("flows call each other more than {MAX_DEPTH} deep"),
            )
        } else if !self.begin(flow, give, get) {
            Failure::new(format!("流程 {flow} 没有已发布的版本"), format!("flow {flow} has no published version"))
        } else if !self.state.has_room() {
            self.keep_frames(self.state.frames.len() - 1);
            too_large()
        } else {
            return Some(Todo::Enter);
        };
        self.mark(node, Mark::Failed, failure.why.clone(), BTreeMap::new());
        self.leave_failed(node, &failure)
    }

    /// Ends the current flow: its caller goes on, or the conversation is over.
    pub(crate) fn end(&mut self, result: String) -> Option<Todo> {
        if self.state.frames.len() > 1 {
            return self.give_back(result);
        }
        // The last values stay readable: what was collected is what reports and replays look at.
        let frame = self.state.frames.last_mut()?;
        (frame.node, frame.memory) = (None, Value::Null);
        self.state.status = Status::Ended;
        self.state.pending = Pending::Nothing;
        self.state.timer = None;
        self.state.result = Some(result.clone());
        self.effects.push(Effect::End { result });
        None
    }

    /// The caller gets what it wanted of the called flow's variables, and goes on.
    fn give_back(&mut self, result: String) -> Option<Todo> {
        let ended = self.state.frames.last()?;
        let given: Vec<(VarName, Value)> = ended
            .gives_back
            .iter()
            .map(|(theirs, mine)| (mine.clone(), ended.values.get(theirs).cloned().unwrap_or(Value::Null)))
            .collect();
        self.keep_frames(self.state.frames.len() - 1);
        let caller = self.state.frames.last_mut()?;
        let mut before = BTreeMap::new();
        for (name, value) in given {
            let old = caller.values.insert(name.clone(), value);
            before.entry(name).or_insert(old);
        }
        if self.state.has_room() {
            self.note_given_back(before.keys());
            return Some(Todo::Resume(Happened::Returned(result)));
        }
        let node = self.state.current()?.clone();
        self.take_back(before);
        let failure = too_large();
        self.mark(&node, Mark::Failed, failure.why.clone(), BTreeMap::new());
        self.leave_failed(&node, &failure)
    }

    /// Leaves the flows above this many; the system's variables come along.
    pub(crate) fn keep_frames(&mut self, n_frames: usize) {
        if n_frames == 0 || n_frames >= self.state.frames.len() {
            return;
        }
        let system = self.state.frames.last_mut().map(taken_system_values).unwrap_or_default();
        self.state.frames.truncate(n_frames);
        if let Some(frame) = self.state.frames.last_mut() {
            frame.values.extend(system);
        }
    }

    /// Begins the conversation's own flow once more, with nothing remembered but the system's variables.
    pub(crate) fn begin_again(&mut self) {
        self.keep_frames(1);
        let plan = self.program.main();
        if let Some(frame) = self.state.frames.last_mut() {
            let system = taken_system_values(frame);
            frame.values = plan.initial_values();
            frame.values.extend(system);
            frame.interrupted.clear();
        }
        self.state.mending.trail.clear();
        self.forget_heard();
        self.go_to(plan.start().clone());
        self.enter();
    }

    /// What was said before counts for nothing any more.
    pub(crate) fn forget_heard(&mut self) {
        self.state.understood.clear();
        self.state.heard.clear();
    }

    /// A conversation that begins with more than fits begins with nothing.
    pub(crate) fn forget_values(&mut self) {
        if let Some(frame) = self.state.frames.last_mut() {
            let own = frame.values.keys().filter(|name| !is_system(name)).cloned();
            let nothing = own.map(|name| (name, Some(Value::Null))).collect();
            restore(&mut frame.values, nothing);
        }
    }
}

fn taken_system_values(frame: &mut Frame) -> Values {
    let taken = SYSTEM_VARIABLES.iter().filter_map(|&name| frame.values.remove_entry(name));
    taken.collect()
}

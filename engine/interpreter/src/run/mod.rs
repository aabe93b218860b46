//! The loop of one step: enter nodes and follow their paths until the conversation waits or ends.

mod agents;
mod bursts;
mod calls;
mod moods;
pub(crate) mod phrases;
mod rules;
mod trouble;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use model::spec::PortRole;
use model::{Act, Input, Mark, Moment, NodeId, PortId, Texts, Trigger, VarName, Visit};
use serde_json::Value;

use crate::plan::Plan;
use crate::repair::{Fit, Visited};
use crate::size::{MAX_WORDS_BYTES, cut, size_of_text};
use crate::{Ctx, Effect, Failure, Happened, MAX_VISITS_PER_TURN, Next, Pending, Program, State};

pub(crate) use calls::MAX_DEPTH;

/// What to do next with the current node.
pub(crate) enum Todo {
    Enter,
    Resume(Happened),
}

/// A step under way.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Program,
    pub(crate) state: State,
    pub(crate) effects: Vec<Effect>,
    pub(crate) trace: Vec<Visit>,
    pub(crate) now: Moment,
    n_visits: u32,
}

impl<'a> Run<'a> {
    pub(crate) fn new(program: &'a Program, state: State, now: Moment) -> Self {
        Self { program, state, effects: Vec::new(), trace: Vec::new(), now, n_visits: 0 }
    }

    /// The flow the conversation is in.
    pub(crate) fn plan(&self) -> &'a Plan {
        let inner = self.state.frames.last().and_then(|frame| self.program.find(&frame.flow));
        inner.unwrap_or_else(|| self.program.main())
    }

    /// Enters the current node and goes on from there.
    pub(crate) fn enter(&mut self) {
        self.work(Todo::Enter);
    }

    /// Tells the current node what happened and goes on from there.
    pub(crate) fn resume(&mut self, happened: Happened) {
        self.work(Todo::Resume(happened));
    }

    /// Moves the conversation to a node of the current flow, without entering it yet.
    pub(crate) fn go_to(&mut self, node: NodeId) {
        let Some(frame) = self.state.frames.last_mut() else {
            return;
        };
        let place = format!("{}/{node}", frame.flow);
        if self.state.visits.len() >= State::MAX_VISITED && !self.state.visits.contains_key(&place) {
            forget_one(&mut self.state.visits);
        }
        let visits = self.state.visits.entry(place).or_insert(0);
        *visits = visits.saturating_add(1);
        frame.visit = *visits;
        frame.memory = Value::Null;
        frame.node = Some(node);
        self.state.pending = Pending::Nothing;
        self.state.timer = None;
    }

    /// Remembers what the customer said.
    pub(crate) fn hear(&mut self, words: &str) {
        let words = cut(words, MAX_WORDS_BYTES);
        let heard = &mut self.state.heard;
        heard.push(words.to_owned());
        self.state.n_heard += 1;
        let mut n_bytes: usize = heard.iter().map(|words| size_of_text(words)).sum();
        while heard.len() > State::MAX_HEARD || (n_bytes > MAX_WORDS_BYTES && heard.len() > 1) {
            n_bytes -= size_of_text(&heard.remove(0));
        }
        if let Some(frame) = self.state.frames.last_mut() {
            frame.values.insert("last_message".into(), words.into());
        }
    }

    pub(crate) fn work(&mut self, first: Todo) {
        let mut todo = Some(first);
        while let Some(next) = todo.take() {
            if self.n_visits >= MAX_VISITS_PER_TURN {
                self.give_up(&Failure::new(
                    format!("一轮里走了 {MAX_VISITS_PER_TURN} 步还没有停下，流程可能在绕圈"),
                    format!("{MAX_VISITS_PER_TURN} steps in one turn without a stop: the flow seems to go in circles"),
                ));
                return;
            }
            self.n_visits += 1;
            todo = self.visit(next);
            if todo.is_none() {
                todo = self.next_heard();
            }
        }
    }

    /// Keeps what the customer said while a step is at work.
    pub(crate) fn put_in_inbox(&mut self, input: Input, act: Option<Act>) {
        let State { inbox, inbox_acts, .. } = &mut self.state;
        if act.is_some() || !inbox_acts.is_empty() {
            inbox_acts.resize(inbox.len(), None);
            inbox_acts.push(act);
        }
        inbox.push(input);
    }

    /// Goes on with what the customer said while a step was at work.
    pub(crate) fn take_next_heard(&mut self) {
        if let Some(todo) = self.next_heard() {
            self.work(todo);
        }
    }

    fn next_heard(&mut self) -> Option<Todo> {
        while matches!(self.state.pending, Pending::Customer) && !self.state.inbox.is_empty() {
            let input = self.state.inbox.remove(0);
            let acts = &mut self.state.inbox_acts;
            let act = if acts.is_empty() { None } else { acts.remove(0) };
            self.hear(&input.as_text());
            if !self.mend(&input, act.as_ref()) {
                return Some(Todo::Resume(Happened::Said(input)));
            }
        }
        None
    }

    /// One visit of the current node; says what to do next, or nothing when the conversation waits or ended.
    fn visit(&mut self, todo: Todo) -> Option<Todo> {
        let plan = self.plan();
        let node_id = self.state.current()?.clone();
        let node = match plan.node(&node_id) {
            Ok(node) => node,
            Err(failure) => {
                self.mark(&node_id, Mark::Failed, failure.why.clone(), BTreeMap::new());
                return self.fail(&failure);
            }
        };
        if matches!(todo, Todo::Enter) {
            if let Some(port) = self.known_exit(&node_id) {
                let why = Texts::new("已经回答过，不再问", "already answered, not asked again");
                self.mark(&node_id, Mark::Left(port.clone()), why, BTreeMap::new());
                return self.leave(&node_id, &port);
            }
            self.remember_path(&node.title);
        }
        let mends = plan.flow.repair.is_some();
        let happened = match &todo {
            Todo::Resume(happened) if mends => Some(happened.clone()),
            _ => None,
        };
        let memory = if mends { self.state.frames.last().map(|frame| frame.memory.clone()) } else { None };
        self.state.pending = Pending::Nothing;
        let n_effects = self.effects.len();
        let mut ctx = Ctx {
            plan,
            node,
            state: &mut self.state,
            now: self.now,
            effects: &mut self.effects,
            why: Texts::default(),
            fit: Fit::Fits,
            changed: BTreeMap::new(),
            before: BTreeMap::new(),
        };
        let outcome = unharmed(|| match todo {
            Todo::Enter => node.built.enter(&mut ctx),
            Todo::Resume(happened) => node.built.resume(&mut ctx, happened),
        });
        let Ctx { why, fit, changed, before, .. } = ctx;
        let has_grown = outcome.is_ok() && self.has_grown(&before);
        let outcome = match has_grown.then(|| self.state.excess()).flatten() {
            Some(failure) => {
                self.effects.truncate(n_effects);
                Err(failure)
            }
            None => outcome,
        };
        match outcome {
            Ok(next) => {
                if mends {
                    let sets = changed.keys().cloned().collect();
                    let memory = memory.unwrap_or_default();
                    let visited = Visited { happened: happened.as_ref(), memory, next: &next, sets, n_effects };
                    self.note_visit(&node_id, visited);
                    if matches!(next, Next::Wait) && matches!(self.state.pending, Pending::Customer) {
                        self.remember_question(n_effects, fit);
                    }
                }
                self.follow(&node_id, next, why, changed)
            }
            Err(failure) => {
                self.take_back(before);
                self.mark(&node_id, Mark::Failed, failure.why.clone(), BTreeMap::new());
                self.leave_failed(&node_id, &failure)
            }
        }
    }

    /// Goes where a node says.
    fn follow(&mut self, node: &NodeId, next: Next, why: Texts, changed: BTreeMap<VarName, Value>) -> Option<Todo> {
        match next {
            Next::Wait => {
                self.mark(node, Mark::Waits, why, changed);
                None
            }
            Next::Go(port) => {
                self.mark(node, Mark::Left(port.clone()), why, changed);
                self.leave(node, &port)
            }
            Next::Jump(to) => {
                self.mark(node, Mark::Jumped(to.clone()), why, changed);
                self.go_to(to);
                Some(Todo::Enter)
            }
            Next::Call { flow, give, get } => {
                self.mark(node, Mark::Called(flow.0.clone()), why, changed);
                self.call(node, &flow, &give, get)
            }
            Next::End { result } => {
                self.mark(node, Mark::Ended(result.clone()), why, changed);
                self.end(result)
            }
        }
    }

    /// Leaves a node by a port: along its path, or where the flow catches exits without one.
    pub(crate) fn leave(&mut self, from: &NodeId, port: &PortId) -> Option<Todo> {
        let node = self.plan().node(from).ok()?;
        self.note_misunderstanding(node.role(port));
        if let Some(to) = node.edges.get(port.as_str()) {
            let to = to.clone();
            self.go_to(to);
            return Some(Todo::Enter);
        }
        match node.role(port) {
            Some(PortRole::Failed | PortRole::Invalid) => {
                let label = node.ports.iter().find(|known| &known.id == port).map(|known| known.label.clone());
                let why = label.unwrap_or_default();
                self.fail(&Failure { why })
            }
            Some(PortRole::Silence) => {
                self.catch(|rule| matches!(rule.handler.on, Trigger::Silence)).or_else(|| self.stop("no_answer"))
            }
            _ => self.stop("dead_end"),
        }
    }

    /// A path ended without an end step: back to what a handler interrupted, else the flow is over.
    fn stop(&mut self, result: &str) -> Option<Todo> {
        if let Some(node) = self.state.frames.last_mut().and_then(|frame| frame.interrupted.pop()) {
            self.go_to(node);
            return Some(Todo::Enter);
        }
        self.end(result.to_owned())
    }

    /// Does the conversation remember more than before this visit?
    fn has_grown(&self, before: &BTreeMap<VarName, Option<Value>>) -> bool {
        !before.is_empty()
            || matches!(self.state.pending, Pending::Effect { .. })
            || self.state.frames.last().is_some_and(|frame| !frame.memory.is_null())
    }

    /// A step that failed has changed nothing and waits for nothing.
    fn take_back(&mut self, before: BTreeMap<VarName, Option<Value>>) {
        self.state.pending = Pending::Nothing;
        self.state.timer = None;
        if let Some(frame) = self.state.frames.last_mut() {
            frame.memory = Value::Null;
            restore(&mut frame.values, before);
        }
    }

    /// Puts variables of the innermost flow back to what they were.
    pub(crate) fn put_back(&mut self, before: BTreeMap<VarName, Option<Value>>) {
        if let Some(frame) = self.state.frames.last_mut() {
            restore(&mut frame.values, before);
        }
    }

    fn remember_path(&mut self, title: &Texts) {
        if self.state.path.last() != Some(title) {
            self.state.path.push(title.clone());
        }
        if self.state.path.len() > State::MAX_PATH {
            self.state.path.remove(0);
        }
    }

    pub(crate) fn mark(&mut self, node: &NodeId, mark: Mark, why: Texts, changed: BTreeMap<VarName, Value>) {
        let frame = self.state.frames.last();
        self.trace.push(Visit {
            flow: frame.map(|frame| frame.flow.0.clone()).unwrap_or_default(),
            node: node.clone(),
            visit: frame.map_or(0, |frame| frame.visit),
            mark,
            why,
            changed,
        });
    }
}

/// A kind that panics has a defect. It fails like any other step: the conversation goes on, and a replay goes the same way.
pub(crate) fn unharmed(work: impl FnOnce() -> Result<Next, Failure>) -> Result<Next, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let said = cut(said.unwrap_or_default(), 300);
        Err(Failure::new(
            format!("这个步骤在程序内部出错，请把这句话报告给 Heliu：{said}"),
            format!("the step failed inside the program; please report this: {said}"),
        ))
    })
}

/// Puts variables back to what they were.
fn restore(values: &mut expr::Values, before: BTreeMap<VarName, Option<Value>>) {
    for (name, value) in before {
        match value {
            Some(value) => values.insert(name, value),
            None => values.remove(&name),
        };
    }
}

/// The place visited least often makes room.
fn forget_one(visits: &mut BTreeMap<String, u32>) {
    let rarest = visits.iter().min_by_key(|(_, n_visits)| **n_visits).map(|(place, _)| place.clone());
    if let Some(place) = rarest {
        visits.remove(&place);
    }
}

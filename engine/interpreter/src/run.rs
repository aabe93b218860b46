//! The loop of one step: enter nodes and follow their paths until the conversation waits or ends.

use std::collections::BTreeMap;

use expr::Values;
use model::spec::PortRole;
use model::{Content, FlowKey, Handler, Mark, Moment, NodeId, PortId, Status, Texts, Trigger, VarName, Visit};
use serde_json::Value;

use crate::program::{SYSTEM_VARIABLES, is_system};
use crate::{AgentAct, Ctx, Effect, Failure, Frame, Happened, MAX_VISITS_PER_TURN, Next, Pending, Program, State};

/// How deep flows may call each other.
const MAX_DEPTH: usize = 16;

/// What to do next with the current node.
pub(crate) enum Todo {
    Enter,
    Resume(Happened),
}

/// A step under way.
pub(crate) struct Run<'a> {
    program: &'a Program,
    pub(crate) state: State,
    pub(crate) effects: Vec<Effect>,
    pub(crate) trace: Vec<Visit>,
    now: Moment,
    n_visits: u32,
}

impl<'a> Run<'a> {
    pub(crate) fn new(program: &'a Program, state: State, now: Moment) -> Self {
        Self { program, state, effects: Vec::new(), trace: Vec::new(), now, n_visits: 0 }
    }

    /// Begins a flow: the conversation's own or a called one.
    pub(crate) fn begin(&mut self, flow: &FlowKey, given: &Values, gives_back: Vec<(VarName, VarName)>) -> bool {
        let Some(program) = self.program.find(flow) else {
            return false;
        };
        let mut values = program.initial_values();
        if let Some(caller) = self.state.frames.last() {
            let system = caller.values.iter().filter(|(name, _)| is_system(name));
            values.extend(system.map(|(name, value)| (name.clone(), value.clone())));
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
        let start = program.start().clone();
        self.go_to(start);
        true
    }

    /// The program of the flow the conversation is in.
    pub(crate) fn program(&self) -> &'a Program {
        let inner = self.state.frames.last().and_then(|frame| self.program.find(&frame.flow));
        inner.unwrap_or(self.program)
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
        let visits = self.state.visits.entry(format!("{}/{node}", frame.flow)).or_insert(0);
        *visits += 1;
        frame.visit = *visits;
        frame.memory = Value::Null;
        frame.node = Some(node);
        self.state.pending = Pending::Nothing;
        self.state.timer = None;
    }

    /// Remembers what the customer said.
    pub(crate) fn hear(&mut self, words: &str) {
        self.state.heard.push(words.to_owned());
        self.state.n_heard += 1;
        if self.state.heard.len() > State::MAX_HEARD {
            self.state.heard.remove(0);
        }
        for frame in &mut self.state.frames {
            frame.values.insert("last_message".into(), words.into());
        }
    }

    fn work(&mut self, first: Todo) {
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
            if todo.is_none() && matches!(self.state.pending, Pending::Customer) && !self.state.inbox.is_empty() {
                let input = self.state.inbox.remove(0);
                self.hear(&input.as_text());
                todo = Some(Todo::Resume(Happened::Said(input)));
            }
        }
    }

    /// One visit of the current node; says what to do next, or nothing when the conversation waits or ended.
    fn visit(&mut self, todo: Todo) -> Option<Todo> {
        let program = self.program();
        let node_id = self.state.current()?.clone();
        let node = match program.node(&node_id) {
            Ok(node) => node,
            Err(failure) => {
                self.mark(&node_id, Mark::Failed, failure.why.clone(), BTreeMap::new());
                return self.fail(&failure);
            }
        };
        if matches!(todo, Todo::Enter) {
            self.remember_path(&node.title);
        }
        self.state.pending = Pending::Nothing;
        let mut ctx = Ctx {
            program,
            node,
            state: &mut self.state,
            now: self.now,
            effects: &mut self.effects,
            why: Texts::default(),
            changed: BTreeMap::new(),
        };
        let outcome = match todo {
            Todo::Enter => node.built.enter(&mut ctx),
            Todo::Resume(happened) => node.built.resume(&mut ctx, happened),
        };
        let (why, changed) = (ctx.why, ctx.changed);
        match outcome {
            Ok(Next::Wait) => {
                self.mark(&node_id, Mark::Waits, why, changed);
                None
            }
            Ok(Next::Go(port)) => {
                self.mark(&node_id, Mark::Left(port.clone()), why, changed);
                self.leave(&node_id, &port)
            }
            Ok(Next::Jump(to)) => {
                self.mark(&node_id, Mark::Jumped(to.clone()), why, changed);
                self.go_to(to);
                Some(Todo::Enter)
            }
            Ok(Next::Call { flow, give, get }) => {
                self.mark(&node_id, Mark::Called(flow.0.clone()), why, changed);
                self.call(&node_id, &flow, &give, get)
            }
            Ok(Next::End { result }) => {
                self.mark(&node_id, Mark::Ended(result.clone()), why, changed);
                self.end(result)
            }
            Err(failure) => {
                self.mark(&node_id, Mark::Failed, failure.why.clone(), changed);
                match node.failed_port() {
                    Some(port) => {
                        let port = port.clone();
                        self.leave(&node_id, &port)
                    }
                    None => self.fail(&failure),
                }
            }
        }
    }

    /// Leaves a node by a port: along its path, or where the flow catches exits without one.
    fn leave(&mut self, from: &NodeId, port: &PortId) -> Option<Todo> {
        let node = self.program().node(from).ok()?;
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
                self.catch(|on| matches!(on, Trigger::Silence)).or_else(|| self.stop("no_answer"))
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

    /// A failure that no exit catches: the flow's "on error", or its caller's, or the last resort.
    fn fail(&mut self, failure: &Failure) -> Option<Todo> {
        if self.state.on_error {
            self.give_up(failure);
            return None;
        }
        match self.catch(|on| matches!(on, Trigger::Error)) {
            Some(todo) => {
                self.state.on_error = true;
                Some(todo)
            }
            None => {
                self.give_up(failure);
                None
            }
        }
    }

    /// The last resort: nothing is left to try, so the conversation goes to a person.
    fn give_up(&mut self, failure: &Failure) {
        let node = self.state.current().cloned().unwrap_or_default();
        if self.state.on_error || self.n_visits >= MAX_VISITS_PER_TURN || !self.has_handler_for_error() {
            let sorry = match self.state.language.as_str() {
                "zh" => "抱歉，系统出了点问题，正在为您转接人工客服。",
                _ => "Sorry, something went wrong. We are handing you over to a colleague.",
            };
            self.effects.push(Effect::Say { content: Content::text(sorry), node: node.clone() });
        }
        self.mark(&node, Mark::Failed, failure.why.clone(), BTreeMap::new());
        let team = self.program().resources.teams.first().map(|team| team.key.clone()).unwrap_or_default();
        let packet = model::HandOffPacket {
            team,
            reason: failure.why.get(&self.state.language, &[]).to_owned(),
            priority: "high".into(),
            details: self
                .state
                .values()
                .into_iter()
                .flatten()
                .filter(|(name, value)| !is_system(name) && !value.is_null())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            labels: BTreeMap::new(),
            path: self.state.path.clone(),
        };
        self.effects.push(Effect::HandOff { packet });
        self.state.status = Status::Queued;
        self.stand_aside();
    }

    /// An agent steps in while a node waits: the flow stays where it is until the agent is done.
    pub(crate) fn stand_aside(&mut self) {
        self.state.aside = true;
        self.state.pending = Pending::Agent;
        self.state.timer = None;
    }

    /// The agent is done: the node that handed off goes on; a node that was interrupted asks again.
    pub(crate) fn come_back(&mut self, happened: Happened) {
        self.state.on_error = false;
        if !std::mem::take(&mut self.state.aside) {
            self.resume(happened);
            return;
        }
        let current = self.state.current().cloned();
        match (happened, current) {
            (Happened::Agent(AgentAct::HandedBack { .. }), Some(node)) => {
                self.go_to(node);
                self.enter();
            }
            _ => {
                // Whoever called the flow has nothing to wait for either: the agent ended the whole conversation.
                self.state.frames.truncate(1);
                self.end("passed_on".into());
            }
        }
    }

    fn has_handler_for_error(&self) -> bool {
        self.program().handlers().iter().any(|handler| handler.on == Trigger::Error)
    }

    /// Goes to the first handler, of this flow or the flows that called it, that `wanted` accepts.
    pub(crate) fn catch(&mut self, wanted: impl Fn(&Trigger) -> bool) -> Option<Todo> {
        let depth = self.state.frames.iter().rposition(|frame| {
            self.program.find(&frame.flow).is_some_and(|program| program.handlers().iter().any(|h| wanted(&h.on)))
        })?;
        self.state.frames.truncate(depth + 1);
        let handler = self.program().handlers().iter().find(|handler| wanted(&handler.on))?;
        self.interrupt(handler);
        Some(Todo::Enter)
    }

    /// Goes to a handler's node, remembering what it interrupted when it returns.
    fn interrupt(&mut self, handler: &Handler) {
        let was_queued = matches!(self.state.status, Status::Queued | Status::WithAgent);
        if was_queued {
            self.effects.push(Effect::WithdrawHandOff);
            self.state.status = Status::Waiting;
        }
        if let Some(frame) = self.state.frames.last_mut()
            && handler.returns
            && let Some(node) = frame.node.clone()
            && frame.interrupted.len() < MAX_DEPTH
        {
            frame.interrupted.push(node);
        }
        self.go_to(handler.to.clone());
    }

    /// Lets a handler whose phrases the customer's words match interrupt; says whether one did.
    pub(crate) fn interrupt_by_words(&mut self, words: &str) -> bool {
        if self.catch(|on| matches!(on, Trigger::Phrases { phrases } if says_one_of(words, phrases))).is_some() {
            self.enter();
            return true;
        }
        false
    }

    fn call(&mut self, node: &NodeId, flow: &FlowKey, give: &Values, get: Vec<(VarName, VarName)>) -> Option<Todo> {
        if self.state.frames.len() >= MAX_DEPTH {
            let failure = Failure::new(
                format!("流程互相调用超过 {MAX_DEPTH} 层"),
                format!("flows call each other more than {MAX_DEPTH} deep"),
            );
            self.mark(node, Mark::Failed, failure.why.clone(), BTreeMap::new());
            return self.fail(&failure);
        }
        if self.begin(flow, give, get) {
            return Some(Todo::Enter);
        }
        let failure =
            Failure::new(format!("流程 {flow} 没有已发布的版本"), format!("flow {flow} has no published version"));
        self.mark(node, Mark::Failed, failure.why.clone(), BTreeMap::new());
        match self.program().node(node).ok().and_then(|node| node.failed_port().cloned()) {
            Some(port) => self.leave(node, &port),
            None => self.fail(&failure),
        }
    }

    /// Ends the current flow: its caller goes on, or the conversation is over.
    fn end(&mut self, result: String) -> Option<Todo> {
        let frame = self.state.frames.pop()?;
        if let Some(caller) = self.state.frames.last_mut() {
            for (theirs, mine) in &frame.gives_back {
                let value = frame.values.get(theirs).cloned().unwrap_or(Value::Null);
                caller.values.insert(mine.clone(), value);
            }
            return Some(Todo::Resume(Happened::Returned(result)));
        }
        // The last values stay readable: what was collected is what reports and replays look at.
        self.state.frames.push(Frame { node: None, memory: Value::Null, ..frame });
        self.state.status = Status::Ended;
        self.state.pending = Pending::Nothing;
        self.state.timer = None;
        self.state.result = Some(result.clone());
        self.effects.push(Effect::End { result });
        None
    }

    fn remember_path(&mut self, title: &Texts) {
        if self.state.path.last() != Some(title) {
            self.state.path.push(title.clone());
        }
        if self.state.path.len() > State::MAX_PATH {
            self.state.path.remove(0);
        }
    }

    fn mark(&mut self, node: &NodeId, mark: Mark, why: Texts, changed: BTreeMap<VarName, Value>) {
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

/// How many bytes a value takes as JSON, without writing it.
pub(crate) fn size_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size_of(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + size_of(value) + 4).sum::<usize>() + 2,
    }
}

/// Do these words say one of the phrases? The whole message does, or a short message contains it.
fn says_one_of(words: &str, phrases: &[String]) -> bool {
    const SHORT: usize = 12;
    let plain = |text: &str| {
        text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect::<String>().trim().to_owned()
    };
    let said = plain(words);
    let is_latin = said.is_ascii();
    phrases.iter().map(|phrase| plain(phrase)).filter(|phrase| !phrase.is_empty()).any(|phrase| {
        if said == phrase {
            return true;
        }
        if is_latin {
            let n_words = said.split_whitespace().count();
            n_words <= 6 && format!(" {said} ").contains(&format!(" {phrase} "))
        } else {
            said.chars().count() <= SHORT && said.contains(&phrase)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_message_that_contains_the_phrase_says_it() {
        let phrases = ["转人工".to_owned(), "人工".to_owned(), "human agent".to_owned()];

        assert!(says_one_of("我要转人工！", &phrases));
        assert!(says_one_of("I want a human agent", &phrases));
        assert!(!says_one_of("你们的人工智能音箱支持多少种语言啊我想买一个", &phrases));
        assert!(!says_one_of("humane agents", &phrases));
        assert!(!says_one_of("", &phrases));
    }
}

//! What a node kind sees of the conversation, and all it can do to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Now, Sink, Values, Voice};
use jiff::Zoned;
use model::{
    Content, DetailKey, Expression, HandOffPacket, IntentKey, Language, LibraryKey, Moment, NodeId, PortId, Resources,
    Script, Template, Texts, VarName,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::plan::{Plan, PlanNode};
use crate::repair::Fit;
use crate::size::fits_a_variable;
use crate::{Effect, EffectId, Frame, HttpRequest, Moods, Next, Pending, State, Task, Timer, TimerId, Verdict, packet};

/// Something went wrong in a node: it leaves by its failed port, or the flow's "on error" catches it.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What happened, for the trace.
    pub why: Texts,
}

impl Failure {
    /// A failure with its reason in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why: Texts::new(zh, en) }
    }
}

impl From<expr::ExprError> for Failure {
    fn from(error: expr::ExprError) -> Self {
        Self { why: error.message }
    }
}

/// The conversation as a node sees it during one visit.
pub struct Ctx<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) node: &'a PlanNode,
    pub(crate) state: &'a mut State,
    pub(crate) now: Moment,
    pub(crate) effects: &'a mut Vec<Effect>,
    pub(crate) why: Texts,
    pub(crate) fit: Fit,
    pub(crate) changed: BTreeMap<VarName, Value>,
    /// What the changed variables were before, so that a step that fails changes nothing.
    pub(crate) before: BTreeMap<VarName, Option<Value>>,
}

impl Ctx<'_> {
    // --- what it can look at

    /// The node's id.
    pub fn node_id(&self) -> &NodeId {
        &self.node.id
    }

    /// The language the customer is served in.
    pub fn language(&self) -> &Language {
        &self.state.language
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Now, in the workspace's time zone.
    pub fn now_in_zone(&self) -> Zoned {
        self.moment().zoned()
    }

    /// Intents, libraries, teams, calendars, connectors of the workspace.
    pub fn resources(&self) -> &Resources {
        &self.plan.resources
    }

    /// A variable's value; `Null` when it has none.
    pub fn get(&self, name: &VarName) -> Value {
        self.frame().values.get(name).cloned().unwrap_or(Value::Null)
    }

    /// What the customer said last, as words.
    pub fn last_heard(&self) -> Option<&str> {
        self.state.heard.last().map(String::as_str)
    }

    /// What the customer said lately, oldest first.
    pub fn heard(&self) -> &[String] {
        &self.state.heard
    }

    /// How the customer has felt so far; `None` when no message had a mood.
    pub fn moods(&self) -> Option<&Moods> {
        self.state.mood.as_deref()
    }

    /// What the customer said that this node has not understood on an earlier visit, oldest first.
    /// A loop that comes back here without a new message therefore waits for one.
    pub fn not_understood(&self) -> &[String] {
        self.since(self.state.understood.get(&self.place()).copied().unwrap_or(0))
    }

    /// The same without messages that were answers to a question of another step.
    pub fn not_answered(&self) -> &[String] {
        let understood = self.state.understood.get(&self.place()).copied().unwrap_or(0);
        self.since(understood.max(self.state.n_answers))
    }

    /// Has this node understood something on an earlier visit?
    pub fn has_understood(&self) -> bool {
        self.state.understood.contains_key(&self.place())
    }

    /// This node has understood all that was said so far.
    pub fn understood(&mut self) {
        self.state.understood.insert(self.place(), self.state.n_heard);
        if self.state.understood.len() > State::MAX_UNDERSTOOD {
            let oldest = self.state.understood.iter().min_by_key(|(_, n_heard)| **n_heard);
            if let Some(place) = oldest.map(|(place, _)| place.clone()) {
                self.state.understood.remove(&place);
            }
        }
    }

    /// What the customer said is no answer to this node's question. Leaving by an exit for that says it, too.
    pub fn does_not_fit(&mut self) {
        self.fit = Fit::NotValid;
    }

    /// Any words would have been an answer, so that what they do to the dialogue counts first.
    pub fn takes_any_words(&mut self) {
        self.fit = Fit::Freely;
    }

    /// What the customer said is the answer, whatever else this node still looks for in it.
    pub fn has_answer(&mut self) {
        self.fit = Fit::Sure;
    }

    /// The customer breaks this node off, which has an exit of its own for that.
    pub fn is_broken_off(&mut self) {
        self.fit = Fit::Stops;
    }

    /// What the customer said last was the answer to this node's question.
    pub fn took_answer(&mut self) {
        self.state.n_answers = self.state.n_heard;
    }

    /// The name people see for a variable, in the customer's language.
    pub fn label<'b>(&'b self, name: &'b VarName) -> &'b str {
        let variables = &self.plan.flow.variables;
        let label = variables.iter().find(|variable| &variable.name == name);
        match label.map(|v| v.label.get(&self.state.language, &self.plan.flow.languages)) {
            Some(label) if !label.is_empty() => label,
            _ => name.as_str(),
        }
    }

    fn since(&self, n_known: u64) -> &[String] {
        let n_new = usize::try_from(self.state.n_heard.saturating_sub(n_known)).unwrap_or(usize::MAX);
        let heard = &self.state.heard;
        &heard[heard.len() - n_new.min(heard.len())..]
    }

    fn place(&self) -> String {
        format!("{}/{}", self.frame().flow, self.node.id)
    }

    /// Does this port lead anywhere?
    pub fn leads(&self, port: &str) -> bool {
        self.node.edges.contains_key(port)
    }

    /// Which visit of this node it is, from 1.
    pub fn visit(&self) -> u32 {
        self.frame().visit
    }

    /// What the node remembers of this visit; the default at its beginning.
    pub fn memory<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.frame().memory.clone()).unwrap_or_default()
    }

    // --- words and expressions

    /// A text in the customer's language, with its `{{ expressions }}` expanded.
    pub fn text(&self, texts: &Texts) -> Result<String, Failure> {
        let text = texts.get(&self.state.language, &self.plan.flow.languages);
        self.expand_source(text, Sink::Text)
    }

    /// A template, encoded for where it goes.
    pub fn expand(&self, template: &Template, sink: Sink) -> Result<String, Failure> {
        self.expand_source(template.as_str(), sink)
    }

    /// The value of an expression; `Null` for an empty one.
    pub fn eval(&self, expression: &Expression) -> Result<Value, Failure> {
        if expression.as_str().trim().is_empty() {
            return Ok(Value::Null);
        }
        let compiled = self.plan.compiled_expression(expression.as_str())?;
        Ok(compiled.eval(&self.frame().values, &self.moment_for(compiled.speaks()))?)
    }

    /// Runs a script; the variables it assigns are set.
    pub fn run(&mut self, script: &Script) -> Result<Value, Failure> {
        let compiled = self.plan.compiled_script(script.as_str())?;
        let ran = compiled.run(&self.frame().values, &self.moment_for(compiled.speaks()))?;
        for (name, value) in ran.changed {
            self.set(&name, value)?;
        }
        Ok(ran.value)
    }

    // --- what it can do

    /// Says something to the customer.
    pub fn say(&mut self, content: Content) {
        self.effects.push(Effect::Say { content, node: self.node.id.clone() });
    }

    /// Says a text of the settings; an empty one is not said.
    pub fn say_text(&mut self, texts: &Texts) -> Result<(), Failure> {
        let text = self.text(texts)?;
        if !text.trim().is_empty() {
            self.say(Content::Text { text });
        }
        Ok(())
    }

    /// Sets a variable. Values over 64 KiB are refused, so that a conversation stays small, and so are values that nest
    /// lists and objects more than 64 deep, which could not be read again.
    pub fn set(&mut self, name: &VarName, value: Value) -> Result<(), Failure> {
        if name.is_empty() {
            return Ok(());
        }
        fits_a_variable(&value).map_err(|unfit| Failure {
            why: unfit.of((&format!("变量 {name} 的值"), &format!("the value of {name}"))),
        })?;
        self.changed.insert(name.clone(), value.clone());
        let before = self.frame_mut().values.insert(name.clone(), value);
        self.before.entry(name.clone()).or_insert(before);
        Ok(())
    }

    /// Remembers something for the rest of this visit.
    pub fn remember<T: Serialize>(&mut self, memory: &T) {
        self.frame_mut().memory = serde_json::to_value(memory).unwrap_or(Value::Null);
    }

    /// Says in the trace why the node decides as it does.
    pub fn because(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.why = Texts::new(zh, en);
    }

    /// The customer was not understood, or not answered: that upsets.
    pub fn misunderstood(&mut self) {
        if let Some(moods) = &mut self.state.mood {
            moods.misunderstood();
        }
    }

    /// The customer rated the conversation, 1 to 5.
    pub fn rated(&mut self, score: u8, reason: &str) {
        self.effects.push(Effect::Rated { score, reason: reason.to_owned() });
    }

    /// Counts what became of an article or a passage.
    pub fn judged(&mut self, found: &str, verdict: Verdict) {
        self.effects.push(Effect::Judged { found: found.to_owned(), verdict });
    }

    // --- what it can wait for; each gives the `Next` to return

    /// Waits for the customer, at most this long: then the node resumes with [`crate::Happened::TimeUp`].
    /// Nothing, or a number that is not positive, waits for ever.
    pub fn wait_for_customer(&mut self, minutes: Option<f64>) -> Next {
        self.state.pending = Pending::Customer;
        self.set_timer(minutes);
        Next::Wait
    }

    /// Waits for time to pass only; what the customer says meanwhile is kept for the next step.
    pub fn wait_for_time(&mut self, minutes: f64) -> Next {
        self.state.pending = Pending::Time;
        self.set_timer(Some(minutes.max(0.001)));
        Next::Wait
    }

    /// Asks which intent a text has: resumes with `Answer::Recognised` or `Answer::Failed`.
    pub fn ask_recognition(&mut self, text: &str, intents: &[IntentKey]) -> Next {
        let id = self.next_effect();
        self.ask(Effect::Recognise { id, text: text.to_owned(), intents: intents.to_vec() })
    }

    /// Asks the libraries: resumes with `Answer::Found` or `Answer::Failed`.
    pub fn ask_search(&mut self, query: &str, libraries: &[LibraryKey], limit: usize) -> Next {
        let id = self.next_effect();
        self.ask(Effect::Search { id, query: query.to_owned(), libraries: libraries.to_vec(), limit })
    }

    /// Looks for details of the workspace: resumes with `Answer::Extracted` or `Answer::Failed`.
    pub fn ask_details(&mut self, sentences: &[String], details: &[DetailKey]) -> Next {
        let id = self.next_effect();
        let (sentences, details) = (sentences.to_vec(), details.to_vec());
        self.ask(Effect::Extract { id, sentences, details, now: self.now })
    }

    /// Calls a service: resumes with `Answer::Replied` or `Answer::Failed`.
    pub fn ask_service(&mut self, request: HttpRequest) -> Next {
        let id = self.next_effect();
        self.ask(Effect::Call { id, node: self.node.id.clone(), request })
    }

    /// Asks a language model: resumes with `Answer::Generated`, `Answer::OverBudget` or `Answer::Failed`.
    pub fn ask_model(&mut self, task: Task) -> Next {
        let id = self.next_effect();
        self.ask(Effect::Generate { id, node: self.node.id.clone(), task: Box::new(task) })
    }

    /// Puts the conversation in a team's queue: resumes with [`crate::Happened::Agent`], or `TimeUp` after `minutes`.
    /// The packet's details and path are filled in here.
    pub fn hand_off(&mut self, packet: HandOffPacket, minutes: Option<f64>) -> Next {
        let packet = packet::filled(packet, self.plan, self.state);
        self.effects.push(Effect::HandOff { packet });
        self.state.status = model::Status::Queued;
        self.state.pending = Pending::Agent;
        self.set_timer(minutes);
        Next::Wait
    }

    /// Goes on waiting for the agent, without a deadline.
    pub fn keep_waiting_for_agent(&mut self) -> Next {
        self.state.pending = Pending::Agent;
        Next::Wait
    }

    /// Takes the conversation out of the queue.
    pub fn withdraw_hand_off(&mut self) {
        self.effects.push(Effect::WithdrawHandOff);
        self.state.status = model::Status::Waiting;
    }

    fn moment(&self) -> Now {
        Now::new(self.now, Arc::clone(&self.plan.time_zone))
    }

    /// The moment, with whom is spoken to where an expression asks for it.
    fn moment_for(&self, speaks: bool) -> Now {
        if !speaks {
            return self.moment();
        }
        let moods = self.state.mood.as_deref();
        self.moment().with_voice(Voice {
            resources: Arc::clone(&self.plan.resources),
            language: Some(self.state.language.clone()),
            fallback: self.plan.flow.languages.clone(),
            channel: self.state.channel.clone(),
            tone: moods.map(Moods::tone).unwrap_or_default(),
            feeling: moods.map(Moods::feeling).unwrap_or_default(),
        })
    }

    fn ask(&mut self, effect: Effect) -> Next {
        let id = effect.asked().cloned().unwrap_or(EffectId(String::new()));
        self.state.pending = Pending::Effect { effect: Box::new(effect.clone()), id };
        self.effects.push(effect);
        Next::Wait
    }

    fn next_effect(&mut self) -> EffectId {
        self.state.n_effects += 1;
        EffectId(format!("e{}", self.state.n_effects))
    }

    fn set_timer(&mut self, minutes: Option<f64>) {
        // The loop compares timers before and after the turn, and asks for the difference.
        self.state.timer = minutes.filter(|minutes| *minutes > 0.0).map(|minutes| {
            self.state.n_timers += 1;
            let wait_ms = (minutes * 60_000.0).min(366.0 * 24.0 * 60.0 * 60_000.0) as Moment;
            Timer { id: TimerId(format!("t{}", self.state.n_timers)), due: self.now.saturating_add(wait_ms) }
        });
    }

    fn expand_source(&self, source: &str, sink: Sink) -> Result<String, Failure> {
        let compiled = self.plan.compiled_template(source)?;
        Ok(compiled.expand(&self.frame().values, sink, &self.moment_for(compiled.speaks()))?)
    }

    pub(crate) fn frame(&self) -> &Frame {
        self.state.frames.last().expect("a node runs inside a frame")
    }

    fn frame_mut(&mut self) -> &mut Frame {
        self.state.frames.last_mut().expect("a node runs inside a frame")
    }

    /// All variables of the flow, for kinds that look through them.
    pub fn values(&self) -> &Values {
        &self.frame().values
    }

    /// The port of this node with this id, if it has one.
    pub fn port(&self, id: &str) -> Option<&PortId> {
        self.node.ports.iter().find(|port| port.id == *id).map(|port| &port.id)
    }
}

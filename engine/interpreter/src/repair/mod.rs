//! Dialogue repair: what a conversation does when the customer does something else than answer the question.
//!
//! A waiting question is tried with the words first, on a copy (`probe.rs`): a valid answer is never repaired. What
//! does not fit is mended by what the words do (the event says it, see [`model::Act`]) or by a look into the libraries;
//! what cannot be mended goes to the question as it would without repair, so its tries and exits keep their meaning.
//! No question is mended more than [`MOST_MENDS`] times, so a conversation always gets on.

mod cancel;
mod correction;
mod digression;
mod offer;
mod person;
mod probe;
mod small_talk;
mod trail;
mod words;

use std::collections::BTreeMap;

use model::{Act, ActKind, Content, Input, Mark, Mend, Moment, NodeId, Repair, Texts, VarName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::PlanNode;
use crate::run::Run;
use crate::size::size_of_text;
use crate::{Answer, Ctx, Effect, EffectId, Happened, Pending, Timer, TimerId};

pub use offer::Offer;
pub(crate) use probe::Fit;
pub use trail::Trod;
pub(crate) use trail::Visited;

/// How often one question may be mended before its own "not valid" counts.
const MOST_MENDS: u32 = 6;

/// What a conversation remembers for repair; nothing in flows without it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mending {
    /// The question that waits, to ask it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// A question of the engine's own that waits for yes or no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// What is looked up for a digression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Looking>,
    /// The steps since the beginning of each flow, for corrections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<Trod>,
    /// Answered questions that a path run again need not ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Trod>,
    /// How many insults there were.
    #[serde(skip_serializing_if = "is_zero")]
    pub n_insults: u32,
}

impl Mending {
    /// Is there nothing to remember?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A question as it was asked, and what was mended at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The step.
    pub node: NodeId,
    /// Which visit.
    pub visit: u32,
    /// How deep in called flows.
    pub depth: usize,
    /// What was said last.
    pub content: Content,
    /// How long it waits, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wait_ms: Option<Moment>,
    /// How often it was mended.
    #[serde(default)]
    pub n_mends: u32,
    /// How often each thing was mended.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<String, u32>,
    /// The articles said in digressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
}

/// A look into topics or libraries under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looking {
    /// The effect that asks for it.
    pub effect: EffectId,
    /// What is looked for: a part of what the customer said last.
    pub words: String,
    /// Does the customer ask? Words that only say something need a surer article.
    #[serde(default, skip_serializing_if = "is_false")]
    pub asks: bool,
    /// Was it asked beside a valid answer?
    #[serde(default, skip_serializing_if = "is_false")]
    pub beside: bool,
    /// The answer that it was asked beside, where the question is no part of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// Would any words be an answer? Then only a sure article, or a topic, makes another question of them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub freely: bool,
    /// The answer of an effect that the step waits to be told when nothing is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Do the words ask something?
#[derive(Clone, PartialEq, Eq)]
enum Asks {
    /// By their form.
    Surely,
    /// By their form, where any words would be an answer.
    Freely,
    /// Nothing says so.
    Perhaps,
    /// Beside this answer to the question that waits; empty where the whole words are the answer.
    Beside(String),
}

impl<'a> Run<'a> {
    /// What the innermost flow mends; nothing when it does not.
    pub(crate) fn repair(&self) -> Option<&'a Repair> {
        self.plan().flow.repair.as_ref()
    }

    /// Mends, when the customer's input needs it; says whether it is dealt with.
    pub(crate) fn mend(&mut self, input: &Input, act: Option<&Act>) -> bool {
        let Some(repair) = self.repair() else { return false };
        self.state.mending.known.clear();
        if !matches!(self.state.pending, Pending::Customer) || !self.is_asking() {
            return false;
        }
        if let Some(offer) = self.state.mending.offer.take()
            && self.answer_offer(offer, input, act)
        {
            return true;
        }
        let Input::Text(words) = input else { return false };
        if words.trim().is_empty() {
            return false;
        }
        let act = act.filter(|act| mend_of(repair, act.kind).is_none_or(|mend| mend.on));
        let stops = act.filter(|act| matches!(act.kind, ActKind::Cancel | ActKind::Restart));
        if self.has_handler_for(words) {
            // The flow's own rule comes first; only what would be lost is asked about before.
            return stops.is_some_and(|act| self.has_collected() && self.ask_before_stopping(act.kind, words));
        }
        let fit = self.probe(None, input).fit;
        match act {
            Some(act) if act.kind == ActKind::Correction && self.correct(words, act, fit) => true,
            Some(act) if act.kind == ActKind::Aside && self.answers_beside(act, fit) && self.may_mend() => {
                self.look_up(&act.rest, Asks::Beside(act.answer.clone()), None)
            }
            _ if fit == Fit::Stops => {
                repair.cancel.on && self.has_collected() && self.ask_before_stopping(ActKind::Cancel, words)
            }
            _ if fit == Fit::Fits => false,
            Some(act) if fit == Fit::NotValid || act.whole => self.mend_by_act(words, act, fit),
            None if fit == Fit::NotValid && self.may_mend() => self.look_up(words, Asks::Perhaps, None),
            _ => false,
        }
    }

    /// Is there an answer beside the question that was asked beside it? Where any words are one, they are as they are.
    fn answers_beside(&mut self, act: &Act, fit: Fit) -> bool {
        match fit {
            Fit::Fits | Fit::Freely => true,
            Fit::NotValid if !act.answer.is_empty() => {
                matches!(self.probe(None, &Input::Text(act.answer.clone())).fit, Fit::Fits | Fit::Freely)
            }
            _ => false,
        }
    }

    fn mend_by_act(&mut self, words: &str, act: &Act, fit: Fit) -> bool {
        match act.kind {
            ActKind::Cancel | ActKind::Restart => self.stop_or_ask(act.kind, words),
            _ if !self.may_mend() => false,
            ActKind::Repeat => self.repeat(),
            ActKind::Unknown => self.help(),
            ActKind::Hold => self.give_time(),
            ActKind::Yes if fit == Fit::Freely => self.ask_what(),
            ActKind::Greeting | ActKind::Thanks | ActKind::Who | ActKind::Abilities | ActKind::Chat => {
                self.chat(act.kind)
            }
            ActKind::Insult => self.stay_calm(),
            ActKind::Noise => self.say_not_readable(),
            ActKind::Aside if fit == Fit::NotValid => self.look_up(&act.rest, Asks::Surely, None),
            ActKind::Question if matches!(fit, Fit::NotValid | Fit::Freely) => {
                let asks = if fit == Fit::Freely { Asks::Freely } else { Asks::Surely };
                self.look_up(if act.rest.is_empty() { words } else { &act.rest }, asks, None)
            }
            _ if fit == Fit::NotValid => self.look_up(words, Asks::Perhaps, None),
            _ => false,
        }
    }

    /// An effect is answered. A step whose customer's words turn out to be nothing it knows is mended like a question
    /// with an answer that is not valid; says whether it is dealt with.
    pub(crate) fn mend_answered(&mut self, effect: &EffectId, answer: &Answer) -> bool {
        // A look-up that something else came between (time, an agent) is nobody's to answer.
        let looking = self.state.mending.search.take().filter(|looking| looking.effect == *effect);
        if let Some(looking) = looking {
            self.looked_up(looking, answer);
            return true;
        }
        // A model that fails leaves a step with the words it could not read, as if there were no model.
        let asked_a_model = matches!(&self.state.pending, Pending::Effect { effect, .. } if matches!(**effect, Effect::Generate { .. }));
        let is_understanding = match answer {
            Answer::Found { .. } | Answer::Replied(_) => false,
            Answer::Failed { .. } => asked_a_model,
            _ => true,
        };
        if !is_understanding || self.repair().is_none() || !self.is_asking() || !self.may_mend() {
            return false;
        }
        let Some(words) = self.state.heard.last().cloned() else { return false };
        let probed = self.probe_happened(None, Happened::Answered(answer.clone()));
        probed.fit == Fit::NotValid && self.look_up(&words, Asks::Perhaps, Some(answer.clone()))
    }

    /// The question's time is up: a word first, where the flow says so; says whether the question waits once more.
    pub(crate) fn nudge(&mut self) -> bool {
        self.state.mending.search = None;
        self.state.mending.offer = None;
        let Some(repair) = self.repair() else { return false };
        let is_open = matches!(self.state.pending, Pending::Customer) && self.is_asking();
        // Whoever has got what they wanted need not be asked twice for a rating.
        let is_rating =
            matches!(self.state.mending.asked.as_ref().map(|asked| &asked.content), Some(Content::Rating { .. }));
        if !repair.nudge.on || !is_open || is_rating || self.times("nudge") > 0 {
            return false;
        }
        self.note_mend("nudge");
        self.say_words("nudge", &repair.nudge.say);
        self.mark_mend("客户没有说话：提醒一次", "silence: nudged once");
        self.wait_again();
        true
    }

    // --- the question that waits

    /// Remembers the question a step has just put, so that it can be asked again.
    pub(crate) fn remember_question(&mut self, n_effects: usize, fit: Fit) {
        const MAX_BYTES: usize = 2 * 1024;
        let said = self.effects.iter().skip(n_effects).rev().find_map(|effect| match effect {
            Effect::Say { content, .. } => Some(content.clone()),
            _ => None,
        });
        let Some(frame) = self.state.frames.last() else { return };
        let Some(node) = frame.node.clone() else { return };
        // Whoever is asked something by a step is not asked the engine's own question any more.
        self.state.mending.offer = None;
        if fit == Fit::NotValid && self.is_asking() {
            return;
        }
        let content = said.unwrap_or_else(|| Content::text(""));
        let size = serde_json::to_string(&content).map_or(usize::MAX, |text| text.len());
        let content = if size > MAX_BYTES { Content::text(words::start(&content.as_text(), 500)) } else { content };
        self.state.mending.asked = Some(Asked {
            node,
            visit: frame.visit,
            depth: self.state.frames.len(),
            content,
            wait_ms: self.state.timer.as_ref().map(|timer| timer.due.saturating_sub(self.now)),
            n_mends: 0,
            times: BTreeMap::new(),
            articles: Vec::new(),
        });
    }

    /// Is the question that is remembered the one that waits?
    fn is_asking(&self) -> bool {
        let (Some(asked), Some(frame)) = (&self.state.mending.asked, self.state.frames.last()) else { return false };
        frame.node.as_ref() == Some(&asked.node) && frame.visit == asked.visit && self.state.frames.len() == asked.depth
    }

    fn may_mend(&self) -> bool {
        self.state.mending.asked.as_ref().is_some_and(|asked| asked.n_mends < MOST_MENDS)
    }

    /// How often this was mended at the question that waits.
    fn times(&self, what: &str) -> u32 {
        self.state.mending.asked.as_ref().and_then(|asked| asked.times.get(what)).copied().unwrap_or(0)
    }

    fn note_mend(&mut self, what: &str) {
        // The message is dealt with: no later step understands it again.
        self.state.n_answers = self.state.n_heard;
        if let Some(asked) = &mut self.state.mending.asked {
            asked.n_mends += 1;
            *asked.times.entry(what.to_owned()).or_default() += 1;
        }
    }

    /// Asks the question that waits once more, after these words, and waits as long as it does.
    fn ask_again(&mut self, lead: &str) {
        if let Some(asked) = &self.state.mending.asked {
            let content = words::shortened(&asked.content, lead);
            self.say_content(content);
        }
        self.wait_again();
    }

    /// Waits for the customer as long as the question does.
    fn wait_again(&mut self) {
        self.state.pending = Pending::Customer;
        let wait_ms = self.state.mending.asked.as_ref().and_then(|asked| asked.wait_ms);
        self.state.timer = wait_ms.map(|wait_ms| {
            self.state.n_timers += 1;
            Timer { id: TimerId(format!("t{}", self.state.n_timers)), due: self.now.saturating_add(wait_ms) }
        });
        self.take_next_heard();
    }

    // --- words

    /// Says the flow's words for a repair, else the engine's own.
    fn say_words(&mut self, what: &str, own: &Texts) {
        let text = self.words(what, own);
        if !text.trim().is_empty() {
            self.say_content(Content::Text { text });
        }
    }

    fn words(&mut self, what: &str, own: &Texts) -> String {
        let plan = self.plan();
        let node = self.state.current().and_then(|id| plan.node(id).ok());
        let said = node.filter(|_| !own.is_empty()).and_then(|node| {
            let mut effects = Vec::new();
            self.ctx_of(node, &mut effects).text(own).ok()
        });
        let name = plan.flow.name.get(&self.state.language, &plan.flow.languages);
        said.unwrap_or_else(|| words::own(what, self.state.language.as_str(), name))
    }

    /// The conversation as the step sees it.
    fn ctx_of<'c>(&'c mut self, node: &'c PlanNode, effects: &'c mut Vec<Effect>) -> Ctx<'c> {
        Ctx {
            plan: self.plan(),
            node,
            state: &mut self.state,
            now: self.now,
            effects,
            why: Texts::default(),
            fit: Fit::Fits,
            changed: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }

    fn say_content(&mut self, content: Content) {
        let node = self.state.current().cloned().unwrap_or_default();
        self.effects.push(Effect::Say { content, node });
    }

    /// Says in the trace what was mended.
    fn mark_mend(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.mark_changed(zh, en, BTreeMap::new());
    }

    fn mark_changed(&mut self, zh: impl Into<String>, en: impl Into<String>, changed: BTreeMap<VarName, Value>) {
        let node = self.state.current().cloned().unwrap_or_default();
        self.mark(&node, Mark::Waits, Texts::new(zh, en), changed);
    }
}

/// The setting of an act; yes, no and asides have none of their own.
fn mend_of(repair: &Repair, kind: ActKind) -> Option<&Mend> {
    Some(match kind {
        ActKind::Cancel => &repair.cancel,
        ActKind::Restart => &repair.restart,
        ActKind::Repeat => &repair.repeat,
        ActKind::Unknown => &repair.unknown,
        ActKind::Hold => &repair.hold,
        ActKind::Correction => &repair.correction,
        ActKind::Aside => &repair.digression,
        ActKind::Greeting => &repair.greeting,
        ActKind::Thanks => &repair.thanks,
        ActKind::Who => &repair.who,
        ActKind::Abilities => &repair.abilities,
        ActKind::Chat => &repair.chat,
        ActKind::Insult => &repair.insult,
        ActKind::Noise => &repair.noise,
        ActKind::Yes | ActKind::No | ActKind::Question => return None,
    })
}

/// A name or an id as the state keeps it.
fn is_small(text: &str) -> bool {
    size_of_text(text) <= 256
}

//! A correction: "no, I meant 10443" changes an earlier answer, and what rested on it is done again.
//!
//! The new value goes into the earlier question's variable and the conversation leaves that question by its exit once
//! more: calls are made again, branches decide again, texts are said again. Questions on the way that do not use what
//! changed are not asked again. Where nothing used the old value, it is replaced and the conversation stays where it
//! is. Where something on the way cannot be undone (a call that changes something, a hand-off), the customer is asked
//! before it is done a second time.

use std::collections::{BTreeMap, BTreeSet};

use model::{Act, Input, Mark, NodeId, PortId, Texts, VarName, Variable};
use serde_json::Value;

use super::probe::Probe;
use super::{Fit, Offer, Trod, words};
use crate::run::{Run, Todo};
use crate::size::size_of;

/// An earlier answer and what it becomes.
struct Target {
    /// Its place in the trail.
    at: usize,
    values: BTreeMap<VarName, Value>,
    port: Option<PortId>,
}

impl Run<'_> {
    /// Corrects an earlier answer; says whether the words are dealt with.
    pub(super) fn correct(&mut self, words: &str, act: &Act, fit: Fit) -> bool {
        let rest = Input::Text(act.rest.clone());
        let takes_rest = if act.rest.is_empty() { fit } else { self.probe(None, &rest).fit };
        if takes_rest == Fit::Fits || (fit == Fit::Fits && self.is_half_answered()) {
            return false;
        }
        let Some(target) = self.target(words, &act.rest, fit) else {
            // "I got the phone wrong" is no answer even where any words would be one.
            let is_no_answer = fit == Fit::NotValid || (fit == Fit::Freely && act.rest.is_empty());
            if !is_no_answer {
                return false;
            }
            let what = if self.has_collected() { "correction_which" } else { "correction_none" };
            return self.may_mend() && self.say_there_is_nothing(what);
        };
        const MAX_BYTES: usize = 2 * 1024;
        if target.values.values().map(size_of).sum::<usize>() > MAX_BYTES {
            return false;
        }
        self.state.n_answers = self.state.n_heard;
        self.apply(target);
        true
    }

    /// The earlier question that is meant: by its name, by the kind of value, else the last one.
    fn target(&mut self, words: &str, rest: &str, fit: Fit) -> Option<Target> {
        let candidates = self.candidates();
        let named = candidates.iter().copied().max_by_key(|&at| (self.likeness(at, words), at));
        let named = named.filter(|&at| self.likeness(at, words) > 0);
        // A step that collects several details would lose the others if it were asked again.
        let again = |at: usize| Target { at, values: BTreeMap::new(), port: None };
        let asks_one = |at: &usize| self.state.mending.trail[*at].sets.len() == 1;
        if rest.is_empty() {
            let last = candidates.first().copied().filter(|_| fit == Fit::NotValid);
            return named.or(last).filter(asks_one).map(again);
        }
        let names = named.map(|at| self.named(at, words)).unwrap_or_default();
        let is_meant =
            |changed: &BTreeMap<VarName, Value>| names.is_empty() || changed.keys().any(|name| names.contains(name));
        let asked_again = named.filter(asks_one).map(again);
        let (all, input) = (Input::Text(words.to_owned()), Input::Text(rest.to_owned()));
        let mut freely = None;
        for at in named.into_iter().chain(candidates.iter().copied()) {
            let trod = self.state.mending.trail[at].clone();
            let earlier = Some((&trod.node, &trod.memory));
            // A step that collects several details finds the one that is meant by the words around it.
            let mut probe = self.probe(earlier, &all);
            if probe.fit != Fit::Fits || probe.changed.is_empty() || !is_meant(&probe.changed) {
                probe = self.probe(earlier, &input);
            }
            let Probe { fit: takes, changed, port, .. } = probe;
            let target = Target { at, values: changed, port };
            match takes {
                Fit::Fits if !target.values.is_empty() && is_meant(&target.values) => return Some(target),
                Fit::Freely if named == Some(at) && is_meant(&target.values) => return Some(target),
                Fit::Freely if names.is_empty() && freely.is_none() => freely = Some(target),
                _ => {}
            }
        }
        // Named without a value it could take: asked again. Any words could be the last free answer, but only when the
        // question that waits cannot use them.
        let in_words = named.zip(names.first()).filter(|_| !rest.bytes().any(|byte| byte.is_ascii_digit()));
        let in_words =
            in_words.map(|(at, name)| Target { at, values: BTreeMap::from([(name.clone(), rest.into())]), port: None });
        asked_again.or(in_words).or(freely.filter(|_| fit == Fit::NotValid))
    }

    /// The answered questions of the innermost flow, the last one first, but for the one that waits.
    fn candidates(&self) -> Vec<usize> {
        let depth = self.state.frames.len();
        let current = self.state.current();
        let mut seen = BTreeSet::new();
        let trail = &self.state.mending.trail;
        let is_candidate =
            |trod: &Trod| trod.depth == depth && trod.answered && !trod.sets.is_empty() && Some(&trod.node) != current;
        (0..trail.len()).rev().filter(|&at| is_candidate(&trail[at]) && seen.insert(&trail[at].node)).collect()
    }

    /// Has the question that waits taken some of its answers already? Then it corrects them itself.
    fn is_half_answered(&self) -> bool {
        let last = self.state.mending.trail.last();
        last.is_some_and(|trod| Some(&trod.node) == self.state.current() && trod.answered && !trod.sets.is_empty())
    }

    /// How much of the names of what a question sets is in the words.
    fn likeness(&self, at: usize, words: &str) -> usize {
        self.likenesses(at, words).into_iter().map(|(_, likeness)| likeness).max().unwrap_or(0)
    }

    /// What a question sets that the words name, the best named first.
    fn named(&self, at: usize, words: &str) -> Vec<VarName> {
        let mut likenesses = self.likenesses(at, words);
        likenesses.retain(|(_, likeness)| *likeness > 0);
        likenesses.sort_by_key(|(_, likeness)| std::cmp::Reverse(*likeness));
        likenesses.into_iter().map(|(name, _)| name).collect()
    }

    fn likenesses(&self, at: usize, words: &str) -> Vec<(VarName, usize)> {
        let words = words.to_lowercase();
        let sets = &self.state.mending.trail[at].sets;
        let variables = self.plan().flow.variables.iter().filter(|variable| sets.contains(&variable.name));
        let best = |variable: &Variable| variable.label.iter().map(|(_, label)| likeness(label, &words)).max();
        variables.map(|variable| (variable.name.clone(), best(variable).unwrap_or(0))).collect()
    }

    /// Replaces the answer; goes on from there when something rested on it.
    fn apply(&mut self, target: Target) {
        let trod = self.state.mending.trail[target.at].clone();
        let after: Vec<Trod> = self.state.mending.trail[target.at + 1..].to_vec();
        let values = &target.values;
        let frame = self.state.frames.last();
        let is_same = !values.is_empty()
            && values.iter().all(|(name, value)| frame.and_then(|frame| frame.values.get(name)) == Some(value));
        if is_same {
            self.note_mend("correction");
            self.mark_mend("更正：值没有变化", "correction: the value is the same");
            self.say_words("correction_same", &Texts::default());
            self.ask_again("");
            return;
        }
        let port = target.port.or(trod.port.clone());
        let goes_elsewhere = port != trod.port;
        let dependents = self.dependents(&after, values.keys().cloned().collect());
        let is_used = values.is_empty() || goes_elsewhere || !dependents.is_empty();
        if is_used && after.iter().any(|trod| trod.did) {
            self.note_mend("correction");
            self.mark_mend(
                "更正：后面的步骤已经产生结果，先确认",
                "correction: later steps have had consequences, asked first",
            );
            let text = self.words("correction_done", &Texts::default());
            self.offer(text, Offer::Correct { node: trod.node, values: target.values, port });
        } else if is_used {
            self.run_again(&trod.node, target.values, port);
        } else if self.set_values(&target.values) {
            self.note_mend("correction");
            self.mark_changed(
                "更正：已替换，后面没有用到，继续原来的问题",
                "correction: replaced, nothing used it, back to the question",
                target.values.clone(),
            );
            self.acknowledge(&target.values, &trod.node, port.as_ref());
            self.ask_again("");
        }
    }

    /// Leaves an earlier question again with other values, or asks it again when there are none.
    pub(super) fn run_again(&mut self, node: &NodeId, values: BTreeMap<VarName, Value>, port: Option<PortId>) {
        let depth = self.state.frames.len();
        let is_it = |trod: &Trod| trod.depth == depth && trod.node == *node;
        let Some(at) = self.state.mending.trail.iter().rposition(is_it) else {
            self.ask_again("");
            return;
        };
        let after = self.state.mending.trail.split_off(at + 1);
        let Some(port) = port.filter(|_| !values.is_empty()) else {
            self.say_words("correction_again", &Texts::default());
            self.mark_mend(format!("更正：回到“{node}”重新问"), format!("correction: {node} is asked again"));
            self.state.mending.trail.truncate(at);
            self.go_to(node.clone());
            self.work(Todo::Enter);
            return;
        };
        if !self.set_values(&values) {
            self.ask_again("");
            return;
        }
        let dependents = self.dependents(&after, values.keys().cloned().collect());
        let known = after.into_iter().filter(|trod| trod.answered && !dependents.contains(&trod.node));
        let known: Vec<Trod> = known.filter(|trod| trod.port.is_some()).collect();
        self.acknowledge(&values, node, Some(&port));
        let why = Texts::new("更正：从这个问题的出口重新走", "correction: on from this question's exit again");
        self.mark(node, Mark::Left(port.clone()), why, values);
        // Another exit leads another way, on which nothing is known.
        let is_same_way = self.state.mending.trail.last().is_some_and(|trod| trod.port.as_ref() == Some(&port));
        if let Some(trod) = self.state.mending.trail.last_mut() {
            trod.port = Some(port.clone());
        }
        self.state.mending.known = if is_same_way { known } else { Vec::new() };
        if let Some(todo) = self.leave(node, &port) {
            self.work(todo);
        }
    }

    fn set_values(&mut self, values: &BTreeMap<VarName, Value>) -> bool {
        let Some(frame) = self.state.frames.last_mut() else { return false };
        let mut before = BTreeMap::new();
        for (name, value) in values {
            before.insert(name.clone(), frame.values.insert(name.clone(), value.clone()));
        }
        if self.state.has_room() {
            return true;
        }
        self.put_back(before);
        false
    }

    /// Says what was changed: the flow's words, or the name and the value. Of a choice it is the exit that it leaves by,
    /// which people know by its words.
    fn acknowledge(&mut self, values: &BTreeMap<VarName, Value>, node: &NodeId, port: Option<&PortId>) {
        let Some(repair) = self.repair() else { return };
        let own = &repair.correction.say;
        let plan = self.plan();
        let flow = &plan.flow;
        let ports = plan.node(node).map(|node| node.ports.as_slice()).unwrap_or_default();
        let chosen = port.and_then(|port| ports.iter().find(|known| known.id == *port));
        let chosen = chosen.map(|port| (port.id.as_str(), port.label.get(&self.state.language, &flow.languages)));
        let chosen = chosen.filter(|(_, label)| !label.is_empty() && !label.contains("{{"));
        let shown = values.iter().find_map(|(name, value)| {
            let label = &flow.variables.iter().find(|variable| &variable.name == name)?.label;
            let text =
                value.as_str().map_or_else(|| value.as_f64().map(|n| n.to_string()), |text| Some(text.into()))?;
            let text = chosen.filter(|(id, _)| *id == text).map_or(text, |(_, label)| label.to_owned());
            let label = label.get(&self.state.language, &flow.languages);
            (!label.is_empty() && text.chars().count() <= 60).then(|| (label.to_owned(), text))
        });
        match shown {
            Some((label, text)) if own.is_empty() => {
                let text = match self.state.language.as_str() {
                    "zh" => format!("好的，{label}改为 {text}。"),
                    _ => format!("Got it: {label} is now {text}."),
                };
                self.say_content(model::Content::Text { text });
            }
            _ => self.say_words("correction", own),
        }
    }

    fn say_there_is_nothing(&mut self, what: &str) -> bool {
        self.note_mend("correction");
        self.mark_mend("更正：没有找到要改的内容", "correction: nothing found to correct");
        self.say_words(what, &Texts::default());
        self.ask_again("");
        true
    }
}

/// How much of a name is in the words: all of it, or some of its Chinese pairs and Latin words.
fn likeness(label: &str, words: &str) -> usize {
    const WHOLE: usize = 100;
    let label = label.to_lowercase();
    if label.is_empty() {
        return 0;
    }
    if words.contains(&label) {
        return WHOLE;
    }
    if label.is_ascii() {
        let said: BTreeSet<&str> = words.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        return label.split_whitespace().filter(|word| word.len() > 3 && said.contains(word)).count();
    }
    let chars: Vec<char> = label.chars().collect();
    chars.windows(2).filter(|pair| words.contains(&words::pair(pair))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_meant_by_its_name_or_a_part_of_it() {
        assert!(likeness("订单号", "不对，订单号是10443") > likeness("收货地址", "不对，订单号是10443"));
        assert_eq!(likeness("收货地址", "刚才地址写错了"), 1);
        assert_eq!(likeness("delivery address", "the address is wrong"), 1);
        assert_eq!(likeness("电话", "刚才地址写错了"), 0);
    }
}

//! The editor: the document with its history of labelled changes.

use std::sync::Arc;

use model::Texts;

use crate::change::Change;
use crate::edit::{Edit, Outcome, Touched};
use crate::{Document, Names, Op, Selection};

/// How many changes can be taken back.
pub const DEPTH: usize = 500;
/// Changes of the same target within this time are one.
pub const MERGE_MS: f64 = 500.0;

/// What the screen edits: a document, what was done to it, and what was taken back.
#[derive(Clone, Debug)]
pub struct Editor {
    document: Document,
    done: Vec<Transaction>,
    undone: Vec<Transaction>,
}

#[derive(Clone, Debug)]
struct Transaction {
    label: Texts,
    redo: Vec<Op>,
    /// In the order in which they are applied.
    undo: Vec<Op>,
    merge_key: Option<String>,
    at_ms: f64,
    before: Selection,
    after: Selection,
}

impl Editor {
    /// An editor with an empty history.
    pub fn new(document: Document) -> Self {
        Self { document, done: Vec::new(), undone: Vec::new() }
    }

    /// What is edited.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Does an edit as one change that can be taken back. `now_ms` is any clock that goes forward.
    pub fn run(&mut self, edit: &Edit, selection: &Selection, now_ms: f64) -> Outcome {
        let mut change = Change::new(&mut self.document);
        let mut outcome = edit.perform(&mut change, selection);
        let (undo, redo, touched) = change.finish();
        outcome.touched = touched;
        if redo.is_empty() {
            return outcome;
        }
        self.undone.clear();
        let merge_key = edit.merge_key();
        match self.done.last_mut() {
            Some(last)
                if merge_key.is_some()
                    && last.merge_key == merge_key
                    && (0.0..=MERGE_MS).contains(&(now_ms - last.at_ms)) =>
            {
                last.undo.splice(0..0, undo);
                last.redo.extend(redo);
                last.at_ms = now_ms;
                last.after = outcome.select.clone();
            }
            _ => self.done.push(Transaction {
                label: outcome.label.clone(),
                redo,
                undo,
                merge_key,
                at_ms: now_ms,
                before: selection.clone(),
                after: outcome.select.clone(),
            }),
        }
        if self.done.len() > DEPTH {
            self.done.remove(0);
        }
        outcome
    }

    /// Does an edit as a part of the change before it, so that both are taken back at once: a copy, and where it is put.
    pub fn amend(&mut self, edit: &Edit, selection: &Selection) -> Outcome {
        let mut change = Change::new(&mut self.document);
        let mut outcome = edit.perform(&mut change, selection);
        let (undo, redo, touched) = change.finish();
        outcome.touched = touched;
        if let Some(last) = self.done.last_mut().filter(|_| !redo.is_empty()) {
            last.undo.splice(0..0, undo);
            last.redo.extend(redo);
            last.after = outcome.select.clone();
            outcome.label = last.label.clone();
        }
        outcome
    }

    /// Takes the last change back as if it had never been: it cannot be done again.
    pub fn drop_last(&mut self) -> Option<Outcome> {
        let outcome = self.undo();
        self.undone.pop();
        outcome
    }

    /// Takes the last change back.
    pub fn undo(&mut self) -> Option<Outcome> {
        let transaction = self.done.pop()?;
        let touched = apply_all(&mut self.document, &transaction.undo);
        let outcome =
            Outcome { label: transaction.label.clone(), select: transaction.before.clone(), note: None, touched };
        self.undone.push(transaction);
        Some(outcome)
    }

    /// Does the last change that was taken back again.
    pub fn redo(&mut self) -> Option<Outcome> {
        let mut transaction = self.undone.pop()?;
        let touched = apply_all(&mut self.document, &transaction.redo);
        let outcome =
            Outcome { label: transaction.label.clone(), select: transaction.after.clone(), note: None, touched };
        transaction.merge_key = None;
        self.done.push(transaction);
        Some(outcome)
    }

    /// What undo would take back, in words.
    pub fn undo_label(&self) -> Option<&Texts> {
        self.done.last().map(|transaction| &transaction.label)
    }

    /// What redo would do again, in words.
    pub fn redo_label(&self) -> Option<&Texts> {
        self.undone.last().map(|transaction| &transaction.label)
    }

    /// The workspace has other names now.
    pub fn set_names(&mut self, names: Names) {
        self.document.names = Arc::new(names);
    }

    /// Opens another document; the history starts anew.
    pub fn load(&mut self, document: Document) {
        *self = Self::new(document);
    }
}

fn apply_all(document: &mut Document, ops: &[Op]) -> Touched {
    let mut change = Change::new(document);
    for op in ops {
        change.apply(op.clone());
    }
    change.finish().2
}

#[cfg(test)]
mod tests {
    use model::NodeId;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::samples;

    fn run(editor: &mut Editor, edit: Edit, now_ms: f64) -> Outcome {
        editor.run(&edit, &Selection::default(), now_ms)
    }

    #[test]
    fn typing_is_one_change() {
        let mut editor = Editor::new(samples::refund());
        for (now, text) in [(0.0, "您"), (200.0, "您好"), (600.0, "您好！"), (2000.0, "您好！请问")] {
            let edit = Edit::SetConfig { node: "say".into(), pointer: "/text/zh".into(), value: Some(json!(text)) };
            run(&mut editor, edit, now);
        }

        editor.undo();
        let shown = editor.document().flow.node(&"say".into()).map(|node| node.config["text"]["zh"].clone());
        assert_eq!(shown, Some(json!("您好！")));
        editor.undo();
        assert_eq!(editor.document(), &samples::refund());
        assert!(editor.undo().is_none());
        editor.redo();
        editor.redo();
        let shown = editor.document().flow.node(&"say".into()).map(|node| node.config["text"]["zh"].clone());
        assert_eq!(shown, Some(json!("您好！请问")));
    }

    #[test]
    fn an_edit_without_effect_leaves_no_trace() {
        let mut editor = Editor::new(samples::refund());

        run(&mut editor, Edit::Disconnect { from: "end".into(), port: "next".into() }, 0.0);
        run(&mut editor, Edit::Move { to: vec![("ask".into(), [320, 80])] }, 0.0);

        assert!(editor.undo_label().is_none());
    }

    #[test]
    fn a_copy_and_where_it_is_put_are_one_change() {
        let mut editor = Editor::new(samples::refund());
        let nodes = vec!["ask".into(), "say".into()];

        let copied = run(&mut editor, Edit::Duplicate { nodes, by: [0, 0] }, 0.0);
        editor.amend(&Edit::Move { to: vec![("ask_2".into(), [320, 400])] }, &copied.select);

        let flow = &editor.document().flow;
        assert_eq!(copied.select, Selection::nodes(["ask_2".into(), "say_2".into()]));
        assert_eq!(flow.layout.get(&NodeId::from("ask_2")), Some(&[320, 400]));
        assert_eq!(flow.layout.get(&NodeId::from("ask")), Some(&[320, 80]));
        let paths: Vec<_> = flow.edges[3..].iter().map(|edge| (edge.from.as_str(), edge.to.as_str())).collect();
        assert_eq!(paths, [("ask_2", "say_2")], "only the path among them is copied");
        assert_eq!(editor.undo_label(), Some(&Texts::new("再来一份（2 个步骤）", "Duplicate 2 steps")));
        editor.undo();
        assert_eq!(editor.document(), &samples::refund());
        editor.redo();
        assert_eq!(editor.document().flow.layout.get(&NodeId::from("ask_2")), Some(&[320, 400]));
        editor.drop_last();
        assert_eq!(editor.document(), &samples::refund());
        assert!(editor.redo().is_none());
    }

    proptest! {
        #[test]
        fn every_edit_can_be_taken_back_and_done_again(choices in proptest::collection::vec((0usize..20, 0usize..8, 0usize..8), 1..24)) {
            let start = samples::refund();
            let mut editor = Editor::new(start.clone());
            let mut states = vec![start.clone()];
            for (now, (what, a, b)) in choices.into_iter().enumerate() {
                let edit = samples::edit(editor.document(), what, a, b);
                let before = editor.done.len();
                run(&mut editor, edit, now as f64 * 1000.0);
                if editor.done.len() > before {
                    states.push(editor.document().clone());
                }
            }
            let last = editor.document().clone();

            for expected in states.iter().rev().skip(1) {
                prop_assert!(editor.undo().is_some());
                prop_assert_eq!(editor.document(), expected);
            }
            prop_assert!(editor.undo().is_none());
            while editor.redo().is_some() {}
            prop_assert_eq!(editor.document(), &last);
        }
    }
}

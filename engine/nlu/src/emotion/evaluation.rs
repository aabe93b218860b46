//! How well moods are told apart on labelled lines: accuracy, macro-F1, per class, and what is taken for what.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CLASSES, likelihoods, mood};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// How many lines.
    pub n: usize,
    /// Share of lines with the right label.
    pub accuracy: f64,
    /// The mean of the classes' F1.
    pub macro_f1: f64,
    /// Each class that occurs in the test.
    pub classes: Vec<Class>,
    /// How often lines of one label were taken for another: label, then what was said, then how often.
    pub confusion: BTreeMap<String, BTreeMap<String, usize>>,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Class {
    /// The label.
    pub label: String,
    /// How many lines have it.
    pub n: usize,
    /// Of those said to have it, so many do.
    pub precision: f64,
    /// Of those that have it, so many were found.
    pub recall: f64,
    /// Both in one.
    pub f1: f64,
}

/// What of the built-in moods is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// The likeliest class of the classifier alone.
    Learnt,
    /// What [`mood`] says, which is neutral unless it is sure.
    Told,
}

/// Compares the built-in moods with (text, label) lines of public sets, which tell four classes apart: angry,
/// anxious_sad, neutral, positive.
pub fn evaluate_four<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>, judge: Judge) -> Evaluation {
    const FOUR: [&str; 4] = ["angry", "anxious_sad", "neutral", "positive"];
    let said = |text: &str| match judge {
        Judge::Learnt => {
            let likely = likelihoods(text);
            let four = [likely[0], likely[1] + likely[2], likely[3], likely[4]];
            FOUR[(0..four.len()).max_by(|a, b| four[*a].total_cmp(&four[*b])).unwrap_or(0)]
        }
        Judge::Told => {
            let told = mood(text).emotion;
            match CLASSES.iter().position(|class| *class == told) {
                Some(0) => FOUR[0],
                Some(1 | 2) => FOUR[1],
                Some(4) => FOUR[3],
                _ => FOUR[2],
            }
        }
    };
    evaluate(lines.map(|(text, label)| (label, said(text))))
}

/// Compares (label, said) pairs. Classes that no line has count only where they were said instead of another.
pub fn evaluate<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Evaluation {
    let mut confusion: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut n, mut n_right) = (0, 0);
    for (label, answer) in pairs {
        n += 1;
        n_right += usize::from(label == answer);
        *said.entry(answer).or_default() += 1;
        *confusion.entry(label.to_owned()).or_default().entry(answer.to_owned()).or_default() += 1;
    }
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let classes: Vec<Class> = confusion
        .iter()
        .map(|(label, answers)| {
            let n: usize = answers.values().sum();
            let right = answers.get(label).copied().unwrap_or(0);
            let n_said = said.get(label.as_str()).copied().unwrap_or(0);
            Class {
                label: label.clone(),
                n,
                precision: share(right, n_said),
                recall: share(right, n),
                f1: share(2 * right, n + n_said),
            }
        })
        .collect();
    let macro_f1 = classes.iter().map(|class| class.f1).sum::<f64>() / classes.len().max(1) as f64;
    Evaluation { n, accuracy: share(n_right, n), macro_f1, classes, confusion }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_textbook() {
        let pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")];

        let evaluation = evaluate(pairs.into_iter());

        assert_eq!((evaluation.n, evaluation.accuracy), (4, 0.75));
        assert!((evaluation.classes[0].f1 - 2.0 / 3.0).abs() < 1e-9);
        assert!((evaluation.classes[1].f1 - 0.8).abs() < 1e-9);
        assert_eq!(evaluation.confusion["a"]["b"], 1);
    }
}

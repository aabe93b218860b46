//! Turns signals into a probability, fitted on the bot's own examples with some intents left out.

use super::held_out::{Dealer, MANY_EXAMPLES, MIN_CLASSES, MIN_EXAMPLES_PER_CLASS, N_FOLDS, Outcomes, Part, n_folds};
use super::model::{Example, Model, N_SIGNALS};
use crate::background::background;
use crate::logistic::Curve;

/// A curve over signals, and the thresholds that go with it.
#[derive(Debug, Clone)]
pub(super) struct Confidence {
    pub(super) curve: Curve<N_SIGNALS>,
    pub(super) sure_above: f64,
    pub(super) close_above: f64,
}

/// What holds for bots too small to learn their own: fitted on many bots of one to ten intents. The nearest example,
/// what stands apart and the length have no part in it: fitted with them, small bots were judged no better.
const USUAL: Curve<N_SIGNALS> =
    Curve { weights: [-1.00, 1.65, 2.89, 2.99, -0.39, 3.17, 0.0, 0.0, 0.0], constant: -5.92 };
const USUALLY_SURE_ABOVE: f64 = 0.6;
const USUALLY_CLOSE_ABOVE: f64 = 0.35;

/// Up to this many examples, as far as they are many per class, all folds take less than a second.
const MOST_FOR_ALL_FOLDS: usize = 12_000;
impl Confidence {
    pub(super) fn fit(examples: &[Example], n_classes: usize) -> Confidence {
        let usual = Confidence { curve: USUAL, sure_above: USUALLY_SURE_ABOVE, close_above: USUALLY_CLOSE_ABOVE };
        if n_classes < MIN_CLASSES || examples.len() < n_classes * MIN_EXAMPLES_PER_CLASS {
            return usual;
        }
        // What tells close topics apart shows when each of them was left out once.
        let is_quick = examples.len() <= MOST_FOR_ALL_FOLDS && Model::has_many(examples.len(), n_classes);
        let mut outcomes = Outcomes::new();
        for fold in 0..if is_quick { N_FOLDS } else { n_folds(examples.len()) } {
            add_fold(&mut outcomes, examples, n_classes, fold);
        }
        let has_many = examples.len() >= MANY_EXAMPLES;
        let curve = USUAL.fitted(&outcomes.samples(), if has_many { PULL } else { PULL_OF_FEW });
        let at_least = if has_many { LEAST_SURE } else { LEAST_SURE_OF_FEW };
        let Some((sure_above, close_above)) = outcomes.thresholds(&curve, at_least) else { return usual };
        Confidence { curve, sure_above, close_above }
    }
}

/// How strongly a bot's own curve is drawn toward the usual one: one of few examples leaves out few topics, and those
/// are easier to tell from the others than what else the customers of a business write about.
const PULL: f64 = 2.0;
const PULL_OF_FEW: f64 = 30.0;
/// What is acted on is more likely right than wrong.
const LEAST_SURE: f64 = 0.5;
/// The few topics that a small bot can leave out are easier to tell apart than what its customers write.
const LEAST_SURE_OF_FEW: f64 = 0.62;

/// Trains without one part of the classes and one part of the other classes' examples, and judges those.
fn add_fold(outcomes: &mut Outcomes<N_SIGNALS>, examples: &[Example], n_classes: usize, fold: usize) {
    let mut dealer = Dealer::new(n_classes, fold);
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for example in examples {
        match dealer.deal(example.class) {
            Some(Part::Kept) => kept.push(example),
            Some(Part::Apart { is_other }) => held_out.push((example, is_other)),
            None => {}
        }
    }
    let (own, apart): (Vec<_>, Vec<_>) = background().iter().enumerate().partition(|(idx, _)| idx % N_FOLDS != fold);
    let own: Vec<_> = own.into_iter().map(|(_, counted)| counted).collect();
    let model = Model::fit(&kept, &own, n_classes);
    let allowed = vec![true; n_classes];
    for (example, is_other) in held_out {
        match model.judge(&example.counted, &allowed) {
            Some(judged) if is_other => outcomes.others.push(judged.signals),
            Some(judged) => outcomes.known.push((judged.signals, judged.ranked[0].0 == example.class)),
            None => {}
        }
    }
    let judged = apart.into_iter().filter_map(|(_, counted)| model.judge(counted, &allowed));
    outcomes.others.extend(judged.map(|judged| judged.signals));
}

#[cfg(test)]
mod tests {
    //! Finds the usual curve: `cargo test --release -p nlu usual_curve -- --ignored --nocapture`.

    use super::*;
    use crate::features::Counted;
    use crate::logistic::Sample;
    use crate::normalise::normalise;

    #[test]
    #[ignore = "prints the figures of USUAL from the public sets"]
    fn usual_curve() {
        let mut samples = Vec::new();
        for set in ["clinc150/train", "banking77/train", "crosswoz_intent/train"] {
            let lines = lines(set);
            let mut labels: Vec<&String> = lines.iter().map(|(label, _)| label).collect();
            labels.sort();
            labels.dedup();
            for (n_classes, n_examples) in [(1, 4), (2, 3), (2, 8), (3, 5), (4, 10), (5, 4), (6, 8), (8, 6), (10, 8)] {
                // Neighbours in the alphabet are alike; a stride gives bots of different things.
                let stride = labels.len() / n_classes;
                for first in (0..stride).step_by(stride.div_ceil(14)) {
                    let chosen: Vec<&String> =
                        labels.iter().skip(first).step_by(stride).take(n_classes).copied().collect();
                    samples.extend(bot_samples(&lines, &chosen, n_examples));
                }
            }
        }
        let start = Curve { weights: [0.0; N_SIGNALS], constant: 0.0 };
        println!("{} samples\n{:.2?}", samples.len(), start.fitted(&samples, 5.0));
    }

    /// The first lines of each topic are its examples; others of its lines are asked, and some of all other topics.
    fn bot_samples(lines: &[Line], chosen: &[&String], n_examples: usize) -> Vec<Sample<N_SIGNALS>> {
        const ASKED_PER_TOPIC: usize = 30;
        const OTHERS: usize = 300;
        let class_of = |label: &String| chosen.iter().position(|chosen| *chosen == label);
        let (mut examples, mut asked) = (Vec::new(), Vec::new());
        for class in 0..chosen.len() {
            let own = lines.iter().filter(|(label, _)| class_of(label) == Some(class));
            for (idx, (_, counted)) in own.take(n_examples + ASKED_PER_TOPIC).enumerate() {
                if idx < n_examples {
                    examples.push(Example { class, counted: counted.clone() });
                } else {
                    asked.push((Some(class), counted));
                }
            }
        }
        let others: Vec<&Line> = lines.iter().filter(|(label, _)| class_of(label).is_none()).collect();
        let every = others.len().div_ceil(OTHERS).max(1);
        asked.extend(others.iter().step_by(every).map(|(_, counted)| (None, counted)));
        let examples: Vec<&Example> = examples.iter().collect();
        let own: Vec<&Counted> = background().iter().collect();
        let model = Model::fit(&examples, &own, chosen.len());
        let allowed = vec![true; chosen.len()];
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for (class, counted) in asked {
            if let Some(judged) = model.judge(counted, &allowed) {
                match class {
                    Some(class) => known.push((judged.signals, judged.ranked[0].0 == class)),
                    None => others.push(judged.signals),
                }
            }
        }
        let mut samples = Outcomes { known, others }.samples();
        let total: f64 = samples.iter().map(|sample| sample.weight).sum();
        for sample in &mut samples {
            sample.weight *= 100.0 / total;
        }
        samples
    }

    type Line = (String, Counted);

    #[expect(clippy::disallowed_methods, reason = "the sets are read where they are")]
    fn lines(name: &str) -> Vec<Line> {
        let path = format!("{}/../../../shared/data/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = |line: &str| {
            let line: crate::evaluate::Labelled = serde_json::from_str(line).ok()?;
            Some((line.label, Counted::new(&normalise(&line.text))))
        };
        text.lines().filter_map(line).collect()
    }
}

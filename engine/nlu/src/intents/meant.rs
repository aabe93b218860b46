//! A second opinion on messages that words leave open: vectors of sentences by a sentence model, which come from outside.
//!
//! One-vs-rest logistic classifiers over vectors say which topic a message is near. They are trained like those of the
//! words, on the same examples and the same generic sentences; vectors count from their mean, as models differ in where
//! theirs lie. The order of the topics is that of both opinions' odds multiplied (a product of experts, Hinton 2002), and a
//! logistic curve says how likely the first is right. The curve is fitted as that of the words is: on the bot's own
//! examples while they, or their whole topic, are away.

use super::held_out::{Dealer, MIN_CLASSES, MIN_EXAMPLES_PER_CLASS, N_FOLDS, Outcomes, Part, n_folds};
use super::{IntentExamples, MAX_INTENTS, MOST_SURE, Recogniser, Recognition, Scored};
use crate::background::sentences;
use crate::linear::{Effort, Linear, Sparse};
use crate::logistic::Curve;
use crate::round4;

/// Topics learnt from the vectors of their examples.
#[derive(Debug)]
pub struct Meant {
    head: Head,
    curve: Curve<N_SIGNALS>,
    sure_above: f64,
    close_above: f64,
}

const N_SIGNALS: usize = 5;
/// Where nothing is known yet: each signal speaks for the topic, and a message is more likely about something else.
const NEUTRAL: Curve<N_SIGNALS> = Curve { weights: [1.0; N_SIGNALS], constant: -2.0 };
const PULL: f64 = 1.0;
/// What words make of a topic that they do not name.
const LEAST: f64 = 0.002;
/// Vectors have this length here: those of a sentence model point in few directions, and are told apart late at one.
const LENGTH: f32 = 3.0;
const EFFORT: Effort = Effort { cost: 5.0, max_rounds: 20 };

/// The generic sentences that are about no topic; training wants their vectors, in this order.
pub fn generic_sentences() -> Vec<String> {
    sentences().map(str::to_owned).collect()
}

/// A vector with its class.
type Placed<'a> = (usize, &'a [f32]);

impl Meant {
    /// Learns from examples with a vector for each, topic after topic, and from vectors of the generic sentences. Nothing
    /// where there are too few topics or examples, or vectors of several dimensions.
    pub fn train(intents: &[IntentExamples], vectors: &[Vec<f32>], generic: &[Vec<f32>]) -> Option<Meant> {
        let n_examples: usize = intents.iter().map(|intent| intent.examples.len()).sum();
        let dimension = vectors.first().map_or(0, Vec::len);
        let is_odd = |vector: &Vec<f32>| vector.len() != dimension || vector.iter().any(|number| !number.is_finite());
        let is_enough = intents.len() >= MIN_CLASSES && n_examples >= intents.len() * MIN_EXAMPLES_PER_CLASS;
        if !is_enough || vectors.len() != n_examples || dimension == 0 || vectors.iter().chain(generic).any(is_odd) {
            return None;
        }
        let classes = intents.iter().enumerate().flat_map(|(class, intent)| intent.examples.iter().map(move |_| class));
        let placed: Vec<Placed<'_>> = classes.zip(vectors.iter().map(Vec::as_slice)).collect();
        let generic: Vec<&[f32]> = generic.iter().map(Vec::as_slice).collect();
        let mut outcomes = Outcomes::new();
        for fold in 0..n_folds(n_examples) {
            add_fold(&mut outcomes, intents, &placed, &generic, fold);
        }
        let curve = NEUTRAL.fitted(&outcomes.samples(), PULL);
        let (sure_above, close_above) = outcomes.thresholds(&curve, 0.5)?;
        let keys = intents.iter().map(|intent| intent.key.clone()).collect();
        Some(Meant { head: Head::fit(keys, &placed, &generic), curve, sure_above, close_above })
    }

    /// How many numbers a vector has.
    pub fn dimension(&self) -> usize {
        self.head.centre.len()
    }

    /// What both opinions make of a message: `said` by its words, and its vector. What words are sure of stays as it is,
    /// and so does a message that says nothing; with `allowed`, only these topics compete.
    pub fn second(&self, said: Recognition, vector: &[f32], allowed: Option<&[String]>) -> Recognition {
        let is_open = said.sure().is_none() && !said.intents.is_empty() && vector.len() == self.dimension();
        let judged = is_open.then(|| self.head.judge(&said, vector, allowed)).flatten();
        let Some(judged) = judged else { return said };
        let top = self.curve.of(&judged.signals);
        let scored = judged.ranked.iter().take(MAX_INTENTS).map(|(class, odds)| Scored {
            intent: self.head.keys[*class].clone(),
            confidence: round4((top * odds).min(MOST_SURE)),
        });
        let intents: Vec<Scored> = scored.collect();
        // The words that decided speak for the topic that words put first.
        let agrees = intents.first().map(|best| &best.intent) == said.intents.first().map(|best| &best.intent);
        Recognition {
            words: if agrees { said.words } else { Vec::new() },
            intents,
            sure_above: self.sure_above,
            close_above: self.close_above,
        }
    }
}

/// The classifiers, and the middle of each topic.
#[derive(Debug)]
struct Head {
    keys: Vec<String>,
    centre: Vec<f32>,
    linear: Linear,
    /// The direction of each topic's examples; none where it has no examples.
    middles: Vec<Option<Vec<f32>>>,
}

struct Judged {
    /// Best first, with their odds against the best.
    ranked: Vec<(usize, f64)>,
    signals: [f64; N_SIGNALS],
}

impl Head {
    fn fit(keys: Vec<String>, placed: &[Placed<'_>], generic: &[&[f32]]) -> Head {
        let dimension = placed.first().map_or(0, |(_, vector)| vector.len());
        let centre = mean(placed.iter().map(|(_, vector)| *vector).chain(generic.iter().copied()), dimension);
        let sparse = |vector: &[f32]| -> Sparse { (0..).zip(counted_from(vector, &centre)).collect() };
        let others = generic.iter().map(|vector| (keys.len(), *vector));
        let (labels, vectors): (Vec<usize>, Vec<Sparse>) =
            placed.iter().copied().chain(others).map(|(class, vector)| (class, sparse(vector))).unzip();
        let middle = |class: usize| {
            let own: Vec<Vec<f32>> =
                placed.iter().filter(|(of, _)| *of == class).map(|(_, vector)| counted_from(vector, &centre)).collect();
            (!own.is_empty()).then(|| mean(own.iter().map(Vec::as_slice), dimension))
        };
        let middles = (0..keys.len()).map(middle).collect();
        let linear = Linear::train(&vectors, &labels, &[], keys.len(), dimension, EFFORT);
        Head { keys, centre, linear, middles }
    }

    fn judge(&self, said: &Recognition, vector: &[f32], allowed: Option<&[String]>) -> Option<Judged> {
        let vector = counted_from(vector, &self.centre);
        let margins = self.linear.margins(&(0..).zip(vector.iter().copied()).collect());
        let by_words =
            |key: &str| said.intents.iter().find(|scored| scored.intent == key).map_or(0.0, |scored| scored.confidence);
        let competing = self.keys.iter().enumerate().filter(|(class, key)| {
            self.middles[*class].is_some() && allowed.is_none_or(|allowed| allowed.contains(*key))
        });
        let mut ranked: Vec<(usize, f64, f64)> = competing
            .map(|(class, key)| {
                let margin = f64::from(margins[class]);
                (class, margin + by_words(key).max(LEAST).ln(), margin)
            })
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let &(best, top, margin) = ranked.first()?;
        let lead = ranked.get(1).map_or(3.0, |(_, second, _)| top - second);
        let share = 1.0 / ranked.iter().map(|(_, _, other)| (other - margin).exp()).sum::<f64>();
        let near = self.middles[best].as_deref().map_or(0.0, |middle| cosine(&vector, middle));
        let signals = [(margin / 3.0).tanh(), (lead / 3.0).tanh(), by_words(&self.keys[best]), share, near];
        Some(Judged {
            ranked: ranked.into_iter().map(|(class, score, _)| (class, (score - top).exp())).collect(),
            signals,
        })
    }
}

/// Trains without one part of the topics and one part of the other topics' examples, and judges those.
fn add_fold(
    outcomes: &mut Outcomes<N_SIGNALS>,
    intents: &[IntentExamples],
    placed: &[Placed<'_>],
    generic: &[&[f32]],
    fold: usize,
) {
    let mut dealer = Dealer::new(intents.len(), fold);
    let (mut kept, mut apart) = (Vec::new(), Vec::new());
    let mut words: Vec<IntentExamples> =
        intents.iter().map(|intent| IntentExamples { key: intent.key.clone(), examples: Vec::new() }).collect();
    let texts = intents.iter().flat_map(|intent| &intent.examples);
    for (text, (class, vector)) in texts.zip(placed) {
        match dealer.deal(*class) {
            Some(Part::Kept) => {
                kept.push((*class, *vector));
                words[*class].examples.push(text.clone());
            }
            Some(Part::Apart { is_other }) => apart.push((text, *class, *vector, is_other)),
            None => {}
        }
    }
    let (own, generic_apart): (Vec<_>, Vec<_>) =
        generic.iter().copied().zip(sentences()).enumerate().partition(|(at, _)| at % N_FOLDS != fold);
    let own: Vec<&[f32]> = own.into_iter().map(|(_, (vector, _))| vector).collect();
    let head = Head::fit(intents.iter().map(|intent| intent.key.clone()).collect(), &kept, &own);
    let recogniser = Recogniser::train(&words);
    let judge = |text: &str, vector: &[f32]| head.judge(&recogniser.recognise(text, None), vector, None);
    for (text, class, vector, is_other) in apart {
        match judge(text, vector) {
            Some(judged) if is_other => outcomes.others.push(judged.signals),
            Some(judged) => outcomes.known.push((judged.signals, judged.ranked[0].0 == class)),
            None => {}
        }
    }
    let generic_apart = generic_apart.into_iter().filter_map(|(_, (vector, text))| judge(text, vector));
    outcomes.others.extend(generic_apart.map(|judged| judged.signals));
}

/// A vector from the centre on, of the length that is used here; nothing but zeros where it is the centre.
fn counted_from(vector: &[f32], centre: &[f32]) -> Vec<f32> {
    let from: Vec<f32> = vector.iter().zip(centre).map(|(number, centre)| number - centre).collect();
    let length = from.iter().map(|number| number * number).sum::<f32>().sqrt();
    from.into_iter().map(|number| if length > 1e-6 { number * LENGTH / length } else { 0.0 }).collect()
}

fn mean<'a>(vectors: impl Iterator<Item = &'a [f32]>, dimension: usize) -> Vec<f32> {
    let mut sum = vec![0.0f64; dimension];
    let mut n = 0usize;
    for vector in vectors {
        n += 1;
        sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += f64::from(*number));
    }
    sum.into_iter().map(|sum| (sum / n.max(1) as f64) as f32).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPICS: [(&str, [&str; 4]); 6] = [
        ("refund", ["我要退款", "把钱退给我", "退款怎么操作", "申请退钱"]),
        ("delivery", ["快递到哪了", "什么时候发货", "包裹还没收到", "查一下物流"]),
        ("invoice", ["开一张发票", "发票抬头怎么填", "需要电子发票", "发票没收到"]),
        ("address", ["修改收货地址", "地址填错了", "换个地方收货", "把地址改一下"]),
        ("password", ["忘记密码了", "密码怎么重置", "登录不上去", "修改登录密码"]),
        ("coupon", ["优惠券怎么用", "有没有折扣", "领一张优惠券", "满减规则是什么"]),
    ];

    /// A vector near the direction of a class, a little off by the text.
    fn vector(class: usize, text: &str) -> Vec<f32> {
        let noise = |at: usize| text.bytes().fold(at as u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte)) % 100;
        let number = |at: usize| 0.5 + if at == class { 1.0 } else { 0.0 } + noise(at) as f32 / 500.0;
        (0..8).map(number).collect()
    }

    fn intents() -> Vec<IntentExamples> {
        let intent = |(key, examples): &(&str, [&str; 4])| IntentExamples {
            key: (*key).to_owned(),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        };
        TOPICS.iter().map(intent).collect()
    }

    fn trained() -> (Recogniser, Meant) {
        let intents = intents();
        let examples =
            intents.iter().enumerate().flat_map(|(class, intent)| intent.examples.iter().map(move |it| (class, it)));
        let vectors: Vec<Vec<f32>> = examples.map(|(class, text)| vector(class, text)).collect();
        let generic: Vec<Vec<f32>> = generic_sentences().iter().map(|text| vector(7, text)).collect();
        (Recogniser::train(&intents), Meant::train(&intents, &vectors, &generic).expect("there is enough"))
    }

    #[test]
    fn other_words_are_understood_by_their_vector() {
        let (recogniser, meant) = trained();
        let text = "钱能拿回来吗";
        let said = recogniser.recognise(text, None);
        assert!(said.sure().is_none(), "{said:?}");

        let both = meant.second(said.clone(), &vector(0, text), None);

        assert_eq!(both.sure().map(|best| best.intent.as_str()), Some("refund"), "{both:?}");
        let elsewhere = meant.second(said.clone(), &vector(7, text), None);
        assert!(elsewhere.sure().is_none(), "a vector of nothing we know: {elsewhere:?}");
        let allowed = ["invoice".to_owned(), "coupon".to_owned()];
        let some = meant.second(recogniser.recognise(text, Some(&allowed)), &vector(0, text), Some(&allowed));
        assert!(some.intents.iter().all(|scored| allowed.contains(&scored.intent)), "{some:?}");
        assert!(both.intents.len() <= MAX_INTENTS && both.intents.is_sorted_by(|a, b| a.confidence >= b.confidence));
    }

    #[test]
    fn what_words_are_sure_of_or_say_nothing_of_stays() {
        let (recogniser, meant) = trained();
        for text in ["我要退款", "10443", ""] {
            let said = recogniser.recognise(text, None);
            assert_eq!(meant.second(said.clone(), &vector(3, text), None), said, "{text}");
        }
        let open = recogniser.recognise("钱能拿回来吗", None);
        assert_eq!(meant.second(open.clone(), &[1.0; 3], None), open, "a vector of another model");
    }

    #[test]
    fn too_little_or_odd_material_gives_no_second_opinion() {
        let (intents, generic) = (intents(), Vec::new());
        let n = intents.len() * 4;
        let good = vec![vec![1.0, 0.5]; n];
        assert!(Meant::train(&intents[..4], &good[..16], &generic).is_none(), "four topics");
        assert!(Meant::train(&intents, &good[1..], &generic).is_none(), "a vector is missing");
        let mut odd = good.clone();
        odd[3] = vec![1.0];
        assert!(Meant::train(&intents, &odd, &generic).is_none(), "two dimensions");
        odd[3] = vec![f32::NAN, 1.0];
        assert!(Meant::train(&intents, &odd, &generic).is_none(), "not a number");
        // All vectors alike: nothing can be learnt, and nothing breaks.
        let meant = Meant::train(&intents, &good, &generic);
        let said = Recogniser::train(&intents).recognise("钱能拿回来吗", None);
        let both = meant.map(|meant| meant.second(said, &[1.0, 0.5], None));
        assert!(both.is_none_or(|both| both.intents.iter().all(|scored| scored.confidence.is_finite())));
    }

    #[test]
    fn training_gives_the_same_every_time() {
        let (recogniser, meant) = trained();
        let (_, again) = trained();
        let said = recogniser.recognise("能打折吗", None);
        let text = vector(5, "能打折吗");
        assert_eq!(meant.second(said.clone(), &text, None), again.second(said, &text, None));
    }
}

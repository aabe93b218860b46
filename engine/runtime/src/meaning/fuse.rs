//! Two searches as one: what words find and what meaning finds, in one order with one score.
//!
//! The order is that of a weighted sum, meaning 2:1 over words for articles and 1:1 for passages of documents; cosines
//! count from the mean of all texts, as models differ in where theirs lie. The score stays careful: words have lines that
//! the library's own questions drew, meaning has none. So what only meaning finds is offered and never given as the one
//! answer, and a first one that the two searches do not agree on is offered as well.

/// Of each search, so many are looked at.
pub(crate) const CANDIDATES: usize = 50;
/// Fewer texts say nothing about how alike is alike.
const ENOUGH: usize = 8;

/// An entry that words found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Worded {
    /// Its place on the shelf.
    pub(crate) place: usize,
    /// How likely it answers.
    pub(crate) score: f64,
}

/// An entry that both searches looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ranked {
    /// Its place on the shelf.
    pub(crate) place: usize,
    /// How likely it answers.
    pub(crate) score: f64,
    /// How alike its meaning is; none where it has no vector.
    pub(crate) cosine: Option<f64>,
}

/// The lines of a library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines {
    pub(crate) nothing_below: f64,
    pub(crate) sure_above: f64,
}

/// How alike the texts of a choice of libraries are to a question.
pub(crate) struct Alike {
    /// By place on the shelf, the most alike first: the best of them.
    best: Vec<(usize, f64)>,
    /// For each place; not a number where a text has no vector.
    all: Vec<f64>,
    mean: f64,
    deviation: f64,
    n: usize,
}

impl Alike {
    /// Of the cosines of all texts.
    pub(crate) fn of(mut all: Vec<(usize, f64)>) -> Self {
        let n = all.len();
        let mean = all.iter().map(|(_, cosine)| cosine).sum::<f64>() / n.max(1) as f64;
        let variance = all.iter().map(|(_, cosine)| (cosine - mean).powi(2)).sum::<f64>() / n.max(1) as f64;
        let order = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let mut by_place = vec![f64::NAN; all.iter().map(|(place, _)| place + 1).max().unwrap_or_default()];
        all.iter().for_each(|(place, cosine)| by_place[*place] = *cosine);
        if n > CANDIDATES {
            all.select_nth_unstable_by(CANDIDATES, order);
        }
        let mut best = all[..n.min(CANDIDATES)].to_vec();
        best.sort_by(order);
        Self { best, all: by_place, mean, deviation: variance.sqrt(), n }
    }

    /// From 0, as alike as any text, to 1, as alike as the best one.
    fn share(&self, cosine: f64) -> f64 {
        let most = self.best.first().map_or(0.0, |(_, cosine)| cosine - self.mean);
        if most > 1e-9 { ((cosine - self.mean) / most).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// How far it stands out: 0.5 where the best of as many texts by chance would, and a little more.
    fn evidence(&self, cosine: f64) -> f64 {
        if self.n < ENOUGH || self.deviation < 1e-9 {
            return 0.0;
        }
        let expected = (2.0 * (self.n as f64).ln()).sqrt();
        let above = (cosine - self.mean) / self.deviation - expected.min((self.n as f64).sqrt() - 0.75);
        1.0 / (1.0 + (-4.0 * (above - 0.25)).exp())
    }
}

/// The best entries of both searches, best first.
pub(crate) fn fuse(words: &[Worded], alike: &Alike, is_article: impl Fn(usize) -> bool, lines: Lines) -> Vec<Ranked> {
    let best_words = words.first().map_or(0.0, |first| first.score).max(1e-9);
    let mut places: Vec<usize> = words.iter().map(|found| found.place).collect();
    places.extend(alike.best.iter().map(|(place, _)| *place).filter(|place| words.iter().all(|it| it.place != *place)));
    let mut ranked: Vec<(f64, Ranked)> = places
        .into_iter()
        .map(|place| {
            let said = words.iter().find(|found| found.place == place).map_or(0.0, |found| found.score);
            // The search by words squares the distance from its best one.
            let by_words = (said / best_words).sqrt();
            let cosine = alike.all.get(place).copied().filter(|cosine| !cosine.is_nan());
            let weight = if is_article(place) { 2.0 } else { 1.0 };
            let order = cosine.map_or(by_words, |cosine| (weight * alike.share(cosine) + by_words) / (weight + 1.0));
            (order, Ranked { place, score: lifted(said, cosine.map_or(0.0, |it| alike.evidence(it)), lines), cosine })
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.place.cmp(&b.1.place)));
    let mut ranked: Vec<Ranked> = ranked.into_iter().map(|(_, ranked)| ranked).collect();
    settle(&mut ranked, lines);
    ranked
}

/// A score by words with the evidence of meaning.
fn lifted(said: f64, evidence: f64, lines: Lines) -> f64 {
    let lifted = said + (1.0 - said) * evidence / 2.0;
    if said >= lines.nothing_below {
        return lifted;
    }
    let most = f64::midpoint(lines.nothing_below, lines.sure_above.max(lines.nothing_below));
    let least = if evidence > 0.5 { lines.nothing_below } else { 0.0 };
    lifted.min(most).max(least)
}

/// Scores that fit their order: none is above the one before it, and the first is worth offering if any is.
pub(crate) fn settle(ranked: &mut [Ranked], lines: Lines) {
    let is_any = ranked.iter().any(|ranked| ranked.score >= lines.nothing_below);
    let mut most = 1.0_f64;
    for (at, ranked) in ranked.iter_mut().enumerate() {
        if at == 0 && is_any {
            ranked.score = ranked.score.max(lines.nothing_below);
        }
        ranked.score = (ranked.score.min(most) * 10_000.0).round() / 10_000.0;
        most = ranked.score;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: Lines = Lines { nothing_below: 0.2, sure_above: 0.6 };

    /// Cosines of ten texts, of which one stands out.
    fn ten(best: usize, cosine: f64) -> Vec<(usize, f64)> {
        (0..10).map(|place| (place, if place == best { cosine } else { 0.3 + 0.01 * place as f64 })).collect()
    }

    fn fused(words: &[(usize, f64)], cosines: &[(usize, f64)]) -> Vec<Ranked> {
        let words: Vec<Worded> = words.iter().map(|(place, score)| Worded { place: *place, score: *score }).collect();
        let alike = Alike::of(cosines.to_vec());
        fuse(&words, &alike, |_| true, LINES)
    }

    #[test]
    fn what_only_meaning_finds_is_offered_and_not_given() {
        let ranked = fused(&[], &ten(4, 0.8));
        assert_eq!((ranked[0].place, ranked[0].cosine), (4, Some(0.8)));
        assert!(ranked[0].score >= LINES.nothing_below && ranked[0].score < LINES.sure_above, "{ranked:?}");
        assert!(ranked[1].score < LINES.nothing_below, "{ranked:?}");
        let ranked = fused(&[], &ten(4, 0.4));
        assert!(ranked[0].score < LINES.nothing_below, "nothing stands out: {ranked:?}");
    }

    #[test]
    fn what_both_find_is_surer_and_what_they_dispute_is_offered() {
        let both = fused(&[(4, 0.5), (2, 0.2)], &ten(4, 0.8));
        assert!(both[0].place == 4 && both[0].score > 0.6, "{both:?}");
        let disputed = fused(&[(2, 0.9), (4, 0.1)], &ten(4, 0.8));
        assert_eq!(disputed[0].place, 4);
        assert!(disputed[0].score >= LINES.nothing_below && disputed[0].score < LINES.sure_above, "{disputed:?}");
        assert_eq!(disputed[1].place, 2);
        assert!(disputed[1].score <= disputed[0].score);
    }

    #[test]
    fn without_vectors_words_alone_decide() {
        let ranked = fused(&[(1, 0.9), (5, 0.4)], &[]);
        let placed: Vec<_> = ranked.iter().map(|ranked| (ranked.place, ranked.score, ranked.cosine)).collect();
        assert_eq!(placed, [(1, 0.9, None), (5, 0.4, None)]);
    }

    #[test]
    fn a_few_texts_change_the_order_and_lift_nothing() {
        let ranked = fused(&[(0, 0.3), (1, 0.29)], &[(0, 0.2), (1, 0.9)]);
        assert_eq!(ranked[0].place, 1);
        assert!(ranked[0].score < 0.31, "{ranked:?}");
    }
}

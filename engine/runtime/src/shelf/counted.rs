//! What is said in the batches of a library, counted in few parts: what changes costs as much as it is large, however
//! large the library is, and parts of like size are put together, so that a search never looks into many.

use std::sync::Arc;

use nlu::search::Terms;

use super::batch::Batch;

/// Some batches of a library, and what they say.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) batches: Vec<Arc<Batch>>,
    pub(super) terms: Terms,
}

impl Part {
    fn of(batches: Vec<Arc<Batch>>, synonyms: &[Vec<String>]) -> Self {
        let entries = batches.iter().flat_map(|batch| batch.items.iter().map(super::Item::entry));
        let terms = Terms::of(entries, synonyms);
        Self { batches, terms }
    }

    /// The same without the batches that are gone; none when all are.
    fn without_others(self: &Arc<Self>, wanted: &[Arc<Batch>]) -> Option<Arc<Self>> {
        let is_wanted = |batch: &Arc<Batch>| wanted.iter().any(|other| Arc::ptr_eq(other, batch));
        let kept: Vec<Arc<Batch>> = self.batches.iter().filter(|batch| is_wanted(batch)).map(Arc::clone).collect();
        if kept.len() == self.batches.len() {
            return Some(Arc::clone(self));
        }
        if kept.is_empty() {
            return None;
        }
        let marks = self.batches.iter().flat_map(|batch| std::iter::repeat_n(is_wanted(batch), batch.items.len()));
        let marks: Vec<bool> = marks.collect();
        Some(Arc::new(Self { batches: kept, terms: Terms::together(&[(&self.terms, Some(&marks))]) }))
    }

    fn and(&self, other: &Self) -> Self {
        let batches = self.batches.iter().chain(&other.batches).map(Arc::clone).collect();
        Self { batches, terms: Terms::together(&[(&self.terms, None), (&other.terms, None)]) }
    }
}

/// The parts of a library's batches; what was counted before is taken from there.
pub(super) fn parts(batches: &[Arc<Batch>], before: &[Arc<Part>], synonyms: &[Vec<String>]) -> Vec<Arc<Part>> {
    let mut parts: Vec<Arc<Part>> = before.iter().filter_map(|part| part.without_others(batches)).collect();
    let is_counted =
        |batch: &&Arc<Batch>| parts.iter().any(|part| part.batches.iter().any(|other| Arc::ptr_eq(other, batch)));
    let new: Vec<&Arc<Batch>> = batches.iter().filter(|batch| !is_counted(batch)).collect();
    let (articles, passages): (Vec<_>, Vec<_>) =
        new.into_iter().map(Arc::clone).partition(|batch| batch.is_of_articles());
    // Articles change one by one: they stay by themselves.
    for new in [articles, passages] {
        if !new.is_empty() {
            parts.push(Arc::new(Part::of(new, synonyms)));
        }
    }
    let is_of_articles = |part: &Arc<Part>| part.batches.iter().all(|batch| batch.is_of_articles());
    let (articles, mut passages): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_of_articles);
    passages.sort_by_key(|part| std::cmp::Reverse(part.terms.len()));
    while let [.., larger, smaller] = &passages[..]
        && larger.terms.len() < 2 * smaller.terms.len()
    {
        let one = Arc::new(larger.and(smaller));
        passages.truncate(passages.len() - 2);
        passages.push(one);
    }
    articles.into_iter().chain(passages).collect()
}

#[cfg(test)]
mod tests {
    use model::Article;

    use super::super::Item;
    use super::super::batch::Source;
    use super::*;

    fn batch(id: &str, n: usize) -> Arc<Batch> {
        let item = |n| Item::Article(Article { question: format!("{id} {n}"), ..Article::default() });
        let source = Source::Document { id: id.into(), edition: 1, read_at: None };
        Batch::new("a".into(), source, (0..n).map(item).collect())
    }

    fn sizes(parts: &[Arc<Part>]) -> Vec<usize> {
        parts.iter().map(|part| part.terms.len()).collect()
    }

    #[test]
    fn what_did_not_change_is_not_counted_again() {
        let (large, small) = (batch("large", 100), batch("small", 10));
        let first = parts(&[Arc::clone(&large)], &[], &[]);
        let second = parts(&[Arc::clone(&large), Arc::clone(&small)], &first, &[]);

        assert_eq!(sizes(&second), [100, 10]);
        assert!(Arc::ptr_eq(&second[0], &first[0]));

        let third = parts(&[Arc::clone(&large)], &second, &[]);
        assert!(third.len() == 1 && Arc::ptr_eq(&third[0], &first[0]));
        assert!(parts(&[], &third, &[]).is_empty());
    }

    #[test]
    fn parts_of_like_size_are_put_together_and_taken_apart() {
        let batches: Vec<Arc<Batch>> = (0..40).map(|n| batch(&n.to_string(), 10)).collect();
        let mut counted = Vec::new();
        for n in 1..=batches.len() {
            counted = parts(&batches[..n], &counted, &[]);
            assert!(counted.len() <= 6, "{:?}", sizes(&counted));
            assert_eq!(sizes(&counted).iter().sum::<usize>(), n * 10);
        }

        let some: Vec<Arc<Batch>> = batches.iter().step_by(3).map(Arc::clone).collect();
        let counted = parts(&some, &counted, &[]);

        assert_eq!(sizes(&counted).iter().sum::<usize>(), some.len() * 10);
        let kept = counted.iter().flat_map(|part| &part.batches).count();
        assert_eq!(kept, some.len());
    }
}

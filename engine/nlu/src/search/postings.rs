//! Who contains a term: lists that never change, in the order of the terms' keys, so that several of them are put
//! together by reading each once.

mod kept;

use super::terms::Key;
use std::ops::Range;

/// A list can be read from every so many places on.
const PLACES_PER_SIGN: u32 = 128;
/// Counts are kept up to this one; more say nothing new.
const MAX_COUNT: u32 = 16;
/// So many terms of texts are sorted at once while lists are made.
const AT_ONCE: usize = 2_000_000;

/// Texts as lists of who contains a term.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Ascending.
    keys: Vec<Key>,
    /// Where each term's list ends in `packed`; it begins where the one before ends.
    ends: Vec<usize>,
    /// For each term: how many texts have it; then for each of them the step from the text before, and the count, as
    /// one number of as many bytes as it needs.
    packed: Vec<u8>,
    /// Of long lists, in their order.
    signs: Vec<Sign>,
    /// How many terms each text has.
    lengths: Vec<u32>,
}

/// A place inside a list where reading can begin.
#[derive(Debug, Clone, Copy)]
struct Sign {
    /// Whose list it is in.
    term: u32,
    /// The number of the next text after the one before it.
    next: u32,
    /// Where in `packed` it is.
    at: usize,
}

/// A term's list.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    /// How many texts have the term.
    pub(super) n_texts: u32,
    /// The places, from `from` on.
    packed: &'a [u8],
    from: usize,
    signs: &'a [Sign],
}

/// Takes texts one by one.
#[derive(Debug, Default)]
pub(super) struct Builder {
    /// The terms of texts since the last run.
    pairs: Vec<(Key, u32)>,
    /// Texts are numbered on from run to run.
    lengths: Vec<u32>,
    runs: Vec<Postings>,
    n_in_runs: usize,
}

impl Builder {
    /// Adds a text by the keys of its terms.
    pub(super) fn add(&mut self, terms: &[Key]) {
        let text = (self.lengths.len() - self.n_in_runs) as u32;
        self.lengths.push(terms.len() as u32);
        self.pairs.extend(terms.iter().map(|key| (*key, text)));
        if self.pairs.len() >= AT_ONCE {
            self.end_run();
        }
    }

    fn end_run(&mut self) {
        self.pairs.sort_unstable();
        let mut run = Writer::default();
        for of_term in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let places = of_term.chunk_by(|a, b| a.1 == b.1);
            run.list(of_term[0].0, places.map(|same| (same[0].1, (same.len() as u32).min(MAX_COUNT))));
        }
        self.pairs.clear();
        let lengths = self.lengths[self.n_in_runs..].to_vec();
        self.n_in_runs = self.lengths.len();
        self.runs.push(run.done(lengths));
    }

    pub(super) fn done(mut self) -> Postings {
        if !self.pairs.is_empty() || self.n_in_runs < self.lengths.len() {
            self.end_run();
        }
        self.pairs = Vec::new();
        if self.runs.len() == 1 {
            return self.runs.remove(0);
        }
        let runs: Vec<(&Postings, Option<&[bool]>)> = self.runs.iter().map(|run| (run, None)).collect();
        Postings::together(&runs)
    }
}

/// Writes lists in the order of their keys.
#[derive(Debug, Default)]
struct Writer {
    postings: Postings,
    /// The list that is being written.
    list: Vec<u8>,
    signs: Vec<(usize, u32)>,
}

impl Writer {
    /// A term's list; without places there is none.
    fn list(&mut self, key: Key, places: impl Iterator<Item = (u32, u32)>) {
        self.list.clear();
        self.signs.clear();
        let (mut n_texts, mut next) = (0u32, 0u32);
        for (text, count) in places {
            if n_texts > 0 && n_texts.is_multiple_of(PLACES_PER_SIGN) {
                self.signs.push((self.list.len(), next));
            }
            pack(u64::from(text - next) * u64::from(MAX_COUNT) + u64::from(count - 1), &mut self.list);
            next = text + 1;
            n_texts += 1;
        }
        if n_texts == 0 {
            return;
        }
        let postings = &mut self.postings;
        let term = postings.keys.len() as u32;
        pack(u64::from(n_texts), &mut postings.packed);
        let start = postings.packed.len();
        postings.packed.extend_from_slice(&self.list);
        postings.signs.extend(self.signs.iter().map(|(at, next)| Sign { term, next: *next, at: start + at }));
        postings.keys.push(key);
        postings.ends.push(postings.packed.len());
    }

    fn done(self, lengths: Vec<u32>) -> Postings {
        let mut postings = Postings { lengths, ..self.postings };
        postings.keys.shrink_to_fit();
        postings.ends.shrink_to_fit();
        postings.packed.shrink_to_fit();
        postings.signs.shrink_to_fit();
        postings
    }
}

impl Postings {
    /// One after the other, numbered on; of each either all texts, or those that are marked.
    pub(super) fn together(parts: &[(&Postings, Option<&[bool]>)]) -> Postings {
        let mut lengths = Vec::new();
        // For each text of a part its new number.
        let mut numbers: Vec<Numbers> = Vec::new();
        for (part, kept) in parts {
            let first = lengths.len() as u32;
            let is_kept = |text: usize| kept.is_none_or(|kept| kept.get(text).copied().unwrap_or_default());
            let mut new = Vec::new();
            for (text, length) in part.lengths.iter().enumerate() {
                if kept.is_some() {
                    new.push(is_kept(text).then_some(lengths.len() as u32));
                }
                if is_kept(text) {
                    lengths.push(*length);
                }
            }
            numbers.push(if kept.is_some() { Numbers::Some(new) } else { Numbers::All(first) });
        }
        let mut writer = Writer::default();
        let mut at = vec![0; parts.len()];
        while let Some(key) = (parts.iter().zip(&at)).filter_map(|((part, _), at)| part.keys.get(*at)).min().copied() {
            let here: Vec<usize> =
                (0..parts.len()).filter(|idx| parts[*idx].0.keys.get(at[*idx]) == Some(&key)).collect();
            let places = here.iter().flat_map(|idx| {
                let of_part = parts[*idx].0.list(at[*idx]).places_from(0);
                of_part.filter_map(|(text, count)| Some((numbers[*idx].of(text)?, count)))
            });
            writer.list(key, places);
            here.iter().for_each(|idx| at[*idx] += 1);
        }
        writer.done(lengths)
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// How many terms each text has.
    pub(super) fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// The list of a term.
    pub(super) fn find(&self, key: Key) -> Option<List<'_>> {
        self.keys.binary_search(&key).ok().map(|term| self.list(term))
    }

    fn list(&self, term: usize) -> List<'_> {
        let start = term.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut packed = &self.packed[start..self.ends[term]];
        let n_texts = unpack(&mut packed).unwrap_or_default() as u32;
        let signs = if n_texts > PLACES_PER_SIGN { self.signs_of(term as u32) } else { 0..0 };
        List { n_texts, packed, from: self.ends[term] - packed.len(), signs: &self.signs[signs] }
    }

    fn signs_of(&self, term: u32) -> Range<usize> {
        self.signs.partition_point(|sign| sign.term < term)..self.signs.partition_point(|sign| sign.term <= term)
    }
}

enum Numbers {
    /// All from this one on.
    All(u32),
    Some(Vec<Option<u32>>),
}

impl Numbers {
    fn of(&self, text: u32) -> Option<u32> {
        match self {
            Self::All(first) => Some(first + text),
            Self::Some(new) => new[text as usize],
        }
    }
}

impl<'a> List<'a> {
    /// The texts with the term, ascending, and how often it is in them; without most of those before a text.
    pub(super) fn places_from(&self, text: u32) -> Places<'a> {
        let before = self.signs.partition_point(|sign| sign.next <= text).checked_sub(1).map(|at| self.signs[at]);
        match before {
            Some(sign) => Places { packed: &self.packed[sign.at - self.from..], next: sign.next },
            None => Places { packed: self.packed, next: 0 },
        }
    }

    /// Of some texts, ascending, those with the term, by their place among them, and how often it is in each.
    pub(super) fn among<'b>(
        &self,
        texts: impl Iterator<Item = (usize, u32)> + 'b,
    ) -> impl Iterator<Item = (usize, u32)> + 'b
    where
        'a: 'b,
    {
        let list = *self;
        let mut places = list.places_from(0);
        let mut here = places.next();
        let mut sign = 0;
        texts.filter_map(move |(at, text)| {
            if here.is_none_or(|(place, _)| place < text) {
                let skipped = sign;
                while list.signs.get(sign).is_some_and(|sign| sign.next <= text) {
                    sign += 1;
                }
                if sign > skipped {
                    let from = list.signs[sign - 1];
                    // Reading may be beyond that sign already.
                    if from.next > places.next {
                        places = Places { packed: &list.packed[from.at - list.from..], next: from.next };
                    }
                    here = None;
                }
                while here.is_none_or(|(place, _)| place < text) {
                    here = Some(places.next()?);
                }
            }
            here.filter(|(place, _)| *place == text).map(|(_, count)| (at, count))
        })
    }
}

/// Reads a list.
#[derive(Debug, Clone)]
pub(super) struct Places<'a> {
    packed: &'a [u8],
    next: u32,
}

impl Iterator for Places<'_> {
    type Item = (u32, u32);

    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        // Most are one byte.
        let value = match self.packed {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.packed = rest;
                u64::from(*byte)
            }
            _ => unpack(&mut self.packed)?,
        };
        let text = self.next + (value / u64::from(MAX_COUNT)) as u32;
        self.next = text + 1;
        Some((text, (value % u64::from(MAX_COUNT)) as u32 + 1))
    }
}

/// Seven bits per byte, the lowest first; the high bit says that more follow.
fn pack(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn unpack(packed: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0u64, 0);
    loop {
        let (byte, rest) = packed.split_first()?;
        *packed = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[Vec<Key>]) -> Postings {
        let mut builder = Builder::default();
        texts.iter().for_each(|text| builder.add(text));
        builder.done()
    }

    fn all(postings: &Postings, key: Key) -> Vec<(u32, u32)> {
        postings.find(key).map(|list| list.places_from(0).collect()).unwrap_or_default()
    }

    #[test]
    fn numbers_of_any_size_are_packed() {
        let values = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX) * 16];
        let mut packed = Vec::new();
        values.iter().for_each(|value| pack(*value, &mut packed));
        let mut rest = &packed[..];
        for value in values {
            assert_eq!(unpack(&mut rest), Some(value));
        }
        assert_eq!(unpack(&mut rest), None);
    }

    #[test]
    fn gaps_and_counts_are_kept() {
        let mut texts = vec![vec![1]; 400];
        texts[3] = vec![2, 1, 2];
        texts[399] = [2].repeat(40);

        let postings = of(&texts);

        assert_eq!(all(&postings, 2), [(3, 2), (399, MAX_COUNT)]);
        assert_eq!(all(&postings, 1).len(), 399);
        assert_eq!(all(&postings, 3), []);
        assert_eq!((postings.len(), postings.lengths()[3], postings.lengths()[399]), (400, 3, 40));
    }

    #[test]
    fn long_lists_are_read_from_any_place() {
        let texts: Vec<Vec<Key>> = (0..2_000).map(|n| vec![u64::from(n % 3 == 0); 1 + n % 7]).collect();
        let postings = of(&texts);
        let list = postings.find(1).expect("a list");

        assert!(postings.signs.len() > 10);
        for from in [0, 1, 383, 384, 1_000, 1_998] {
            let place = list.places_from(from).find(|(text, _)| *text >= from);
            assert_eq!(place.map(|(text, _)| text), Some(from.next_multiple_of(3)), "{from}");
        }
        assert_eq!(list.places_from(1_999).find(|(text, _)| *text >= 1_999), None);
        for step in [1, 2, 7, 500, 1_999] {
            let asked = (0..2_000u32).step_by(step).enumerate();
            let found: Vec<(usize, u32)> = list.among(asked.clone()).collect();
            let expected = asked.filter(|(_, text)| text % 3 == 0).map(|(at, text)| (at, 1 + text % 7));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{step}");
        }
    }

    #[test]
    fn parts_that_are_put_together_are_as_if_made_at_once() {
        let texts: Vec<Vec<Key>> = (0..700).map(|n| (0..n % 9).map(|m| (n * m) % 50).collect()).collect();
        let (a, b, c) = (of(&texts[..300]), of(&texts[300..301]), of(&texts[301..]));
        let kept: Vec<bool> = (0..300).map(|n| n % 4 != 1).collect();

        let whole = Postings::together(&[(&a, None), (&b, None), (&c, None)]);
        let some = Postings::together(&[(&a, Some(&kept)), (&c, None)]);

        let expected = of(&texts);
        let left: Vec<Vec<Key>> =
            (texts[..300].iter().zip(&kept)).filter(|(_, kept)| **kept).map(|(text, _)| text.clone()).collect();
        let expected_some = of(&[&left[..], &texts[301..]].concat());
        for (one, other) in [(&whole, &expected), (&some, &expected_some)] {
            assert_eq!(
                (&one.keys, &one.ends, &one.packed, &one.lengths),
                (&other.keys, &other.ends, &other.packed, &other.lengths)
            );
            let signs = |of: &Postings| of.signs.iter().map(|sign| (sign.term, sign.next, sign.at)).collect::<Vec<_>>();
            assert_eq!(signs(one), signs(other));
        }
    }
}

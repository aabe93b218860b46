//! Documents and questions of made-up words that are as common and as rare as words are: the same in every run.

/// Different words of a language.
const N_WORDS: usize = 30_000;
/// Characters of a passage at most: a longer paragraph would be cut into two.
const PASSAGE_CHARS: usize = 400;
/// Passages under one heading.
const PER_HEADING: usize = 2;

/// A language of made-up words.
pub(crate) struct Language {
    words: Vec<String>,
    /// For each word, the weight of all words up to it.
    sums: Vec<f64>,
    space: &'static str,
    stop: &'static str,
}

/// The same draws in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Language {
    /// Words of one to three characters, of three thousand of which some are much more common.
    pub(crate) fn chinese() -> Self {
        let mut chance = Chance(17);
        let word = |rank: usize| {
            let length = if rank < 60 { 1 } else { 2 + usize::from(chance.below(6) == 0) };
            let letter = |_| {
                let at = (chance.share().powi(2) * 3_000.0) as u32;
                char::from_u32(0x4E00 + at * 7).unwrap_or('中')
            };
            (0..length).map(letter).collect()
        };
        Self::of((0..N_WORDS).map(word).collect(), "", "。")
    }

    /// Words of one to four syllables, the common ones shorter.
    pub(crate) fn english() -> Self {
        let mut chance = Chance(19);
        let word = |rank: usize| {
            let length = 1 + usize::from(rank > 60) + usize::from(rank > 2_000) + chance.below(2);
            let syllable = |_| {
                let (consonants, vowels) = ("bcdfghklmnprstvw".as_bytes(), "aeiou".as_bytes());
                let some = [consonants[chance.below(consonants.len())], vowels[chance.below(vowels.len())]];
                some.map(char::from).iter().collect::<String>()
            };
            (0..length).map(syllable).collect()
        };
        Self::of((0..N_WORDS).map(word).collect(), " ", ". ")
    }

    /// The words by Zipf's law as Mandelbrot mended it.
    fn of(words: Vec<String>, space: &'static str, stop: &'static str) -> Self {
        let mut sum = 0.0;
        let sums = (0..words.len()).map(|rank| {
            sum += 1.0 / (rank as f64 + 2.7);
            sum
        });
        Self { sums: sums.collect(), words, space, stop }
    }

    fn word(&self, chance: &mut Chance) -> &str {
        let at = chance.share() * self.sums.last().copied().unwrap_or_default();
        &self.words[self.sums.partition_point(|sum| *sum < at).min(self.words.len() - 1)]
    }

    /// So many words.
    pub(crate) fn phrase(&self, n_words: usize, chance: &mut Chance) -> String {
        (0..n_words).map(|_| self.word(chance)).collect::<Vec<_>>().join(self.space)
    }

    /// A paragraph, as long as a passage.
    pub(crate) fn passage(&self, chance: &mut Chance) -> String {
        let (mut text, mut n_chars) = (String::new(), 0);
        loop {
            let n_words = 6 + chance.below(10);
            let sentence = self.phrase(n_words, chance) + self.stop;
            n_chars += sentence.chars().count();
            if n_chars > PASSAGE_CHARS {
                return text.trim_end().to_owned();
            }
            text += &sentence;
        }
    }

    /// A Markdown document of so many passages, and a few words that stand side by side in each of some of them.
    pub(crate) fn document(&self, title: &str, n_passages: usize, chance: &mut Chance) -> (String, Vec<String>) {
        let (mut document, mut quotes) = (format!("# {title}\n"), Vec::new());
        for n in 0..n_passages {
            if n.is_multiple_of(PER_HEADING) {
                document += &format!("\n## {}\n", self.phrase(4, chance));
            }
            let passage = self.passage(chance);
            if chance.below(50) == 0 {
                let letters: Vec<char> = passage.chars().collect();
                let length = if self.space.is_empty() { 14 } else { 40 };
                let from = chance.below(letters.len() - length);
                quotes.push(letters[from..from + length].iter().collect());
            }
            document += &format!("\n{passage}\n");
        }
        (document, quotes)
    }
}

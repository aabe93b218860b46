//! Where random flows and conversations get their choices from: a seed, or bytes that a shrinker or fuzzer gives.

/// A source of choices. The same source gives the same choices.
#[derive(Clone, Debug)]
pub enum Dice<'a> {
    /// As many as wanted, from a seed.
    Seeded(u64),
    /// As many as there are bytes; after that always the first choice, so that fewer bytes give simpler things.
    Bytes(&'a [u8]),
}

impl Dice<'_> {
    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        match self {
            _ if n < 2 => 0,
            Self::Seeded(state) => (split_mix(state) % n as u64) as usize,
            Self::Bytes(bytes) if n <= 256 => usize::from(take(bytes)) % n,
            Self::Bytes(bytes) => (usize::from(take(bytes)) * 256 + usize::from(take(bytes))) % n,
        }
    }

    /// Yes in this many of a hundred cases; no when nothing is left to choose with.
    pub fn percent(&mut self, yes: usize) -> bool {
        self.below(100) >= 100 - yes.min(100)
    }

    /// One of them.
    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }

    /// A number of any size and sign, often one that formats find hard.
    pub fn number(&mut self) -> f64 {
        const HARD: [f64; 12] = [
            0.0,
            1.0,
            -1.0,
            0.1,
            1e21,
            -1e-7,
            123_456_789.123_456_78,
            9_007_199_254_740_993.0,
            5e-324,
            1.797_693_134_862_315_7e308,
            0.300_000_000_000_000_04,
            2.225_073_858_507_201e-308,
        ];
        if self.percent(50) {
            return HARD[self.below(HARD.len())];
        }
        let bits = (0..8).fold(0_u64, |bits, _| bits << 8 | self.below(256) as u64);
        let number = f64::from_bits(bits);
        if number.is_finite() { number } else { 7.0 }
    }
}

fn take(bytes: &mut &[u8]) -> u8 {
    match bytes.split_first() {
        Some((first, rest)) => {
            *bytes = rest;
            *first
        }
        None => 0,
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to choose with.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

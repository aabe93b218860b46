//! Lists as bytes, for whoever keeps them: one kind of number after the other, the lowest byte first.

use super::{Postings, Sign};
use std::io::{Error, ErrorKind, Read, Result, Write};

/// Bytes that are turned into numbers at once.
const AT_ONCE: usize = 64 * 1_024;

impl Postings {
    /// Writes everything.
    pub(in super::super) fn write(&self, to: &mut impl Write) -> Result<()> {
        let sizes = [self.keys.len(), self.packed.len(), self.signs.len(), self.lengths.len()];
        write_numbers(to, sizes.into_iter().map(|size| (size as u64).to_le_bytes()))?;
        write_numbers(to, self.keys.iter().map(|key| key.to_le_bytes()))?;
        write_numbers(to, self.ends.iter().map(|end| (*end as u64).to_le_bytes()))?;
        to.write_all(&self.packed)?;
        write_numbers(to, self.signs.iter().map(|sign| sign.term.to_le_bytes()))?;
        write_numbers(to, self.signs.iter().map(|sign| sign.next.to_le_bytes()))?;
        write_numbers(to, self.signs.iter().map(|sign| (sign.at as u64).to_le_bytes()))?;
        write_numbers(to, self.lengths.iter().map(|length| length.to_le_bytes()))
    }

    /// Reads what was written.
    pub(in super::super) fn read(from: &mut impl Read) -> Result<Postings> {
        let sizes = read_numbers(from, 4, |bytes| u64::from_le_bytes(bytes) as usize)?;
        let [n_keys, n_packed, n_signs, n_texts] = sizes[..] else { return Err(ErrorKind::InvalidData.into()) };
        let keys = read_numbers(from, n_keys, u64::from_le_bytes)?;
        let ends = read_numbers(from, n_keys, |bytes| u64::from_le_bytes(bytes) as usize)?;
        let packed = read_numbers(from, n_packed, |[byte]: [u8; 1]| byte)?;
        let terms = read_numbers(from, n_signs, u32::from_le_bytes)?;
        let nexts = read_numbers(from, n_signs, u32::from_le_bytes)?;
        let places = read_numbers(from, n_signs, |bytes| u64::from_le_bytes(bytes) as usize)?;
        let signs = terms.into_iter().zip(nexts).zip(places).map(|((term, next), at)| Sign { term, next, at });
        let lengths = read_numbers(from, n_texts, u32::from_le_bytes)?;
        let postings = Postings { keys, ends, packed, signs: signs.collect(), lengths };
        if postings.hangs_together() { Ok(postings) } else { Err(ErrorKind::InvalidData.into()) }
    }

    /// Whether every list and sign lies where lists are.
    fn hangs_together(&self) -> bool {
        self.keys.is_sorted_by(|a, b| a < b)
            && self.ends.is_sorted_by(|a, b| a < b)
            && self.ends.last().copied().unwrap_or_default() == self.packed.len()
            && self.signs.is_sorted_by_key(|sign| sign.term)
            && self.signs.iter().all(|sign| {
                let term = sign.term as usize;
                let start = term.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
                self.ends.get(term).is_some_and(|end| (start..*end).contains(&sign.at))
            })
    }
}

fn write_numbers<const N: usize>(to: &mut impl Write, numbers: impl Iterator<Item = [u8; N]>) -> Result<()> {
    let mut bytes = Vec::with_capacity(AT_ONCE);
    for number in numbers {
        bytes.extend_from_slice(&number);
        if bytes.len() + N > AT_ONCE {
            to.write_all(&bytes)?;
            bytes.clear();
        }
    }
    to.write_all(&bytes)
}

/// So many numbers. What says how many may be damaged, so memory is taken as they come.
fn read_numbers<T, const N: usize>(
    from: &mut impl Read,
    n_numbers: usize,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    let mut numbers = Vec::new();
    let mut bytes = vec![0; AT_ONCE];
    while numbers.len() < n_numbers {
        let n = (n_numbers - numbers.len()).min(AT_ONCE / N);
        let some = &mut bytes[..n * N];
        from.read_exact(some).map_err(|error| Error::new(error.kind(), "the lists end too early"))?;
        numbers.extend(some.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)));
    }
    numbers.shrink_to_fit();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use super::*;

    fn some() -> Postings {
        let mut builder = Builder::default();
        (0..20_000u64).for_each(|n| builder.add(&[n % 2, n % 97, n * n % 5_003]));
        builder.done()
    }

    fn bytes(postings: &Postings) -> Vec<u8> {
        let mut bytes = Vec::new();
        postings.write(&mut bytes).expect("written");
        bytes
    }

    #[test]
    fn what_was_written_is_read() {
        let postings = some();
        assert!(postings.signs.len() > 100 && postings.packed.len() > AT_ONCE);

        let read = Postings::read(&mut &bytes(&postings)[..]).expect("read");

        assert_eq!(bytes(&read), bytes(&postings));
        for key in [0, 1, 96, 5_002, 6_000] {
            let places = |of: &Postings| of.find(key).map(|list| list.places_from(17).collect::<Vec<_>>());
            assert_eq!(places(&read), places(&postings), "{key}");
        }
        assert_eq!(Postings::read(&mut &bytes(&Postings::default())[..]).expect("read").len(), 0);
    }

    #[test]
    fn what_is_cut_off_or_does_not_hang_together_is_refused() {
        let (postings, whole) = (some(), bytes(&some()));
        for length in [0, 7, 31, 32, 1_000, whole.len() / 2, whole.len() - 1] {
            assert!(Postings::read(&mut &whole[..length]).is_err(), "{length}");
        }
        // The number of keys, of packed bytes and of signs; a key; where a list ends.
        for at in [2, 9, 17, 39, 32 + 8 * (postings.keys.len() + 10) + 2] {
            let mut odd = whole.clone();
            odd[at] ^= 0x55;
            assert!(Postings::read(&mut &odd[..]).is_err(), "{at}");
        }
    }
}

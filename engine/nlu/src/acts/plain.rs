//! Words as they are compared: half-width, simplified, lower case.

use crate::normalise::half_width;
use crate::traditional::simplified;

/// The words in half width and with plain apostrophes, as the customer wrote them otherwise.
pub(super) fn half(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\u{2018}' | '\u{2019}') { '\'' } else { half_width(c) }).collect()
}

/// Simplified and in lower case, every character at the place it had.
pub(super) fn plain(text: &str) -> String {
    let plain = |c: char| {
        let plain = simplified(c).to_ascii_lowercase();
        if plain.len_utf8() == c.len_utf8() { plain } else { c }
    };
    text.chars().map(plain).collect()
}

/// Does a part of a sentence end here?
pub(super) fn is_stop(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | '!'
            | '\n'
            | '，'
            | '。'
            | '；'
            | '！'
            | '、'
            | '～'
            | '~'
            | '…'
            | '.'
            | '?'
            | '？'
            | '—'
            | '('
            | ')'
            | '（'
            | '）'
    )
}

/// What is left of the words behind a word that they begin with; blanks and apostrophes do not count, and Latin words
/// end where they end.
pub(super) fn strip<'a>(said: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = said.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | ':' | '：'));
    for wanted in word.chars() {
        if wanted == ' ' {
            rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
        } else {
            rest = rest.trim_start_matches(['\'', '’']).strip_prefix(wanted)?;
        }
    }
    let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '\'' | '’'));
    (!word.is_ascii() || !goes_on).then_some(rest)
}

/// The words of a list that is written as one text, "a, b, c".
pub(super) fn each(words: &str) -> impl Iterator<Item = &str> {
    words.split(", ")
}

/// The longest of the listed words that the text begins with, and what is left behind it.
pub(super) fn strip_one_of<'a, 'w>(said: &'a str, words: &'w str) -> Option<(&'w str, &'a str)> {
    each(words).filter_map(|word| Some((word, strip(said, word)?))).max_by_key(|(word, _)| word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_in_their_plain_form() {
        assert_eq!(plain("重新開始 OK"), "重新开始 ok");
        assert_eq!(half("ｉｔ’ｓ"), "it's");
        assert_eq!(strip("  that’s wrong, it is 5", "thats wrong"), Some(", it is 5"));
        assert_eq!(strip("nobody", "no"), None);
        assert_eq!(strip("不对，是", "不对"), Some("，是"));
    }
}

//! Where sentences end, in Chinese and in English.

/// The sentences of a text, each with the white space after it: all together are the text.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut begin = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = match character {
            '。' | '！' | '？' | '；' | '\n' => true,
            '.' | '!' | '?' => {
                let after = text[at + 1..].trim_start_matches(is_closing);
                after.chars().next().is_none_or(char::is_whitespace) && !is_abbreviation(&text[begin..at])
            }
            _ => false,
        };
        if !ends {
            continue;
        }
        let mut end = at + character.len_utf8();
        while let Some((at, closing)) = characters.peek().copied() {
            if !closing.is_whitespace() && !is_closing(closing) {
                break;
            }
            end = at + closing.len_utf8();
            characters.next();
        }
        sentences.push(&text[begin..end]);
        begin = end;
    }
    if begin < text.len() {
        sentences.push(&text[begin..]);
    }
    sentences
}

/// What may stand between the end of a sentence and the next one.
fn is_closing(character: char) -> bool {
    matches!(character, '”' | '’' | '」' | '』' | '）' | ')' | '"' | '】' | '》')
}

/// Does a full stop after these words belong to the last of them?
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic() && c != '.').next().unwrap_or_default();
    let word = word.to_ascii_lowercase();
    matches!(word.as_str(), "no" | "e.g" | "i.e" | "mr" | "mrs" | "ms" | "dr" | "vs" | "st" | "approx")
        || (word.len() == 1 && before.ends_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            sentences("Dr. Li pays 3.50 EUR. “Really?” Yes!\n结束。）好"),
            ["Dr. Li pays 3.50 EUR. ", "“Really?” ", "Yes!\n", "结束。）", "好"]
        );
        assert!(sentences("").is_empty());
    }
}

//! Does the customer say one of a handler's phrases?

/// Phrases as they are compared: lower case, letters, digits and blanks only.
pub(crate) fn prepared(phrases: &[String]) -> Vec<String> {
    phrases.iter().map(|phrase| plain(phrase)).filter(|phrase| !phrase.is_empty()).collect()
}

/// The customer's words as they are compared.
pub(crate) struct Said {
    words: String,
    is_short: bool,
}

impl Said {
    /// These words.
    pub(crate) fn new(words: &str) -> Self {
        const MAX_WORDS: usize = 6;
        const MAX_CHARS: usize = 12;
        let words = plain(words);
        let is_short = if words.is_ascii() {
            words.split_whitespace().nth(MAX_WORDS).is_none()
        } else {
            words.chars().nth(MAX_CHARS).is_none()
        };
        Self { words, is_short }
    }

    /// The whole message says a phrase, or a short message contains it.
    pub(crate) fn says_one_of(&self, phrases: &[String]) -> bool {
        phrases.iter().any(|phrase| self.words == *phrase || (self.is_short && self.contains(phrase)))
    }

    /// Latin words only as whole ones.
    fn contains(&self, phrase: &str) -> bool {
        if !self.words.is_ascii() {
            return self.words.contains(phrase);
        }
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
        let bytes = self.words.as_bytes();
        self.words.match_indices(phrase).any(|(start, found)| {
            is_edge(start.checked_sub(1).and_then(|at| bytes.get(at))) && is_edge(bytes.get(start + found.len()))
        })
    }
}

fn plain(text: &str) -> String {
    let kept = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect::<String>();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_message_that_contains_the_phrase_says_it() {
        let phrases = prepared(&["转人工".to_owned(), "人工".to_owned(), "human agent".to_owned(), "！".to_owned()]);
        let says = |words: &str| Said::new(words).says_one_of(&phrases);

        assert!(says("我要转人工！"));
        assert!(says("I want a human agent"));
        assert!(says("Human Agent"));
        assert!(!says("你们的人工智能音箱支持多少种语言啊我想买一个"));
        assert!(!says("humane agents"));
        assert!(!says("a human agent is what I have been asking for all day"));
        assert!(!says(""));
    }
}

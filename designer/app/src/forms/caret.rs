//! What stands around the caret of a text field: `{{ }}` placeholders, the word being typed, what a completion replaces.
//!
//! Browsers count the caret in UTF-16 units; everything here takes and gives those.

/// A piece of a text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words as they are.
    Plain(String),
    /// A placeholder: as it stands in the text, and what is between the braces.
    Placeholder {
        /// `{{ order_no }}`.
        source: String,
        /// `order_no`.
        inside: String,
    },
    /// A placeholder that is never closed.
    Unclosed(String),
}

/// Splits a text at its placeholders.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        if start > 0 {
            found.push(Piece::Plain(rest[..start].to_owned()));
        }
        let Some(length) = rest[start..].find("}}") else {
            found.push(Piece::Unclosed(rest[start..].to_owned()));
            return found;
        };
        found.push(Piece::Placeholder {
            source: rest[start..start + length + 2].to_owned(),
            inside: rest[start + 2..start + length].trim().to_owned(),
        });
        rest = &rest[start + length + 2..];
    }
    if !rest.is_empty() {
        found.push(Piece::Plain(rest.to_owned()));
    }
    found
}

/// A stretch of text that a completion replaces, in UTF-16 units, and what was typed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// Where it starts.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// What people typed so far.
    pub(crate) query: String,
}

/// The placeholder that is being typed at the caret: after `{{` (or full-width `｛｛`) and before its `}}`.
pub(crate) fn open_placeholder(text: &str, caret: usize) -> Option<Typed> {
    let at = byte_of(text, caret);
    let before = &text[..at];
    let start = before.rfind("{{").into_iter().chain(before.rfind("｛｛")).max()?;
    let width = if before[start..].starts_with("{{") { 2 } else { "｛｛".len() };
    let typed = before.get(start + width..)?;
    if typed.contains("}}") || typed.contains('\n') || typed.contains("｝｝") || typed.chars().count() > 40 {
        return None;
    }
    let after = &text[at..];
    let swallowed = swallowed_end(after);
    Some(Typed {
        start: units(&before[..start]),
        end: caret + units(&after[..swallowed]),
        query: typed.trim().to_owned(),
    })
}

/// How much of the text after the caret belongs to the placeholder: the rest of its word and its closing braces.
fn swallowed_end(after: &str) -> usize {
    let word = after.find(|c: char| !is_word(c)).unwrap_or(after.len());
    let spaces = after[word..].len() - after[word..].trim_start_matches(' ').len();
    let tail = &after[word + spaces..];
    match () {
        () if tail.starts_with("}}") => word + spaces + 2,
        () if tail.starts_with("｝｝") => word + spaces + "｝｝".len(),
        () => 0,
    }
}

/// The word before the caret, for completion in expressions; its query is empty when there is none.
pub(crate) fn word_before(text: &str, caret: usize) -> Typed {
    let before = &text[..byte_of(text, caret)];
    let start = before.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(before.len(), |(at, _)| at);
    Typed { start: units(&before[..start]), end: caret, query: before[start..].to_owned() }
}

/// Letters of any language, digits and `_`.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Puts `words` in place of the stretch; gives the new text and where the caret goes.
pub(crate) fn replaced(text: &str, typed: &Typed, words: &str) -> (String, usize) {
    let (start, end) = (byte_of(text, typed.start), byte_of(text, typed.end.max(typed.start)));
    let new = format!("{}{words}{}", &text[..start], &text[end..]);
    (new, typed.start + units(words))
}

/// The byte of a UTF-16 position; positions inside a pair or after the end go to the next boundary.
pub(crate) fn byte_of(text: &str, position: usize) -> usize {
    let mut left = position;
    for (at, character) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(character.len_utf16());
    }
    text.len()
}

/// The length in UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// How well a name fits what was typed: smaller is better; `None` is not at all.
pub(crate) fn fit(query: &str, names: &[&str]) -> Option<u32> {
    let query = query.to_lowercase();
    names
        .iter()
        .filter_map(|name| {
            let name = name.to_lowercase();
            match () {
                () if query.is_empty() => Some(1),
                () if name == query => Some(0),
                () if name.starts_with(&query) => Some(1),
                () if name.contains(&query) => Some(2),
                () if is_subsequence(&query, &name) => Some(3),
                () => None,
            }
        })
        .min()
}

fn is_subsequence(query: &str, name: &str) -> bool {
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_at_its_placeholders() {
        assert_eq!(
            pieces("您好 {{ name }}，{{ 订"),
            [
                Piece::Plain("您好 ".into()),
                Piece::Placeholder { source: "{{ name }}".into(), inside: "name".into() },
                Piece::Plain("，".into()),
                Piece::Unclosed("{{ 订".into()),
            ]
        );
    }

    #[test]
    fn full_width_braces_open_a_placeholder_too() {
        let text = "订单 ｛｛ord";

        let typed = open_placeholder(text, units(text)).expect("an open placeholder");

        assert_eq!(typed, Typed { start: 3, end: 8, query: "ord".into() });
        assert_eq!(replaced(text, &typed, "{{ order_no }}"), ("订单 {{ order_no }}".into(), 17));
    }

    #[test]
    fn closing_braces_after_the_caret_are_replaced_with_it() {
        let typed = open_placeholder("a {{ or }} b", 7).expect("an open placeholder");

        assert_eq!(replaced("a {{ or }} b", &typed, "{{ order_no }}").0, "a {{ order_no }} b");
    }

    #[test]
    fn a_closed_placeholder_is_left_alone() {
        assert_eq!(open_placeholder("{{ a }} b", 9), None);
    }

    #[test]
    fn the_caret_counts_pairs_as_browsers_do() {
        assert_eq!(word_before("😀 ab", 5), Typed { start: 3, end: 5, query: "ab".into() });
        assert_eq!(byte_of("😀a", 2), 4);
    }

    #[test]
    fn names_fit_from_exact_to_scattered() {
        assert_eq!(fit("订单", &["order_no", "订单号"]), Some(1));
        assert_eq!(fit("orno", &["order_no"]), Some(3));
        assert_eq!(fit("xyz", &["order_no"]), None);
    }
}

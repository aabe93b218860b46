//! A question asked beside an answer: "10442，对了你们几点关门？".

use super::plain::{half, plain};

/// Words that turn to something else.
const TURNS: [&str; 13] = [
    "对了",
    "顺便问一下",
    "顺便问下",
    "顺便",
    "另外问一下",
    "另外",
    "还想问一下",
    "还有就是",
    "by the way",
    "btw",
    "one more thing",
    "quick question",
    "also",
];

/// Words of questions.
const ASKS: [&str; 33] = [
    "吗",
    "几点",
    "几天",
    "什么",
    "怎么",
    "多少",
    "多久",
    "哪",
    "能不能",
    "可不可以",
    "有没有",
    "是不是",
    "要不要",
    "为什么",
    "谁",
    "what",
    "when",
    "where",
    "which",
    "who",
    "how",
    "why",
    "do you",
    "does",
    "can i",
    "can you",
    "is there",
    "is it",
    "are there",
    "are you",
    "could",
    "will",
    "may i",
];

/// Questions that complain or give a reason rather than ask us for something.
const COMPLAINS: [&str; 10] =
    ["为什么", "为啥", "凭什么", "怎么还", "怎么会", "怎么这么", "什么时候才", "why", "how come", "how could"];

/// An answer and a question beside it.
#[derive(Debug, PartialEq)]
pub(super) struct Beside {
    /// The words before the question, where they end so clearly that the question is no part of the answer.
    pub(super) answer: String,
    pub(super) question: String,
}

/// The question beside the answer.
pub(super) fn beside(text: &str) -> Option<Beside> {
    let text = half(text);
    if let Some((at, turn)) = turn(&plain(&text)) {
        let question = text[at + turn.len()..].trim_matches(is_mark);
        let before = text[..at].trim_end();
        let answer = if before.ends_with(is_pause) { before.trim_matches(is_mark).to_owned() } else { String::new() };
        let has_before = before.chars().any(char::is_alphanumeric);
        return (asks(question) && has_before).then(|| Beside { answer, question: question.to_owned() });
    }
    let clauses: Vec<&str> = clauses(&text).collect();
    let (last, before) = clauses.split_last()?;
    let is_beside = asks(last) && before.iter().any(|clause| !asks(clause));
    is_beside.then(|| Beside { answer: String::new(), question: (*last).to_owned() })
}

/// Is a question one to us that says nothing else, and what does it ask where words that turn to it stand before it?
pub(super) fn to_us(text: &str) -> (bool, String) {
    let half = half(text);
    let plain = plain(&half);
    let question = turn(&plain).filter(|(at, _)| !plain[..*at].chars().any(char::is_alphanumeric));
    let question = question.map(|(at, turn)| half[at + turn.len()..].trim_matches(is_mark).to_owned());
    let sentences = plain.split(['?', '？', '。', '!', '\n']).filter(|it| it.chars().any(char::is_alphanumeric));
    let n_sentences = sentences.clone().count();
    let is_whole = n_sentences == 1 || sentences.into_iter().all(asks);
    let complains = COMPLAINS.iter().any(|words| super::contains(&plain, words));
    (question.is_some() || (is_whole && !complains), question.unwrap_or_default())
}

/// The first words that turn to something else; Latin ones at the beginning of a clause.
fn turn(lower: &str) -> Option<(usize, &'static str)> {
    let begins = |at: usize, turn: &str| {
        let before = lower[..at].trim_end();
        let ends = !lower[at + turn.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        !turn.is_ascii() || (ends && (before.is_empty() || before.ends_with(is_pause)))
    };
    let places = TURNS.iter().flat_map(|turn| lower.match_indices(turn).map(move |(at, _)| (at, *turn)));
    places.filter(|(at, turn)| begins(*at, turn)).min_by_key(|(at, turn)| (*at, std::cmp::Reverse(turn.len())))
}

fn is_pause(c: char) -> bool {
    matches!(c, ',' | '.' | ';' | '!' | '?' | '，' | '。' | '；' | '！' | '？' | '\n' | '-' | '—' | '~' | '…')
}

/// The parts of a sentence.
pub(super) fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let is_stop = |c: char| matches!(c, ',' | ';' | '!' | '\n' | '，' | '。' | '；' | '！' | '、' | '～' | '~' | '…');
    text.split(is_stop).map(str::trim).filter(|clause| clause.chars().any(char::is_alphanumeric))
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '。' | ':' | '：' | '、' | '-')
}

/// Does it ask something?
pub(super) fn asks(text: &str) -> bool {
    let lower = plain(&half(text));
    lower.trim_end().ends_with('?') || ASKS.iter().any(|word| super::contains(&lower, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_beside_the_answer_is_found() {
        for (text, rest) in [
            ("10442，对了你们几点关门", "你们几点关门"),
            ("A10442, by the way when do you close?", "when do you close?"),
            ("我叫李雷，你们周末送货吗？", "你们周末送货吗?"),
        ] {
            assert_eq!(beside(text).map(|beside| beside.question).as_deref(), Some(rest), "{text}");
        }
    }

    #[test]
    fn one_sentence_has_nothing_beside() {
        for text in ["你们几点关门？", "对了", "A10442，谢谢", "怎么退款，要多久？"] {
            assert_eq!(beside(text), None, "{text}");
        }
    }
}

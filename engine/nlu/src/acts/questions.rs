//! A question asked beside an answer: "10442，对了你们几点关门？".

use crate::normalise::half_width;

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

/// The question beside the answer.
pub(super) fn beside(text: &str) -> Option<String> {
    let text: String = text.chars().map(half_width).collect();
    let lower = text.to_lowercase();
    if lower.len() == text.len()
        && let Some((at, turn)) = TURNS.iter().filter_map(|turn| Some((lower.find(turn)?, turn))).min()
    {
        let rest = text[at + turn.len()..].trim_matches(is_mark);
        return (asks(rest) && at > 0).then(|| rest.to_owned());
    }
    let clauses: Vec<&str> = clauses(&text).collect();
    let (last, before) = clauses.split_last()?;
    (asks(last) && before.iter().any(|clause| !asks(clause))).then(|| (*last).to_owned())
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
    let lower = text.to_lowercase();
    lower.ends_with(['?', '？']) || ASKS.iter().any(|word| super::contains(&lower, word))
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
            assert_eq!(beside(text).as_deref(), Some(rest), "{text}");
        }
    }

    #[test]
    fn one_sentence_has_nothing_beside() {
        for text in ["你们几点关门？", "对了", "A10442，谢谢", "怎么退款，要多久？"] {
            assert_eq!(beside(text), None, "{text}");
        }
    }
}

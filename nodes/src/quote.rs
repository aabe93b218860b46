//! Picks the sentences of a passage that answer a question, word for word.

use model::sentences;

use crate::words::fold;

/// A passage up to this long is quoted whole.
const SHORT_CHARS: usize = 120;
/// A sentence up to this long is said with the next one.
const CURT_CHARS: usize = 12;
/// Sentences beside the best are quoted while all together stay below this.
const MOST_CHARS: usize = 240;
/// A neighbour must share at least this part of what the best sentence shares.
const NEIGHBOUR_SHARE: f64 = 0.5;

/// The best sentence with the neighbours that speak of the same; left-out parts are shown as `…`.
pub(crate) fn quote(passage: &str, question: &str) -> String {
    let passage = passage.trim();
    if passage.chars().count() <= SHORT_CHARS {
        return passage.to_owned();
    }
    let sentences = sentences(passage);
    let wanted = terms(question);
    let shared: Vec<f64> = sentences.iter().map(|sentence| share(&wanted, sentence)).collect();
    // The first of the best: what a text says first is what it is about.
    let best = shared.iter().enumerate().fold(0, |best, (idx, share)| if *share > shared[best] { idx } else { best });
    if sentences.is_empty() || shared[best] <= 0.0 {
        return passage.to_owned();
    }
    let (mut first, mut last) = (best, best);
    let mut length = sentences[best].chars().count();
    loop {
        let fits = |idx: usize, length: usize| {
            shared[idx] >= NEIGHBOUR_SHARE * shared[best] && length + sentences[idx].chars().count() <= MOST_CHARS
        };
        if last + 1 < sentences.len() && fits(last + 1, length) {
            last += 1;
            length += sentences[last].chars().count();
        } else if first > 0 && fits(first - 1, length) {
            first -= 1;
            length += sentences[first].chars().count();
        } else {
            break;
        }
    }
    // A very short sentence is half of the matter: "Yes." or "It depends.".
    if length <= CURT_CHARS && last + 1 < sentences.len() {
        last += 1;
    }
    let before = if first > 0 { "… " } else { "" };
    let after = if last + 1 < sentences.len() { " …" } else { "" };
    format!("{before}{}{after}", sentences[first..=last].concat().trim())
}

/// Latin words without their endings, pairs of Chinese characters.
fn terms(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut terms = Vec::new();
    for word in folded.split(' ') {
        let mut latin = String::new();
        let mut before = None;
        for character in word.chars().chain([' ']) {
            if character.is_ascii_alphanumeric() {
                latin.push(character);
                before = None;
                continue;
            }
            if latin.len() > 2 && !is_common(&latin) {
                terms.push(stem(&latin).to_owned());
            }
            latin.clear();
            if let Some(before) = before.replace(character)
                && character != ' '
            {
                terms.push([before, character].iter().collect());
            }
        }
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn stem(word: &str) -> &str {
    let stem = ["ing", "ies", "ed", "es", "s", "y"].iter().find_map(|ending| word.strip_suffix(ending));
    stem.filter(|stem| stem.len() > 2).unwrap_or(word)
}

fn is_common(word: &str) -> bool {
    const COMMON: [&str; 30] = [
        "the", "and", "for", "are", "can", "you", "your", "how", "what", "when", "where", "who", "why", "does", "did",
        "will", "was", "has", "have", "with", "that", "this", "from", "not", "any", "our", "much", "many", "get",
        "there",
    ];
    COMMON.contains(&word)
}

/// How many of the wanted terms a sentence has; longer terms say more.
fn share(wanted: &[String], sentence: &str) -> f64 {
    let terms = terms(sentence);
    let weight = |term: &String| if term.is_ascii() { 1.0 + term.len() as f64 / 10.0 } else { 1.0 };
    wanted.iter().filter(|term| terms.binary_search(term).is_ok()).map(weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_answers_is_quoted_with_what_belongs_to_it() {
        let passage = "本政策适用于在官方商城购买的全部商品，线下门店另有规定，请以门店公告为准，最终解释权归本公司所有。\
                       自签收之日起七天内可以无理由退货。商品需保持完好，附件、赠品和包装齐全。\
                       退款在收到退货后三个工作日内原路退回。邮费由客户承担，质量问题除外。\
                       定制商品、拆封的软件和生鲜食品不支持无理由退货，详见商品页面的说明。";

        let quoted = quote(passage, "退款多久到账，几个工作日");

        assert_eq!(quoted, "… 退款在收到退货后三个工作日内原路退回。 …");
        assert_eq!(quote("七天内可退。", "退货"), "七天内可退。");
    }

    #[test]
    fn a_question_that_shares_nothing_gets_the_whole_passage() {
        let passage = "One sentence about shoes. ".repeat(10);

        assert_eq!(quote(&passage, "天气"), passage.trim());
    }
}

//! Questions that a library has already: found before anything is written, and settled as the author wants.

use std::collections::BTreeMap;

use model::{Article, Texts};

use crate::Repeated;
use crate::faq::add_variant;

/// How the rows of a file stand to the articles of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Rows whose question is new.
    pub fresh: usize,
    /// Rows whose question is there with the same answer.
    pub same: usize,
    /// Rows whose question is there with another answer or fewer ways to ask: the row, and the first known article.
    pub differing: Vec<(usize, usize)>,
}

/// What is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Rows that become articles of the file; without ids where they are new.
    pub own: Vec<Article>,
    /// Known articles with what the rows say of them.
    pub changed: Vec<Article>,
}

/// Compares the rows of a file with the articles that the library has from elsewhere.
pub fn compare(rows: &[Article], known: &[Article]) -> Comparison {
    let by_question = by_question(known);
    let mut comparison = Comparison::default();
    for (at, row) in rows.iter().enumerate() {
        let found = by_question.get(&question_key(&row.question)).map(Vec::as_slice).unwrap_or_default();
        match found.iter().find(|known_at| !says_the_same(&known[**known_at], row)) {
            Some(known_at) => comparison.differing.push((at, *known_at)),
            None if found.is_empty() => comparison.fresh += 1,
            None => comparison.same += 1,
        }
    }
    comparison
}

/// What is written of the rows, where the library has these articles from elsewhere. With [`Repeated::Update`] every
/// article with a row's question says what the row says; those of another file belong to this one from then on, so
/// that removing the older file takes none of it away.
pub fn settle(rows: Vec<Article>, known: &[Article], document: &str, how: Repeated) -> Settled {
    if how == Repeated::Keep {
        return Settled { own: rows, changed: Vec::new() };
    }
    let by_question = by_question(known);
    let mut settled = Settled::default();
    for row in rows {
        match by_question.get(&question_key(&row.question)) {
            None => settled.own.push(row),
            Some(_) if how == Repeated::Skip => {}
            Some(found) => {
                let changed = found.iter().map(|at| updated(&known[*at], &row, document));
                settled.changed.extend(changed.zip(found).filter(|(new, at)| *new != known[**at]).map(|(new, _)| new));
            }
        }
    }
    settled
}

fn by_question(known: &[Article]) -> BTreeMap<String, Vec<usize>> {
    let mut by_question: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, article) in known.iter().enumerate() {
        by_question.entry(question_key(&article.question)).or_default().push(at);
    }
    by_question
}

/// A question as it is compared with others: without spaces, signs and capitals, in half width.
pub fn question_key(question: &str) -> String {
    let half_width = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let letters: String = question.chars().map(half_width).filter(|c| c.is_alphanumeric()).collect();
    // Of a question of signs alone, the signs are what there is.
    if letters.is_empty() { question.trim().to_owned() } else { letters.to_lowercase() }
}

fn says_the_same(known: &Article, row: &Article) -> bool {
    let answers =
        |texts: &Texts| texts.0.iter().map(|(of, text)| (of.clone(), text.trim().to_owned())).collect::<Vec<_>>();
    let known_answers = answers(&known.answer);
    answers(&row.answer).iter().all(|answer| known_answers.contains(answer))
        && row.variants.iter().all(|variant| known.variants.contains(variant))
}

fn updated(known: &Article, row: &Article, document: &str) -> Article {
    let mut new = known.clone();
    for (language, text) in &row.answer.0 {
        new.answer.set(language.clone(), text);
    }
    for variant in &row.variants {
        add_variant(&mut new, variant);
    }
    new.document = known.document.as_ref().map(|_| document.to_owned());
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_questions_are_recognised_however_they_are_typed() {
        let known = [article("a", "多久发货？", "48 小时"), article("b", "Do you ship abroad?", "Yes.")];
        let rows = [
            article("", " 多久发货", "48 小时"),
            article("", "DO YOU SHIP ABROAD", "No."),
            article("", "能开发票吗", "能"),
        ];

        let comparison = compare(&rows, &known);

        assert_eq!(comparison, Comparison { fresh: 1, same: 1, differing: vec![(1, 1)] });
    }

    #[test]
    fn a_row_is_kept_left_out_or_takes_the_place_of_the_answer() {
        let mut of_sheet = article("a", "多久发货？", "48 小时");
        of_sheet.document = Some("old".into());
        of_sheet.owner = "王芳".into();
        let by_hand = article("b", "能开发票吗", "能");
        let known = [of_sheet, by_hand];
        let rows =
            || vec![article("", "多久发货", "24 小时"), article("", "能开发票吗", "能"), article("", "能退吗", "能")];
        let questions = |articles: &[Article]| articles.iter().map(|it| it.question.clone()).collect::<Vec<_>>();

        assert_eq!(settle(rows(), &known, "new", Repeated::Keep).own.len(), 3);
        assert_eq!(questions(&settle(rows(), &known, "new", Repeated::Skip).own), ["能退吗"]);
        let updated = settle(rows(), &known, "new", Repeated::Update);

        assert_eq!(questions(&updated.own), ["能退吗"]);
        // What says the same by hand stays as it is.
        let [changed] = updated.changed.as_slice() else { panic!("{updated:?}") };
        assert_eq!((changed.id.as_str(), changed.answer.in_language("zh")), ("a", "24 小时"));
        assert_eq!((changed.document.as_deref(), changed.owner.as_str()), (Some("new"), "王芳"));
    }

    fn article(id: &str, question: &str, answer: &str) -> Article {
        let mut texts = Texts::default();
        texts.set(model::Language::zh(), answer);
        let answer = texts;
        Article { id: id.into(), question: question.into(), answer, ..Article::default() }
    }
}

//! Rows of a sheet become articles: which column is the question, which the answer.

use std::collections::BTreeMap;

use model::{Article, Language, Texts};
use serde::{Deserialize, Serialize};

/// Characters of a question, of an answer; ways to ask. The same as an author may write by hand.
const MAX_QUESTION_CHARS: usize = 500;
const MAX_ANSWER_CHARS: usize = 8_000;
const MAX_VARIANTS: usize = 200;
/// Rows that a note names.
const NAMED_ROWS: usize = 10;

/// What the columns of a sheet mean, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// The question.
    pub question: usize,
    /// The answer.
    pub answer: usize,
    /// Other ways to ask, several in a cell on lines of their own or separated by `;`, `；` or `|`.
    #[serde(default)]
    pub variants: Vec<usize>,
    /// The language of the row: `zh`, `en`, `中文`, `English`.
    #[serde(default)]
    pub language: Option<usize>,
    /// Rows at the top that are no questions.
    #[serde(default)]
    pub skip: usize,
}

/// The articles of a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faq {
    /// In the order of the sheet; the ids are still empty.
    pub articles: Vec<Article>,
    /// What was left out.
    pub notes: Vec<Texts>,
}

/// What the columns probably mean, by their names in the first row; without names the first two are taken.
pub fn guess(rows: &[Vec<String>]) -> Columns {
    let names: Vec<String> =
        rows.first().map(|row| row.iter().map(|cell| cell.to_lowercase()).collect()).unwrap_or_default();
    let find = |words: &[&str]| {
        names.iter().position(|name| name.chars().count() < 20 && words.iter().any(|word| name.contains(word)))
    };
    let variants = find(&["相似", "其他问", "问法", "variant", "similar", "synonym", "other ways", "alternat"]);
    let named = |words: &[&str]| {
        let fits = |name: &String| name.chars().count() < 20 && words.iter().any(|word| name.contains(word));
        names.iter().enumerate().position(|(idx, name)| Some(idx) != variants && fits(name))
    };
    let question = named(&["问题", "标题", "提问", "question", "title"]).or_else(|| named(&["问", "q"]));
    let answer = named(&["答案", "回答", "回复", "answer", "reply", "response"]).or_else(|| named(&["答", "内容"]));
    let language = find(&["语言", "语种", "language", "lang"]);
    match (question, answer) {
        (Some(question), Some(answer)) if question != answer => {
            Columns { question, answer, variants: variants.into_iter().collect(), language, skip: 1 }
        }
        _ => Columns { question: 0, answer: 1, ..Columns::default() },
    }
}

/// Reads the rows. Rows of one question in several languages are one article.
pub fn articles(rows: &[Vec<String>], columns: &Columns, fallback: &Language) -> Faq {
    let mut faq = Faq::default();
    let mut by_question: BTreeMap<String, usize> = BTreeMap::new();
    let (mut incomplete, mut too_long) = (Vec::new(), Vec::new());
    for (idx, row) in rows.iter().enumerate().skip(columns.skip) {
        let cell = |column: usize| row.get(column).map_or("", |cell| cell.trim());
        let (question, answer) = (cell(columns.question).replace('\n', " "), cell(columns.answer));
        if question.is_empty() || answer.is_empty() {
            incomplete.push(idx + 1);
            continue;
        }
        if question.chars().count() > MAX_QUESTION_CHARS || answer.chars().count() > MAX_ANSWER_CHARS {
            too_long.push(idx + 1);
            continue;
        }
        let language =
            columns.language.map(cell).and_then(language_of).unwrap_or_else(|| language_in(&question, fallback));
        let place = *by_question.entry(question.clone()).or_insert(faq.articles.len());
        if place == faq.articles.len() {
            faq.articles.push(Article { question, ..Article::default() });
        }
        let article = &mut faq.articles[place];
        article.answer.set(language, answer);
        let cells = columns.variants.iter().map(|column| cell(*column));
        let variants = cells.flat_map(|cell| cell.split(['\n', ';', '；', '|'])).map(str::trim);
        for variant in variants.filter(|text| !text.is_empty() && text.chars().count() <= MAX_QUESTION_CHARS) {
            if article.variants.len() < MAX_VARIANTS && !article.variants.iter().any(|known| known == variant) {
                article.variants.push(variant.to_owned());
            }
        }
    }
    faq.notes.extend(left_out(&incomplete, "没有问题或答案", "have no question or no answer"));
    faq.notes.extend(left_out(&too_long, "太长", "are too long"));
    faq
}

fn left_out(rows: &[usize], zh: &str, en: &str) -> Option<Texts> {
    let n = rows.len();
    let named: Vec<String> = rows.iter().take(NAMED_ROWS).map(usize::to_string).collect();
    let more = if n > NAMED_ROWS { "…" } else { "" };
    (n > 0).then(|| {
        let (zh_rows, en_rows) = (named.join("、"), named.join(", "));
        Texts::new(
            format!("{n} 行{zh}，没有导入：第 {zh_rows}{more} 行"),
            format!("{n} rows {en} and were left out: {en_rows}{more}"),
        )
    })
}

fn language_of(cell: &str) -> Option<Language> {
    let cell = cell.to_lowercase();
    if cell.starts_with("zh") || cell.contains('中') || cell.contains("chinese") {
        Some(Language::zh())
    } else if cell.starts_with("en") || cell.contains('英') {
        Some(Language::en())
    } else {
        None
    }
}

/// A text with Chinese characters is Chinese, one with Latin letters only English.
fn language_in(text: &str, fallback: &Language) -> Language {
    if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        Language::zh()
    } else if text.chars().any(|c| c.is_ascii_alphabetic()) {
        Language::en()
    } else {
        fallback.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_articles_with_ways_to_ask_and_languages() {
        let rows: Vec<Vec<String>> = [
            ["语言", "标准问题", "答案", "相似问法"],
            ["中文", "多久发货", "48 小时内。", "几天发；什么时候发\n几天发"],
            ["en", "多久发货", "Within 48 hours.", ""],
            ["", "Do you ship abroad?", "Yes.", ""],
            ["", "", "没有问题", ""],
        ]
        .iter()
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect();
        let columns = guess(&rows);
        assert_eq!(columns, Columns { question: 1, answer: 2, variants: vec![3], language: Some(0), skip: 1 });

        let faq = articles(&rows, &columns, &Language::zh());

        assert_eq!(faq.articles.len(), 2);
        assert_eq!(faq.articles[0].answer, Texts::new("48 小时内。", "Within 48 hours."));
        assert_eq!(faq.articles[0].variants, ["几天发", "什么时候发"]);
        assert_eq!(faq.articles[1].answer.get(&Language::en(), &[]), "Yes.");
        assert!(faq.notes[0].in_language("en").ends_with("left out: 5"), "{:?}", faq.notes);
    }

    #[test]
    fn without_names_the_first_two_columns_are_taken() {
        assert_eq!(
            guess(&[vec!["多久发货".into(), "两天".into()]]),
            Columns { question: 0, answer: 1, ..Columns::default() }
        );
        assert_eq!(guess(&[]).answer, 1);
    }
}

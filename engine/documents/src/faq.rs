//! Rows of a sheet become articles: which column is the question, which the answer.

use std::collections::BTreeMap;

use model::{Article, Language, Texts};
use serde::{Deserialize, Serialize};

use crate::{Mapping, Sheet};

/// Characters of a question, of an answer; ways to ask. The same as an author may write by hand.
const MAX_QUESTION_CHARS: usize = 500;
const MAX_ANSWER_CHARS: usize = 8_000;
const MAX_VARIANTS: usize = 200;
/// Rows that a note names.
const NAMED_ROWS: usize = 10;
/// Rows at the top among which the names of the columns are looked for.
const NAMES_WITHIN: usize = 5;

/// What the columns of a sheet mean, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// The sheet of the workbook; without, the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
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

/// The articles of sheets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faq {
    /// In the order of the sheets; the ids are still empty.
    pub articles: Vec<Article>,
    /// What was left out.
    pub notes: Vec<Texts>,
}

/// What the columns probably mean, by their names; without names the first two columns with words in them are taken.
pub fn guess(rows: &[Vec<String>]) -> Columns {
    let at_top = rows.iter().take(NAMES_WITHIN).enumerate();
    let named = at_top.into_iter().find_map(|(at, row)| {
        let columns = named(row)?;
        rows[..at].iter().all(|above| is_title(above, row)).then_some(Columns { skip: at + 1, ..columns })
    });
    named.unwrap_or_else(|| without_names(rows))
}

/// The columns by the names in this row, where it names a question and an answer.
fn named(row: &[String]) -> Option<Columns> {
    let names: Vec<String> = row.iter().map(|cell| cell.to_lowercase()).collect();
    let fits = |name: &str, words: &[&str]| name.chars().count() < 20 && words.iter().any(|word| name.contains(word));
    let find = |words: &[&str]| names.iter().position(|name| fits(name, words));
    let variants = find(&["相似", "其他问", "问法", "variant", "similar", "synonym", "other ways", "alternat"]);
    let other =
        |words: &[&str]| names.iter().enumerate().position(|(at, name)| Some(at) != variants && fits(name, words));
    let question = other(&["问题", "标题", "提问", "question", "title"]).or_else(|| other(&["问", "q"]))?;
    let answer = other(&["答案", "回答", "回复", "answer", "reply", "response"]).or_else(|| other(&["答", "内容"]))?;
    let language = find(&["语言", "语种", "language", "lang"]);
    let columns =
        Columns { question, answer, variants: variants.into_iter().collect(), language, skip: 1, sheet: None };
    (question != answer).then_some(columns)
}

/// Is a row above the names a title of the sheet, often merged over all columns, or a remark?
fn is_title(above: &[String], names: &[String]) -> bool {
    let n_filled = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
    n_filled(above) <= (n_filled(names) / 2).max(1)
}

/// The first two columns that hold more than numbers, below the rows that fill one cell only.
fn without_names(rows: &[Vec<String>]) -> Columns {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let has_words = |column: &usize| {
        let mut cells = rows.iter().take(2 * NAMES_WITHIN).filter_map(|row| row.get(*column));
        cells.any(|cell| cell.chars().any(char::is_alphabetic))
    };
    let mut columns = (0..n_columns).filter(has_words);
    let question = columns.next().unwrap_or(0);
    Columns { question, answer: columns.next().unwrap_or(question + 1), ..Columns::default() }
}

/// Reads the rows of the sheets that are mapped. Rows of one question in several languages are one article, whichever
/// sheets they are in.
pub fn articles(sheets: &[Sheet], mapping: &Mapping, fallback: &Language) -> Faq {
    let mut taking = Taking { faq: Faq::default(), by_question: BTreeMap::new(), fallback };
    for columns in mapping.all() {
        let wanted = |sheet: &&Sheet| columns.sheet.as_ref().is_none_or(|name| *name == sheet.name);
        match (sheets.iter().find(wanted), &columns.sheet) {
            (Some(sheet), _) => taking.take(sheet, columns, sheets.len() > 1),
            (None, Some(name)) => taking
                .faq
                .notes
                .push(Texts::new(format!("文件里没有工作表“{name}”"), format!("the file has no sheet “{name}”"))),
            (None, None) => {}
        }
    }
    taking.faq
}

/// Articles as they come out of one sheet after the other.
struct Taking<'a> {
    faq: Faq,
    by_question: BTreeMap<String, usize>,
    fallback: &'a Language,
}

impl Taking<'_> {
    fn take(&mut self, sheet: &Sheet, columns: &Columns, is_one_of_several: bool) {
        let faq = &mut self.faq;
        let (mut incomplete, mut too_long, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        for (row, line) in sheet.rows.iter().zip(&sheet.lines).skip(columns.skip) {
            let cell = |column: usize| row.get(column).map_or("", |cell| cell.trim());
            let (question, answer) = (cell(columns.question).replace('\n', " "), cell(columns.answer));
            if question.is_empty() || answer.is_empty() {
                incomplete.push(*line);
                continue;
            }
            if question.chars().count() > MAX_QUESTION_CHARS || answer.chars().count() > MAX_ANSWER_CHARS {
                too_long.push(*line);
                continue;
            }
            let language = columns
                .language
                .map(cell)
                .and_then(language_of)
                .unwrap_or_else(|| language_in(&question, self.fallback));
            let place = *self.by_question.entry(question.clone()).or_insert(faq.articles.len());
            if place == faq.articles.len() {
                faq.articles.push(Article { question, ..Article::default() });
            }
            let article = &mut faq.articles[place];
            if article.answer.0.get(&language).is_some_and(|before| before != answer) {
                repeated.push(*line);
            }
            article.answer.set(language, answer);
            let cells = columns.variants.iter().map(|column| cell(*column));
            let variants = cells.flat_map(|cell| cell.split(['\n', ';', '；', '|'])).map(str::trim);
            for variant in variants.filter(|text| !text.is_empty() && text.chars().count() <= MAX_QUESTION_CHARS) {
                add_variant(article, variant);
            }
        }
        let notes = [
            note(
                &incomplete,
                "没有问题或答案，没有导入",
                ["has no question or no answer and was left out", "have no question or no answer and were left out"],
            ),
            note(&too_long, "太长，没有导入", ["is too long and was left out", "are too long and were left out"]),
            note(
                &repeated,
                "的问题前面已有，用了后面的答案",
                ["repeats a question; its answer counts", "repeat a question; their answers count"],
            ),
        ];
        let of_sheet = |note: Texts| {
            let (zh, en, name) = (note.in_language("zh"), note.in_language("en"), &sheet.name);
            if is_one_of_several {
                Texts::new(format!("“{name}”：{zh}"), format!("“{name}”: {en}"))
            } else {
                note
            }
        };
        faq.notes.extend(notes.into_iter().flatten().map(of_sheet));
    }
}

/// Another way to ask, unless it is there or there are too many.
pub(crate) fn add_variant(article: &mut Article, variant: &str) {
    if article.variants.len() < MAX_VARIANTS && !article.variants.iter().any(|known| known == variant) {
        article.variants.push(variant.to_owned());
    }
}

/// What the author should know of some rows: in Chinese, in English of one and of several.
fn note(lines: &[u64], zh: &str, [one, several]: [&str; 2]) -> Option<Texts> {
    let n = lines.len();
    let named: Vec<String> = lines.iter().take(NAMED_ROWS).map(u64::to_string).collect();
    let more = if n > NAMED_ROWS { "…" } else { "" };
    (n > 0).then(|| {
        let (zh_rows, en_rows) = (named.join("、"), named.join(", "));
        let en = if n == 1 { format!("1 row {one}") } else { format!("{n} rows {several}") };
        Texts::new(format!("{n} 行{zh}：第 {zh_rows}{more} 行"), format!("{en}: {en_rows}{more}"))
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
        let rows = table(&[
            &["语言", "标准问题", "答案", "相似问法"],
            &["中文", "多久发货", "48 小时内。", "几天发；什么时候发\n几天发"],
            &["en", "多久发货", "Within 48 hours.", ""],
            &["", "Do you ship abroad?", "Yes.", ""],
            &["", "", "没有问题", ""],
        ]);
        let columns = guess(&rows);
        assert_eq!(
            columns,
            Columns { question: 1, answer: 2, variants: vec![3], language: Some(0), skip: 1, sheet: None }
        );

        let faq = articles(&[sheet("", rows, &[1, 2, 3, 4, 6])], &columns.into(), &Language::zh());

        assert_eq!(faq.articles.len(), 2);
        assert_eq!(faq.articles[0].answer, Texts::new("48 小时内。", "Within 48 hours."));
        assert_eq!(faq.articles[0].variants, ["几天发", "什么时候发"]);
        assert_eq!(faq.articles[1].answer.get(&Language::en(), &[]), "Yes.");
        assert_eq!(faq.notes[0].in_language("en"), "1 row has no question or no answer and was left out: 6");
    }

    #[test]
    fn without_names_the_first_two_columns_with_words_are_taken() {
        assert_eq!(guess(&table(&[&["多久发货", "两天"]])), Columns { question: 0, answer: 1, ..Columns::default() });
        assert_eq!(guess(&[]).answer, 1);

        let numbered = guess(&table(&[&["1", "多久发货", "两天"], &["2", "能退吗", "能"]]));
        assert_eq!((numbered.question, numbered.answer, numbered.skip), (1, 2, 0));
    }

    #[test]
    fn titles_may_stand_above_the_names() {
        let rows = table(&[
            &["客服知识整理表", "", "", "", ""],
            &["部门：客服", "", "", "2026 年", ""],
            &["序号", "分类", "客户问题", "标准答复", "相似问法"],
            &["1", "物流", "多久到货", "三天左右", ""],
        ]);
        assert_eq!(
            guess(&rows),
            Columns { question: 2, answer: 3, variants: vec![4], language: None, skip: 3, sheet: None }
        );

        let questions = table(&[&["多久发货", "两天"], &["有问题找谁", "答案见说明书"]]);
        assert_eq!(guess(&questions).skip, 0, "a row below questions names no columns");
    }

    #[test]
    fn a_question_that_comes_again_is_noted() {
        let rows = table(&[&["多久到货", "三天"], &["多久到货", "三天"], &["多久到货", "五天"]]);

        let columns = guess(&rows);
        let faq = articles(&[sheet("", rows, &[1, 2, 4])], &columns.into(), &Language::zh());

        assert_eq!(faq.articles[0].answer.in_language("zh"), "五天");
        assert_eq!(faq.notes[0].in_language("zh"), "1 行的问题前面已有，用了后面的答案：第 4 行");
    }

    #[test]
    fn several_sheets_are_read_each_in_its_own_way() {
        let sheets = [
            sheet("说明", table(&[&["客服知识"]]), &[1]),
            sheet("售后", table(&[&["问题", "答案"], &["能退吗", "七天内能退"], &["坏了", ""]]), &[1, 2, 3]),
            sheet("English", table(&[&["Answer", "Question"], &["Yes, we do.", "Do you ship abroad?"]]), &[1, 2]),
        ];
        let of = |at: usize| Columns { sheet: Some(sheets[at].name.clone()), ..guess(&sheets[at].rows) };
        let gone = Columns { sheet: Some("不在".into()), ..of(1) };
        let mapping = Mapping { more: vec![of(2), gone], ..of(1).into() };

        let faq = articles(&sheets, &mapping, &Language::zh());

        let questions: Vec<_> = faq.articles.iter().map(|article| article.question.as_str()).collect();
        assert_eq!(questions, ["能退吗", "Do you ship abroad?"]);
        let notes: Vec<_> = faq.notes.iter().map(|note| note.in_language("zh")).collect();
        assert_eq!(notes, ["“售后”：1 行没有问题或答案，没有导入：第 3 行", "文件里没有工作表“不在”"]);
    }

    fn sheet(name: &str, rows: Vec<Vec<String>>, lines: &[u64]) -> Sheet {
        Sheet { name: name.into(), rows, lines: lines.to_vec() }
    }

    fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }
}

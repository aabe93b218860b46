//! Topics as a table: topic, its names, an example; one line each. A line without a topic belongs to the one above it.

use documents::Unreadable as NoTable;
use model::{Intent, Language, Texts};
use serde::Serialize;

use super::limits::{MAX_EXAMPLES_IN_ALL, MAX_NAME_CHARS, is_far_too_long, on_one_line, unusable};
use super::lines::Unreadable;
use crate::table_file::{self, Table};

/// A table that was read.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// How the text was written: `UTF-8`, `GBK`, `UTF-16LE`; `Excel` for a workbook.
    pub(crate) encoding: &'static str,
    /// What its author should know of the table as a whole.
    pub(crate) notes: Vec<Texts>,
    pub(crate) rows: Vec<Row>,
    pub(crate) unreadable: Vec<Unreadable>,
}

/// A line of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) key: String,
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) example: String,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Key,
    Zh,
    En,
    Example,
}

const USUAL: [Column; 4] = [Column::Key, Column::Zh, Column::En, Column::Example];

/// Reads the rows of a table; `Err` says why nothing of it can be used.
pub(crate) fn read(table: Table) -> Result<Sheet, NoTable> {
    let mut sheet = Sheet { encoding: table.encoding, notes: table.notes, ..Sheet::default() };
    let columns = table.rows.first().map(|row| columns_of(&row.cells)).unwrap_or_default();
    let has_heading = table.rows.first().is_some_and(|row| is_heading(&row.cells));
    let mut above = Row::default();
    for table_file::Row { line, cells } in table.rows.into_iter().skip(usize::from(has_heading)) {
        match row(&cells, &columns, &above, line) {
            Ok(row) => {
                above = Row { example: String::new(), ..row.clone() };
                sheet.rows.push(row);
            }
            Err(why) => sheet.unreadable.push(Unreadable { line, why }),
        }
        if sheet.rows.len() > 2 * MAX_EXAMPLES_IN_ALL {
            return Err(NoTable::new(
                (
                    &format!("表格超过 {} 行", 2 * MAX_EXAMPLES_IN_ALL),
                    &format!("the table has more than {} lines", 2 * MAX_EXAMPLES_IN_ALL),
                ),
                ("请拆成几份", "split it into several files"),
            ));
        }
    }
    if sheet.rows.is_empty() && sheet.unreadable.is_empty() {
        return Err(NoTable::new(
            ("文件里没有内容", "the file is empty"),
            (
                "每行写：意图键、中文名、英文名、例句",
                "each line holds: topic key, name in Chinese, name in English, example",
            ),
        ));
    }
    Ok(sheet)
}

/// Writes topics as a table.
pub(crate) fn write(intents: &[Intent]) -> Vec<u8> {
    let rows = intents.iter().flat_map(|intent| {
        let name = |language: &Language| intent.name.own(language).unwrap_or_default();
        let (zh, en) = (name(&Language::zh()), name(&Language::en()));
        let without = intent.examples.is_empty().then_some("");
        let examples = without.into_iter().chain(intent.examples.iter().map(String::as_str));
        examples.map(move |example| [intent.key.as_str(), zh, en, example])
    });
    table_file::write(&["topic", "name_zh", "name_en", "example"], rows)
}

fn meaning(heading: &str) -> Option<Column> {
    let heading: String = heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match heading.as_str() {
        "topic" | "topickey" | "key" | "intent" | "intentkey" | "label" | "意图" | "意图键" | "键" | "标签" => {
            Some(Column::Key)
        }
        "namezh" | "zh" | "chinese" | "nameinchinese" | "名称" | "意图名称" | "中文名" | "中文名称" | "中文" => {
            Some(Column::Zh)
        }
        "nameen" | "en" | "english" | "name" | "nameinenglish" | "英文名" | "英文名称" | "英文" => {
            Some(Column::En)
        }
        "example" | "examples" | "text" | "utterance" | "例句" | "问法" | "说法" | "语料" | "文本" => {
            Some(Column::Example)
        }
        _ => None,
    }
}

/// A heading names an example and something else.
fn is_heading(cells: &[String]) -> bool {
    let meanings: Vec<Column> = cells.iter().filter_map(|cell| meaning(cell)).collect();
    meanings.contains(&Column::Example) && meanings.len() >= 2
}

fn columns_of(cells: &[String]) -> Vec<Option<Column>> {
    if is_heading(cells) {
        return cells.iter().map(|cell| meaning(cell)).collect();
    }
    match cells.len() {
        2 => vec![Some(Column::Key), Some(Column::Example)],
        3 => vec![Some(Column::Key), Some(Column::Zh), Some(Column::Example)],
        _ => USUAL.map(Some).to_vec(),
    }
}

fn row(cells: &[String], columns: &[Option<Column>], above: &Row, line: usize) -> Result<Row, Texts> {
    let mut row = Row { line, ..Row::default() };
    for (field, column) in cells.iter().zip(columns) {
        let place = match column {
            Some(Column::Key) => &mut row.key,
            Some(Column::Zh) => &mut row.zh,
            Some(Column::En) => &mut row.en,
            Some(Column::Example) => {
                let example = field.trim();
                if !example.is_empty()
                    && let Some(why) = unusable(example)
                {
                    return Err(why);
                }
                row.example = on_one_line(example);
                continue;
            }
            None => continue,
        };
        if is_far_too_long(field, MAX_NAME_CHARS) {
            return Err(Texts::new(
                format!("意图的键和名称最多 {MAX_NAME_CHARS} 个字符"),
                format!("keys and names of topics have at most {MAX_NAME_CHARS} characters"),
            ));
        }
        *place = on_one_line(field.trim());
    }
    if [&row.key, &row.zh, &row.en].into_iter().any(|name| name.contains(char::REPLACEMENT_CHARACTER)) {
        return Err(Texts::new("这一行的编码无法识别", "the letters of this line cannot be read"));
    }
    if row.key.is_empty() && row.zh.is_empty() && row.en.is_empty() {
        if above.key.is_empty() && above.zh.is_empty() && above.en.is_empty() {
            return Err(Texts::new("没有写是哪个意图", "it does not say which topic"));
        }
        row = Row { line, example: row.example, ..above.clone() };
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let intents = [
            Intent {
                key: "refund".into(),
                name: Texts::new("退款", "Refund, return"),
                examples: vec!["我要“退款”".into(), "a \"quoted\", one".into(), "=1+1 是多少".into(), "'tis".into()],
            },
            Intent { key: "empty".into(), name: Texts::new("空", "Empty"), examples: Vec::new() },
        ];

        let written = write(&intents);
        let sheet = read_text(&written).expect("it reads");

        assert!(sheet.unreadable.is_empty(), "{:?}", sheet.unreadable);
        let examples: Vec<&str> = sheet.rows.iter().map(|row| row.example.as_str()).collect();
        assert_eq!(examples, ["我要“退款”", "a \"quoted\", one", "=1+1 是多少", "'tis", ""]);
        assert_eq!((sheet.rows[1].line, sheet.rows[1].en.as_str()), (3, "Refund, return"));
    }

    #[test]
    fn a_line_without_a_topic_belongs_to_the_one_above() {
        let text = "意图,中文名,英文名,例句\r\nrefund,退款,Refund,我要退款\r\n,,,怎么退钱\r\n";
        let (gbk, ..) = encoding_rs::GBK.encode(text);

        let sheet = read_text(&gbk).expect("it reads");

        assert_eq!(sheet.encoding, "GBK");
        let rows: Vec<_> = sheet.rows.iter().map(|row| (row.line, row.zh.as_str(), row.example.as_str())).collect();
        assert_eq!(rows, [(2, "退款", "我要退款"), (3, "退款", "怎么退钱")]);
    }

    #[test]
    fn lines_that_cannot_be_used_are_named_and_the_others_read() {
        let text = format!(
            "topic,example\n,whose is this\nrefund,我要退款\nrefund,{}\nrefund,?!\nrefund,ok\n",
            "长".repeat(501)
        );

        let sheet = read_text(text.as_bytes()).expect("it reads");

        assert_eq!(sheet.unreadable.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(sheet.rows.len(), 2);
    }

    #[test]
    fn a_table_without_examples_is_refused() {
        for bytes in [&b""[..], b"\n\n", b"topic,example\n"] {
            let refused = read_text(bytes).expect_err("it is refused");

            assert!(refused.why.in_language("en").contains("empty"), "{refused:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_found() {
        let rest = "refund,another line of words\n".repeat(40);
        let sheet = read_text(format!("topic,example\nrefund,\"我要退款\n{rest}").as_bytes()).expect("it reads");

        assert_eq!(sheet.unreadable[0].line, 2);
        assert!(sheet.unreadable[0].why.in_language("en").contains("quotation mark"));
    }

    fn read_text(bytes: &[u8]) -> Result<Sheet, NoTable> {
        read(table_file::read_text(bytes, None)?)
    }
}

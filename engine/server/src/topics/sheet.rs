//! Topics as a table, as spreadsheets write and read it: topic, its names, an example; one line each.
//!
//! Read are comma, semicolon and tab, UTF-8 and UTF-16 with or without a mark, and GBK, which Excel writes in China.
//! A line without a topic belongs to the one above it. Written is what all of them open: UTF-8 with a mark, CRLF.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use encoding_rs::{Encoding, GB18030, UTF_8};
use model::{Intent, Language, Texts};
use serde::Serialize;

use super::limits::{MAX_EXAMPLES_IN_ALL, MAX_NAME_CHARS, is_far_too_long, on_one_line, unusable};
use super::lines::Unreadable;

/// A table that was read.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// How the text was written: `UTF-8`, `GBK`, `UTF-16LE`.
    pub(crate) encoding: &'static str,
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
/// A file of the most examples, each of the usual length, is far below.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads a table; `Err` says why nothing of it can be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Sheet, Texts> {
    let (encoding, text) = decoded(bytes)?;
    let delimiter = delimiter(&text);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut sheet = Sheet { encoding, ..Sheet::default() };
    let mut columns: Option<Vec<Option<Column>>> = None;
    let mut above = Row::default();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let is_first = columns.is_none();
        let known = columns.get_or_insert_with(|| columns_of(&record));
        if record.iter().all(|field| field.trim().is_empty()) || (is_first && is_heading(&record)) {
            continue;
        }
        match row(&record, known, &above, line) {
            Ok(row) => {
                above = Row { example: String::new(), ..row.clone() };
                sheet.rows.push(row);
            }
            Err(why) => sheet.unreadable.push(Unreadable { line, why }),
        }
        if sheet.rows.len() > 2 * MAX_EXAMPLES_IN_ALL {
            return Err(Texts::new(
                format!("表格超过 {} 行", 2 * MAX_EXAMPLES_IN_ALL),
                format!("the table has more than {} lines", 2 * MAX_EXAMPLES_IN_ALL),
            ));
        }
    }
    if sheet.rows.is_empty() && sheet.unreadable.is_empty() {
        return Err(Texts::new(
            "文件里没有内容；每行写：意图键、中文名、英文名、例句",
            "the file is empty; each line holds: topic key, name in Chinese, name in English, example",
        ));
    }
    Ok(sheet)
}

/// Writes topics as a table.
pub(crate) fn write(intents: &[Intent]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    // Writing into memory does not fail.
    let mut line = |fields: [&str; 4]| drop(writer.write_record(fields));
    line(["topic", "name_zh", "name_en", "example"]);
    for intent in intents {
        let name = |language: &Language| intent.name.0.get(language).cloned().unwrap_or_default();
        let (zh, en) = (harmless(&name(&Language::zh())), harmless(&name(&Language::en())));
        if intent.examples.is_empty() {
            line([intent.key.as_str(), &zh, &en, ""]);
        }
        for example in &intent.examples {
            line([intent.key.as_str(), &zh, &en, &harmless(example)]);
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// A spreadsheet would run what begins like a formula.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{field}") } else { field.to_owned() }
}

/// What [`harmless`] was given.
fn as_meant(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\'']) => rest,
        _ => field,
    }
}

fn decoded(bytes: &[u8]) -> Result<(&'static str, String), Texts> {
    if bytes.len() > MAX_BYTES {
        return Err(Texts::new("文件超过 16 MB", "the file is larger than 16 MB"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Texts::new(
            "这是 Excel 工作簿；请在 Excel 里另存为 CSV 再导入",
            "this is an Excel workbook; save it as CSV in Excel, then import that",
        ));
    }
    let (encoding, n_mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let bytes = &bytes[n_mark..];
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    let (encoding, text) = if has_errors && n_mark == 0 {
        (GB18030, GB18030.decode_without_bom_handling(bytes).0)
    } else {
        (encoding, text)
    };
    if text.contains('\0') {
        return Err(Texts::new("这不是文本文件；请导入 CSV", "this is not a text file; import a CSV"));
    }
    let name = if encoding == GB18030 { "GBK" } else { encoding.name() };
    // One kind of line end, so that lines are counted as an editor counts them.
    Ok((name, text.replace("\r\n", "\n").replace('\r', "\n")))
}

/// The mark between fields that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',')
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
fn is_heading(record: &StringRecord) -> bool {
    let meanings: Vec<Column> = record.iter().filter_map(meaning).collect();
    meanings.contains(&Column::Example) && meanings.len() >= 2
}

fn columns_of(record: &StringRecord) -> Vec<Option<Column>> {
    if is_heading(record) {
        return record.iter().map(meaning).collect();
    }
    match record.len() {
        2 => vec![Some(Column::Key), Some(Column::Example)],
        3 => vec![Some(Column::Key), Some(Column::Zh), Some(Column::Example)],
        _ => USUAL.map(Some).to_vec(),
    }
}

fn row(record: &StringRecord, columns: &[Option<Column>], above: &Row, line: usize) -> Result<Row, Texts> {
    let mut row = Row { line, ..Row::default() };
    for (field, column) in record.iter().zip(columns) {
        let place = match column {
            Some(Column::Key) => &mut row.key,
            Some(Column::Zh) => &mut row.zh,
            Some(Column::En) => &mut row.en,
            Some(Column::Example) => {
                let example = as_meant(field.trim());
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
        *place = on_one_line(as_meant(field.trim()));
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
        let sheet = read(&written).expect("it reads");

        assert!(written.starts_with(b"\xEF\xBB\xBF") && written.ends_with(b"\r\n"));
        assert!(String::from_utf8_lossy(&written).contains("'=1+1"), "formulas are made harmless");
        assert!(sheet.unreadable.is_empty(), "{:?}", sheet.unreadable);
        let examples: Vec<&str> = sheet.rows.iter().map(|row| row.example.as_str()).collect();
        assert_eq!(examples, ["我要“退款”", "a \"quoted\", one", "=1+1 是多少", "'tis", ""]);
        assert_eq!((sheet.rows[1].line, sheet.rows[1].en.as_str()), (3, "Refund, return"));
    }

    #[test]
    fn excel_in_china_writes_gbk_and_other_marks() {
        let text = "意图,中文名,英文名,例句\r\nrefund,退款,Refund,我要退款\r\n,,,怎么退钱\r\n";
        let (gbk, _, _) = GB18030.encode(text);
        let tabbed: Vec<u8> = text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark = [b"\xFF\xFE".to_vec(), tabbed].concat();
        for (bytes, encoding) in [
            (gbk.into_owned(), "GBK"),
            (with_mark, "UTF-16LE"),
            (text.replace(',', ";").into_bytes(), "UTF-8"),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
        ] {
            let sheet = read(&bytes).expect("it reads");

            assert_eq!(sheet.encoding, encoding);
            let rows: Vec<_> = sheet.rows.iter().map(|row| (row.line, row.zh.as_str(), row.example.as_str())).collect();
            assert_eq!(rows, [(2, "退款", "我要退款"), (3, "退款", "怎么退钱")], "{encoding}");
        }
    }

    #[test]
    fn lines_that_cannot_be_used_are_named_and_the_others_read() {
        let text = format!(
            "topic,example\n,whose is this\nrefund,我要退款\nrefund,{}\nrefund,?!\nrefund,ok\n",
            "长".repeat(501)
        );

        let sheet = read(text.as_bytes()).expect("it reads");

        assert_eq!(sheet.unreadable.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(sheet.rows.len(), 2);
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_reason() {
        for (bytes, word) in [
            (&b"PK\x03\x04rest"[..], "CSV"),
            (b"", "empty"),
            (b"\x89PNG\x00\x00", "not a text"),
            (b"topic,example\n", "empty"),
        ] {
            let why = read(bytes).expect_err("it is refused");

            assert!(why.in_language("en").contains(word), "{why:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_found() {
        let rest = "refund,another line of words\n".repeat(40);
        let sheet = read(format!("topic,example\nrefund,\"我要退款\n{rest}").as_bytes()).expect("it reads");

        assert_eq!(sheet.unreadable[0].line, 2);
        assert!(sheet.unreadable[0].why.in_language("en").contains("quotation mark"));
    }
}

//! Tables that people bring: CSV files, cells copied from a spreadsheet, Excel workbooks.
//!
//! Of text, read are commas, semicolons and tabs; UTF-8 and UTF-16 with or without a mark, and GBK, which Excel writes in China.
//! Workbooks are read by a process of its own, as those of libraries are.
//! Written is what spreadsheet programs open: UTF-8 with a mark, CRLF, and no cell that begins a formula.
//! What the columns mean is for whoever reads.

use documents::{Kind, Unreadable, without_false_mark};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use model::Texts;
use runtime::Engine;

const MAX_BYTES: usize = 16 * 1024 * 1024;
const MAX_ROWS: usize = 200_000;
const MAX_COLUMNS: usize = 60;

/// A table without its empty rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    /// The encoding it was read in: `UTF-8`, `UTF-16LE`, `GBK`; `Excel` for a workbook.
    pub(crate) encoding: &'static str,
    /// Do some bytes mean nothing in that encoding? They stand as `U+FFFD`.
    pub(crate) is_garbled: bool,
    /// What stands between cells; nothing does in a workbook.
    pub(crate) separator: Option<char>,
    pub(crate) rows: Vec<Row>,
    /// What its author should know: that only the first sheet was read.
    pub(crate) notes: Vec<Texts>,
}

/// A row with something in it.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    /// The line it begins on, from 1, as an editor counts.
    pub(crate) line: usize,
    pub(crate) cells: Vec<String>,
}

/// Reads a table of either kind; the encoding is of a text.
pub(crate) async fn read(engine: &Engine, bytes: &[u8], encoding: Option<&str>) -> crate::error::Result<Table> {
    if !is_workbook(bytes) {
        return Ok(read_text(bytes, encoding)?);
    }
    is_within_size(bytes)?;
    let read = engine.read_file(Kind::Xlsx, bytes.to_vec()).await??;
    let (mut notes, is_one_of_several) = (read.notes, read.sheets.len() > 1);
    let sheet = read.sheets.into_iter().next().unwrap_or_default();
    if is_one_of_several {
        let name = &sheet.name;
        let only = Texts::new(format!("只读取了工作表“{name}”"), format!("only the sheet “{name}” was read"));
        notes.insert(0, only);
    }
    let lines = sheet.lines.into_iter().map(|line| usize::try_from(line).unwrap_or(usize::MAX));
    let cells = sheet.rows.into_iter().map(|row| row.iter().map(|cell| as_meant(cell).to_owned()).collect());
    Ok(Table {
        encoding: "Excel",
        is_garbled: false,
        separator: None,
        rows: lines.zip(cells).map(|(line, cells)| Row { line, cells }).collect(),
        notes,
    })
}

fn is_workbook(bytes: &[u8]) -> bool {
    Kind::of("", bytes) == Ok(Kind::Xlsx)
}

/// Reads a table that is a text. Without an encoding, a byte order mark decides, then whether it is UTF-8; else it is GBK.
pub(crate) fn read_text(bytes: &[u8], encoding: Option<&str>) -> Result<Table, Unreadable> {
    let decoded = decoded(bytes, encoding)?;
    let separator = separator_of(&decoded.text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .flexible(true)
        .from_reader(decoded.text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Unreadable::line(error.position().map_or(0, csv::Position::line)))?;
        if record.len() > MAX_COLUMNS || rows.len() >= MAX_ROWS {
            return Err(Unreadable::new(
                (
                    &format!("表格最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列"),
                    &format!("a table has at most {MAX_ROWS} rows and {MAX_COLUMNS} columns"),
                ),
                ("请拆成几份", "split it into several files"),
            ));
        }
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            let line = record.position().map_or(0, |position| line_of(&decoded.text, position));
            rows.push(Row { line, cells: record.iter().map(|cell| as_meant(cell).to_owned()).collect() });
        }
    }
    Ok(Table {
        encoding: decoded.encoding,
        is_garbled: decoded.is_garbled,
        separator: Some(separator),
        rows,
        notes: Vec::new(),
    })
}

/// Writes a table.
pub(crate) fn write<'a, Row: IntoIterator<Item = &'a str>>(
    columns: &[&str],
    rows: impl IntoIterator<Item = Row>,
) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    // Writing into memory does not fail.
    drop(writer.write_record(columns));
    for row in rows {
        drop(writer.write_record(row.into_iter().map(harmless)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that a spreadsheet program would run as a formula gets a quote before it.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{cell}") } else { cell.to_owned() }
}

/// What [`harmless`] was given.
fn as_meant(cell: &str) -> &str {
    match cell.trim_start().strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\'']) => rest,
        _ => cell,
    }
}

/// The line a record begins on; the reader says where it began to look, which may be empty lines before.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(number(position.byte())..).unwrap_or_default();
    number(position.line()) + rest.iter().take_while(|byte| **byte == b'\n').count()
}

struct Decoded {
    text: String,
    encoding: &'static str,
    is_garbled: bool,
}

fn decoded(bytes: &[u8], wanted: Option<&str>) -> Result<Decoded, Unreadable> {
    is_within_size(bytes)?;
    const SAVE: (&str, &str) = ("请另存为 .xlsx 或 CSV 再导入", "save it as .xlsx or CSV, then import that");
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Unreadable::new(("这不是表格文件", "this file is no table"), SAVE));
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Unreadable::new(
            ("这是旧版 Excel 工作簿，或者加了密码", "this is an old Excel workbook, or one with a password"),
            SAVE,
        ));
    }
    let bytes = without_false_mark(bytes);
    let wanted = wanted.filter(|label| !label.is_empty() && *label != "auto");
    let encoding = match wanted {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            Unreadable::new(
                (&format!("不认识编码“{label}”"), &format!("the encoding “{label}” is not known")),
                ("例如 utf-8、gbk、big5", "for example utf-8, gbk, big5"),
            )
        })?,
        None => match Encoding::for_bom(bytes) {
            Some((encoding, _)) => encoding,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None if looks_wide(bytes, 1) => UTF_16LE,
            None if looks_wide(bytes, 0) => UTF_16BE,
            None => GB18030,
        },
    };
    let (text, encoding, is_garbled) = encoding.decode(bytes);
    if text.contains('\0') {
        return Err(Unreadable::new(
            ("这不是文本文件", "this is not a text file"),
            ("请在表格软件里另存为 CSV", "save it as CSV in your spreadsheet program"),
        ));
    }
    let name = if encoding == GB18030 || encoding == encoding_rs::GBK { "GBK" } else { encoding.name() };
    // One kind of line end, so that lines are counted as an editor counts them.
    Ok(Decoded { text: text.replace("\r\n", "\n").replace('\r', "\n"), encoding: name, is_garbled })
}

fn is_within_size(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Unreadable::new(
        ("文件超过 16 MB", "the file is larger than 16 MB"),
        ("请拆成几份", "split it into several files"),
    ))
}

/// Is every second byte of the beginning zero, as in UTF-16 of Latin letters?
fn looks_wide(bytes: &[u8], zero_at: usize) -> bool {
    const LOOK: usize = 64;
    let pairs = bytes.chunks_exact(2).take(LOOK);
    let n_pairs = pairs.len();
    n_pairs >= 2 && pairs.filter(|pair| pair[zero_at] == 0 && pair[1 - zero_at] != 0).count() * 2 > n_pairs
}

/// What stands between cells: a tab from a spreadsheet, else what the first lines have most of.
fn separator_of(text: &str) -> char {
    const LOOK: usize = 10;
    let first: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOK).collect();
    let count = |separator: char| first.iter().map(|line| line.matches(separator).count()).sum::<usize>();
    if count('\t') > 0 {
        '\t'
    } else if count(';') > count(',') {
        ';'
    } else {
        ','
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cells(bytes: &[u8], encoding: Option<&str>) -> Vec<Vec<String>> {
        read_text(bytes, encoding).expect("a table").rows.into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "值,同义词\r\n冲锋衣,\"外套,防水\"\r\n背包,backpack\r\n";
        let (gbk, ..) = encoding_rs::GBK.encode(text);
        let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let wide: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();

        let with_false_mark = [b"\xEF\xBB\xBF", &*gbk].concat();

        for (bytes, encoding) in [
            (text.as_bytes(), "UTF-8"),
            (&gbk, "GBK"),
            (&with_mark, "UTF-8"),
            (&with_false_mark, "GBK"),
            (&wide, "UTF-16LE"),
        ] {
            assert_eq!(cells(bytes, None), [["值", "同义词"], ["冲锋衣", "外套,防水"], ["背包", "backpack"]]);
            assert_eq!(read_text(bytes, None).expect("a table").encoding, encoding);
        }
        let (big5, ..) = encoding_rs::BIG5.encode("衝鋒衣,外套");
        assert_eq!(cells(&big5, Some("big5")), [["衝鋒衣", "外套"]]);
        assert!(read_text("值".as_bytes(), Some("utf-16le")).expect("read").is_garbled);
    }

    #[test]
    fn cells_of_a_spreadsheet_are_parted_by_tabs() {
        assert_eq!(cells("冲锋衣\t外套\n背包\t\n\n".as_bytes(), None), [["冲锋衣", "外套"], ["背包", ""]]);
        assert_eq!(cells(b"a;b,c\nd;e", None), [["a", "b,c"], ["d", "e"]]);
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let rows = read_text(b"a,\"b\r\nc\"\r\n\r\nd\r\n", None).expect("a table").rows;

        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        for (bytes, encoding, word) in [
            (&b"PK\x03\x04rest"[..], None, "no table"),
            (b"\xD0\xCF\x11\xE0rest", None, "old Excel"),
            (b"\x89PNG\x00\x00", None, "not a text"),
            (b"a,b", Some("klingon"), "klingon"),
        ] {
            let refused = read_text(bytes, encoding).expect_err("it is refused");

            assert!(refused.why.in_language("en").contains(word), "{refused:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let rows = [vec!["a,b", "\"q\""], vec!["=1+1"], vec!["'tis", "-5", "+86"]];

        let text = write(&["value", "synonyms"], rows.clone());

        assert!(text.starts_with(b"\xEF\xBB\xBF") && text.ends_with(b"\r\n"));
        assert!(String::from_utf8_lossy(&text).contains("'=1+1"), "formulas are made harmless");
        let read = cells(&text, None);
        assert_eq!(read[0], ["value", "synonyms"]);
        assert_eq!(read[1..], rows);
    }
}

//! Tables that people bring: CSV files and cells copied from a spreadsheet, in the encodings of the real world.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{ApiError, Result};

const MAX_ROWS: usize = 200_000;
const MAX_COLUMNS: usize = 60;

/// A table: the names of its columns, and its rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    /// The encoding it was read in.
    pub(crate) encoding: &'static str,
    pub(crate) separator: char,
    /// Empty where the first row is no heading.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Reads a table. Without an encoding, a byte order mark decides, then whether it is UTF-8; else it is GB 18030.
pub(crate) fn read(bytes: &[u8], encoding: Option<&str>) -> Result<Table> {
    let (text, encoding) = decoded(bytes, encoding)?;
    if text.trim().is_empty() {
        return Err(ApiError::not_valid("文件是空的", "the file is empty"));
    }
    if text.contains('\0') {
        return Err(ApiError::not_valid("这不是文本文件", "this is no text file")
            .detail("请在表格软件里另存为 CSV", "save it as CSV in your spreadsheet program"));
    }
    let separator = separator_of(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            ApiError::not_valid(format!("第 {line} 行读不懂：{error}"), format!("line {line} cannot be read: {error}"))
                .with("line", line)
        })?;
        if record.len() > MAX_COLUMNS || rows.len() >= MAX_ROWS {
            return Err(ApiError::not_valid(
                format!("表格最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列"),
                format!("a table has at most {MAX_ROWS} rows and {MAX_COLUMNS} columns"),
            ));
        }
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    let columns = if rows.first().is_some_and(|row| is_heading(row)) { rows.remove(0) } else { Vec::new() };
    Ok(Table { encoding, separator, columns, rows })
}

/// Writes a table as spreadsheet programs open it: UTF-8 with a byte order mark. No cell begins a formula.
pub(crate) fn write(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer("\u{FEFF}".as_bytes().to_vec());
    writer.write_record(columns).map_err(|error| ApiError::internal(&error))?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(|error| ApiError::internal(&error))?;
    }
    writer.into_inner().map_err(|error| ApiError::internal(&error))
}

/// A cell that a spreadsheet program would run as a formula gets a quote before it.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn decoded(bytes: &[u8], wanted: Option<&str>) -> Result<(String, &'static str)> {
    let wanted = wanted.filter(|label| !label.is_empty() && *label != "auto");
    let encoding = match wanted {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            ApiError::not_valid(format!("不认识编码“{label}”"), format!("the encoding “{label}” is not known"))
                .detail("例如 utf-8、gbk、big5", "for example utf-8, gbk, big5")
        })?,
        None => match Encoding::for_bom(bytes) {
            Some((encoding, _)) => encoding,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None if looks_wide(bytes, 1) => UTF_16LE,
            None if looks_wide(bytes, 0) => UTF_16BE,
            None => GB18030,
        },
    };
    let (text, encoding, has_errors) = encoding.decode(bytes);
    if has_errors {
        let name = encoding.name();
        return Err(ApiError::not_valid(
            format!("文件不是 {name} 编码，或者不是文本文件"),
            format!("the file is not {name}, or no text file"),
        )
        .detail("请选择它的编码，或另存为 UTF-8", "choose its encoding, or save it as UTF-8"));
    }
    Ok((text.into_owned(), encoding.name()))
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

/// Does a row name columns? Its first cells are words that headings have.
fn is_heading(row: &[String]) -> bool {
    const NAMES: [&str; 17] = [
        "value",
        "values",
        "值",
        "标准值",
        "名称",
        "标准词",
        "name",
        "canonical",
        "synonym",
        "synonyms",
        "同义词",
        "别名",
        "zh",
        "en",
        "中文",
        "英文",
        "其他说法",
    ];
    let is_named = |cell: &String| {
        NAMES.contains(&cell.trim().to_lowercase().trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '))
    };
    row.first().is_some_and(is_named) || row.iter().filter(|cell| is_named(cell)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        read(bytes, None).expect("a table").rows
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "值,同义词\r\n冲锋衣,\"外套,防水\"\r\n背包,backpack\r\n";
        let (gbk, ..) = encoding_rs::GBK.encode(text);
        let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let wide: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();

        for bytes in [text.as_bytes(), &gbk, &with_mark, &wide] {
            let table = read(bytes, None).expect("a table");
            assert_eq!(table.columns, ["值", "同义词"]);
            assert_eq!(table.rows, [vec!["冲锋衣", "外套,防水"], vec!["背包", "backpack"]]);
        }
        let (big5, ..) = encoding_rs::BIG5.encode("衝鋒衣,外套");
        assert_eq!(read(&big5, Some("big5")).expect("a table").rows, [["衝鋒衣", "外套"]]);
    }

    #[test]
    fn cells_of_a_spreadsheet_are_parted_by_tabs() {
        assert_eq!(rows("冲锋衣\t外套\n背包\t\n\n".as_bytes()), [vec!["冲锋衣", "外套"], vec!["背包", ""]]);
        assert_eq!(rows(b"a;b,c\nd;e"), [["a", "b,c"], ["d", "e"]]);
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        assert!(read(b"", None).is_err());
        assert!(read(b"PK\x03\x04\x00\x00\xff\xfe\x00", None).is_err());
        assert!(read(b"a,b", Some("klingon")).is_err());
        assert!(read("值".as_bytes(), Some("utf-16le")).is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let rows = vec![vec!["a,b".to_owned(), "\"q\"".to_owned()], vec!["=1+1".to_owned()]];

        let text = write(&["value", "synonyms"], rows.clone().into_iter()).expect("written");

        let table = read(&text, None).expect("a table");
        assert_eq!(table.columns, ["value", "synonyms"]);
        assert_eq!(table.rows, [vec!["a,b", "\"q\""], vec!["'=1+1"]]);
    }
}

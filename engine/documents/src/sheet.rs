//! A sheet as text: rows of cells, whatever separates them.

use crate::text::tidy;
use crate::{Document, MAX_ROWS, Sheet, Unreadable};

/// Columns that are read.
pub(crate) const MAX_COLUMNS: usize = 50;

/// Reads the rows of a CSV file.
pub(crate) fn read(text: &str) -> Result<Document, Unreadable> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    for record in reader.records() {
        let record = record.map_err(|error| Unreadable::line(error.position().map_or(0, csv::Position::line)))?;
        let line = record.position().map_or(0, csv::Position::line);
        push(&mut sheet, line, record.iter())?;
    }
    let sheets = if sheet.rows.is_empty() { Vec::new() } else { vec![sheet] };
    Ok(Document { sheets, ..Document::default() })
}

/// Adds a row unless it is empty.
pub(crate) fn push<T: AsRef<str>>(
    sheet: &mut Sheet,
    line: u64,
    cells: impl Iterator<Item = T>,
) -> Result<(), Unreadable> {
    // Lines inside a cell are kept: they separate the ways to ask, and paragraphs of an answer.
    let lines =
        |cell: T| cell.as_ref().lines().map(tidy).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let row: Vec<String> = cells.take(MAX_COLUMNS).map(lines).collect();
    if row.iter().all(String::is_empty) {
        return Ok(());
    }
    if sheet.rows.len() >= MAX_ROWS {
        return Err(Unreadable::new(
            (&format!("表格超过 {MAX_ROWS} 行"), &format!("the sheet has more than {MAX_ROWS} rows")),
            ("请拆成几份再上传", "split it into several sheets"),
        ));
    }
    sheet.rows.push(row);
    sheet.lines.push(line);
    Ok(())
}

/// The separator that stands most evenly in the first lines.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(20).collect();
    let count = |separator: char| head.iter().map(|line| line.matches(separator).count()).sum::<usize>();
    let candidates = [('\t', b'\t'), (';', b';'), (',', b',')];
    candidates.into_iter().max_by_key(|(separator, _)| count(*separator)).map_or(b',', |(_, byte)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_whatever_separates_them() {
        let rows = |text: &str| read(text).expect("it is a sheet").sheets.remove(0).rows;

        assert_eq!(rows("q,a\n\"多久, 几天\",\"三天\n左右\"\n,\n"), [["q", "a"], ["多久, 几天", "三天\n左右"]]);
        assert_eq!(rows("q;a\nx;y,z\n")[1], ["x", "y,z"]);
        assert_eq!(rows("q\ta\nx\ty\n")[1], ["x", "y"]);
    }
}

//! Excel: the rows of every sheet that has some. Formulas give the values that were saved, macros are ignored.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use model::Texts;
use zip::ZipArchive;

use crate::docx::{macros_ignored, unpacks_to_too_much};
use crate::{Document, MAX_CHARS, MAX_ROWS, Sheet, Unreadable, sheet};

/// What all parts of a package may unpack to.
const MAX_BYTES: u64 = 200 * 1024 * 1024;
/// Sheets with something in them that are read.
const MAX_SHEETS: usize = 30;

/// Reads an Excel file.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let declared = |at: usize, package: &mut ZipArchive<_>| package.by_index_raw(at).map_or(0, |part| part.size());
    // What lies about its size meets the limits of the process.
    let n_bytes = (0..package.len()).fold(0_u64, |sum, at| sum.saturating_add(declared(at, &mut package)));
    if n_bytes > MAX_BYTES {
        return Err(unpacks_to_too_much());
    }
    let has_macros = package.index_for_name("xl/vbaProject.bin").is_some();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let names = book.sheet_names().to_vec();
    let mut document = Document::default();
    let (mut n_rows, mut n_chars, mut left_out) = (0, 0, Vec::new());
    for name in &names {
        let Ok(range) = book.worksheet_range(name) else { continue };
        let mut sheet = Sheet::named(name);
        let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
        let rows = (first..).zip(range.rows());
        let read = rows.into_iter().try_for_each(|(line, row)| sheet::push(&mut sheet, line, row.iter().map(cell)));
        if sheet.rows.is_empty() {
            continue;
        }
        // The first sheet must fit; what does not fit beside it is left out with a word.
        if document.sheets.is_empty() {
            read?;
        } else if read.is_err()
            || document.sheets.len() >= MAX_SHEETS
            || n_rows + sheet.rows.len() > MAX_ROWS
            || n_chars + sheet.n_chars() > MAX_CHARS
        {
            left_out.push(name.as_str());
            continue;
        }
        n_rows += sheet.rows.len();
        n_chars += sheet.n_chars();
        document.sheets.push(sheet);
    }
    if document.sheets.is_empty() {
        return Err(Unreadable::new(("表格里没有内容", "the sheet has no rows"), ("请检查文件", "look at the file")));
    }
    let too_large = (!left_out.is_empty()).then(|| {
        let (zh, en) = (left_out.join("”、“"), left_out.join("”, “"));
        Texts::new(
            format!("文件太大，没有读工作表“{zh}”"),
            format!("the file is too large, these sheets were not read: “{en}”"),
        )
    });
    document.notes = too_large.into_iter().chain(has_macros.then(macros_ignored)).collect();
    Ok(document)
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

fn broken() -> Unreadable {
    Unreadable::new(
        (
            "Excel 文件读不了，可能已损坏或加了密码",
            "the Excel file cannot be read; it may be broken or have a password",
        ),
        ("请去掉密码，重新保存为 .xlsx", "save it again as .xlsx, without a password"),
    )
}

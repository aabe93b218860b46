//! Excel: the rows of the first sheet that has some. Formulas give the values that were saved, macros are ignored.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use model::Texts;
use zip::ZipArchive;

use crate::docx::{macros_ignored, unpacks_to_too_much};
use crate::{Document, Unreadable, sheet};

/// What all parts of a package may unpack to.
const MAX_BYTES: u64 = 200 * 1024 * 1024;

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
    for name in &names {
        let Ok(range) = book.worksheet_range(name) else { continue };
        let mut document = Document::default();
        let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
        for (line, row) in (first..).zip(range.rows()) {
            sheet::push(&mut document, line, row.iter().map(cell))?;
        }
        if document.rows.is_empty() {
            continue;
        }
        let only = (names.len() > 1)
            .then(|| Texts::new(format!("只读取了工作表“{name}”"), format!("only the sheet “{name}” was read")));
        let macros = has_macros.then(macros_ignored);
        document.notes = only.into_iter().chain(macros).collect();
        return Ok(document);
    }
    Err(Unreadable::new(("表格里没有内容", "the sheet has no rows"), ("请检查文件", "look at the file")))
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

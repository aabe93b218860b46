//! Any main part of a Word document or an Excel workbook, the first byte says which.
#![no_main]

use std::io::{Cursor, Write};

use documents::Kind;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const BOOK_PARTS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, part)) = bytes.split_first() else { return };
    let (kind, parts) = if kind % 2 == 0 {
        (Kind::Docx, vec![("word/document.xml", part)])
    } else {
        let book = [("xl/workbook.xml", BOOK.as_bytes()), ("xl/_rels/workbook.xml.rels", BOOK_PARTS.as_bytes())];
        (Kind::Xlsx, [&book[..], &[("xl/worksheets/sheet1.xml", part)]].concat())
    };
    let _ = documents::read(kind, &package(&parts));
});

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, stored).expect("a part");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("a package").into_inner()
}

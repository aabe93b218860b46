//! Office documents, made as small as they can be.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook of one sheet with these cells; an empty row stays empty.
pub(super) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |row: usize, column: u8, words: &str| {
        format!("<c r=\"{}{row}\" t=\"inlineStr\"><is><t>{words}</t></is></c>", char::from(b'A' + column))
    };
    let rows = (1..).zip(rows).filter(|(_, cells)| !cells.is_empty()).map(|(row, cells)| {
        let cells: String = (0..).zip(*cells).map(|(column, words)| cell(row, column, words)).collect();
        format!("<row r=\"{row}\">{cells}</row>")
    });
    xlsx(&rows.collect::<String>(), b"")
}

/// A package of these parts.
pub(super) fn docx(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("a package").into_inner()
}

/// One sheet with these rows, and these strings; and macros.
pub(super) fn xlsx(rows: &str, strings: &[u8]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let all = [format!("<sst xmlns=\"{main}\"><si><t>").as_bytes(), strings, b"</t></si></sst>"].concat();
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    docx(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/vbaProject.bin", b"AutoOpen: steal()"),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", &all),
    ])
}

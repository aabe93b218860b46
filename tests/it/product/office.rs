//! Office documents, made as small as they can be.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook of one sheet with these cells; an empty row stays empty.
pub(super) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    xlsx(&cells(rows), b"")
}

/// A workbook of several sheets, each with a name and cells.
pub(super) fn workbook_of(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, rows)) in (1..).zip(sheets) {
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        related += &format!(
            "<Relationship Id=\"r{number}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{}</sheetData></worksheet>", cells(rows));
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet));
    }
    let book = format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{listed}</sheets></workbook>");
    let relations = format!("<Relationships xmlns=\"{package}\">{related}</Relationships>");
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let mut all: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
    ];
    all.extend(parts.iter().map(|(name, sheet)| (name.as_str(), sheet.as_bytes())));
    docx(&all)
}

/// Rows of a sheet as it writes them.
fn cells(rows: &[&[&str]]) -> String {
    let cell = |row: usize, column: u8, words: &str| {
        format!("<c r=\"{}{row}\" t=\"inlineStr\"><is><t>{words}</t></is></c>", char::from(b'A' + column))
    };
    let rows = (1..).zip(rows).filter(|(_, cells)| !cells.is_empty()).map(|(row, cells)| {
        let cells: String = (0..).zip(*cells).map(|(column, words)| cell(row, column, words)).collect();
        format!("<row r=\"{row}\">{cells}</row>")
    });
    rows.collect()
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

//! Word: paragraphs, headings by their styles, items and tables. Macros, pictures and deleted words are ignored.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use model::Texts;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use crate::text::tidy;
use crate::{Block, Document, Unreadable};

/// What a part of the package may unpack to.
const MAX_PART_BYTES: u64 = 48 * 1024 * 1024;

/// Reads a Word document.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let styles = match part(&mut package, "word/styles.xml") {
        Ok(xml) => heading_styles(&xml),
        Err(PartError::Missing) => BTreeMap::new(),
        Err(PartError::Refused(unreadable)) => return Err(unreadable),
    };
    let xml = match part(&mut package, "word/document.xml") {
        Ok(xml) => xml,
        Err(PartError::Missing) => return Err(broken()),
        Err(PartError::Refused(unreadable)) => return Err(unreadable),
    };
    let mut document = blocks(&xml, &styles)?;
    if package.index_for_name("word/vbaProject.bin").is_some() {
        document.notes.push(macros_ignored());
    }
    Ok(document)
}

/// What the author of a file with macros is told.
pub(crate) fn macros_ignored() -> Texts {
    Texts::new("文档里的宏没有读取", "the macros in the document were ignored")
}

/// A package that is a bomb, or might as well be one.
pub(crate) fn unpacks_to_too_much() -> Unreadable {
    Unreadable::new(
        ("文档解压后太大", "the document unpacks to far too much"),
        ("请确认文件来源，或拆成几份", "make sure where the file comes from, or split it"),
    )
}

enum PartError {
    Missing,
    Refused(Unreadable),
}

fn part(package: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, PartError> {
    let file = package.by_name(name).map_err(|_| PartError::Missing)?;
    let mut bytes = Vec::new();
    // What the package says of its sizes is not believed.
    file.take(MAX_PART_BYTES + 1).read_to_end(&mut bytes).map_err(|_| PartError::Refused(broken()))?;
    if bytes.len() as u64 > MAX_PART_BYTES {
        return Err(PartError::Refused(unpacks_to_too_much()));
    }
    String::from_utf8(bytes).map_err(|_| PartError::Refused(broken()))
}

/// Which styles are headings, by their id.
fn heading_styles(xml: &str) -> BTreeMap<String, u8> {
    let mut styles = BTreeMap::new();
    let mut open = String::new();
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) if is(&tag, "style") => open = attribute(&tag, "styleId"),
            Event::Empty(tag) | Event::Start(tag) if is(&tag, "name") => {
                let name = attribute(&tag, "val").to_lowercase();
                let level = name.strip_prefix("heading ").and_then(|level| level.parse().ok());
                let level = level.or((name == "title").then_some(1));
                styles.extend(level.map(|level: u8| (open.clone(), level.clamp(1, 6))));
            }
            Event::Empty(tag) if is(&tag, "outlineLvl") => {
                if let Ok(level) = attribute(&tag, "val").parse::<u8>()
                    && level < 6
                {
                    styles.entry(open.clone()).or_insert(level + 1);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    styles
}

/// How far a document is read.
#[derive(Default)]
struct Word {
    document: Document,
    text: String,
    is_text: bool,
    level: Option<u8>,
    is_item: bool,
    /// Tables inside tables give their words to the outer cell.
    depth: usize,
    table: Vec<Vec<String>>,
    cell: String,
}

fn blocks(xml: &str, styles: &BTreeMap<String, u8>) -> Result<Document, Unreadable> {
    let mut word = Word::default();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(tag) => word.start(&tag, styles),
            Event::Empty(tag) => {
                word.start(&tag, styles);
                word.end(local(tag.name().as_ref()));
            }
            Event::End(tag) => word.end(local(tag.name().as_ref())),
            Event::Text(text) if word.is_text => word.text.push_str(&text.xml10_content()),
            Event::CData(text) if word.is_text => word.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if word.is_text => {
                let character = reference.resolve_char_ref().ok().flatten();
                let named = quick_xml::escape::resolve_xml_entity(&reference);
                word.text.extend(character);
                word.text.push_str(named.unwrap_or_default());
            }
            Event::Eof => return Ok(word.document),
            _ => {}
        }
    }
}

impl Word {
    fn start(&mut self, tag: &BytesStart<'_>, styles: &BTreeMap<String, u8>) {
        match local(tag.name().as_ref()) {
            "t" => self.is_text = true,
            "tab" | "br" | "cr" => self.text.push(' '),
            "pStyle" => self.level = styles.get(&attribute(tag, "val")).copied(),
            "outlineLvl" => {
                self.level = attribute(tag, "val").parse().ok().filter(|level| *level < 6).map(|level: u8| level + 1)
            }
            "numPr" => self.is_item = true,
            "tbl" => self.depth += 1,
            "tr" if self.depth == 1 => self.table.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.is_text = false,
            "p" => self.paragraph(),
            "tc" if self.depth == 1 => {
                let cell = tidy(&std::mem::take(&mut self.cell));
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            "tbl" => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    let mut rows = std::mem::take(&mut self.table);
                    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
                    if !rows.is_empty() {
                        self.document.blocks.push(Block::Table(rows));
                    }
                }
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let words = tidy(&std::mem::take(&mut self.text));
        let (level, is_item) = (self.level.take(), std::mem::take(&mut self.is_item));
        if words.is_empty() {
            return;
        }
        if self.depth > 0 {
            self.cell.push_str(&words);
            self.cell.push(' ');
            return;
        }
        if level == Some(1) && self.document.title.is_none() {
            self.document.title = Some(words.clone());
        }
        self.document.blocks.push(match level {
            Some(level) => Block::Heading(level, words),
            None if is_item => Block::Item(words),
            None => Block::Text(words),
        });
    }
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    local(tag.name().as_ref()) == name
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|attribute| local(attribute.key.as_ref()) == name);
    found
        .and_then(|attribute| {
            attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
        })
        .unwrap_or_default()
}

fn broken() -> Unreadable {
    Unreadable::new(
        ("Word 文件读不了，可能已损坏", "the Word file cannot be read; it may be broken"),
        ("请用 Word 打开并重新保存为 .docx", "open it in Word and save it again as .docx"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn headings_items_and_tables_are_read_and_macros_are_not() {
        let styles = r#"<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
        let body = r#"<w:document><w:body>
            <w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>退货 &amp; 换货</w:t></w:r></w:p>
            <w:p><w:r><w:t>七天</w:t></w:r><w:r><w:t>内可退。</w:t></w:r><w:r><w:delText>不可退</w:delText></w:r></w:p>
            <w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>保留包装</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>商品</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>天数</w:t></w:r></w:p></w:tc></w:tr>
            <w:tr><w:tc><w:p><w:r><w:t>鞋</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>7</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            </w:body></w:document>"#;
        let file = package(&[("word/styles.xml", styles), ("word/document.xml", body), ("word/vbaProject.bin", "x")]);

        let document = read(&file).expect("it is a Word document");

        assert_eq!(document.title.as_deref(), Some("退货 & 换货"));
        assert_eq!(
            document.blocks,
            [
                Block::Heading(1, "退货 & 换货".into()),
                Block::Text("七天内可退。".into()),
                Block::Item("保留包装".into()),
                Block::Table(vec![vec!["商品".into(), "天数".into()], vec!["鞋".into(), "7".into()]]),
            ]
        );
        assert!(document.notes[0].in_language("en").contains("macros"));
    }

    #[test]
    fn a_package_that_unpacks_to_too_much_is_refused() {
        let bomb = " ".repeat(usize::try_from(MAX_PART_BYTES).expect("it fits") + 10);
        let file = package(&[("word/document.xml", &bomb)]);
        assert!(file.len() < 1_000_000);

        let refused = read(&file).expect_err("it is a bomb");

        assert!(refused.why.in_language("en").contains("far too much"), "{refused}");
        assert!(read(b"PK\x03\x04 broken").is_err());
        assert!(read(&package(&[("a.txt", "a")])).is_err());
    }

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).expect("a part");
            writer.write_all(content.as_bytes()).expect("written");
        }
        writer.finish().expect("a package").into_inner()
    }
}

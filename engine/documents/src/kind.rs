//! What kind of document a file is: by what it contains first, by its name second.

use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// A kind of document that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// A page.
    Html,
    /// A PDF.
    Pdf,
    /// A Word document.
    Docx,
    /// A sheet as text, separated by commas, semicolons or tabs.
    Csv,
    /// An Excel sheet.
    Xlsx,
}

impl Kind {
    /// The kind of a file with this name and content.
    pub fn of(name: &str, bytes: &[u8]) -> Result<Self, Unreadable> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let head = &bytes[..bytes.len().min(1024)];
        if head.windows(5).any(|window| window == b"%PDF-") {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return match ending.as_str() {
                "docx" | "docm" => Ok(Self::Docx),
                "xlsx" | "xlsm" => Ok(Self::Xlsx),
                _ => of_package(bytes).ok_or_else(unknown),
            };
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(Unreadable::new(
                (
                    "这是旧版 Word 或 Excel 文件，或者加了密码",
                    "this is an old Word or Excel file, or one with a password",
                ),
                (
                    "请去掉密码，另存为 .docx 或 .xlsx 再上传",
                    "save it as .docx or .xlsx without a password and upload that",
                ),
            ));
        }
        match ending.as_str() {
            "pdf" | "docx" | "docm" | "xlsx" | "xlsm" if !bytes.is_empty() => Err(misnamed(&ending)),
            "md" | "markdown" => Ok(Self::Markdown),
            "csv" | "tsv" => Ok(Self::Csv),
            "html" | "htm" | "xhtml" => Ok(Self::Html),
            "txt" | "text" | "" => Ok(if is_page(head) { Self::Html } else { Self::Text }),
            _ => Err(unknown()),
        }
    }

    /// Is it read by code that a hostile file may bring down, or keep busy for hours?
    pub fn is_risky(self) -> bool {
        match self {
            Self::Pdf | Self::Docx | Self::Xlsx | Self::Html | Self::Markdown => true,
            Self::Text | Self::Csv => false,
        }
    }

    /// Is it a sheet, whose rows become articles?
    pub fn is_sheet(self) -> bool {
        matches!(self, Self::Csv | Self::Xlsx)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Markdown, Self::Text, Self::Html, Self::Pdf, Self::Docx, Self::Csv, Self::Xlsx];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

/// The kind of a zip package, by the names that stand in it uncompressed.
fn of_package(bytes: &[u8]) -> Option<Kind> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    if has(b"word/document.xml") { Some(Kind::Docx) } else { has(b"xl/workbook.xml").then_some(Kind::Xlsx) }
}

fn is_page(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

fn misnamed(ending: &str) -> Unreadable {
    Unreadable::new(
        (
            &format!("文件名以 .{ending} 结尾，内容却不是"),
            &format!("the name ends in .{ending}, but the content is something else"),
        ),
        ("请用正确的程序打开并重新保存", "open it in its own program, save it again and upload that"),
    )
}

fn unknown() -> Unreadable {
    Unreadable::new(
        ("不认识这种文件", "this kind of file is not known"),
        (
            "可以上传 PDF、Word（.docx）、Excel（.xlsx）、CSV、Markdown、HTML 和纯文本",
            "PDF, Word (.docx), Excel (.xlsx), CSV, Markdown, HTML and plain text can be read",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_says_more_than_the_name() {
        let of = |name: &str, bytes: &[u8]| Kind::of(name, bytes).ok();

        assert_eq!(of("a.md", b"# a"), Some(Kind::Markdown));
        assert_eq!(of("a.docx", b"%PDF-1.4 \n"), Some(Kind::Pdf));
        assert_eq!(of("a", b"  <!DOCTYPE html><p>a"), Some(Kind::Html));
        assert_eq!(of("a.zip", b"PK\x03\x04 ... word/document.xml"), Some(Kind::Docx));
        assert_eq!(of("a.pdf", b"hello"), None);
        assert_eq!(of("a.exe", b"MZ"), None);
        assert_eq!(of("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1"), None);
    }
}

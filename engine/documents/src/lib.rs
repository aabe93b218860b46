//! Reads documents: Markdown, plain text, HTML, PDF, Word and sheets become blocks, blocks become passages.
//!
//! ```
//! use documents::{Kind, passages, read};
//!
//! let document = read(Kind::Markdown, "# 退货\n\n七天内可以退货。".as_bytes()).expect("it is Markdown");
//!
//! let passages = passages(&document.blocks);
//! assert_eq!(passages[0].heading, "退货");
//! assert_eq!(passages[0].text, "七天内可以退货。");
//! ```
//!
//! Everything here is a pure function of bytes: no files, no network, no clock. What cannot be read is an
//! [`Unreadable`] with a reason and an advice. The readers of all but plain text and CSV stand on libraries that may
//! take any amount of memory or time, or panic, on a hostile file: whoever calls [`read`] for a kind that
//! [`Kind::is_risky`] does so in a process of its own, with limits.

mod docx;
mod excel;
mod faq;
mod html;
mod kind;
mod mapping;
mod markdown;
mod passages;
mod pdf;
mod plain;
mod repeats;
mod sheet;
mod text;

use model::Texts;
use serde::{Deserialize, Serialize};

pub use faq::{Columns, Faq, articles, guess};
pub use kind::Kind;
pub use mapping::{Mapping, Repeated};
pub use passages::{MAX_PASSAGES, Passage, passages};
pub use repeats::{Comparison, Settled, compare, question_key, settle};
pub use text::without_false_mark;

/// Characters that are read of one document.
pub const MAX_CHARS: usize = 3_000_000;
/// Rows that are read of one file, all its sheets together.
pub const MAX_ROWS: usize = 20_000;

/// What was read from a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its own title, if it has one.
    #[serde(default)]
    pub title: Option<String>,
    /// Its text in order.
    #[serde(default)]
    pub blocks: Vec<Block>,
    /// The sheets with something in them, where it is a workbook; a CSV file is one sheet without a name.
    #[serde(default)]
    pub sheets: Vec<Sheet>,
    /// Where it links to, as written.
    #[serde(default)]
    pub links: Vec<String>,
    /// What its author should know: macros that were ignored, a part that was left out.
    #[serde(default)]
    pub notes: Vec<Texts>,
}

/// A sheet: its rows with something in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name in the workbook.
    #[serde(default)]
    pub name: String,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
    /// The line that each row stands on, from 1, as the program that wrote the sheet counts.
    pub lines: Vec<u64>,
}

impl Sheet {
    /// An empty sheet of this name.
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn n_chars(&self) -> usize {
        self.rows.iter().flatten().map(String::len).sum::<usize>() / 2
    }
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading, 1 is the outermost.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// An item of a list.
    Item(String),
    /// A table, row by row; the first row names the columns where there are several rows.
    Table(Vec<Vec<String>>),
    /// A page begins, from 1.
    Page(u32),
}

/// Why a document cannot be read, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What is wrong.
    pub why: Texts,
    /// What to do about it.
    pub advice: Texts,
}

impl Unreadable {
    /// A reason and an advice, each in Chinese and in English.
    pub fn new(why: (&str, &str), advice: (&str, &str)) -> Self {
        Self { why: Texts::new(why.0, why.1), advice: Texts::new(advice.0, advice.1) }
    }

    /// A line of a sheet, from 1, that breaks the rules of CSV.
    pub fn line(line: u64) -> Self {
        Self::new(
            (&format!("第 {line} 行读不懂"), &format!("line {line} cannot be read")),
            ("请检查这一行的引号", "look at the quotation marks of that line"),
        )
    }

    fn too_long() -> Self {
        Self::new(
            ("文档里的文字太多，超过 300 万字", "the document has more than 3 million characters"),
            ("请拆成几份再上传", "split it into several documents"),
        )
    }

    fn empty() -> Self {
        Self::new(("文件是空的", "the file is empty"), ("请检查后重新上传", "look at the file and upload it again"))
    }

    fn no_text() -> Self {
        Self::new(
            ("文档里没有可以读取的文字", "there is no text in the document"),
            ("请检查文件内容", "look at what the file contains"),
        )
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.why.in_language("en"), self.advice.in_language("en"))
    }
}

impl std::error::Error for Unreadable {}

/// Reads a document of a kind.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Document, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::empty());
    }
    let document = match kind {
        Kind::Markdown => markdown::read(&text::decoded(bytes)?),
        Kind::Text => plain::read(&text::decoded(bytes)?),
        Kind::Html => html::read(&text::decoded(bytes)?),
        Kind::Csv => sheet::read(&text::decoded(bytes)?)?,
        Kind::Pdf => pdf::read(bytes)?,
        Kind::Docx => docx::read(bytes)?,
        Kind::Xlsx => excel::read(bytes)?,
    };
    if document.n_chars() > MAX_CHARS {
        return Err(Unreadable::too_long());
    }
    if !document.has_text() {
        return Err(Unreadable::no_text());
    }
    Ok(document)
}

impl Document {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let blocks = self.blocks.iter().flat_map(|block| match block {
            Block::Heading(_, text) | Block::Text(text) | Block::Item(text) => vec![text.as_str()],
            Block::Table(rows) => rows.iter().flatten().map(String::as_str).collect(),
            Block::Page(_) => Vec::new(),
        });
        blocks.chain(self.sheets.iter().flat_map(|sheet| &sheet.rows).flatten().map(String::as_str))
    }

    fn n_chars(&self) -> usize {
        self.texts().map(str::len).sum::<usize>() / 2
    }

    fn has_text(&self) -> bool {
        self.texts().any(|text| text.chars().any(char::is_alphanumeric))
    }
}

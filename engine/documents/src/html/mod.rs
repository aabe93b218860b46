//! HTML: the words a reader sees, with headings, items and tables. Nothing runs, nothing stays markup.

mod tags;

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::text::tidy;
use crate::{Block, Document};

/// Links that are kept of one page.
const MAX_LINKS: usize = 2_000;
/// What is no part of what a page says.
const SKIPPED: [&str; 14] = [
    "script", "style", "noscript", "template", "svg", "nav", "iframe", "object", "head", "footer", "select", "button",
    "textarea", "dialog",
];

/// Reads a page.
pub(crate) fn read(source: &str) -> Document {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(&tags::shortened(source)));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut page = tokenizer.sink.page.into_inner();
    page.flush();
    page.end_table();
    page.document.title = page.document.title.map(|title| tidy(&title)).filter(|title| !title.is_empty());
    page.document
}

#[derive(Default)]
struct Reader {
    page: RefCell<Page>,
}

/// How far a page is read.
#[derive(Default)]
struct Page {
    document: Document,
    text: String,
    /// The level of the heading that is open.
    heading: Option<u8>,
    is_item: bool,
    is_title: bool,
    table: Option<Vec<Vec<String>>>,
    is_cell: bool,
    /// The outermost element that is skipped, and how many of its name are open.
    skipped: Option<(String, usize)>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::CharacterTokens(words) => page.words(&words),
            Token::TagToken(tag) => {
                page.tag(&tag);
                if tag.kind == TagKind::StartTag {
                    match &*tag.name {
                        "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                        "style" | "iframe" | "noscript" | "xmp" | "noembed" => {
                            return TokenSinkResult::RawData(RawKind::Rawtext);
                        }
                        "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn words(&mut self, words: &str) {
        if self.is_title {
            self.document.title.get_or_insert_default().push_str(words);
        } else if self.skipped.is_none() {
            self.text.push_str(words);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let (name, opens) = (&*tag.name, tag.kind == TagKind::StartTag);
        if name == "title" {
            self.is_title = opens && self.document.title.is_none();
        }
        // What a menu links to is part of the site, though its words are no part of the page.
        if name == "a" && opens {
            self.link(tag);
        }
        if self.skip(name, opens, tag.self_closing) {
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = opens.then(|| name.as_bytes()[1] - b'0');
            }
            "li" | "dt" | "dd" => {
                self.flush();
                self.is_item = opens;
            }
            "ul" | "ol" | "dl" => {
                self.flush();
                self.is_item = false;
            }
            "table" => {
                self.flush();
                self.end_table();
                self.table = opens.then(Vec::new);
            }
            "tr" => {
                self.end_cell();
                if let (Some(rows), true) = (&mut self.table, opens) {
                    rows.push(Vec::new());
                }
            }
            "td" | "th" => {
                self.end_cell();
                self.is_cell = opens;
            }
            "br" => self.text.push('\n'),
            "p" | "div" | "section" | "article" | "main" | "header" | "aside" | "pre" | "blockquote" | "form"
            | "hr" | "body" | "html" | "figure" | "figcaption" | "details" | "summary" | "address" => self.flush(),
            _ => {}
        }
    }

    /// Is this inside something that is skipped, or the border of it?
    fn skip(&mut self, name: &str, opens: bool, closes_itself: bool) -> bool {
        match &mut self.skipped {
            Some((outermost, depth)) if outermost == name => {
                *depth = if opens { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.skipped = None;
                }
                true
            }
            // A head that is never closed ends where the body begins.
            Some((outermost, _)) if outermost == "head" && name == "body" => {
                self.skipped = None;
                true
            }
            Some(_) => true,
            None if opens && !closes_itself && SKIPPED.contains(&name) => {
                if !matches!(name, "script" | "style" | "noscript" | "template" | "svg") {
                    self.flush();
                }
                self.skipped = Some((name.to_owned(), 1));
                true
            }
            None => SKIPPED.contains(&name),
        }
    }

    fn link(&mut self, tag: &Tag) {
        let target = tag.attrs.iter().find(|attribute| &*attribute.name.local == "href");
        if let Some(target) = target.filter(|_| self.document.links.len() < MAX_LINKS) {
            self.document.links.push(target.value.to_string());
        }
    }

    /// What was written so far is a block.
    fn flush(&mut self) {
        if self.is_cell {
            self.text.push(' ');
            return;
        }
        let words = tidy(&std::mem::take(&mut self.text));
        if words.is_empty() {
            return;
        }
        self.document.blocks.push(match (self.heading, self.is_item) {
            (Some(level), _) => Block::Heading(level, words),
            (None, true) => Block::Item(words),
            (None, false) => Block::Text(words),
        });
    }

    fn end_cell(&mut self) {
        if !self.is_cell {
            self.text.clear();
            return;
        }
        self.is_cell = false;
        let words = tidy(&std::mem::take(&mut self.text));
        match self.table.as_mut().and_then(|rows| rows.last_mut()) {
            Some(row) => row.push(words),
            None => self.text = words,
        }
    }

    fn end_table(&mut self) {
        self.end_cell();
        let mut rows = self.table.take().unwrap_or_default();
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        if !rows.is_empty() {
            self.document.blocks.push(Block::Table(rows));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_its_words_and_no_script() {
        let page = "<!doctype html><html><head><title>Returns &amp; refunds</title><style>p{}</style></head><body>\
            <nav><a href='/a'>Menu</a></nav><h1>Returns</h1><p>Within <b>7</b> days<script>alert('x')</script>.\
            <ul><li>keep the box<li>call us</ul><img src=x onerror=alert(1)>\
            <table><tr><th>Item</th><th>Days</th></tr><tr><td>Shoes<td><p>7</p></table>\
            <p>&lt;b&gt;not markup&lt;/b&gt; <a href='b.html'>more</a><footer>©</footer>";

        let document = read(page);

        assert_eq!(document.title.as_deref(), Some("Returns & refunds"));
        assert_eq!(document.links, ["/a", "b.html"]);
        assert_eq!(
            document.blocks,
            [
                Block::Heading(1, "Returns".into()),
                Block::Text("Within 7 days.".into()),
                Block::Item("keep the box".into()),
                Block::Item("call us".into()),
                Block::Table(vec![vec!["Item".into(), "Days".into()], vec!["Shoes".into(), "7".into()]]),
                Block::Text("<b>not markup</b> more".into()),
            ]
        );
    }

    #[test]
    fn a_million_attributes_are_read_in_a_moment() {
        let attributes: String = (0..1_000_000).map(|n| format!(" {n:x}x")).collect();
        let tags = "<a href=/b b c d>".repeat(100_000);

        let document = read(&format!("<p{attributes}>seven days</p>{tags}<p>more</p>"));

        assert_eq!(document.blocks, [Block::Text("seven days".into()), Block::Text("more".into())]);
    }

    #[test]
    fn no_nesting_is_too_deep() {
        let page = format!("{}deep{}", "<div>".repeat(200_000), "</div>".repeat(200_000));

        assert_eq!(read(&page).blocks, [Block::Text("deep".into())]);
    }
}

//! Blocks to passages: some 400 characters each, under their headings, cut where sentences end, nothing twice.

use model::sentences;
use serde::{Deserialize, Serialize};

use crate::Block;

/// Passages that one document may have.
pub const MAX_PASSAGES: usize = 5_000;
/// A passage is filled up to this many characters.
const TARGET_CHARS: usize = 400;
/// A sentence that is longer than this is cut where it stands.
const LONGEST_CHARS: usize = 800;
/// A line of fewer characters is not one that goes on over the page.
const FULL_LINE: usize = 15;
/// Characters of a heading that are kept.
const HEADING_CHARS: usize = 200;

/// A piece of a document that can answer a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The headings above it, outermost first: `退货 › 运费`.
    pub heading: String,
    /// The text; list items and rows of tables on lines of their own.
    pub text: String,
    /// The page it begins on, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// The passages of a document.
pub fn passages(blocks: &[Block]) -> Vec<Passage> {
    let mut cutter = Cutter::default();
    for block in blocks {
        match block {
            Block::Heading(level, text) => cutter.heading(*level, text),
            Block::Page(page) => cutter.page(*page),
            Block::Text(text) => cutter.piece(text),
            Block::Item(text) if text.starts_with(|c: char| !c.is_alphanumeric()) => cutter.piece(text),
            Block::Item(text) => cutter.piece(&format!("• {text}")),
            Block::Table(rows) => table_lines(rows).iter().for_each(|line| cutter.piece(line)),
        }
    }
    cutter.end();
    // A document of headings only says what it says in them.
    if cutter.passages.is_empty() {
        let headings = blocks.iter().filter_map(|block| match block {
            Block::Heading(_, text) => Some(text.as_str()),
            _ => None,
        });
        headings.for_each(|text| cutter.piece(text));
        cutter.end();
    }
    cutter.passages
}

#[derive(Default)]
struct Cutter {
    passages: Vec<Passage>,
    headings: Vec<(u8, String)>,
    open: String,
    open_page: Option<u32>,
    page: Option<u32>,
}

impl Cutter {
    fn heading(&mut self, level: u8, text: &str) {
        self.end();
        self.headings.retain(|(above, _)| *above < level);
        self.headings.push((level, text.chars().take(HEADING_CHARS).collect()));
    }

    /// A passage ends with its page, so that its page is the one it stands on; a sentence may run on to the next.
    fn page(&mut self, page: u32) {
        let last = self.open.lines().last().unwrap_or_default();
        let runs_on =
            last.ends_with(|c: char| c.is_alphanumeric() || ",，、-".contains(c)) && length(last) >= FULL_LINE;
        if !runs_on {
            self.end();
        }
        self.page = Some(page);
    }

    /// A paragraph, an item or a row: whole in one passage where it fits.
    fn piece(&mut self, text: &str) {
        if self.is_full_with(text) {
            self.end();
        }
        if length(text) <= TARGET_CHARS {
            return self.add(text, "\n");
        }
        for (idx, sentence) in sentences(text).into_iter().enumerate() {
            let joint = if idx == 0 { "\n" } else { "" };
            for part in parts(sentence) {
                if self.is_full_with(part) {
                    self.end();
                }
                self.add(part, joint);
            }
        }
    }

    fn is_full_with(&self, text: &str) -> bool {
        !self.open.is_empty() && length(&self.open) + length(text) > TARGET_CHARS
    }

    fn add(&mut self, text: &str, joint: &str) {
        if self.open.is_empty() {
            self.open_page = self.page;
        } else {
            self.open.push_str(joint);
        }
        self.open.push_str(text);
    }

    fn end(&mut self) {
        let text = std::mem::take(&mut self.open).trim().to_owned();
        if text.chars().any(char::is_alphanumeric) {
            let headings: Vec<&str> = self.headings.iter().map(|(_, text)| text.as_str()).collect();
            self.passages.push(Passage { heading: headings.join(" › "), text, page: self.open_page });
        }
    }
}

/// A sentence in parts that are short enough.
fn parts(sentence: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    while let Some((end, _)) = rest.char_indices().nth(LONGEST_CHARS) {
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// Each row with the names of its columns: `商品: 鞋 | 天数: 7`.
fn table_lines(rows: &[Vec<String>]) -> Vec<String> {
    let Some((head, body)) = rows.split_first() else { return Vec::new() };
    if body.is_empty() {
        return vec![head.join(" | ")];
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(idx, cell)| match head.get(idx).filter(|name| !name.is_empty()) {
            Some(name) => format!("{name}: {cell}"),
            None => cell.clone(),
        });
        cells.collect::<Vec<_>>().join(" | ")
    };
    body.iter().map(line).filter(|line| !line.is_empty()).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_keep_their_headings_and_end_with_sentences() {
        let long = "自签收之日起七天内可以退货。".repeat(60);
        let passages = passages(&[
            Block::Heading(1, "政策".into()),
            Block::Page(1),
            Block::Heading(2, "退货".into()),
            Block::Text(long.clone()),
            Block::Page(2),
            Block::Heading(2, "换货".into()),
            Block::Item("十五天内可换".into()),
            Block::Item("保留包装".into()),
            Block::Table(vec![
                vec!["商品".into(), "天数".into()],
                vec!["鞋".into(), "7".into()],
                vec!["".into(), "9".into()],
            ]),
        ]);

        let texts: String =
            passages.iter().filter(|passage| passage.heading == "政策 › 退货").map(|it| &*it.text).collect();
        assert_eq!(texts, long, "nothing is lost and nothing comes twice");
        assert!(passages.iter().all(|passage| passage.text.chars().count() <= TARGET_CHARS));
        assert!(passages.iter().take(2).all(|passage| passage.text.ends_with('。')));
        assert_eq!(
            passages.last(),
            Some(&Passage {
                heading: "政策 › 换货".into(),
                text: "• 十五天内可换\n• 保留包装\n商品: 鞋 | 天数: 7\n天数: 9".into(),
                page: Some(2)
            })
        );
    }

    #[test]
    fn a_passage_stands_on_its_page() {
        let text = |text: &str| Block::Text(text.to_owned());
        let passages = passages(&[
            Block::Page(1),
            text("七天内可以退货。"),
            Block::Page(2),
            text("退货政策"),
            Block::Page(3),
            text("运费由我们出，退款在三个工作日内原路退回到您付款时"),
            Block::Page(4),
            text("所用的账户。"),
        ]);

        let found: Vec<_> = passages.iter().map(|passage| (passage.page, passage.text.lines().count())).collect();
        assert_eq!(found, [(Some(1), 1), (Some(2), 1), (Some(3), 2)]);
    }

    #[test]
    fn a_text_without_sentences_is_cut_all_the_same() {
        let passages = passages(&[Block::Text("长".repeat(2_000))]);

        assert_eq!(passages.iter().map(|passage| passage.text.chars().count()).collect::<Vec<_>>(), [800, 800, 400]);
    }
}

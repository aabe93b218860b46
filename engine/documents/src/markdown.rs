//! Markdown: headings, paragraphs, items and tables; HTML inside is left out.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::text::tidy;
use crate::{Block, Document};

/// Reads Markdown.
pub(crate) fn read(source: &str) -> Document {
    let source = without_front_matter(source);
    let mut document = Document::default();
    let mut text = String::new();
    let mut table: Option<Vec<Vec<String>>> = None;
    let mut n_items = 0_usize;
    let mut is_script = false;
    for event in
        Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS)
    {
        match event {
            Event::InlineHtml(tag) => {
                let tag = tag.to_ascii_lowercase();
                is_script =
                    (is_script || tag.starts_with("<script") || tag.starts_with("<style")) && !tag.starts_with("</");
            }
            Event::Text(_) if is_script => {}
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            // Chinese lines go on without a space.
            Event::SoftBreak if !text.ends_with(|c: char| c.is_ascii()) => {}
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::Item) => {
                flush(&mut text, &mut document.blocks, n_items > 0);
                n_items += 1;
            }
            Event::End(TagEnd::Item) => {
                flush(&mut text, &mut document.blocks, true);
                n_items = n_items.saturating_sub(1);
            }
            Event::End(TagEnd::Heading(level)) => {
                let heading = tidy(&std::mem::take(&mut text));
                if level == HeadingLevel::H1 && document.title.is_none() {
                    document.title = Some(heading.clone());
                }
                document.blocks.push(Block::Heading(level as u8, heading));
            }
            Event::End(TagEnd::Paragraph) => flush(&mut text, &mut document.blocks, n_items > 0),
            Event::End(TagEnd::CodeBlock) => {
                let code = std::mem::take(&mut text);
                if !code.trim().is_empty() {
                    document.blocks.push(Block::Text(code.trim().to_owned()));
                }
            }
            Event::Start(Tag::Table(_)) => table = Some(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                if let Some(rows) = &mut table {
                    rows.push(Vec::new());
                }
            }
            Event::End(TagEnd::TableCell) => {
                let cell = tidy(&std::mem::take(&mut text));
                if let Some(row) = table.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(cell);
                }
            }
            Event::End(TagEnd::Table) => document.blocks.extend(table.take().map(Block::Table)),
            _ => {}
        }
    }
    flush(&mut text, &mut document.blocks, false);
    document
}

fn flush(text: &mut String, blocks: &mut Vec<Block>, is_item: bool) {
    let words = tidy(&std::mem::take(text));
    if !words.is_empty() {
        blocks.push(if is_item { Block::Item(words) } else { Block::Text(words) });
    }
}

/// The lines between two `---` at the very beginning are settings of other programs.
fn without_front_matter(source: &str) -> &str {
    let Some(rest) = source.strip_prefix("---\n") else { return source };
    rest.find("\n---\n").map_or(source, |end| &rest[end + 5..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lists_and_tables_are_kept_and_html_is_not() {
        let document = read(
            "---\ntitle: x\n---\n# Returns\n\nWithin *7* days.\n<script>alert(1)</script>\n\n- keep the `box`\n- call us\n\n| Item | Days |\n|---|---|\n| Shoes | 7 |\n",
        );

        assert_eq!(document.title.as_deref(), Some("Returns"));
        assert_eq!(
            document.blocks,
            [
                Block::Heading(1, "Returns".into()),
                Block::Text("Within 7 days.".into()),
                Block::Item("keep the box".into()),
                Block::Item("call us".into()),
                Block::Table(vec![vec!["Item".into(), "Days".into()], vec!["Shoes".into(), "7".into()]]),
            ]
        );
    }
}

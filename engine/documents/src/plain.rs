//! Plain text: paragraphs between empty lines, headings by their numbers.

use crate::text::tidy;
use crate::{Block, Document};

/// A heading is no longer than this.
const HEADING_CHARS: usize = 40;

/// Reads plain text.
pub(crate) fn read(text: &str) -> Document {
    let mut blocks = Vec::new();
    for paragraph in text.split("\n\n") {
        push(paragraph, &mut blocks);
    }
    Document { blocks, ..Document::default() }
}

/// One paragraph; lines that are headings or items stand on their own.
pub(crate) fn push(paragraph: &str, blocks: &mut Vec<Block>) {
    let lines: Vec<String> = paragraph.lines().map(tidy).filter(|line| !line.is_empty()).collect();
    let mut open = String::new();
    let n_lines = lines.len();
    for line in lines {
        let level = heading_level(&line, n_lines == 1);
        if level.is_none() && !is_item(&line) {
            join(&mut open, &line);
            continue;
        }
        if !open.is_empty() {
            blocks.push(Block::Text(std::mem::take(&mut open)));
        }
        blocks.push(match level {
            Some(level) => Block::Heading(level, line),
            None => Block::Item(line),
        });
    }
    if !open.is_empty() {
        blocks.push(Block::Text(open));
    }
}

/// Lines of a paragraph become one; a word that was parted by the line's end is whole again.
fn join(text: &mut String, line: &str) {
    if text.ends_with('-') && line.starts_with(|c: char| c.is_ascii_lowercase()) {
        text.pop();
    } else if text.ends_with(|c: char| c.is_ascii()) || (!text.is_empty() && line.starts_with(|c: char| c.is_ascii())) {
        text.push(' ');
    }
    text.push_str(line);
}

/// `第一章 …` and `1 …` are 1, `一、…` and `1.2 …` are 2; a short line alone that ends like no sentence is 2.
fn heading_level(line: &str, is_alone: bool) -> Option<u8> {
    if line.chars().count() > HEADING_CHARS || ends_like_a_sentence(line) || !line.chars().any(char::is_alphabetic) {
        return None;
    }
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百零".contains(c);
    if let Some(rest) = line.strip_prefix('第') {
        let rest = rest.trim_start_matches(numeral);
        if rest.starts_with(['章', '部', '篇', '编']) {
            return Some(1);
        }
        if rest.starts_with(['节', '条']) && rest.chars().count() < 20 {
            return Some(2);
        }
    }
    if line.starts_with(numeral) && line.trim_start_matches(numeral).starts_with('、') {
        return Some(2);
    }
    let number: String = line.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && line[number.len()..].starts_with(' ');
    if is_alone && is_number {
        return Some(if number.trim_end_matches('.').contains('.') { 2 } else { 1 });
    }
    is_alone.then_some(2)
}

fn ends_like_a_sentence(line: &str) -> bool {
    line.ends_with(['。', '，', '；', '：', '！', '？', '.', ',', ';', ':', '!', '?', '、', '”', ')', '）', '|'])
}

fn is_item(line: &str) -> bool {
    let mark = line.chars().next().unwrap_or(' ');
    matches!(mark, '•' | '·' | '●' | '○' | '▪' | '■' | '◆')
        || (matches!(mark, '-' | '*' | '–') && line[mark.len_utf8()..].starts_with(' '))
        || line.starts_with('（') && line.chars().nth(2) == Some('）')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lone_short_lines_are_headings() {
        let document = read("退货政策\n\n一、时间\n七天之内\n可以退货。\n- 保留发票\n\nA line that\nis broken-\nup.\n");

        assert_eq!(
            document.blocks,
            [
                Block::Heading(2, "退货政策".into()),
                Block::Heading(2, "一、时间".into()),
                Block::Text("七天之内可以退货。".into()),
                Block::Item("- 保留发票".into()),
                Block::Text("A line that is brokenup.".into()),
            ]
        );
    }
}

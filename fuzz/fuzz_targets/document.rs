//! Any Markdown, page, text or sheet, the first byte says which: passages are short, articles whole.
#![no_main]

use documents::{Kind, articles, guess, passages};
use libfuzzer_sys::fuzz_target;
use model::Language;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let kind = [Kind::Markdown, Kind::Html, Kind::Text, Kind::Csv][usize::from(kind % 4)];
    let Ok(document) = documents::read(kind, bytes) else { return };
    for passage in passages(&document.blocks) {
        assert!(passage.text.chars().count() <= 1_000 && !passage.text.trim().is_empty());
    }
    let found = articles(&document.rows, &document.lines, &guess(&document.rows), &Language::from("en"));
    for article in found.articles {
        assert!(!article.question.is_empty());
    }
});

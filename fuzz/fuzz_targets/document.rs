//! Any Markdown, page, text or sheet, the first byte says which: passages are short, articles whole.
#![no_main]

use documents::{Kind, Mapping, Repeated, articles, compare, guess, passages, settle};
use libfuzzer_sys::fuzz_target;
use model::Language;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let kind = [Kind::Markdown, Kind::Html, Kind::Text, Kind::Csv][usize::from(kind % 4)];
    let Ok(document) = documents::read(kind, bytes) else { return };
    for passage in passages(&document.blocks) {
        assert!(passage.text.chars().count() <= 1_000 && !passage.text.trim().is_empty());
    }
    let columns = document.sheets.first().map(|sheet| guess(&sheet.rows)).unwrap_or_default();
    let found = articles(&document.sheets, &Mapping::from(columns), &Language::from("en")).articles;
    assert!(found.iter().all(|article| !article.question.is_empty()));
    // A file is its own older version: none of its questions is new, and none is written a second time.
    assert_eq!(compare(&found, &found).fresh, 0);
    assert!(settle(found.clone(), &found, "", Repeated::Update).own.is_empty());
});

//! Any talk in Markdown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = talk::parse(text) {
        assert!(error.line <= text.lines().count() + 1);
    }
});

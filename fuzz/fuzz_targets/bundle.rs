//! Any file that somebody wants to import: it is refused with words, or what is written of it reads as the same again.
#![no_main]

use interpreter::check::{File, read_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match read_file(bytes) {
    Ok(file) => {
        let written = match &file {
            File::Flow(flow) => serde_json::to_string(flow),
            File::Bundle(bundle) => serde_json::to_string(bundle),
        };
        let again = read_file(written.expect("plain data").as_bytes()).expect("what was written");
        assert_eq!(again, file);
    }
    Err(refused) => {
        assert!(!refused.problems.is_empty());
        for problem in &refused.problems {
            for text in [&problem.message, &problem.advice] {
                assert!(["zh", "en"].iter().all(|language| !text.in_language(language).is_empty()), "{problem:?}");
            }
        }
        assert!(refused.excerpt.is_none_or(|excerpt| excerpt.lines().count() == 2 && excerpt.ends_with('^')));
    }
});

//! Any pattern of an author on any answer of a customer.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (source, answer) = input;
    if let Ok(compiled) = nlu::details::compile_pattern(source) {
        nlu::details::pattern(answer, &compiled);
    }
});

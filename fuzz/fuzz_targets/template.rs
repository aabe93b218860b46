//! Any template, expanded for every place it may go.
#![no_main]

use expr::{CompiledTemplate, Now, Sink, Values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(template) = CompiledTemplate::parse(text) else { return };
    let values: Values = template.uses().into_iter().map(|name| (name, text.into())).collect();
    for sink in [Sink::Text, Sink::JsonString, Sink::UrlComponent, Sink::Header] {
        if let Ok(expanded) = template.expand(&values, sink, &Now::new(0, "Asia/Shanghai")) {
            assert!(expanded.len() <= 64 * 1024);
        }
    }
});

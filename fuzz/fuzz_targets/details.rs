//! Any message, read for every kind of detail: what is found stands in the message where it is said to stand.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::DetailKind;

static NOW: LazyLock<jiff::Zoned> =
    LazyLock::new(|| "2026-11-22T18:00+08:00[Asia/Shanghai]".parse().expect("a constant time"));

fuzz_target!(|text: &str| {
    let mut end = 0;
    for detail in nlu::details::details_of(text, &NOW, &DetailKind::ALL) {
        assert!(end <= detail.start && detail.start < detail.end, "{detail:?}");
        assert_eq!(text.get(detail.start..detail.end), Some(detail.text.as_str()));
        end = detail.end;
    }
});

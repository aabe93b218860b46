//! Any script and any expression; the fuzzer's own limits on time and memory say whether ours hold.
#![no_main]

use expr::{Compiled, Now, Values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let (values, now) = (Values::new(), Now::new(0, "Asia/Shanghai"));
    if let Ok(script) = Compiled::script(source) {
        let _ = script.run(&values, &now);
    }
    if let Ok(expression) = Compiled::expression(source) {
        let _ = expression.eval(&values, &now);
    }
});

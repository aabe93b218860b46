//! Any payload of a customer's window; what is accepted is small and free of control characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Input;

fuzz_target!(|bytes: &[u8]| {
    let Ok(payload) = serde_json::from_slice(bytes) else { return };
    if let Ok(incoming) = channels::web::read(&payload) {
        assert!(incoming.id.chars().count() <= channels::web::MAX_ID_CHARS);
        if let Input::Text(text) = &incoming.input {
            assert!(text.chars().count() <= channels::web::MAX_TEXT_CHARS && !text.contains('\0'));
        }
    }
});

//! Any place to go on from: an address's number, a `Last-Event-ID`, the first frame of a WebSocket.
#![no_main]

use channels::resume::{opening, position};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(after) = position(text) {
        assert!(after >= 0);
        assert_eq!(position(&after.to_string()), Some(after));
    }
    if let Some(first) = opening(text) {
        assert!(first.after.is_none_or(|after| after >= 0));
        let again = serde_json::json!({ "token": first.token, "after": first.after }).to_string();
        assert_eq!(opening(&again), Some(first));
    }
});

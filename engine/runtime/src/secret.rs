//! Tokens: made of chance, kept as hashes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A new token of 244 random bits, in hexadecimal.
pub fn random_token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The SHA-256 of a text, in hexadecimal.
pub fn hash(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all");
        hex
    })
}

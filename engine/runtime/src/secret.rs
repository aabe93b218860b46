//! Tokens: made of chance, kept as hashes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A new token of 244 random bits, in hexadecimal.
pub fn random_token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The SHA-256 of a text, in hexadecimal.
pub fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// The SHA-256 of a file, in hexadecimal.
pub fn hash_bytes(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

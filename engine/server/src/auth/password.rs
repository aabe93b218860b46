//! Passwords: argon2id, a few at a time.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::{ApiError, Result};

/// Fewer characters are not accepted.
pub(crate) const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
/// One hash takes 19 MiB; more than this many at once would be a way to exhaust the memory.
const AT_ONCE: usize = 4;
/// Passwords that everybody tries first; lower case.
const WELL_KNOWN: [&str; 24] = [
    "password",
    "password1",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyui",
    "qwerty123",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "letmein1",
    "admin123",
    "administrator",
    "welcome1",
    "a1234567",
    "aa123456",
    "woaini1314",
];

/// Hashes and verifies.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    at_once: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The hash to keep of a new password; refuses weak ones.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        check(password)?;
        let password = password.to_owned();
        self.run(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| ApiError::internal(&error))
    }

    /// Is this the password? Without a hash the same time passes and the answer is no.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        if password.chars().count() > MAX_CHARS {
            return Ok(false);
        }
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        self.run(move || match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
            _ => {
                let _ = Argon2::default().hash_password(password.as_bytes());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.at_once.acquire().await.map_err(|error| ApiError::internal(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))
    }
}

fn check(password: &str) -> Result<()> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(ApiError::not_valid(
            format!("密码至少要有 {MIN_CHARS} 个字符"),
            format!("a password has at least {MIN_CHARS} characters"),
        ));
    }
    if chars > MAX_CHARS {
        return Err(ApiError::not_valid(
            format!("密码最多 {MAX_CHARS} 个字符"),
            format!("a password has at most {MAX_CHARS} characters"),
        ));
    }
    if WELL_KNOWN.contains(&password.to_lowercase().as_str()) {
        return Err(ApiError::not_valid(
            "这个密码太常见，容易被猜到",
            "this password is among the first that are guessed",
        ));
    }
    Ok(())
}

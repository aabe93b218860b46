//! The vault: seals secrets for the database and opens them for a call.
//!
//! XChaCha20-Poly1305 with a key that is not in the database. What a secret belongs to (workspace, name, the host it
//! may be sent to) is sealed along with it: a row that is moved, or a provider that is pointed at another host, does
//! not open.

use std::fmt::Write as _;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use store::WorkspaceId;
use uuid::Uuid;

use crate::secret::random_token;

/// The key's file in the data folder.
pub const KEY_FILE: &str = "secret.key";
/// A key that is shorter is no key.
const LEAST_KEY: usize = 32;
const NONCE: usize = 24;

/// Seals and opens.
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

/// What a secret belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Belongs<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) name: &'a str,
    /// Scheme, host and port it may be sent to.
    pub(crate) origin: &'a str,
}

impl Vault {
    /// A vault whose key is made of this text. `Err` says what is wrong with it.
    pub fn of_text(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.len() < LEAST_KEY {
            return Err("the secret key must have at least 32 characters");
        }
        let key: [u8; 32] = Sha256::digest(format!("heliu secrets\n{text}").as_bytes()).into();
        Ok(Self(XChaCha20Poly1305::new(&Key::from(key))))
    }

    /// The vault of a data folder: its key file is made, for this user only, where there is none.
    pub fn of_folder(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(KEY_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_key(folder, &path)?,
            Err(error) => return Err(error),
        };
        Self::of_text(&text).map_err(|why| std::io::Error::new(std::io::ErrorKind::InvalidData, why))
    }

    /// Seals a secret, as text.
    pub(crate) fn seal(&self, secret: &str, belongs: Belongs<'_>) -> Option<String> {
        let [a, b] = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        let mut nonce = [0; NONCE];
        nonce.iter_mut().zip(a.into_iter().chain(b)).for_each(|(place, byte)| *place = byte);
        let aad = belongs.as_text();
        let payload = Payload { msg: secret.as_bytes(), aad: aad.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).ok()?;
        let mut text = String::with_capacity(2 * (NONCE + sealed.len()));
        for byte in nonce.iter().chain(&sealed) {
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }

    /// Opens what was sealed for the same belonging.
    pub(crate) fn open(&self, sealed: &str, belongs: Belongs<'_>) -> Option<String> {
        let bytes: Option<Vec<u8>> =
            (0..sealed.len()).step_by(2).map(|at| u8::from_str_radix(sealed.get(at..at + 2)?, 16).ok()).collect();
        let bytes = bytes?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let aad = belongs.as_text();
        let opened = self.0.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: aad.as_bytes() }).ok()?;
        String::from_utf8(opened).ok()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Belongs<'_> {
    fn as_text(&self) -> String {
        format!("{}\n{}\n{}", self.workspace.0, self.name, self.origin)
    }
}

#[cfg(unix)]
fn make_key(folder: &Path, path: &Path) -> std::io::Result<String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let text = random_token();
    // Under another name first: a crash in the middle leaves no half key.
    let new = folder.join(format!("{KEY_FILE}.new"));
    let mut file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(text)
}

#[cfg(not(unix))]
fn make_key(_: &Path, path: &Path) -> std::io::Result<String> {
    let text = random_token();
    std::fs::write(path, &text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "sk-canary-0123456789";

    #[test]
    fn a_sealed_secret_opens_only_where_it_belongs() {
        let vault = Vault::of_text(&"k".repeat(40)).expect("a key");
        let sealed = vault.seal(CANARY, here()).expect("sealed");

        assert_eq!(vault.open(&sealed, here()).as_deref(), Some(CANARY));
        for other in [
            Belongs { workspace: WorkspaceId(2), ..here() },
            Belongs { name: "provider/other", ..here() },
            Belongs { origin: "https://evil.example:443", ..here() },
        ] {
            assert_eq!(vault.open(&sealed, other), None, "{other:?}");
        }
        let another = Vault::of_text(&"x".repeat(40)).expect("a key");
        assert_eq!(another.open(&sealed, here()), None);
    }

    #[test]
    fn what_is_stored_shows_nothing_and_never_repeats() {
        let vault = Vault::of_text(&"k".repeat(40)).expect("a key");
        let (one, two) = (vault.seal(CANARY, here()), vault.seal(CANARY, here()));

        assert_ne!(one, two);
        assert!(!one.expect("sealed").contains("canary"));
        for broken in ["", "zz", "00", "天", &"0".repeat(200)] {
            assert_eq!(vault.open(broken, here()), None, "{broken}");
        }
    }

    #[test]
    fn a_folder_keeps_its_key_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealed = Vault::of_folder(folder.path()).expect("a vault").seal(CANARY, here()).expect("sealed");

        let again = Vault::of_folder(folder.path()).expect("the same vault");

        assert_eq!(again.open(&sealed, here()).as_deref(), Some(CANARY));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = folder.path().join(KEY_FILE).metadata().expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(folder.path().join(KEY_FILE), "short").expect("written");
        assert!(Vault::of_folder(folder.path()).is_err());
    }

    fn here() -> Belongs<'static> {
        Belongs { workspace: WorkspaceId(1), name: "provider/deepseek", origin: "https://api.deepseek.com:443" }
    }
}

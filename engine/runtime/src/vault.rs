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

/// Seals with its first key, and opens with that and older ones.
#[derive(Clone)]
pub struct Vault(Vec<XChaCha20Poly1305>);

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
        Ok(Self(vec![XChaCha20Poly1305::new(&Key::from(key))]))
    }

    /// The same vault, which also opens what another sealed.
    #[must_use]
    pub fn with_older_of(mut self, older: Option<Self>) -> Self {
        self.0.extend(older.into_iter().flat_map(|older| older.0));
        self
    }

    /// Seals a secret, as text.
    pub(crate) fn seal(&self, secret: &str, belongs: Belongs<'_>) -> Option<String> {
        let [a, b] = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        let mut nonce = [0; NONCE];
        nonce.iter_mut().zip(a.into_iter().chain(b)).for_each(|(place, byte)| *place = byte);
        let aad = belongs.as_text();
        let payload = Payload { msg: secret.as_bytes(), aad: aad.as_bytes() };
        let sealed = self.0.first()?.encrypt(&XNonce::from(nonce), payload).ok()?;
        let mut text = String::with_capacity(2 * (NONCE + sealed.len()));
        for byte in nonce.iter().chain(&sealed) {
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }

    /// Opens what was sealed for the same belonging.
    pub(crate) fn open(&self, sealed: &str, belongs: Belongs<'_>) -> Option<String> {
        self.opened_by(sealed, belongs).map(|(_, secret)| secret)
    }

    /// The same, with which of the keys opened it: 0 is the one that seals.
    pub(crate) fn opened_by(&self, sealed: &str, belongs: Belongs<'_>) -> Option<(usize, String)> {
        let bytes: Option<Vec<u8>> =
            (0..sealed.len()).step_by(2).map(|at| u8::from_str_radix(sealed.get(at..at + 2)?, 16).ok()).collect();
        let bytes = bytes?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let aad = belongs.as_text();
        self.0.iter().enumerate().find_map(|(place, key)| {
            let opened = key.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: aad.as_bytes() }).ok()?;
            Some((place, String::from_utf8(opened).ok()?))
        })
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

/// Makes a key in a file of this name, for this user alone, and answers with its vault.
pub(crate) fn make_key(folder: &Path, name: &str) -> std::io::Result<Vault> {
    use std::io::Write as _;
    let text = random_token();
    // Under another name first: a crash in the middle leaves no half key.
    let new = folder.join(format!("{name}.new"));
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, folder.join(name))?;
    sync(folder)?;
    Vault::of_text(&text).map_err(|why| std::io::Error::new(std::io::ErrorKind::InvalidData, why))
}

/// Makes renames in a folder durable.
pub(crate) fn sync(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
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
    fn an_older_key_opens_and_seals_no_more() {
        let of = |text: &str| Vault::of_text(&text.repeat(40)).expect("a key");
        let (before, after) = (of("k"), of("x").with_older_of(Some(of("k"))));
        let sealed = before.seal(CANARY, here()).expect("sealed");

        assert_eq!(after.opened_by(&sealed, here()), Some((1, CANARY.into())));
        let anew = after.seal(CANARY, here()).expect("sealed");
        assert_eq!(after.opened_by(&anew, here()), Some((0, CANARY.into())));
        assert_eq!(before.open(&anew, here()), None);
    }

    #[test]
    fn a_key_file_is_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealed = make_key(folder.path(), KEY_FILE).expect("a vault").seal(CANARY, here()).expect("sealed");

        let text = std::fs::read_to_string(folder.path().join(KEY_FILE)).expect("a file");
        assert_eq!(Vault::of_text(&text).expect("a key").open(&sealed, here()).as_deref(), Some(CANARY));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = folder.path().join(KEY_FILE).metadata().expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(Vault::of_text("short").is_err());
    }

    fn here() -> Belongs<'static> {
        Belongs { workspace: WorkspaceId(1), name: "provider/deepseek", origin: "https://api.deepseek.com:443" }
    }
}

//! Changing the key that seals secrets: all of them are sealed anew in one transaction, so that a crash leaves them
//! under the key before or under the key after, and a start tells which by a row that only the right key opens.
//!
//! A key that is given by setting changes at a start, with the key before beside it. The key file changes by
//! `heliu rotate-key`: the next key is written beside it, the secrets are sealed with it, and it takes the file's
//! place. Whichever of the two files is right after a crash, the next start finds it.

use std::path::{Path, PathBuf};

use model::Moment;
use store::secrets::Secret;
use store::{Store, WorkspaceId, Writing};

use crate::secrets::origins;
use crate::vault::{Belongs, KEY_FILE, Vault, make_key, sync};

/// The next key's file, while a rotation is under way.
const NEXT_FILE: &str = "secret.key.next";
/// The row that tells which key a database's secrets are sealed with.
const CHECK: &str = "vault/check";
const CHECKED: &str = "heliu";

/// What became of the secrets of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// So many were sealed anew with the vault's key.
    pub resealed: usize,
    /// No key of the vault opens these: they were entered for addresses that nothing has any more.
    pub unopened: Vec<String>,
}

/// Why the secrets of a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// They were sealed with a key that is not there.
    #[error(
        "the secrets in this database were sealed with another key. Put the right one back (the file secret.key, \
         HELIU_SECRET_KEY, or HELIU_OLD_SECRET_KEY for the key before a change). Where it is lost, \
         `heliu rotate-key --lost` forgets the secrets that cannot be opened, and they are entered again"
    )]
    AnotherKey,
    /// A key file cannot be read or written, or is none.
    #[error("the key file {0}: {1}")]
    File(PathBuf, #[source] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What is done with secrets that no key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// They stay; a database sealed with another key is refused.
    Keep,
    /// Those of addresses that nothing has any more are forgotten; a database sealed with another key is refused.
    Forget,
    /// All are forgotten, because the key is lost.
    ForgetAll,
}

/// The vault of a data folder: its key file is made where there is none and no secret needs another. A rotation that
/// was interrupted after its secrets were sealed is finished.
pub async fn open_folder(store: &Store, workspace: WorkspaceId, folder: &Path) -> Result<Vault, VaultError> {
    let path = folder.join(KEY_FILE);
    let next = folder.join(NEXT_FILE);
    if let Some(vault) = read(&next)?
        && opens_check(store, workspace, &vault).await?
    {
        take_place(folder)?;
        return Ok(vault);
    }
    match file_key(folder)? {
        Some(vault) => Ok(vault),
        None if has_secrets(store, workspace).await? => Err(VaultError::AnotherKey),
        None => make_key(folder, KEY_FILE).map_err(|error| VaultError::File(path, error)),
    }
}

/// Writes the next key beside the folder's own, or takes the one that an interrupted rotation left there. The vault
/// seals with it, and opens with the folder's own key, too.
pub async fn begin(folder: &Path) -> Result<Vault, VaultError> {
    let next = folder.join(NEXT_FILE);
    let vault = match read(&next)? {
        Some(vault) => vault,
        None => make_key(folder, NEXT_FILE).map_err(|error| VaultError::File(next, error))?,
    };
    store::crash::point("rotation_begun");
    Ok(vault.with_older_of(file_key(folder)?))
}

/// The next key takes the place of the folder's own, which is gone.
pub fn finish(folder: &Path) -> Result<(), VaultError> {
    store::crash::point("rotation_before_rename");
    take_place(folder)?;
    store::crash::point("rotation_finished");
    Ok(())
}

/// Sees to it that all secrets are sealed with the vault's first key, in one transaction.
pub async fn settle(
    store: &Store,
    workspace: WorkspaceId,
    vault: &Vault,
    unopened: Unopened,
    now: Moment,
) -> Result<Settled, VaultError> {
    let writing = store.write().await?;
    let secrets = store::secrets::all(&writing).await?;
    let (checks, secrets): (Vec<Secret>, Vec<Secret>) = secrets.into_iter().partition(|secret| secret.name == CHECK);
    let check = checks.iter().find(|check| check.workspace == workspace);
    let check_key = check.and_then(|check| vault.opened_by(&check.sealed, check_of(workspace)));
    let is_ours = check.is_none() || check_key.is_some() || secrets.is_empty();
    if !is_ours && unopened != Unopened::ForgetAll {
        return Err(VaultError::AnotherKey);
    }
    let (mut settled, mut n_changes) = (Settled::default(), 0);
    for secret in &secrets {
        let origins = origins(store, secret.workspace).await?;
        let mut belongs =
            origins.iter().map(|origin| Belongs { workspace: secret.workspace, name: &secret.name, origin });
        let opened = belongs.find_map(|it| vault.opened_by(&secret.sealed, it).map(|opened| (it, opened)));
        match opened {
            Some((_, (0, _))) => {}
            Some((belongs, (_, text))) => {
                let sealed = vault.seal(&text, belongs).ok_or(VaultError::AnotherKey)?;
                let (workspace, name) = (secret.workspace, &secret.name);
                store::secrets::keep(&writing, workspace, name, &sealed, secret.changed_at).await?;
                store::crash::point("in_rotation");
                settled.resealed += 1;
                n_changes += 1;
            }
            None => {
                if unopened != Unopened::Keep {
                    store::secrets::forget(&writing, secret.workspace, &secret.name).await?;
                    n_changes += 1;
                }
                settled.unopened.push(secret.name.clone());
            }
        }
    }
    let is_noted = matches!(check_key, Some((0, _))) || (check.is_none() && secrets.is_empty());
    if !is_noted {
        let sealed = vault.seal(CHECKED, check_of(workspace)).ok_or(VaultError::AnotherKey)?;
        store::secrets::keep(&writing, workspace, CHECK, &sealed, now).await?;
        n_changes += 1;
    }
    if n_changes > 0 {
        writing.commit().await?;
        store::crash::point("rotation_committed");
    }
    Ok(settled)
}

/// The vault of a data folder's key file; nothing where there is none.
pub fn file_key(folder: &Path) -> Result<Option<Vault>, VaultError> {
    read(&folder.join(KEY_FILE))
}

/// Notes with which key secrets are sealed, where nothing says so yet.
pub(crate) async fn note_key(
    writing: &Writing,
    workspace: WorkspaceId,
    vault: &Vault,
    now: Moment,
) -> store::Result<()> {
    if store::secrets::sealed(writing, workspace, CHECK).await?.is_none()
        && let Some(sealed) = vault.seal(CHECKED, check_of(workspace))
    {
        store::secrets::keep(writing, workspace, CHECK, &sealed, now).await?;
    }
    Ok(())
}

async fn opens_check(store: &Store, workspace: WorkspaceId, vault: &Vault) -> Result<bool, VaultError> {
    let sealed = store::secrets::sealed(store.read(), workspace, CHECK).await?;
    Ok(sealed.is_some_and(|sealed| vault.open(&sealed, check_of(workspace)).is_some()))
}

/// Is a secret sealed with a key that was on record?
async fn has_secrets(store: &Store, workspace: WorkspaceId) -> Result<bool, VaultError> {
    let is_checked = store::secrets::sealed(store.read(), workspace, CHECK).await?.is_some();
    Ok(is_checked && store::secrets::all(store.read()).await?.iter().any(|secret| secret.name != CHECK))
}

fn check_of(workspace: WorkspaceId) -> Belongs<'static> {
    Belongs { workspace, name: CHECK, origin: "" }
}

/// The vault of a key file; nothing where there is none.
fn read(path: &Path) -> Result<Option<Vault>, VaultError> {
    let failed = |error| VaultError::File(path.to_owned(), error);
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let vault = Vault::of_text(&text);
            vault.map(Some).map_err(|why| failed(std::io::Error::new(std::io::ErrorKind::InvalidData, why)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn take_place(folder: &Path) -> Result<(), VaultError> {
    let next = folder.join(NEXT_FILE);
    let moved = std::fs::rename(&next, folder.join(KEY_FILE)).and_then(|()| sync(folder));
    moved.map_err(|error| VaultError::File(next, error))
}

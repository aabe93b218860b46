//! The data folder: one process at a time, an engine over it.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use runtime::{Egress, Engine, Limits};
use store::Store;
use store::backup::RESTORING;
use store::workspaces::Workspace;

use crate::config::Storage;
use crate::samples;

/// An open data folder; others are kept out as long as it lives.
pub(crate) struct Opened {
    pub(crate) engine: Arc<Engine>,
    pub(crate) workspace: Workspace,
    /// Was the workspace made just now?
    pub(crate) is_new: bool,
    _lock: File,
}

/// Opens a data folder; makes it, and its workspace with the samples, where there is none.
pub(crate) async fn open(
    storage: &Storage,
    egress: Egress,
    limits: Limits,
    with_samples: bool,
) -> anyhow::Result<Opened> {
    let folder = &storage.data;
    let lock = lock(folder)?;
    if folder.join(RESTORING).exists() && !folder.join(store::FILE).exists() {
        bail!("a restore into {} was interrupted; run the same `heliu restore` again", folder.display());
    }
    let (store, starting) = Store::begin(folder, storage.database_url.as_deref())
        .await
        .with_context(|| format!("open the store in {}", folder.display()))?;
    let engine = Engine::new(store, nodes::catalogue(), egress, limits)?;
    let (workspace, is_new) = match store::workspaces::first(engine.store().read()).await? {
        Some(workspace) => (workspace, false),
        None => {
            let writing = engine.store().write().await?;
            let workspace = store::workspaces::create(&writing, "Heliu", runtime::now()).await?;
            writing.commit().await?;
            (workspace, true)
        }
    };
    // A start that was interrupted before the samples were in goes on here.
    if store::channels::by_key(engine.store().read(), workspace.id, "web").await?.is_none() {
        match samples::load(&engine, workspace.id, with_samples).await {
            Ok(report) => {
                for flow in report.flows.iter().filter(|flow| !flow.published) {
                    let why = flow.problems.iter().find(|problem| problem.is_error());
                    let why = why.map(|problem| problem.message.in_language("en").to_owned()).unwrap_or_default();
                    tracing::warn!(flow = %flow.key, why, "a sample flow has errors and is not published");
                }
            }
            Err(_) => bail!("the sample flows could not be loaded; the log says why"),
        }
    }
    starting.over().await;
    Ok(Opened { engine, workspace, is_new, _lock: lock })
}

/// Takes the folder for this process, and makes it where there is none. Others are kept out until the file is dropped.
pub(super) fn lock(folder: &Path) -> anyhow::Result<File> {
    if folder.exists() && !folder.is_dir() {
        bail!("{} is a file; --data names the folder that the data is in", folder.display());
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let path = folder.join("heliu.lock");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| unwritable(folder, &error))?;
    match file.try_lock() {
        Ok(()) => {
            // On a full disk the name of the holder cannot be written; what keeps others out is the lock.
            let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            bail!("the data folder {} is in use by process {holder}; stop it first, or use its API", folder.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", path.display())),
    }
}

fn unwritable(folder: &Path, error: &std::io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::ReadOnlyFilesystem => {
            "it is on a disk that can only be read; mount it for writing, or choose another"
        }
        ErrorKind::PermissionDenied => {
            "this user may not write there; change the rights, or choose another with --data"
        }
        ErrorKind::StorageFull => "there is no space left on its disk; make some and start again",
        ErrorKind::NotADirectory => "a part of the path is a file; --data names the folder that the data is in",
        _ => "choose another with --data",
    };
    anyhow::anyhow!("the data folder {} cannot be written to: {advice} ({error})", folder.display())
}

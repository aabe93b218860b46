//! Backups: one file that any `gunzip` turns into the SQLite database it is a copy of.
//!
//! The copy is made by `VACUUM INTO`, which reads one state of the database while others go on writing
//! (<https://www.sqlite.org/lang_vacuum.html>). It is checked before it is compressed, and read back afterwards; only then
//! does it get its name. What is known of it stands in gzip's comment (RFC 1952, 2.3), so that it can be told before
//! anything is unpacked.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use model::Moment;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::doctor::{count, lines};
use crate::{Error, FILE, Result, Store};

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the manifest: 1.
    pub heliu_backup: u32,
    /// The release that made it.
    pub release: String,
    /// When, in milliseconds since 1970.
    pub made_at: Moment,
    /// The newest migration of its tables.
    pub migration: String,
    /// How large the database in it is.
    pub database_bytes: u64,
    /// How many conversations it holds.
    pub conversations: i64,
}

/// Writes a backup of the folder's database to a file that is not there yet.
pub async fn make(data: &Path, to: &Path, release: &str, now: Moment) -> Result<Manifest> {
    if to.exists() {
        return Err(Error::Unsafe(format!("{} is there already; choose another name", to.display())));
    }
    let copy = Leftover(beside(to, "copying"));
    let packed = Leftover(beside(to, "packing"));
    remove(&copy.0)?;
    let source = Store::look(data, None).await?;
    let quoted = copy.0.to_string_lossy().replace('\'', "''");
    source.read().execute_unprepared(&format!("VACUUM INTO '{quoted}'")).await?;
    source.close().await;

    let manifest = checked(&copy.0, release, now).await?;
    let (from, to) = (copy.0.clone(), to.to_owned());
    let written = manifest.clone();
    on_a_thread(move || {
        pack(&from, &packed.0, &written).map_err(|error| failed("write", &packed.0, &error))?;
        let mut nowhere = io::sink();
        let read_back = unpack(&packed.0, &mut nowhere)?;
        if read_back != written {
            return Err(Error::Unsafe(format!("{} does not read as it was written", packed.0.display())));
        }
        if to.exists() {
            return Err(Error::Unsafe(format!("{} is there already; choose another name", to.display())));
        }
        std::fs::rename(&packed.0, &to).map_err(|error| failed("write", &to, &error))?;
        sync_folder_of(&to)
    })
    .await?;
    drop(copy);
    Ok(manifest)
}

/// Puts the database of a backup into a data folder that nobody holds. What was there is moved aside to the folder
/// that is answered.
pub async fn restore(from: &Path, data: &Path, replace: bool, now: Moment) -> Result<(Manifest, Option<PathBuf>)> {
    let file = data.join(FILE);
    if file.exists() && !replace {
        let file = file.display();
        return Err(Error::Unsafe(format!("{file} is there already; add --replace to keep it aside and go on")));
    }
    let restoring = data.join(RESTORING);
    remove(&restoring)?;
    let (source, target) = (from.to_owned(), restoring.clone());
    let manifest = on_a_thread(move || {
        let failed = |error: io::Error| failed("write", &target, &error);
        let mut out = BufWriter::new(File::create_new(&target).map_err(failed)?);
        let manifest = unpack(&source, &mut out)?;
        out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
        Ok(manifest)
    })
    .await;
    let checked = match manifest {
        Ok(manifest) => checked(&restoring, &manifest.release.clone(), manifest.made_at).await.map(|_| manifest),
        Err(error) => Err(error),
    };
    let manifest = checked.inspect_err(|_| {
        // What did not pass must not be taken for an interrupted restore.
        let _ = std::fs::remove_file(&restoring);
    })?;
    let aside = if file.exists() { Some(set_aside(data, now)?) } else { None };
    std::fs::rename(&restoring, &file).map_err(|error| failed("write", &file, &error))?;
    sync_folder_of(&file)?;
    Ok((manifest, aside))
}

/// The name of a database while it is being put in its place.
pub const RESTORING: &str = "heliu.db.restoring";

/// What a backup says of itself, without unpacking it.
pub fn manifest(from: &Path) -> Result<Manifest> {
    let file = File::open(from).map_err(|error| failed("read", from, &error))?;
    let mut decoder = GzDecoder::new(BufReader::new(file));
    // The comment is read with the first bytes.
    decoder.read_exact(&mut [0; 16]).map_err(|_| no_backup(from))?;
    manifest_of(&decoder, from)
}

/// Is a copy whole, and of a release that this one can read?
async fn checked(copy: &Path, release: &str, now: Moment) -> Result<Manifest> {
    let store = Store::look_at(copy).await?;
    let found = async {
        store.refuse_newer().await?;
        let wrong: Vec<String> = lines(store.read(), "PRAGMA integrity_check").await?;
        if let Some(first) = wrong.iter().find(|line| *line != "ok") {
            return Err(Error::Unsafe(format!("{} is damaged: {first}", copy.display())));
        }
        let migration = store.migrations().await?.pop();
        let migration = migration.ok_or_else(|| Error::Unsafe(format!("{} holds no tables", copy.display())))?;
        let conversations = count(store.read(), "SELECT COUNT(*) FROM conversations").await?;
        let database_bytes = copy.metadata().map_err(|error| failed("read", copy, &error))?.len();
        Ok(Manifest {
            heliu_backup: 1,
            release: release.to_owned(),
            made_at: now,
            migration,
            database_bytes,
            conversations,
        })
    }
    .await;
    store.close().await;
    for suffix in ["-wal", "-shm"] {
        let mut name = copy.as_os_str().to_owned();
        name.push(suffix);
        remove(Path::new(&name))?;
    }
    found
}

fn pack(from: &Path, to: &Path, manifest: &Manifest) -> io::Result<()> {
    let comment = serde_json::to_string(manifest)?;
    let out = BufWriter::new(File::create(to)?);
    let mut gzip = GzBuilder::new().filename(FILE).comment(comment).write(out, Compression::fast());
    io::copy(&mut BufReader::new(File::open(from)?), &mut gzip)?;
    let mut out = gzip.finish()?;
    out.flush()?;
    out.get_ref().sync_all()
}

/// Unpacks all of it; gzip's own sums tell whether it is whole.
fn unpack(from: &Path, to: &mut impl Write) -> Result<Manifest> {
    let file = File::open(from).map_err(|error| failed("read", from, &error))?;
    let mut decoder = GzDecoder::new(BufReader::new(file));
    let mut begin = [0; 16];
    decoder.read_exact(&mut begin).map_err(|_| no_backup(from))?;
    let manifest = manifest_of(&decoder, from)?;
    let damaged = |error: io::Error| Error::Unsafe(format!("{} is damaged or cut off: {error}", from.display()));
    to.write_all(&begin).map_err(damaged)?;
    let n = 16 + io::copy(&mut decoder, to).map_err(damaged)?;
    if n != manifest.database_bytes {
        return Err(Error::Unsafe(format!("{} is cut off: {n} bytes are in it", from.display())));
    }
    Ok(manifest)
}

fn manifest_of(decoder: &GzDecoder<BufReader<File>>, from: &Path) -> Result<Manifest> {
    let comment = decoder.header().and_then(|header| header.comment()).ok_or_else(|| no_backup(from))?;
    let manifest: Manifest = serde_json::from_slice(comment).map_err(|_| no_backup(from))?;
    if manifest.heliu_backup != 1 {
        return Err(Error::Unsafe(format!("{} was made by a newer release", from.display())));
    }
    Ok(manifest)
}

/// Moves what is in the folder into one of its own.
fn set_aside(data: &Path, now: Moment) -> Result<PathBuf> {
    let aside = data.join(format!("replaced-{}", crate::rfc3339(now).replace([':', '.'], "-")));
    std::fs::create_dir(&aside).map_err(|error| failed("make", &aside, &error))?;
    for name in [format!("{FILE}-wal"), format!("{FILE}-shm"), FILE.to_owned()] {
        let (old, kept) = (data.join(&name), aside.join(&name));
        if old.exists() {
            std::fs::rename(&old, &kept).map_err(|error| failed("move", &old, &error))?;
        }
    }
    sync_folder_of(&aside.join(FILE))?;
    Ok(aside)
}

fn no_backup(file: &Path) -> Error {
    Error::Unsafe(format!("{} is no backup that `heliu backup` made", file.display()))
}

pub(crate) fn failed(verb: &str, file: &Path, error: &io::Error) -> Error {
    Error::Unsafe(format!("cannot {verb} {}: {error}", file.display()))
}

/// Makes the names in the folder of a file durable.
pub(crate) fn sync_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed("write", folder, &error))
}

/// Work that would keep others from their turn.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Closed)?
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", file, &error)),
        _ => Ok(()),
    }
}

/// A file that goes away whatever happens.
struct Leftover(PathBuf);

impl Drop for Leftover {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspaces;

    #[tokio::test]
    async fn a_backup_is_restored_as_it_was_and_the_old_folder_kept_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, to) = (folder.path().join("data"), folder.path().join("one.heliu-backup"));
        std::fs::create_dir(&data).expect("a folder");
        let store = Store::open(&data, None).await.expect("a store");
        name_workspace(&store, "before").await;

        let made = make(&data, &to, "0.1.0", 7).await.expect("a backup");
        name_workspace(&store, "after").await;
        store.close().await;
        let again = make(&data, &to, "0.1.0", 7).await.expect_err("it is there").to_string();
        let refused = restore(&to, &data, false, 8).await.expect_err("a folder in use").to_string();
        let (restored, aside) = restore(&to, &data, true, 8).await.expect("a restore");

        assert!(again.contains("is there already"), "{again}");
        assert!(refused.contains("--replace"), "{refused}");
        assert_eq!((&restored, &manifest(&to).expect("a manifest")), (&made, &made));
        assert_eq!(workspace_names(&data).await, ["before"]);
        assert_eq!(workspace_names(&aside.expect("the old one")).await, ["before", "after"]);
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert_eq!(left.len(), 2, "nothing else is left: {left:?}");
    }

    #[tokio::test]
    async fn a_damaged_or_foreign_file_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, to) = (folder.path().join("data"), folder.path().join("one.heliu-backup"));
        std::fs::create_dir(&data).expect("a folder");
        let store = Store::open(&data, None).await.expect("a store");
        name_workspace(&store, "kept").await;
        store.close().await;
        make(&data, &to, "0.1.0", 7).await.expect("a backup");
        let whole = std::fs::read(&to).expect("the backup");

        // One bit may be of those that say nothing, between two blocks.
        let mut flipped = whole.clone();
        flipped[whole.len() / 2..].iter_mut().take(16).for_each(|byte| *byte ^= 0xff);
        for bytes in [&whole[..whole.len() - 100], &flipped, b"something else", b""] {
            std::fs::write(&to, bytes).expect("a file");
            restore(&to, &data, true, 8).await.expect_err("it is damaged");
            assert_eq!(workspace_names(&data).await, ["kept"]);
        }
    }

    async fn name_workspace(store: &Store, name: &str) {
        let writing = store.write().await.expect("the writer");
        workspaces::create(&writing, name, 1).await.expect("a workspace");
        writing.commit().await.expect("a commit");
    }

    async fn workspace_names(data: &Path) -> Vec<String> {
        let store = Store::look(data, None).await.expect("a look");
        lines(store.read(), "SELECT name FROM workspaces ORDER BY id").await.expect("the names")
    }
}

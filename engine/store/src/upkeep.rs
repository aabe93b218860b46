//! What the open database needs while it is in use: space to be noticed when it returns, and a log that does not grow
//! without end.
//!
//! SQLite folds its log into the file when the log is long enough, but only up to what the oldest reader still sees.
//! One reader that never ends would make the log grow until the disk is full. Ours answer one question each, so when
//! the log is far too long, whichever of them still runs is interrupted. A reader of another program cannot be
//! interrupted from here; the log of the product names it then.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::disk::Trouble;
use crate::{Result, Store};

/// The log may become this long before readers must give way.
pub const LONGEST_LOG_BYTES: u64 = 256 * 1024 * 1024;
const EVERY: Duration = Duration::from_secs(1);
/// How long readers have to notice.
const TO_GIVE_WAY: Duration = Duration::from_millis(50);

/// Looks after the database until the task ends.
pub async fn keep_up(store: Store) {
    let mut is_known = false;
    loop {
        tokio::time::sleep(EVERY).await;
        if *store.trouble().borrow() == Some(Trouble::Full) {
            look_for_space(&store).await;
        }
        let is_too_long = store.bound_log(LONGEST_LOG_BYTES).await;
        if is_too_long && !is_known {
            tracing::warn!(
                longest_bytes = LONGEST_LOG_BYTES,
                "the database's log is too long and cannot be folded in: another program reads the database for a long \
                 time; end it"
            );
        }
        is_known = is_too_long;
    }
}

/// Writes a little; when that goes through, the trouble is over.
async fn look_for_space(store: &Store) {
    if store.probe().await.is_ok() {
        tracing::info!("there is space on the disk again");
    }
}

impl Store {
    /// How long the log beside the file is.
    pub fn log_bytes(&self) -> u64 {
        let Some(file) = &self.file else { return 0 };
        let mut name = file.clone().into_os_string();
        name.push("-wal");
        std::fs::metadata(name).map_or(0, |found| found.len())
    }

    /// Folds a log in that is longer than this, interrupting our readers for it. True when it is still too long.
    async fn bound_log(&self, longest_bytes: u64) -> bool {
        if self.log_bytes() <= longest_bytes {
            return false;
        }
        self.readers_give_way.store(true, Ordering::Relaxed);
        tokio::time::sleep(TO_GIVE_WAY).await;
        let folded = self.fold_log().await;
        self.readers_give_way.store(false, Ordering::Relaxed);
        if let Err(error) = folded {
            tracing::warn!(%error, "the database's log could not be folded in");
        }
        self.log_bytes() > longest_bytes
    }

    async fn fold_log(&self) -> Result<()> {
        // It waits for nobody. What it could fold in is written over from the next commit on, which also shortens it.
        self.checkpoint().await?;
        self.probe().await
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::workspaces;

    const LONGEST: u64 = 40 * 1024 * 1024;
    /// Four mebibytes in each turn; the same again would not be written.
    const GROW: &str = "UPDATE workspaces SET name = hex(randomblob(2097152))";

    #[tokio::test]
    async fn a_reader_that_never_ends_is_cut_before_the_log_has_no_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let writing = store.write().await.expect("the writer");
        workspaces::create(&writing, "Heliu", 1).await.expect("a workspace");
        writing.commit().await.expect("a commit");

        let reading = store.clone();
        let reader = tokio::spawn(async move {
            let endless = "WITH RECURSIVE n(i) AS (SELECT id FROM workspaces UNION ALL SELECT i + 1 FROM n) \
                           SELECT COUNT(*) FROM n";
            reading.read().execute_unprepared(endless).await
        });
        // The log grows past its bound, for the reader holds on to its beginning.
        let mut longest = 0;
        for _ in 0..20 {
            let writing = store.write().await.expect("the writer");
            writing.execute_unprepared(GROW).await.expect("a change");
            writing.commit().await.expect("a commit");
            longest = longest.max(store.log_bytes());
            store.bound_log(LONGEST).await;
        }

        let ended = tokio::time::timeout(Duration::from_secs(10), reader).await.expect("it was cut");
        let cut = ended.expect("no panic").expect_err("it never ends by itself");
        println!("longest log {longest} bytes, bound {LONGEST}");
        assert!(cut.to_string().contains("interrupted"), "{cut}");
        assert!(longest > LONGEST && longest < 2 * LONGEST, "{longest}");
        let folded = store.log_bytes();
        let writing = store.write().await.expect("the writer");
        writing.execute_unprepared(GROW).await.expect("a change");
        writing.commit().await.expect("a commit");
        assert_eq!(store.log_bytes(), folded, "what is folded in is written over");
    }
}

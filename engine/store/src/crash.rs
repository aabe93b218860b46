//! Crash points: named places where a debug build ends itself on request, so that tests can see every place is safe.
//!
//! `HELIU_CRASH_AT=before_commit:2` aborts the process the second time it comes to [`point`]`("before_commit")`: no
//! destructor runs, nothing is flushed, as after `kill -9`. A release build contains none of it.

/// A place at which the process may be told to die.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    if let Some(fuse) = FUSE.as_ref()
        && fuse.name == name
        && fuse.left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        tracing::error!(point = name, "crash point reached");
        std::process::abort();
    }
}

/// A place at which the process may be told to die: not in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn point(_: &str) {}

/// How far SQLite goes before a commit returns, by its name and its number: to the disk.
#[cfg(not(debug_assertions))]
pub(crate) fn synchronous() -> (&'static str, &'static str) {
    ("FULL", "2")
}

/// The same; for tests alone, `HELIU_TEST_SYNCHRONOUS=NORMAL` gives the promise up, to prove that they would notice.
#[cfg(debug_assertions)]
pub(crate) fn synchronous() -> (&'static str, &'static str) {
    let is_weak = std::env::var("HELIU_TEST_SYNCHRONOUS").is_ok_and(|wanted| wanted == "NORMAL");
    if is_weak { ("NORMAL", "1") } else { ("FULL", "2") }
}

#[cfg(debug_assertions)]
use std::sync::{LazyLock, atomic::AtomicI64, atomic::Ordering};

/// What the environment asks for, read at the first point that is passed.
#[cfg(debug_assertions)]
static FUSE: LazyLock<Option<Fuse>> = LazyLock::new(|| Fuse::parse(&std::env::var("HELIU_CRASH_AT").ok()?));

/// Where to die, and how many times that place is passed before.
#[cfg(debug_assertions)]
#[derive(Debug)]
struct Fuse {
    name: String,
    left: AtomicI64,
}

#[cfg(debug_assertions)]
impl Fuse {
    /// `name:k`, or `name` for the first time.
    fn parse(wanted: &str) -> Option<Self> {
        let (name, count) = wanted.split_once(':').unwrap_or((wanted, "1"));
        let left = count.parse().ok().filter(|count| *count > 0)?;
        Some(Self { name: name.to_owned(), left: AtomicI64::new(left) })
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_fuse_names_a_place_and_counts_how_often_it_is_passed() {
        let fuse = |wanted| Fuse::parse(wanted).map(|fuse| (fuse.name, fuse.left.into_inner()));

        assert_eq!(fuse("before_commit:2"), Some(("before_commit".to_owned(), 2)));
        assert_eq!(fuse("before_commit"), Some(("before_commit".to_owned(), 1)));
        assert_eq!(fuse("before_commit:0"), None);
        assert_eq!(fuse("before_commit:often"), None);
    }
}

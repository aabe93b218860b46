//! What the operating system says of this process; nothing where there is no `/proc`.

use std::fs;

/// Figures of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) resident_bytes: u64,
    pub(crate) open_files: usize,
    pub(crate) threads: u64,
}

/// The figures right now.
pub(crate) fn figures() -> Option<Figures> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let open_files = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(Figures { open_files, ..read(&status) })
}

/// Reads `/proc/self/status`, as proc(5) describes it.
fn read(status: &str) -> Figures {
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    Figures { resident_bytes: value("VmRSS") * 1024, open_files: 0, threads: value("Threads") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_threads_are_found() {
        let figures = read("Name:\theliu\nVmRSS:\t   12 kB\nThreads:\t7\n");

        assert_eq!(figures, Figures { resident_bytes: 12_288, open_files: 0, threads: 7 });
    }
}

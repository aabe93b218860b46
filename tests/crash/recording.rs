//! What a process wrote, synced and sent, in one order: read from the log of strace.
//!
//! A traced thread stands still at each call until strace has noted it, so the order of the log is an order in which
//! things can have happened: an answer's line comes after the line of every sync that its thread waited for.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

/// The files whose bytes count. The `-shm` file is rebuilt from them and left out.
pub(crate) const FILES: [&str; 2] = ["heliu.db", "heliu.db-wal"];

/// Something the process did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Bytes for a file: they may be on the disk from here on.
    Write {
        /// Index in [`FILES`].
        file: usize,
        /// Where they go.
        offset: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A file gets another length.
    Truncate {
        /// Index in [`FILES`].
        file: usize,
        /// Its new length.
        length: usize,
    },
    /// A file is synced: what was written before it began is on the disk when it ends.
    Sync {
        /// Index in [`FILES`].
        file: usize,
    },
    /// Words that went out on a connection, as the bytes that can be read.
    Send(String),
}

/// A deed begins or ends; deeds of other threads may come between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The deed with this number begins.
    Begins(usize),
    /// It has ended well.
    Ends(usize),
}

/// All deeds of a run, and in which order they began and ended.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    /// By number.
    pub(crate) deeds: Vec<Deed>,
    /// In the order of the log.
    pub(crate) marks: Vec<Mark>,
}

/// Why nothing can be recorded here, if so.
pub(crate) fn why_not() -> Option<String> {
    match Command::new("strace").args(["-e", "trace=none", "true"]).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(format!("strace does not work here: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Some(format!("strace is missing ({error}); `cargo xtask provision` installs it")),
    }
}

/// The program to run the server under, so that it is recorded.
pub(crate) fn under_strace(log: &Path) -> Vec<String> {
    let calls = "trace=pwrite64,write,writev,sendto,sendmsg,ftruncate,fsync,fdatasync";
    let words =
        ["strace", "-f", "--seccomp-bpf", "-q", "-y", "-xx", "-s", "1048576", "-e", calls, "-e", "signal=none", "-o"];
    words.into_iter().map(str::to_owned).chain([log.display().to_string()]).collect()
}

impl Recording {
    /// Reads the log of strace.
    pub(crate) fn read(log: &str) -> Self {
        let mut recording = Self::default();
        let mut unfinished: HashMap<&str, usize> = HashMap::new();
        for line in log.lines() {
            let Some((thread, call)) = line.trim_start().split_once(' ') else { continue };
            let call = call.trim_start();
            if call.starts_with("<...") {
                if let Some(deed) = unfinished.remove(thread).filter(|_| has_succeeded(call)) {
                    recording.marks.push(Mark::Ends(deed));
                }
                continue;
            }
            let Some(deed) = deed(call) else { continue };
            let number = recording.deeds.len();
            recording.deeds.push(deed);
            recording.marks.push(Mark::Begins(number));
            if call.ends_with("<unfinished ...>") {
                unfinished.insert(thread, number);
            } else if has_succeeded(call) {
                recording.marks.push(Mark::Ends(number));
            }
        }
        recording
    }
}

fn has_succeeded(call: &str) -> bool {
    call.rsplit_once("= ").is_some_and(|(_, result)| !result.starts_with('-') && !result.starts_with('?'))
}

/// `pwrite64(9<\x2f…>, "\x00…", 4096, 8192) = 4096`
fn deed(call: &str) -> Option<Deed> {
    let (name, rest) = call.split_once('(')?;
    let (target, rest) = rest.split_once('<')?.1.split_once('>')?;
    let target = String::from_utf8(decoded(target)).ok()?;
    let file = FILES.iter().position(|file| target.rsplit('/').next() == Some(file));
    let mut numbers = rest.rsplit_once('"').map_or(rest, |(_, after)| after).split([',', ')', ' ']);
    let mut number = || numbers.find_map(|word| word.parse::<usize>().ok());
    match (name, file) {
        ("pwrite64", Some(file)) => {
            let (bytes, _, offset) = (decoded(quoted(rest).next()?), number()?, number()?);
            Some(Deed::Write { file, offset, bytes })
        }
        ("ftruncate", Some(file)) => Some(Deed::Truncate { file, length: number()? }),
        ("fsync" | "fdatasync", Some(file)) => Some(Deed::Sync { file }),
        ("write" | "writev" | "sendto" | "sendmsg", None) if target.starts_with("socket:") => {
            let bytes: Vec<u8> = quoted(rest).flat_map(decoded).collect();
            Some(Deed::Send(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => None,
    }
}

/// What stands between quotation marks; in the log every byte is `\x..`, so they mean nothing else.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn decoded(hex: &str) -> Vec<u8> {
    let bytes = hex.split("\\x").skip(1);
    bytes.filter_map(|byte| u8::from_str_radix(byte.get(..2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_two_threads_are_told_apart() {
        let wal = r"9<\x2f\x64\x2f\x68\x65\x6c\x69\x75\x2e\x64\x62\x2d\x77\x61\x6c>";
        let socket = r"7<\x73\x6f\x63\x6b\x65\x74\x3a\x5b\x31\x5d>";
        let log = format!(
            "11  pwrite64({wal}, \"\\x01\\x02\", 2, 32) = 2\n\
             11  fdatasync({wal} <unfinished ...>\n\
             12  sendto({socket}, \"\\x48\\x69\", 2, MSG_NOSIGNAL, NULL, 0) = 2\n\
             11  <... fdatasync resumed>)           = 0\n\
             12  fsync({wal}) = -1 EIO (Input/output error)\n\
             12  ftruncate({wal}, 4096) = 0\n"
        );

        let recording = Recording::read(&log);

        let write = Deed::Write { file: 1, offset: 32, bytes: vec![1, 2] };
        let (sync, truncate) = (Deed::Sync { file: 1 }, Deed::Truncate { file: 1, length: 4_096 });
        assert_eq!(recording.deeds, [write, sync.clone(), Deed::Send("Hi".into()), sync, truncate]);
        use Mark::{Begins, Ends};
        let marks = [Begins(0), Ends(0), Begins(1), Begins(2), Ends(2), Ends(1), Begins(3), Begins(4), Ends(4)];
        assert_eq!(recording.marks, marks);
    }
}

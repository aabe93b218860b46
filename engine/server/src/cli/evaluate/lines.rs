//! Reads JSON lines for an evaluation, and says on which line what is wrong.

use std::path::Path;

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;

/// A line longer than this is no sentence and no article.
const MAX_LINE_BYTES: usize = 4 << 20;

/// All lines of a file, none of which may be broken; `shape` shows what a line looks like.
pub(super) fn read<T: DeserializeOwned>(path: &Path, shape: &str) -> anyhow::Result<Vec<T>> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    parse(&bytes, shape).with_context(|| path.display().to_string())
}

fn parse<T: DeserializeOwned>(bytes: &[u8], shape: &str) -> anyhow::Result<Vec<T>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        bail!("the file is in UTF-16: save it as UTF-8");
    }
    let mut lines = Vec::new();
    for (idx, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = idx + 1;
        if line.len() > MAX_LINE_BYTES {
            bail!("line {number} has {} MB; at most 4 MB are read as one line", line.len() >> 20);
        }
        if line.contains(&0) {
            bail!("line {number} holds binary data: the file must be JSON lines in UTF-8, such as {shape}");
        }
        let Ok(line) = std::str::from_utf8(line) else {
            bail!("line {number} is not UTF-8: save the file as UTF-8");
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let value = serde_json::from_str(line).map_err(|error| {
            anyhow::anyhow!("line {number} is not as expected ({error}); a line looks like {shape}")
        })?;
        lines.push(value);
    }
    if lines.is_empty() {
        bail!("the file has no lines; a line looks like {shape}");
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let said = match parse::<Value>(bytes, "{…}") {
            Ok(lines) => format!("{} lines", lines.len()),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn marks_line_ends_and_empty_lines_do_no_harm() {
        check(b"\xEF\xBB\xBF{}\r\n\r\n{}\r\n", "2 lines");
        check(b"{}", "1 lines");
    }

    #[test]
    fn a_broken_line_is_named() {
        check(b"{}\n{}\n{\"text\": \"ab", "line 3");
        check(b"{}\n\xFF\xFFabc", "line 2 is not UTF-8");
        check(b"\x7FELF\x00\x00", "line 1 holds binary data");
        check(b"\xFF\xFEa\x00", "UTF-16");
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        check(b"", "no lines");
        check(b"\n \r\n", "no lines");
        check(&vec![b'a'; MAX_LINE_BYTES + 1], "line 1 has 4 MB");
        let long = format!("{{\"text\": \"{}\"}}", "长".repeat(400_000));
        check(long.as_bytes(), "1 lines");
    }
}

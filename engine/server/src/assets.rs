//! The browser's files: embedded in a finished build, read from `target/designer` while developing.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file, in the smallest form that the browser accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asset {
    /// What to send.
    pub(crate) bytes: Cow<'static, [u8]>,
    /// For `Content-Type`.
    pub(crate) content_type: &'static str,
    /// For `Content-Encoding`: how the bytes are compressed.
    pub(crate) encoding: Option<&'static str>,
    /// Whether the name changes with the content, so that a browser may keep it for ever.
    pub(crate) immutable: bool,
    /// For `ETag`, quotes included: changes with the bytes.
    pub(crate) etag: String,
}

/// The file at a path such as `index.html`, `assets/app-….wasm` or `widget/widget.js`.
///
/// `accept_encoding` is the request's header; compressed copies lie beside the files.
pub(crate) fn asset(path: &str, accept_encoding: &str) -> Option<Asset> {
    let accepted =
        [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| accepts(accept_encoding, encoding));
    let compressed =
        accepted.filter_map(|(encoding, ending)| Some((Some(encoding), read(&format!("{path}.{ending}"))?))).next();
    let (encoding, bytes) = compressed.or_else(|| Some((None, read(path)?)))?;
    Some(Asset {
        etag: format!("\"{:016x}\"", fingerprint(&bytes)),
        bytes,
        content_type: content_type(path),
        encoding,
        immutable: path.starts_with("assets/"),
    })
}

fn read(path: &str) -> Option<Cow<'static, [u8]>> {
    match FOLDER {
        None => {
            let idx = EMBEDDED.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
            Some(Cow::Borrowed(EMBEDDED[idx].1))
        }
        Some(folder) => {
            let file = inside(Path::new(folder), path)?;
            std::fs::read(file).ok().map(Cow::Owned)
        }
    }
}

/// The file below the folder; a path that tries to leave it is nobody's.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let stays = path.components().all(|component| matches!(component, Component::Normal(_)));
    (stays && path.file_name().is_some()).then(|| folder.join(path))
}

/// Whether an `Accept-Encoding` header names an encoding and does not forbid it with `q=0`.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let is_forbidden = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight == 0.0));
        is_named && !is_forbidden
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// FNV-1a over words of eight bytes: quick, and another content gets another number.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_encoding_it_names() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("br;q=0", "br"));
        assert!(!accepts("", "gzip"));
    }

    #[test]
    fn a_path_cannot_leave_the_folder() {
        let folder = Path::new("/dist");

        assert_eq!(inside(folder, "assets/app.js"), Some(PathBuf::from("/dist/assets/app.js")));
        for path in ["../secret", "/etc/passwd", "a/../../b", "", "./a/.."] {
            assert_eq!(inside(folder, path), None, "{path}");
        }
    }

    #[test]
    fn an_unknown_path_is_absent() {
        assert_eq!(asset("no/such/file", "br"), None);
    }
}

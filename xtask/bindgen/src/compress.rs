//! Compressed copies beside the files, so that the server never compresses at run time.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::dist::files_below;

/// Below this size a compressed answer saves no packet.
const WORTH_IT_BYTES: usize = 1024;
const COMPRESSIBLE: [&str; 7] = ["wasm", "js", "css", "html", "svg", "json", "webmanifest"];

/// Writes `NAME.br` and `NAME.gz` beside everything in a folder that gains from it.
pub(crate) fn folder(folder: &Path) -> anyhow::Result<()> {
    for file in files_below(folder)? {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !COMPRESSIBLE.contains(&ending) {
            continue;
        }
        let bytes = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        if bytes.len() < WORTH_IT_BYTES {
            continue;
        }
        fs::write(file.with_extension(format!("{ending}.br")), brotli(&bytes)?)?;
        fs::write(file.with_extension(format!("{ending}.gz")), gzip(&bytes)?)?;
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).context("compress with brotli")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().context("compress with gzip")
}

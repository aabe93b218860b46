//! Any PDF, or what is written on the page of one, the first byte says which: it is read or refused with words.
//!
//! The library that reads it panics where a file is not what it expected. That is caught page by page and counts for
//! nothing here; a panic of our own does.
#![no_main]

use std::panic;
use std::process::abort;

use documents::{Block, Kind, passages};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_a_librarys = |file: &str| file.contains("/registry/") || file.contains("/rustc/");
            if !info.location().is_some_and(|place| is_a_librarys(place.file())) {
                told(info);
                abort();
            }
        }));
    },
    |bytes: &[u8]| {
        let Some((kind, bytes)) = bytes.split_first() else { return };
        let read = match kind % 2 {
            0 => documents::read(Kind::Pdf, bytes),
            _ => documents::read(Kind::Pdf, &with_a_page(bytes)),
        };
        match read {
            Ok(document) => {
                let pages = document.blocks.iter().filter_map(|block| match block {
                    Block::Page(number) => Some(*number),
                    _ => None,
                });
                assert!(pages.is_sorted());
                for passage in passages(&document.blocks) {
                    assert!(passage.text.chars().count() <= 1_000 && !passage.text.trim().is_empty());
                }
            }
            Err(refused) => {
                for text in [&refused.why, &refused.advice] {
                    assert!(["zh", "en"].iter().all(|language| !text.in_language(language).is_empty()));
                }
            }
        }
    }
);

/// A PDF with one page, on which this is written.
fn with_a_page(content: &[u8]) -> Vec<u8> {
    let length = format!("<< /Length {} >>\nstream\n", content.len());
    let objects: [&[&[u8]]; 5] = [
        &[b"<< /Type /Catalog /Pages 2 0 R >>"],
        &[b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"],
        &[b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"],
        &[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>"],
        &[length.as_bytes(), content, b"\nendstream"],
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n").bytes());
        object.iter().for_each(|part| file.extend(*part));
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(b"xref\n0 6\n0000000000 65535 f \n");
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    file.extend(format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF").bytes());
    file
}

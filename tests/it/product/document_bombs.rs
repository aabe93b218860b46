//! Documents that are made to hurt (I7, I8): small files that unpack to gigabytes, that keep a reader busy for hours or
//! bring it down. Each ends with a message within the child's limits, and the next document is read.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};
use serde_json::Value;

use super::documents::{id, library, product_still_answers, settled, upload};
use super::office::{docx, xlsx};
use super::{Client, Product, http};
use crate::hostile::resident_kib;

const MIB: usize = 1024 * 1024;
/// A child may compute for 30 s, in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(75);
/// What is cut before it is parsed takes a moment of that, even so.
const LONGEST_READ: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_bomb_is_a_message_and_the_next_document_is_read() {
    explode(vec![
        ("words.docx", docx(&[("word/document.xml", &spaces(200))]), "far too much"),
        (
            "styles.docx",
            docx(&[("word/document.xml", &word("七天")), ("word/styles.xml", &spaces(200))]),
            "far too much",
        ),
        ("none.docx", docx(&[("nested.zip", &docx(&[("nested.zip", &spaces(64))]))]), "cannot be read"),
        ("strings.xlsx", xlsx("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", &spaces(300)), "far too much"),
        ("far.xlsx", xlsx(&far_apart(), b""), ""),
        (
            "binary.txt",
            [&b"\x7fELF\x02\x01\x01\x00"[..], &[0, 1, 2, 3, 255, 254, 0, 7].repeat(500)].concat(),
            "not text",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_pdf_bomb_is_a_message_and_the_next_document_is_read() {
    explode(vec![
        ("stream.pdf", pdf_with(&bomb_stream(2_200)), ""),
        ("twice.pdf", pdf_with(&twice(&bomb_stream(2_200))), ""),
        ("itself.pdf", pdf_that_draws_itself(), ""),
    ])
    .await;
}

#[tokio::test]
async fn a_page_that_would_keep_its_reader_busy_is_read_all_the_same() {
    let (product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let began = Instant::now();

    let ready = added(&mut owner, "attributes.html", &attributes(1_500_000)).await;

    assert_eq!(ready["state"], "ready", "{ready}");
    assert!(began.elapsed() < LONGEST_READ, "{:?}", began.elapsed());
    let passages = owner.get(&format!("/api/documents/{}/passages", id(&ready))).await.text;
    assert!(passages.contains("七天之内可以退货。"), "{passages}");
    println!("attributes.html: {:?}", began.elapsed());
    product_still_answers(&product).await;
}

/// Each ends with words that have these in them, and the next document is read.
async fn explode(bombs: Vec<(&str, Vec<u8>, &str)>) {
    let (product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let before = resident_kib(&product);
    for (name, bytes, expected) in bombs {
        assert!(bytes.len() < 20 * MIB, "{name} can be uploaded: {}", bytes.len());
        let began = Instant::now();
        let failed = added(&mut owner, name, &bytes).await;
        assert!(began.elapsed() < LONGEST, "{name}: {:?}", began.elapsed());
        assert_eq!(failed["state"], "failed", "{name}: {failed}");
        for language in ["zh", "en"] {
            let said = |what: &str| failed["problem"][what][language].as_str().unwrap_or_default().to_owned();
            assert!(!said("why").is_empty() && !said("advice").is_empty(), "{name}: {failed}");
        }
        let why = failed["problem"]["why"]["en"].as_str().unwrap_or_default();
        assert!(why.contains(expected), "{name}: {failed}");
        println!("{name}: {} KiB, {:?}: {why}", bytes.len() / 1024, began.elapsed());
        let good =
            added(&mut owner, &format!("{name}.md"), format!("# {name}\n\n七天之内可以退货。\n").as_bytes()).await;
        assert_eq!(good["state"], "ready", "after {name}: {good}");
    }
    let grown = resident_kib(&product).saturating_sub(before);
    assert!(grown < 300 * 1024, "the product itself took {grown} KiB");
    product_still_answers(&product).await;
}

#[tokio::test]
async fn odd_files_with_words_are_read() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let laughs = "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let nested = format!(
        "<!doctype html><title>t</title>{}<script>steal()</script>七天之内可以退货。{}",
        "<div><b onclick=steal()>".repeat(50_000),
        "</b></div>".repeat(50_000)
    );
    let many: Vec<String> = (0..50_000).map(|n| format!("word/media/{n}.bin")).collect();
    let mut parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let body = word("七天之内可以退货。");
    parts.push(("word/document.xml", &body));
    let macros = docx(&[("word/document.xml", &body), ("word/vbaProject.bin", b"AutoOpen: steal()")]);
    let entities = docx(&[("word/document.xml", &[laughs.as_bytes(), &word("七天之内可以退货。&b;")].concat())]);
    for (name, bytes, note) in [
        ("macros.docm", macros, "macros"),
        ("many.docx", docx(&parts), ""),
        ("entities.docx", entities, ""),
        ("nested.html", nested.into_bytes(), ""),
        ("wide.txt", "\u{feff}七天之内可以退货。".encode_utf16().flat_map(u16::to_le_bytes).collect(), ""),
    ] {
        let ready = added(&mut owner, name, &bytes).await;
        assert_eq!(ready["state"], "ready", "{name}: {ready}");
        assert!(ready["problem"]["why"]["en"].as_str().unwrap_or_default().contains(note), "{name}: {ready}");
        let passages = owner.get(&format!("/api/documents/{}/passages", id(&ready))).await.text;
        assert!(passages.contains("七天之内可以退货。") && !passages.contains("steal"), "{name}: {passages}");
    }

    let cell = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = [("问题", "答案"), ("多久发货", "四十八小时内发货")]
        .iter()
        .zip(1..)
        .map(|((a, b), n)| format!("<row r=\"{n}\">{}{}</row>", cell(&format!("A{n}"), a), cell(&format!("B{n}"), b)));
    let asks = added(&mut owner, "macros.xlsm", &xlsx(&rows.collect::<String>(), b"")).await;
    assert_eq!(asks["state"], "asks_columns", "{asks}");
    assert!(asks["preview"]["rows"].to_string().contains("[\"多久发货\",\"四十八小时内发货\"]"), "{asks}");
    assert!(asks["problem"]["why"]["en"].as_str().is_some_and(|note| note.contains("macros")), "{asks}");

    // The mark of UTF-8 before GBK: `问题,答案`, then a row.
    let gbk: &[u8] = b"\xef\xbb\xbf\xce\xca\xcc\xe2,\xb4\xf0\xb0\xb8\r\n\xb6\xe0\xbe\xc3\xb7\xa2\xbb\xf5,\xcb\xc4\xca\xae\xb0\xcb\xd0\xa1\xca\xb1\xc4\xda\xb7\xa2\xbb\xf5\r\n";
    let wide: Vec<u8> =
        "\u{feff}问题\t答案\r\n多久发货\t四十八小时内发货\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (name, bytes) in [("gbk.csv", gbk), ("wide.csv", &wide)] {
        let asks = added(&mut owner, name, bytes).await;
        assert_eq!(asks["state"], "asks_columns", "{name}: {asks}");
        assert!(asks["preview"]["rows"].to_string().contains("[\"多久发货\",\"四十八小时内发货\"]"), "{name}: {asks}");
    }
}

async fn added(owner: &mut Client, name: &str, bytes: &[u8]) -> Value {
    // Making bombs takes so long that the server may have closed the connection.
    owner.http = http();
    let added = upload(owner, name, bytes).await.is(201);
    settled(owner, &added).await
}

/// A zlib stream that unpacks to so many MiB of spaces: one block for a MiB, which stands for itself, again and again.
fn bomb_stream(mib: usize) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(64 * 1024);
    compress.compress_vec(&vec![b' '; MIB], &mut block, FlushCompress::Full).expect("it fits");
    [&[0x78, 0xda][..], &block.repeat(mib)].concat()
}

fn twice(stream: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(stream).expect("written");
    encoder.finish().expect("a stream")
}

/// One page whose content is this stream, packed once or twice.
fn pdf_with(stream: &[u8]) -> Vec<u8> {
    let filter = if stream.len() < MIB { "[/FlateDecode /FlateDecode]" } else { "/FlateDecode" };
    let head = format!("<< /Length {} /Filter {filter} >>\nstream\n", stream.len());
    let content = [head.as_bytes(), stream, b"\nendstream"];
    pdf("", &content.concat())
}

/// A page with a form that is drawn by drawing it.
fn pdf_that_draws_itself() -> Vec<u8> {
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream";
    pdf("/XObject << /F 4 0 R >>", form.as_bytes())
}

fn pdf(resources: &str, content: &[u8]) -> Vec<u8> {
    let page =
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << {resources} >> /Contents 4 0 R >>");
    let objects: [&[u8]; 4] =
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page.as_bytes(), content];
    let (mut file, mut places) = (b"%PDF-1.5\n".to_vec(), Vec::new());
    for (n, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend_from_slice(b"xref\n0 5\n0000000000 65535 f \n");
    places.iter().for_each(|place| file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes()));
    file.extend_from_slice(format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF").as_bytes());
    file
}

fn spaces(mib: usize) -> Vec<u8> {
    vec![b' '; mib * MIB]
}

fn word(text: &str) -> Vec<u8> {
    format!("<w:document><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>").into_bytes()
}

/// The first cell and the last one that a sheet can have.
fn far_apart() -> String {
    "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>".to_owned()
}

/// A tag with so many attributes, each of which is compared with all before it.
fn attributes(n: usize) -> Vec<u8> {
    let names: Vec<String> = (0..n).map(|n| format!(" {n:x}x")).collect();
    format!("<!doctype html><p{}>七天之内可以退货。</p>", names.concat()).into_bytes()
}

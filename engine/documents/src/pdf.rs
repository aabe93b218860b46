//! PDF: the text of each page. A scan has none, an encrypted one keeps it to itself; a page that cannot be read is
//! left out and named.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::Texts;
use pdf_extract::{OutputError, PlainTextOutput, output_doc_page};

use crate::{Block, Document, Unreadable, plain};

/// Pages that are read.
const MAX_PAGES: usize = 2_000;
/// Pages with less text than this on average are pictures of text.
const SCAN_CHARS: usize = 8;
/// Runs of pages that a note names.
const MAX_NAMED: usize = 12;

/// Reads a PDF.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let file = open(bytes)?;
    let numbers: Vec<u32> = file.get_pages().into_keys().collect();
    // A locked file may open and then give not one page.
    if numbers.is_empty() {
        return Err(if names_encryption(bytes) { encrypted() } else { broken() });
    }
    if numbers.len() > MAX_PAGES {
        return Err(Unreadable::new(
            (&format!("文档超过 {MAX_PAGES} 页"), &format!("the document has more than {MAX_PAGES} pages")),
            ("请拆成几份再上传", "split it into several documents"),
        ));
    }
    let pages: Vec<(u32, Option<String>)> = numbers.iter().map(|number| (*number, text_of(&file, *number))).collect();
    let n_read = pages.iter().filter(|(_, text)| text.is_some()).count();
    if n_read == 0 {
        return Err(if names_encryption(bytes) { encrypted() } else { broken() });
    }
    let texts = pages.iter().filter_map(|(_, text)| text.as_ref());
    let n_chars: usize = texts.flat_map(|text| text.chars()).filter(|c| c.is_alphanumeric()).count();
    if n_chars < SCAN_CHARS * n_read {
        return Err(Unreadable::new(
            ("这份 PDF 里没有文字，可能是扫描件", "there is no text in this PDF; it may be a scan"),
            (
                "请先做文字识别（OCR），或上传带文字的版本",
                "run text recognition (OCR) on it first, or upload a version with text",
            ),
        ));
    }
    let mut document = Document::default();
    for (number, text) in &pages {
        let Some(text) = text else { continue };
        document.blocks.push(Block::Page(*number));
        let text = text.replace("\r\n", "\n");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for paragraph in lines.join("\n").split("\n\n") {
            plain::push(paragraph, &mut document.blocks);
        }
    }
    let unread: Vec<u32> = pages.iter().filter(|(_, text)| text.is_none()).map(|(number, _)| *number).collect();
    document.notes.extend(unread_pages(&unread));
    document.notes.extend(missing_pages(&file, numbers.len()));
    Ok(document)
}

/// The file, decrypted where nobody needs a password for it.
fn open(bytes: &[u8]) -> Result<pdf_extract::Document, Unreadable> {
    let opened = unharmed(|| {
        let mut file = pdf_extract::Document::load_mem(bytes)?;
        if file.is_encrypted() {
            file.decrypt("")?;
        }
        Ok(file)
    });
    match opened {
        Some(Ok(file)) => Ok(file),
        Some(Err(error)) if is_encrypted(&error, bytes) => Err(encrypted()),
        _ => Err(broken()),
    }
}

/// The text of a page, unless it is broken.
fn text_of(file: &pdf_extract::Document, number: u32) -> Option<String> {
    unharmed(|| {
        let mut text = String::new();
        output_doc_page(file, &mut PlainTextOutput::new(&mut text), number)?;
        Ok::<_, OutputError>(text)
    })?
    .ok()
}

/// The library panics where a file is not what it expected.
fn unharmed<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn unread_pages(pages: &[u32]) -> Option<Texts> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => runs.push((*page, *page)),
        }
    }
    let named = |joint: &str| {
        let run =
            |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
        let mut named = runs.iter().take(MAX_NAMED).map(run).collect::<Vec<_>>().join(joint);
        if runs.len() > MAX_NAMED {
            named.push('…');
        }
        named
    };
    let n = pages.len();
    match n {
        0 => None,
        1 => Some(Texts::new(
            format!("第 {} 页读不了，已跳过", named("、")),
            format!("page {} could not be read and was left out", named(", ")),
        )),
        _ => Some(Texts::new(
            format!("有 {n} 页读不了，已跳过：第 {} 页", named("、")),
            format!("{n} pages could not be read and were left out: {}", named(", ")),
        )),
    }
}

/// Pages that the file counts and does not have.
fn missing_pages(file: &pdf_extract::Document, n_found: usize) -> Option<Texts> {
    let tree = file.catalog().ok()?.get(b"Pages").ok()?.as_reference().ok()?;
    let counted = file.get_dictionary(tree).ok()?.get(b"Count").ok()?.as_i64().ok()?;
    let counted = usize::try_from(counted).ok().filter(|counted| *counted > n_found)?;
    Some(Texts::new(
        format!("文件自称有 {counted} 页，只找到 {n_found} 页，其余可能已损坏"),
        format!("the file says it has {counted} pages, of which {n_found} were found; the others may be broken"),
    ))
}

fn is_encrypted(error: &pdf_extract::Error, bytes: &[u8]) -> bool {
    names_encryption(bytes) || format!("{error:?}").to_lowercase().contains("crypt")
}

fn names_encryption(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"/Encrypt")
}

fn encrypted() -> Unreadable {
    Unreadable::new(
        ("这份 PDF 加了密码", "this PDF has a password"),
        ("请去掉密码后再上传", "remove the password and upload it again"),
    )
}

fn broken() -> Unreadable {
    Unreadable::new(
        ("PDF 文件读不了，可能已损坏", "the PDF cannot be read; it may be broken"),
        ("请用其他程序打开并另存为 PDF", "open it in another program and save it as PDF again"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_each_page_is_read() {
        let file =
            pdf(&["Returns policy. Goods can be sent back within 30 days.", "Refunds take three working days."], "");

        let document = read(&file).expect("it is a PDF");

        assert_eq!(document.blocks.iter().filter(|block| matches!(block, Block::Page(_))).count(), 2);
        let said = format!("{:?}", document.blocks);
        assert!(said.contains("within 30 days") && said.contains("three working days"), "{said}");
    }

    #[test]
    fn a_page_that_cannot_be_read_takes_no_other_with_it() {
        let words = |n: usize| format!("The words of page {n} are long enough to be read.");
        let pages: Vec<String> = (1..=6).map(words).collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let whole = String::from_utf8(pdf(&pages, "")).expect("it is text");
        // The same length, so that all places in the file hold: a font that is none, a box that is none.
        let broken = broken_page(&broken_page(&whole, 2, "/F1 3 0 R", "/F1 (abc)"), 4, "/MediaBox", "/MediaCox");
        let broken = broken_page(&broken, 5, "/MediaBox", "/MediaCox");

        let document = read(broken.as_bytes()).expect("other pages can be read");

        let pages: Vec<&Block> = document.blocks.iter().filter(|block| matches!(block, Block::Page(_))).collect();
        assert_eq!(pages, [&Block::Page(1), &Block::Page(3), &Block::Page(6)]);
        let said = format!("{:?}", document.blocks);
        assert!(said.contains("page 3 are") && said.contains("page 6 are") && !said.contains("page 4 are"), "{said}");
        assert_eq!(document.notes.len(), 1, "{:?}", document.notes);
        assert_eq!(document.notes[0].in_language("zh"), "有 3 页读不了，已跳过：第 2、4–5 页");
        assert_eq!(document.notes[0].in_language("en"), "3 pages could not be read and were left out: 2, 4–5");
    }

    #[test]
    fn pages_that_the_file_does_not_have_are_told() {
        let whole = String::from_utf8(pdf(&["The first page has some words.", "The second page has some."], ""));
        let whole = whole.expect("it is text");

        let document = read(whole.replace("6 0 R]", "9 0 R]").as_bytes()).expect("a page is there");

        assert!(document.notes[0].in_language("en").contains("2 pages, of which 1"), "{:?}", document.notes);
    }

    /// The file with something else in one of its pages.
    fn broken_page(file: &str, number: usize, what: &str, with: &str) -> String {
        let at = file.find(&format!("\n{} 0 obj", 2 + 2 * number)).expect("the page");
        let (before, page) = file.split_at(at);
        format!("{before}{}", page.replacen(what, with, 1))
    }

    #[test]
    fn scans_and_locked_files_say_so() {
        let scan = read(&pdf(&["", ""], "")).expect_err("there is no text");
        assert!(scan.why.in_language("en").contains("scan"), "{scan}");
        let locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /O (11111111111111111111111111111111) /U (22222222222222222222222222222222) /P -4 >> /ID [(a)(a)]";
        let locked = read(&pdf(&["secret words here"], locked)).expect_err("it has a password");
        assert!(locked.why.in_language("en").contains("password"), "{locked}");
        assert!(read(b"%PDF-1.4\nbroken").is_err());
    }

    /// The smallest PDF with these pages; `more` goes into its trailer.
    fn pdf(pages: &[&str], more: &str) -> Vec<u8> {
        let kids: Vec<String> = (0..pages.len()).map(|idx| format!("{} 0 R", 4 + 2 * idx)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        ];
        for (idx, text) in pages.iter().enumerate() {
            let content = format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET");
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
                5 + 2 * idx
            ));
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (idx, object) in objects.iter().enumerate() {
            places.push(file.len());
            file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", idx + 1));
        }
        let table = file.len();
        file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
        places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
        file.push_str(&format!(
            "trailer\n<< /Size {} /Root 1 0 R {more} >>\nstartxref\n{table}\n%%EOF",
            objects.len() + 1
        ));
        file.into_bytes()
    }
}

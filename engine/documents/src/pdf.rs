//! PDF: the text of each page. A scan has none, an encrypted one keeps it to itself.

use pdf_extract::{OutputError, extract_text_from_mem_by_pages};

use crate::{Block, Document, Unreadable, plain};

/// Pages that are read.
const MAX_PAGES: usize = 2_000;
/// Pages with less text than this on average are pictures of text.
const SCAN_CHARS: usize = 8;

/// Reads a PDF.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let pages = extract_text_from_mem_by_pages(bytes)
        .map_err(|error| if is_encrypted(&error, bytes) { encrypted() } else { broken() })?;
    // A locked file may open and then give not one page.
    if pages.is_empty() {
        return Err(if names_encryption(bytes) { encrypted() } else { broken() });
    }
    if pages.len() > MAX_PAGES {
        return Err(Unreadable::new(
            (&format!("文档超过 {MAX_PAGES} 页"), &format!("the document has more than {MAX_PAGES} pages")),
            ("请拆成几份再上传", "split it into several documents"),
        ));
    }
    let n_chars: usize = pages.iter().flat_map(|page| page.chars()).filter(|c| c.is_alphanumeric()).count();
    if n_chars < SCAN_CHARS * pages.len() {
        return Err(Unreadable::new(
            ("这份 PDF 里没有文字，可能是扫描件", "there is no text in this PDF; it may be a scan"),
            (
                "请先做文字识别（OCR），或上传带文字的版本",
                "run text recognition (OCR) on it first, or upload a version with text",
            ),
        ));
    }
    let mut document = Document::default();
    for (idx, page) in pages.iter().enumerate() {
        document.blocks.push(Block::Page(u32::try_from(idx + 1).unwrap_or(u32::MAX)));
        let page = page.replace("\r\n", "\n");
        let lines: Vec<&str> = page.lines().map(str::trim).collect();
        for paragraph in lines.join("\n").split("\n\n") {
            plain::push(paragraph, &mut document.blocks);
        }
    }
    Ok(document)
}

fn is_encrypted(error: &OutputError, bytes: &[u8]) -> bool {
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

//! Bytes to text: a byte order mark decides, else UTF-8, else the likeliest of the old encodings (GBK, Big5, …).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use crate::Unreadable;

/// The text of a file; one that is no text is refused.
pub(crate) fn decoded(bytes: &[u8]) -> Result<String, Unreadable> {
    let bytes = without_false_mark(bytes);
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None if bytes.contains(&0) => return Err(not_text()),
        None => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, Utf8Detection::Deny)
        }
    };
    let (text, ..) = encoding.decode(bytes);
    let n_odd = text.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
    if n_odd * 20 > text.chars().count() {
        return Err(not_text());
    }
    // The mark of GB18030 is decoded as a character.
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', ""))
}

/// Bytes without the mark of UTF-8, where what follows is none: some programs put it before text in GBK.
pub fn without_false_mark(bytes: &[u8]) -> &[u8] {
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if std::str::from_utf8(rest).is_err() => rest,
        _ => bytes,
    }
}

/// White space as single spaces.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn not_text() -> Unreadable {
    Unreadable::new(
        ("文件不是文本", "the file is not text"),
        ("请检查文件格式，或另存为 UTF-8 文本", "look at the format, or save it as UTF-8 text"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_recognised() {
        let (gbk, ..) = encoding_rs::GBK.encode("问题,答案\n怎么退货,七天内可以退货，请保留好发票和包装\n");
        assert_eq!(
            decoded(&gbk).expect("it is text").lines().nth(1),
            Some("怎么退货,七天内可以退货，请保留好发票和包装")
        );
        assert_eq!(decoded(b"\xef\xbb\xbfabc\r\n").expect("it is text"), "abc\n");
        let wide: Vec<u8> = [0xfeff_u16, 0x9000, 0x8d27].iter().flat_map(|unit| unit.to_le_bytes()).collect();
        assert_eq!(decoded(&wide).expect("it is text"), "退货");
        let sheet = "怎么退货,七天内可以退货，请保留好发票和包装\n".repeat(5);
        let (gbk, ..) = encoding_rs::GBK.encode(&sheet);
        for mark in [&b"\xef\xbb\xbf"[..], b"\x84\x31\x95\x33"] {
            assert_eq!(decoded(&[mark, &gbk].concat()).expect("it is text"), sheet, "{mark:x?}");
        }
        let wide: Vec<u8> = "\u{feff}退货,7\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&wide).expect("it is text"), "退货,7\n");
        assert!(decoded(&[0x7f, b'E', b'L', b'F', 0, 0, 0xff, 0xfe]).is_err());
    }
}

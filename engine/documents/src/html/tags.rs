//! Tags of sane length. The tokenizer compares each attribute of a tag with all before it: a million of them would keep
//! it busy for hours.

/// Attributes of one tag that are read.
const MAX_ATTRIBUTES: usize = 100;
/// Ends of elements whose words are no markup. What only looks like a tag there must not swallow them.
const ENDS: [&[u8]; 8] =
    [b"</script", b"</style", b"</title", b"</textarea", b"</iframe", b"</noscript", b"</xmp", b"</noembed"];

/// Where in a tag one is.
#[derive(Clone, Copy, PartialEq)]
enum In {
    /// Between tags.
    Text,
    /// In the name of the tag, or of an attribute.
    Name,
    /// Before an attribute, or before its `=`.
    Space,
    /// After `=`.
    Equals,
    Value,
    Quotes(u8),
}

/// The source without the attributes of a tag that are too many; all else stays as it is.
pub(super) fn shortened(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut shorter = String::with_capacity(source.len());
    let (mut place, mut n_attributes) = (In::Text, 0);
    // What is kept begins here; nothing while attributes are left out.
    let mut kept = Some(0);
    for (at, byte) in bytes.iter().enumerate() {
        if kept.is_none()
            && *byte == b'<'
            && let Some(end) = ENDS.iter().find(|end| starts_with(&bytes[at..], end))
        {
            shorter.push(' ');
            shorter.push_str(&source[at..at + end.len()]);
            place = In::Name;
            continue;
        }
        let before = place;
        place = after(before, *byte, &bytes[at + 1..]);
        match (before, place) {
            (In::Text, In::Name) => n_attributes = 0,
            (_, In::Text) if before != In::Text && kept.is_none() => {
                // What only looked like a tag may have stood in a comment, which ends here.
                if bytes[..at].ends_with(b"--") {
                    shorter.push_str("--");
                }
                kept = Some(at);
            }
            (In::Space | In::Quotes(_), In::Name) => {
                n_attributes += 1;
                if n_attributes > MAX_ATTRIBUTES
                    && let Some(from) = kept.take()
                {
                    shorter.push_str(&source[from..at]);
                }
            }
            _ => {}
        }
    }
    if let Some(from) = kept {
        shorter.push_str(&source[from..]);
    }
    shorter
}

/// Where one is after a byte.
fn after(place: In, byte: u8, rest: &[u8]) -> In {
    let is_space = byte.is_ascii_whitespace() || byte == b'/';
    match place {
        In::Text => {
            let name = rest.strip_prefix(b"/").unwrap_or(rest).first();
            if byte == b'<' && name.is_some_and(u8::is_ascii_alphabetic) { In::Name } else { In::Text }
        }
        In::Quotes(quote) if byte == quote => In::Space,
        In::Quotes(_) => place,
        _ if byte == b'>' => In::Text,
        In::Value if byte.is_ascii_whitespace() => In::Space,
        In::Value => In::Value,
        In::Equals if byte == b'"' || byte == b'\'' => In::Quotes(byte),
        In::Equals if byte.is_ascii_whitespace() => In::Equals,
        In::Equals => In::Value,
        In::Name | In::Space if is_space => In::Space,
        In::Name | In::Space if byte == b'=' && place == In::Name => In::Equals,
        In::Space if byte == b'=' => In::Equals,
        In::Name | In::Space => In::Name,
    }
}

fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(n: usize) -> String {
        (0..n).map(|n| format!(" a{n}=\"x > y\" b{n}='<' c{n}=/d e{n}")).collect()
    }

    #[test]
    fn what_is_usual_stays_as_it_is() {
        let page = "<!doctype html><a href=x data-a='1>2'/>a < b <br/> <!-- c --> <img src=\"data:,<p>\" alt=退货>\
            <script>if(a<b && c>d){'</p>'}</script></a >退";

        assert_eq!(shortened(page), page);
    }

    #[test]
    fn attributes_beyond_the_limit_are_left_out() {
        let page = format!("<p{}>七天</p><br class=x><p{}>退货</p>", many(1_000), many(1_000));

        let shorter = shortened(&page);

        let kept = |text: &str| shorter.matches(text).count();
        assert_eq!((kept(" a24="), kept(" a25="), kept("a999")), (2, 0, 0), "{shorter}");
        assert!(shorter.contains(">七天</p><br class=x><p a0=") && shorter.ends_with(">退货</p>"), "{shorter}");
    }

    #[test]
    fn what_only_looks_like_a_tag_swallows_no_end() {
        let words = " w".repeat(500);
        for (page, expected) in [
            (format!("<script>if(a<b {words} = \"</script>七天<p>"), "</script>七天<p>"),
            (format!("<script>if(a<b {words} '</SCRIPT >七天<p>"), "</SCRIPT>七天<p>"),
            (format!("<!-- see a<b {words} -->七天<p>"), "-->七天<p>"),
            (format!("<title>a<b {words}</title>七天"), "</title>七天"),
        ] {
            let shorter = shortened(&page);
            assert!(shorter.ends_with(expected) && shorter.len() < page.len(), "{shorter}");
        }
    }
}

//! Brings a message into the one form that features are taken from: half-width, lower case, codes masked.

/// Recognition reads at most this many characters of a message; what follows rarely changes what it wants.
pub(crate) const MAX_CHARS: usize = 4_000;

/// Stands for any web address.
pub(crate) const LINK: char = '\u{E000}';
/// Stands for any e-mail address.
pub(crate) const EMAIL: char = '\u{E001}';
/// Stands for any long run of digits.
pub(crate) const DIGITS: char = '\u{E002}';
/// Stands for any order number or similar code of letters and digits.
pub(crate) const CODE: char = '\u{E003}';

/// A message in normal form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Normal {
    /// Lower case, half-width, single spaces, with masks for links, e-mails and codes.
    pub(crate) text: String,
    /// Whether any Chinese, Japanese or Korean character is in it.
    pub(crate) has_cjk: bool,
}

/// The normal form of a message.
pub(crate) fn normalise(message: &str) -> Normal {
    normalise_up_to(message, MAX_CHARS)
}

/// The normal form of the first characters of a text.
pub(crate) fn normalise_up_to(text: &str, max_chars: usize) -> Normal {
    let folded = fold(text, max_chars);
    let text = mask(&folded);
    let has_cjk = text.chars().any(is_cjk);
    Normal { text, has_cjk }
}

/// Whether the character belongs to a script written without spaces.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c as u32,
        0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// The half-width form of a full-width character; others stay as they are.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// A mask as a person reads it.
pub(crate) fn readable(piece: &str) -> String {
    let mut out = String::with_capacity(piece.len());
    for c in piece.chars() {
        match c {
            LINK => out.push_str("(link)"),
            EMAIL => out.push_str("(e-mail)"),
            DIGITS => out.push_str("(number)"),
            CODE => out.push_str("(code)"),
            _ => out.push(c),
        }
    }
    out
}

fn fold(message: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(message.len().min(max_chars * 4));
    let mut space_due = false;
    for c in message.chars().take(max_chars) {
        let c = half_width(c);
        if is_invisible(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() || is_mask(c) {
            space_due = !out.is_empty();
            continue;
        }
        if space_due {
            out.push(' ');
            space_due = false;
        }
        out.extend(folded(c));
    }
    out
}

/// The normal form of one half-width character.
fn folded(c: char) -> impl Iterator<Item = char> {
    let one = match c {
        '\u{2018}' | '\u{2019}' | '`' => Some('\''),
        c if c.is_ascii() => Some(c.to_ascii_lowercase()),
        c if is_cjk(c) => Some(crate::traditional::simplified(c)),
        _ => None,
    };
    let several = one.is_none().then(|| c.to_lowercase());
    one.into_iter().chain(several.into_iter().flatten())
}

/// The first place of a message that reads like a piece of its normal form, as it was written; `None` when the piece
/// comes from elsewhere.
pub(crate) fn as_written<'m>(message: &'m str, piece: &str) -> Option<&'m str> {
    let read: Vec<(usize, char)> = message
        .char_indices()
        .take(MAX_CHARS)
        .filter(|(_, c)| !is_invisible(*c))
        .flat_map(|(at, c)| folded(half_width(c)).map(move |c| (at, c)))
        .collect();
    let piece: Vec<char> = piece.chars().collect();
    let place = read.windows(piece.len().max(1)).find(|place| place.iter().map(|(_, c)| c).eq(&piece))?;
    let (start, last) = (place.first()?.0, place.last()?.0);
    let length = message[last..].chars().next().map_or(0, char::len_utf8);
    Some(&message[start..last + length])
}

/// Whether the character stands for a link, an e-mail address, digits or a code.
pub(crate) fn is_mask(c: char) -> bool {
    ('\u{E000}'..='\u{E003}').contains(&c)
}

/// Joiners, marks of direction, variation selectors: they change the look, not the words.
fn is_invisible(c: char) -> bool {
    matches!(c as u32, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF)
}

fn mask(text: &str) -> String {
    let needs_masks = text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b'/') || text.contains("www.");
    if !needs_masks {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.bytes().take_while(u8::is_ascii_graphic).count();
        if run > 0 {
            mask_run(&rest[..run], &mut out);
            rest = &rest[run..];
        }
        if let Some(c) = rest.chars().next() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Masks within a run of visible ASCII, which has no spaces and no Chinese in it.
fn mask_run(run: &str, out: &mut String) {
    if let Some(at) = ["http://", "https://", "www."].iter().filter_map(|start| run.find(start)).min() {
        mask_codes(&run[..at], out);
        out.push(LINK);
        return;
    }
    if let Some((name, host)) = run.split_once('@')
        && !name.is_empty()
        && host.contains('.')
    {
        out.push(EMAIL);
        return;
    }
    mask_codes(run, out);
}

fn mask_codes(run: &str, out: &mut String) {
    let mut rest = run;
    while !rest.is_empty() {
        let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_').count();
        let (word, tail) = rest.split_at(len);
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        if digits >= 5 && letters == 0 {
            out.push(DIGITS);
        } else if digits >= 3 && letters > 0 && digits + letters >= 5 {
            out.push(CODE);
        } else {
            out.push_str(word);
        }
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            out.push(c);
        }
        rest = chars.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(readable(&normalise(message).text), expected);
    }

    #[test]
    fn width_case_and_spaces_are_folded() {
        check("  Ｈello　　WORLD！", "hello world!");
        check("我要　退款", "我要 退款");
        check("What’s up", "what's up");
    }

    #[test]
    fn links_mails_and_codes_become_one_mark_each() {
        check("see https://example.com/a?b=1 now", "see (link) now");
        check("我的邮箱是me@example.com谢谢", "我的邮箱是(e-mail)谢谢");
        check("订单A10442到哪了", "订单(code)到哪了");
        check("order 123456, please", "order (number), please");
        check("about 300 yuan", "about 300 yuan");
    }

    #[test]
    fn traditional_characters_become_simplified() {
        check("我要退貨，訂單還沒發貨", "我要退货,订单还没发货");
    }

    #[test]
    fn odd_texts_do_no_harm() {
        check("", "");
        check("   \u{200B}\u{FEFF} ", "");
        check("👍🏽 ok\u{0}", "👍🏽 ok");
        assert!(normalise(&"长".repeat(100_000)).text.chars().count() <= MAX_CHARS);
    }
}

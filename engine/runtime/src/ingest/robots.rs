//! What a site asks of programs that read it: `robots.txt`, as RFC 9309 describes it.

use url::Url;

/// The name that rules for us are written under.
const NAME: &str = "heliu";
/// As much of the file counts.
pub(super) const MAX_BYTES: usize = 512 * 1024;
/// Rules that are looked at.
const MAX_RULES: usize = 5_000;

/// The rules of a site for us.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allows: bool,
    /// A path with `*` for anything, and `$` for the end.
    path: String,
}

impl Robots {
    /// The rules under our name, all groups of it together; else those for everybody.
    pub(super) fn of(file: &[u8]) -> Self {
        // A line that the bound cuts in two would say something else.
        let whole = &file[..file.len().min(MAX_BYTES)];
        let end = if whole.len() < file.len() {
            whole.iter().rposition(|byte| *byte == b'\n').unwrap_or(0)
        } else {
            whole.len()
        };
        let text = String::from_utf8_lossy(&whole[..end]);
        let (mut ours, mut everybodys) = (None, None);
        let (mut is_ours, mut is_everybodys, mut names_follow) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').split(['\r', '\n']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if !names_follow {
                        (is_ours, is_everybodys) = (false, false);
                    }
                    names_follow = true;
                    let end = value.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')));
                    let name = &value[..end.unwrap_or(value.len())];
                    if name.eq_ignore_ascii_case(NAME) {
                        is_ours = true;
                        ours.get_or_insert_with(Vec::new);
                    }
                    if value == "*" {
                        is_everybodys = true;
                        everybodys.get_or_insert_with(Vec::new);
                    }
                }
                "allow" | "disallow" => {
                    names_follow = false;
                    let rule = || Rule { allows: key == "allow", path: plain(value) };
                    for (is_in, rules) in [(is_ours, &mut ours), (is_everybodys, &mut everybodys)] {
                        let rules = rules.as_mut().filter(|rules| is_in && rules.len() < MAX_RULES);
                        rules.into_iter().filter(|_| !value.is_empty()).for_each(|rules| rules.push(rule()));
                    }
                }
                _ => {}
            }
        }
        Self { rules: ours.or(everybodys).unwrap_or_default() }
    }

    /// May this address be read? The longest rule that fits decides; of two alike, the one that allows.
    pub(super) fn allows(&self, url: &Url) -> bool {
        let mut path = plain(url.path());
        if let Some(query) = url.query() {
            path = format!("{path}?{}", plain(query));
        }
        let fitting = self.rules.iter().filter(|rule| fits(&rule.path, &path));
        fitting.max_by_key(|rule| (rule.path.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }
}

/// Does a path begin as a rule says?
fn fits(rule: &str, path: &str) -> bool {
    let (rule, to_the_end) = rule.strip_suffix('$').map_or((rule, false), |rule| (rule, true));
    let mut pieces = rule.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if to_the_end && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// The same path in one way of writing: what needs no escape has none, all else has.
fn plain(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut plain = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (byte, is_escaped) = escaped.map_or((*byte, false), |byte| (byte, true));
        at += if is_escaped { 3 } else { 1 };
        let is_free = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_free || (!is_escaped && byte.is_ascii_graphic()) {
            plain.push(char::from(byte));
        } else {
            plain.push_str(&format!("%{byte:02X}"));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(file: &str, path: &str) -> bool {
        let url = Url::parse("https://example.com").and_then(|site| site.join(path)).expect("an address");
        Robots::of(file.as_bytes()).allows(&url)
    }

    #[test]
    fn our_group_counts_or_the_one_for_everybody() {
        let file = "\u{feff}# hello\nUser-agent: *\nDisallow: /\n\nuser-agent: other\nUSER-AGENT: Heliu/2.0\nDisallow: /a # no\nSitemap: x\n\nUser-agent: heliu\nDisallow: /b\n";
        assert!(may(file, "/c") && !may(file, "/a/x") && !may(file, "/b"));
        assert!(!may("User-agent: *\r\nDisallow: /private\r\n", "/private/x"));
        assert!(may("User-agent: heliusbot\nDisallow: /\n", "/"));
        assert!(may("User-agent: *\nDisallow:\n", "/a") && may("", "/a") && may("Disallow: /\n", "/a"));
        assert!(may("User-agent: heliu\nAllow: /\nUser-agent: *\nDisallow: /", "/a"));
        assert!(may("\u{0}\u{1}<html>:no:robots</html>", "/a"));
    }

    #[test]
    fn the_longest_rule_decides() {
        let file = "User-agent: *\nDisallow: /help\nAllow: /help/open\nDisallow: /*.pdf$\nDisallow: /same\nAllow: /same\nDisallow: /q?*id=\n";
        assert!(!may(file, "/help/x") && may(file, "/help/open/x"));
        assert!(!may(file, "/a/b.pdf") && may(file, "/a/b.pdf?x") && may(file, "/a.pdfx"));
        assert!(may(file, "/same"), "of two alike the one that allows");
        assert!(!may(file, "/q?a=1&id=2") && may(file, "/q?a=1"));
    }

    #[test]
    fn ways_of_writing_are_one() {
        assert!(!may("User-agent: *\nDisallow: /退货\n", "/退货/a"));
        assert!(!may("User-agent: *\nDisallow: /%e9%80%80\n", "/退"));
        assert!(!may("User-agent: *\nDisallow: /%7Eme\n", "/~me"));
        assert!(may("User-agent: *\nDisallow: /a%2Fb\n", "/a/b"), "an escaped stroke is another one");
    }

    #[test]
    fn no_file_takes_long() {
        let many = format!("User-agent: *\n{}", format!("Disallow: /{}b$\n", "a*".repeat(500)).repeat(2_000));
        assert!(may(&many, &format!("/{}", "a".repeat(5_000))));
    }
}

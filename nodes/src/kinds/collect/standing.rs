//! Whether a value that somebody else read out of the customer's words stands in them, as far as its kind lets one tell.

use serde_json::Value;

use super::DetailKind;

/// How a customer says `@` and `.`.
const SPELLED: [&str; 6] = ["艾特", "小老鼠", " at ", " dot ", "点", "點"];
/// A value may be put together from so many places.
const MAX_PIECES: usize = 4;
/// A piece is at least so long; shorter ones stand anywhere.
const LEAST_PIECE: usize = 2;

/// Does the value stand in the words? What is worked out (a date from “next Friday”, a number from “a dozen”, yes from
/// “sort of”) or belongs to a list is not looked for.
pub(super) fn stands_in(kind: DetailKind, value: &Value, words: &str) -> bool {
    let value = expr::as_text(value);
    match kind {
        DetailKind::Number
        | DetailKind::Date
        | DetailKind::Time
        | DetailKind::DateTime
        | DetailKind::Money
        | DetailKind::Quantity
        | DetailKind::Duration
        | DetailKind::YesNo => true,
        // What has digits is a code; the rest are entries of a dictionary.
        DetailKind::Own if !value.chars().any(|character| character.is_ascii_digit()) => true,
        DetailKind::Phone | DetailKind::IdNumber | DetailKind::BankCard => holds_pieces(&digits(words), &digits(&value)),
        DetailKind::OrderNumber | DetailKind::Plate | DetailKind::Url | DetailKind::Name | DetailKind::Own => {
            holds(&signs(words), &signs(&value))
        }
        DetailKind::Email => {
            let bare = SPELLED.iter().fold(words.to_lowercase(), |words, spelled| words.replace(spelled, ""));
            holds(&signs(words), &signs(&value)) || holds(&signs(&bare), &signs(&value))
        }
        DetailKind::Text | DetailKind::Address => holds_pieces(&signs(words), &signs(&value)),
    }
}

fn holds(words: &str, value: &str) -> bool {
    !value.is_empty() && words.contains(value)
}

/// Is the value made of pieces of the words, in their order?
fn holds_pieces(words: &str, value: &str) -> bool {
    let (mut words, mut value) = (words, value);
    let least = LEAST_PIECE.min(value.chars().count());
    for piece in 0..MAX_PIECES {
        if value.is_empty() {
            return piece > 0;
        }
        let ends = value.char_indices().map(|(at, character)| at + character.len_utf8());
        let ends: Vec<usize> = ends.skip(least - 1).collect();
        let longest = ends.iter().rev().find_map(|end| words.find(&value[..*end]).map(|at| (at + end, *end)));
        let Some((after, end)) = longest else { return false };
        (words, value) = (&words[after..], &value[end..]);
    }
    value.is_empty()
}

/// Digits alone, however they are written.
fn digits(text: &str) -> String {
    text.chars().map(sign).filter(char::is_ascii_digit).collect()
}

/// Letters and digits in half-width lower case, digits in figures, nothing between them.
fn signs(text: &str) -> String {
    text.chars().map(sign).filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn sign(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '零' | '〇' => '0',
        '一' | '幺' | '壹' => '1',
        '二' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_must_be_in_the_words_however_they_are_written() {
        use DetailKind::{Address, BankCard, Email, Name, OrderNumber, Own, Phone, Text};
        for (kind, value, words, expected) in [
            (OrderNumber, "A10442", "就是那个 Ａ 一零四四二", true),
            (OrderNumber, "A10443", "就是那个 A 一零四四二", false),
            (Phone, "13812345678", "前面是幺三八，最后四位 5678，中间……是 1234", false),
            (Phone, "13812345678", "是幺三八，然后 1234，最后四位是 5678", true),
            (Phone, "13812345679", "前面是一三八，后面是 1234 5678", false),
            (Phone, "13812345678", "我没有手机", false),
            (BankCard, "6222020200112230", "6222 0202 0011 2230", true),
            (Email, "zhang.san@example.com", "zhang dot san at example dot com", true),
            (Email, "zhang@evil.example", "zhang at example dot com", false),
            (Name, "欧阳小雨", "叫我欧阳小雨就行", true),
            (Name, "张伟", "叫我小张", false),
            (Address, "浦东新区张江路88号", "浦东新区那边，张江路，门牌是 88 号", true),
            (Address, "北京市朝阳区1号", "我在上海", false),
            (Text, "不喜欢", "因为颜色我不喜欢", true),
            (Text, "{{ secret }}", "随便", false),
            (Text, "", "随便", false),
            (Own, "Harbour", "那件海边的外套", true),
            (Own, "VIP1234", "我的会员号忘了", false),
        ] {
            assert_eq!(stands_in(kind, &value.into(), words), expected, "{kind:?} {value} in {words}");
        }
        assert!(stands_in(DetailKind::Date, &"2026-11-27".into(), "下周五"), "a date is worked out");
    }
}

//! What a message takes back of itself: "A10442, no, A10443" means the second, "不是背包，是鞋子" the shoes.

use std::collections::BTreeMap;

use jiff::Zoned;
use model::DetailKind;

use super::folded;
use super::plain::{each, is_stop, plain, strip_one_of};
use crate::details::details_of;

/// Between two values, these take the first one back: a slip.
const SLIPS: &str = "不是是, 哦不, 噢不, 喔不, 啊不, 呃不, 额不, 不不, 哦不对, 噢不对, 喔不对, 啊不对, 呃不对, 额不对, \
    不不对, 不对, 错了, 错的, 说错, 写错, 打错, 填错, 输错, 记错, 看错, 搞错, 弄错, 发错, 说错了, 写错了, \
    打错了, 填错了, 输错了, 记错了, 看错了, 搞错了, 弄错了, 发错了, 口误, 更正, no wait, no i mean, \
    no i meant, i mean, i meant, i meant to say, correction, scratch that, or rather, my mistake, my bad, \
    i made a mistake, thats wrong, that is wrong, that was wrong, is wrong, wrong, oops, typo";
/// Likewise: another mind.
const CHANGES: &str = "应该是, 改成, 改为, 改到, 改, 不行, 没空, 没时间, 不方便, 来不了, 算了, 有误, make that, make it, \
    should be, should have been, change it to, changed to, actually, doesnt work, does not work, wont work";
/// So do these, where a pause or nothing else stands around them.
const WEAK: &str = "不, 不是, 抱歉, 不好意思, 对不起, no, nope, sorry, sorry no, wait, rather";
/// Those of them that excuse; they need no pause.
const EXCUSES: &str = "抱歉, 不好意思, 对不起, sorry, wait, rather";
/// What people say while they think, and what leads to the right value.
const FILLERS: &str = "哦, 噢, 喔, 啊, 呃, 额, 嗯, 唔, 呀, 哎, 哎呀, 那, 就, 我, 刚才, 刚刚, 好像, 是, 吧, 了, 的, 呢, 嘛, 它, \
    这个, 那个, 等等, 等一下, 请, 订单号, 单号, 号码, oh, uh, um, er, hm, hmm, well, ah, i think, it, its, \
    is, that, this, the, my, a, an, to, be, please, then, ok, on, so";
/// Right before a value: it is not that one.
const DENIES: &str = "不是, 并非, 而非, 不再是, not, isnt, wasnt, arent";
/// Before a value that stands beside another one: the other is wanted.
const REFUSES: &str = "不要, 不想要, 不用, 不选, instead of, rather than, dont want, do not want, no longer want";
/// What may stand between such a word and the value.
const BETWEEN: &str = "那个, 这个, 我的, 订单号, 订单, 单号, 号码, 手机号, 电话, 商品, 日期, 在, the, my, order, number, for, \
    on, at, an, a, that, this, phone, it, no, is";
/// So much may be said between what takes a value back and the right one: characters of Chinese, halves of words.
const MOST_BETWEEN: usize = 12;

/// Which of the values of one kind, given by where they stand in bytes, in reading order, the message still means.
pub fn meant(text: &str, places: &[(usize, usize)]) -> Vec<bool> {
    let text = plain(text);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut meant = vec![true; places.len()];
    let mut refused = Vec::new();
    for (n, &(start, end)) in places.iter().enumerate() {
        let last = n.checked_sub(1).map_or(0, |n| places[n].1);
        let after = part(end, text.len());
        match denial(part(last, start), after) {
            Some(true) => meant[n] = false,
            Some(false) => refused.push(n),
            None => {}
        }
        if let Some(&(next, next_end)) = places.get(n + 1)
            && takes_back(part(end, next), part(next_end, text.len()))
        {
            meant[n] = false;
        }
    }
    if meant.iter().enumerate().any(|(n, meant)| *meant && !refused.contains(&n)) {
        refused.into_iter().for_each(|n| meant[n] = false);
    }
    meant
}

/// The message with blanks for the values of these kinds that it takes back itself; every other word at its place.
pub fn without_taken_back(text: &str, now: &Zoned, kinds: &[DetailKind]) -> String {
    let mut places: BTreeMap<DetailKind, Vec<(usize, usize)>> = BTreeMap::new();
    for detail in details_of(text, now, kinds).into_iter().filter(|detail| kinds.contains(&detail.kind)) {
        places.entry(detail.kind).or_default().push((detail.start, detail.end));
    }
    let mut left = text.to_owned();
    for places in places.values() {
        for ((start, end), _) in places.iter().zip(meant(text, places)).filter(|(_, meant)| !meant) {
            left.replace_range(*start..*end, &" ".repeat(end - start));
        }
    }
    left
}

/// What stands behind words that take back what stands before them: "Li Lei, no, Han Mei".
pub fn put_right(text: &str) -> Option<&str> {
    let plain = plain(text);
    let pieces = pieces(&plain);
    let (at, behind) = pieces.iter().enumerate().skip(1).rev().find_map(|(n, (start, piece))| {
        let (mark, rest) = mark_of(piece)?;
        let is_last = n + 1 == pieces.len();
        let stands_alone = without_fillers(rest).is_empty();
        let end = start + piece.len();
        // "12 Garden Road, sorry, 14 Garden Road" excuses a slip, "12 Garden Road, sorry, I am late" the customer.
        let is_alike = || has_digit(&plain[..*start]) && has_digit(&plain[end..]);
        let is_slip = is_in(SLIPS, mark) || (is_in(WEAK, mark) && (!is_in(EXCUSES, mark) || is_alike()));
        let is_one = if is_last { !stands_alone && is_in(SLIPS, mark) } else { stands_alone && is_slip };
        is_one.then(|| if is_last { (end - rest.len(), *start) } else { (end, *start) })
    })?;
    let is_mark = |c: char| is_stop(c) || c.is_whitespace() || matches!(c, ':' | '：');
    let right = text.get(at..)?.trim_matches(is_mark);
    let lead = plain.get(at..).map(|rest| rest.trim_start_matches(is_mark)).map(|rest| (rest.len(), lead(rest).len()));
    let right = lead.and_then(|(all, left)| right.get(all - left..)).unwrap_or(right).trim_matches(is_mark);
    let has_before = text.get(..behind).is_some_and(|before| before.chars().any(char::is_alphanumeric));
    (has_before && right.chars().any(char::is_alphanumeric)).then_some(right)
}

/// Is the value behind these words denied (`true`), or only not wanted?
fn denial(before: &str, after: &str) -> Option<bool> {
    const ASKS: [char; 4] = ['吗', '么', '嘛', '?'];
    let clause = before.rsplit(is_stop).next().unwrap_or_default();
    let asks = after.trim_start().starts_with(ASKS);
    let said = folded(clause);
    let mut said = said.as_str();
    loop {
        let ends = |words: &str| each(words).find(|word| ends_with(said, word)).map(str::len);
        if !asks && let Some(len) = ends(DENIES) {
            // "是不是 A10442" asks.
            return (!said[..said.len() - len].ends_with('是')).then_some(true);
        }
        if let Some(len) = ends(REFUSES) {
            return (!said[..said.len() - len].ends_with('要')).then_some(false);
        }
        said = said[..said.len() - ends(BETWEEN)?].trim_end();
    }
}

fn is_in(words: &str, word: &str) -> bool {
    each(words).any(|known| known == word)
}

fn has_digit(words: &str) -> bool {
    words.bytes().any(|byte| byte.is_ascii_digit())
}

fn ends_with(said: &str, word: &str) -> bool {
    let Some(before) = said.strip_suffix(word) else { return false };
    !word.is_ascii() || !before.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Do the words between two values take the first one back?
fn takes_back(gap: &str, after: &str) -> bool {
    const LONGEST: usize = 60;
    const IF: &str = "就, 的话, 则, then";
    const TOO: &str = "也, 都, too, as well, also, both";
    const AND: &str = "和, 还有, 以及, 也, and, also, or";
    if gap.chars().nth(LONGEST).is_some() || strip_one_of(after, TOO).is_some() {
        return false;
    }
    let pieces = pieces(gap);
    pieces.iter().enumerate().any(|(n, (start, piece))| {
        let Some((mark, rest)) = mark_of(piece) else { return false };
        // "13800138000 不行就打 13900139000" keeps the first.
        if strip_one_of(rest, IF).is_some() {
            return false;
        }
        let rest = without_fillers(rest);
        let behind = gap[start + piece.len()..].split(is_stop);
        let n_between: usize = std::iter::once(rest).chain(behind).map(length).sum();
        let joins = std::iter::once(rest).chain(gap[start + piece.len()..].split(is_stop));
        if n_between > MOST_BETWEEN || joins.into_iter().any(|words| strip_one_of(words, AND).is_some()) {
            return false;
        }
        let is_last = n + 1 == pieces.len();
        if !is_in(WEAK, mark) {
            return rest.is_empty() || is_last;
        }
        // "A10443，不是A10442" denies the second.
        let denies_next = is_last && mark == "不是";
        rest.is_empty() && !denies_next && (pieces.len() > 1 || is_in(EXCUSES, mark))
    })
}

/// The parts between pauses, and where they begin.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = vec![(0, "")];
    let mut start = 0;
    for (at, stop) in text.char_indices().filter(|(_, c)| is_stop(*c)) {
        pieces.push((start, &text[start..at]));
        start = at + stop.len_utf8();
    }
    pieces.push((start, &text[start..]));
    pieces.remove(0);
    pieces
}

/// The words that take something back at the beginning of a part, and what is left behind them.
fn mark_of(piece: &str) -> Option<(&'static str, &str)> {
    let mut said = piece;
    loop {
        let found = [SLIPS, CHANGES, WEAK].into_iter().filter_map(|marks| strip_one_of(said, marks));
        let found = found.max_by_key(|(word, _)| word.len());
        if found.is_some() {
            return found;
        }
        said = strip_one_of(said, FILLERS)?.1;
    }
}

fn without_fillers(said: &str) -> &str {
    let mut rest = said.trim();
    while let Some((_, shorter)) = strip_one_of(rest, FILLERS) {
        rest = shorter.trim();
    }
    rest
}

/// Without what leads to a value.
fn lead(said: &str) -> &str {
    const LEADS: &str = "应该是, 应该, 是, 叫, 我是, 我叫, its, it is, it should be, i am, rather";
    let mut rest = said.trim_start();
    while let Some((_, shorter)) = strip_one_of(rest, LEADS).filter(|(_, shorter)| !shorter.trim().is_empty()) {
        rest = shorter.trim_start();
    }
    rest
}

/// Characters of Chinese; a Latin word counts as two.
fn length(words: &str) -> usize {
    let folded = folded(words);
    let latin = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).count();
    2 * latin + folded.chars().filter(|c| !c.is_ascii()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str, kind: DetailKind) -> Vec<String> {
        let now: Zoned = "2026-11-20T10:00+08:00[Asia/Shanghai]".parse().expect("a time");
        let left = without_taken_back(text, &now, &[kind]);
        details_of(&left, &now, &[kind]).into_iter().filter(|it| it.kind == kind).map(|it| expr(&it.value)).collect()
    }

    fn expr(value: &serde_json::Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    #[test]
    fn the_value_that_is_put_right_counts() {
        for text in [
            "订单号不是A10442，是A10443",
            "不是订单A10442，是A10443",
            "not A10442 but A10443, please",
            "it's not A10442, it's A10443",
            "A10442，不对是A10443",
            "A10442，哦不，订单号应该是A10443",
            "A10442, sorry, A10443",
            "A10442 sorry A10443",
            "A10442... no wait, A10443",
            "A10442, I mean A10443",
            "A10442 错了，是 A10443",
            "A10442，說錯了，A10443",
            "A10443, not A10442",
            "A10443，不是A10442",
            "A10442 is wrong, it should be A10443",
            "A10442，不好意思，是A10443",
            "把A10442改成A10443",
            "A10442呀不是是A10443",
            "oops A10442 — that's wrong: A10443",
        ] {
            assert_eq!(left(text, DetailKind::OrderNumber), ["A10443"], "{text}");
        }
        for text in [
            "明天，哦不后天",
            "明天不行，后天吧",
            "明天，不，后天",
            "明天没空，那就后天吧",
            "不要明天，要后天",
            "tomorrow, no, 2026-11-22",
            "tomorrow doesn't work, make it 2026-11-22",
            "2026-11-22 instead of tomorrow",
        ] {
            assert_eq!(left(text, DetailKind::Date), ["2026-11-22"], "{text}");
        }
    }

    #[test]
    fn several_values_that_are_all_meant_stay() {
        for text in [
            "A10442 和 A10443",
            "A10442，A10443",
            "订单 A10442 的货不对，A10443 也没到",
            "A10442 错了，A10443 也错了",
            "A10442 has not arrived and A10443 neither",
            "A10442, no problem with that one but A10443 is late",
            "不是说A10442吗，A10443呢",
            "是不是A10442，A10443",
        ] {
            assert_eq!(left(text, DetailKind::OrderNumber), ["A10442", "A10443"], "{text}");
        }
        for text in ["我不要A10442了", "A10442不对", "是不是A10442", "不是A10442吗", "I do not want A10442 any more"]
        {
            assert_eq!(left(text, DetailKind::OrderNumber), ["A10442"], "{text}");
        }
        for text in ["明天还是后天", "明天到后天", "明天不下雨后天下雨"] {
            assert_eq!(left(text, DetailKind::Date), ["2026-11-21", "2026-11-22"], "{text}");
        }
        assert_eq!(left("不是A10442", DetailKind::OrderNumber), Vec::<String>::new());
    }

    #[test]
    fn words_of_any_kind_are_put_right() {
        for (text, right) in [
            ("李雷，不对，韩梅", Some("韩梅")),
            ("李雷，哦不对是韩梅", Some("韩梅")),
            ("李雷，不，是韩梅", Some("韩梅")),
            ("12 Garden Road, sorry, 14 Garden Road", Some("14 Garden Road")),
            ("Ann Smith - no wait, it's Anna Smith", None),
            ("Ann Smith, no wait, it's Anna Smith", Some("Anna Smith")),
            ("不对，是韩梅", None),
            ("李雷", None),
            ("送到12号，不要打电话", None),
            ("尺码太大，颜色不对", None),
            ("北京路5号，改天再送", None),
            ("北京路5号，抱歉，请快一点", None),
        ] {
            assert_eq!(put_right(text), right, "{text}");
        }
    }

    #[test]
    fn places_outside_of_the_text_harm_nothing() {
        assert_eq!(meant("短", &[(7, 9), (1, 2)]), [true, true]);
    }
}

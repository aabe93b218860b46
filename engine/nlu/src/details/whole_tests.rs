//! What is said is read whole, or not at all: times, lengths of time, days that do not exist, phones, quantities.

use super::*;
use serde_json::json;

/// A Sunday.
fn now() -> Zoned {
    "2026-11-22T10:00+08:00[Asia/Shanghai]".parse().expect("a constant time")
}

#[track_caller]
fn check(kind: DetailKind, text: &str, expected: &str) {
    let found = first(kind, text, &now()).unwrap_or_default();
    assert_eq!(found.as_str().unwrap_or_default(), expected, "{text}");
}

#[track_caller]
fn check_all(kind: DetailKind, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = first(kind, text, &now()).unwrap_or_default();
            let found = found.as_str().unwrap_or_default();
            (found != *expected).then(|| format!("{text}: {found:?} for {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn chinese_times_with_a_colon() {
    check_all(
        DetailKind::Time,
        &[
            ("下午3:30", "15:30"),
            ("明天下午3:30", "15:30"),
            ("今晚8:15", "20:15"),
            ("今晚8点", "20:00"),
            ("明天早上9:05到", "09:05"),
            ("改到15:30吧", "15:30"),
            ("中午12：30", "12:30"),
            ("凌晨12:10", "00:10"),
            ("晚上11:45之前", "23:45"),
            ("下午的3:30", "15:30"),
            ("比例1:30", ""),
            ("按1:10兑水", ""),
            ("12:345", ""),
            ("1.2:30", ""),
            ("A3:30", ""),
        ],
    );
    check_all(
        DetailKind::DateTime,
        &[
            ("明天下午3:30", "2026-11-23T15:30"),
            ("2026年12月3日下午3:30", "2026-12-03T15:30"),
            ("今晚8:15", "2026-11-22T20:15"),
            ("下周五15:00", "2026-11-27T15:00"),
        ],
    );
}

#[test]
fn chinese_times_that_lack_or_pass_minutes() {
    check_all(
        DetailKind::Time,
        &[
            ("差十分三点", "02:50"),
            ("下午差十分三点", "14:50"),
            ("差五分钟下午三点", "14:55"),
            ("差一刻五点", "04:45"),
            ("晚上八点差一刻", "19:45"),
            ("三点差五分", "02:55"),
            ("差5分8点", "07:55"),
            ("差十分钟到三点", "02:50"),
            ("三点过五分", "03:05"),
            ("下午三点过一刻", "15:15"),
            ("差不多三点", "03:00"),
            ("九点欠五分", "08:55"),
            ("周二十点", "10:00"),
            ("周三三点半", "03:30"),
            ("差几分三点", ""),
            ("还差一会儿三点", ""),
            ("三点差几分", ""),
            ("第三点我不同意", ""),
            ("以下三点", ""),
            ("一百三十点", ""),
            ("10.3点", ""),
        ],
    );
}

#[test]
fn midnight_and_after_is_the_next_day() {
    check_all(
        DetailKind::DateTime,
        &[
            ("今晚12点", "2026-11-23T00:00"),
            ("今晚两点", "2026-11-23T02:00"),
            ("明天晚上十二点半", "2026-11-24T00:30"),
            ("明天凌晨两点", "2026-11-23T02:00"),
            ("明天24:00", "2026-11-24T00:00"),
            ("tonight at 12", "2026-11-23T00:00"),
            ("tonight at midnight", "2026-11-23T00:00"),
            ("明天中午十二点", "2026-11-23T12:00"),
            ("今晚差五分十二点", "2026-11-22T23:55"),
        ],
    );
}

#[test]
fn english_times_in_words() {
    check_all(
        DetailKind::Time,
        &[
            ("tonight at 8", "20:00"),
            ("8 tonight", "20:00"),
            ("at 8:15 tonight", "20:15"),
            ("this evening at seven", "19:00"),
            ("tomorrow afternoon at 3", "15:00"),
            ("3:30 in the afternoon", "15:30"),
            ("half past three", "03:30"),
            ("half past 3 in the afternoon", "15:30"),
            ("quarter to five", "04:45"),
            ("a quarter past six pm", "18:15"),
            ("ten past two", "02:10"),
            ("at twenty to four", "03:40"),
            ("ten minutes to five", "04:50"),
            ("quarter to one", "12:45"),
            ("five o'clock", "05:00"),
            ("five o’clock in the evening", "17:00"),
            ("10 o'clock", "10:00"),
            ("three pm", "15:00"),
            ("nine thirty am", "09:30"),
            ("tomorrow at half past nine", "09:30"),
            ("tomorrow at 8", "08:00"),
            ("at nine thirty on Friday", "09:30"),
            ("at half three", "03:30"),
            ("12 at night", "00:00"),
            ("tonight at half past eleven", "23:30"),
            ("ten to six in the evening", "17:50"),
            ("half past midnight", "00:30"),
            ("ten minutes to midnight", "23:50"),
            ("quarter past noon", "12:15"),
            // None of these is a time.
            ("a table for 8 tonight", ""),
            ("I need 2 tonight", ""),
            ("five to ten people", ""),
            ("it works at 8 volts", ""),
            ("tomorrow at 8 Main Street", ""),
            ("tonight at 8%", ""),
            ("tomorrow at 8.5", ""),
            ("5 amps", ""),
            ("half the price", ""),
            ("quarter to quarter", ""),
            ("I have two", ""),
            ("3 past orders", ""),
            ("one after two", ""),
        ],
    );
    check_all(
        DetailKind::DateTime,
        &[
            ("tonight at 8", "2026-11-22T20:00"),
            ("tomorrow at half past nine", "2026-11-23T09:30"),
            ("tomorrow afternoon at 3", "2026-11-23T15:00"),
            ("Friday at quarter to five pm", "2026-11-27T16:45"),
            ("five o'clock tomorrow", "2026-11-23T05:00"),
            ("tomorrow morning around ten", "2026-11-23T10:00"),
        ],
    );
}

#[test]
fn moments_from_now_are_read_whole() {
    check_all(
        DetailKind::DateTime,
        &[
            ("一个半小时后", "2026-11-22T11:30"),
            ("两个半小时后", "2026-11-22T12:30"),
            ("1个半小时后", "2026-11-22T11:30"),
            ("1.5小时后", "2026-11-22T11:30"),
            ("一点五小时后", "2026-11-22T11:30"),
            ("半个小时之后", "2026-11-22T10:30"),
            ("一小时二十分钟后", "2026-11-22T11:20"),
            ("两小时半后", "2026-11-22T12:30"),
            ("三刻钟后", "2026-11-22T10:45"),
            ("一百二十分钟后", "2026-11-22T12:00"),
            ("再过一个半小时", "2026-11-22T11:30"),
            ("三天两小时后", "2026-11-25T12:00"),
            ("個半小時後", "2026-11-22T11:30"),
            ("多個半小時後", ""),
            ("一個半小時後", "2026-11-22T11:30"),
            ("in an hour and a half", "2026-11-22T11:30"),
            ("in one and a half hours", "2026-11-22T11:30"),
            ("in two and a half hours", "2026-11-22T12:30"),
            ("in half an hour", "2026-11-22T10:30"),
            ("in 1.5 hours", "2026-11-22T11:30"),
            ("in an hour and 20 minutes", "2026-11-22T11:20"),
            ("in about 2 hours 30 minutes", "2026-11-22T12:30"),
            ("in 1h30", "2026-11-22T11:30"),
            ("an hour and a half from now", "2026-11-22T11:30"),
            ("in three quarters of an hour", "2026-11-22T10:45"),
            ("in a hundred and twenty minutes", "2026-11-22T12:00"),
            // About so long is no moment.
            ("两三个小时后", ""),
            ("一两个小时后", ""),
            ("两个多小时后", ""),
            ("十几分钟后", ""),
            ("三四十分钟后", ""),
            ("in an hour or two", ""),
            ("in 2-3 hours", ""),
            ("过了两个小时", ""),
            ("超过两个小时", ""),
        ],
    );
}

#[test]
fn days_that_do_not_exist_are_not_read_in_part() {
    check_all(
        DetailKind::Date,
        &[
            ("2月30号", ""),
            ("二月三十号", ""),
            ("2026年2月30号", ""),
            ("4月31号", ""),
            ("13月5号", ""),
            ("下个月31号", "2026-12-31"),
            ("这个月31号", ""),
            ("February the 30th", ""),
            ("the 30th of February", ""),
            ("31 June", ""),
            ("2/30", ""),
            ("2月28号", "2027-02-28"),
            ("25年12月3号", "2025-12-03"),
            ("30号", "2026-11-30"),
            ("下下个月5号", "2027-01-05"),
            ("明年的12月3号", "2027-12-03"),
            ("the 15th of next month", "2026-12-15"),
            ("next month on the 25th", "2026-12-25"),
            ("一年半后", "2028-05-22"),
            ("两三天后", ""),
            ("三五天后", ""),
            ("1.5年后", ""),
            ("twenty one days ago", ""),
            ("in a week or two", ""),
            ("以后天天都要", ""),
            ("今后天气", ""),
            ("明后天", ""),
            ("24/7 support", ""),
            ("7/24 到", "2027-07-24"),
        ],
    );
    check(DetailKind::DateTime, "2月30号下午3点", "");
}

#[test]
fn spans_leave_single_days_alone() {
    for text in ["下个月十五号", "下个月15号", "the 15th of next month", "下周五"] {
        let found = details_of(text, &now(), &DetailKind::ALL);
        assert_eq!(found.iter().map(|it| it.kind).collect::<Vec<_>>(), [DetailKind::Date], "{text}");
    }
    for (text, from, to) in [
        ("1月1号到3号", "2027-01-01", "2027-01-03"),
        ("12月20号-25号", "2026-12-20", "2026-12-25"),
        ("28号到3号", "2026-11-28", "2026-12-03"),
    ] {
        assert_eq!(first(DetailKind::DateSpan, text, &now()), Some(json!({ "from": from, "to": to })), "{text}");
    }
    let found = first(DetailKind::DateSpan, "下周末", &now());
    assert_eq!(found, Some(json!({ "from": "2026-11-28", "to": "2026-11-29" })));
}

#[test]
fn durations_are_read_whole() {
    let minutes = |text: &str| first(DetailKind::Duration, text, &now()).map(|value| value["minutes"].clone());
    for (text, expected) in [
        ("一年半", json!(788_400)),
        ("两小时三十分钟", json!(150)),
        ("一个半月", json!(64_800)),
        ("一天半", json!(2_160)),
        ("2小时30分", json!(150)),
        ("一分半钟", json!(2)),
        ("an hour and a half", json!(90)),
        ("1 hour 30 minutes", json!(90)),
        ("two and a half days", json!(3_600)),
        ("one hundred and twenty minutes", json!(120)),
        ("half a year", json!(262_800)),
    ] {
        assert_eq!(minutes(text), Some(expected), "{text}");
    }
    for text in [
        "2026年",
        "二〇二六年",
        "26年3月",
        "两三天",
        "3-5天",
        "2 to 3 hours",
        "上半年",
        "等了半天",
        "三年级",
        "ah",
        "十分感谢",
        "5 m",
        "差两分钟九点",
        "ten minutes to five",
    ] {
        assert_eq!(minutes(text), None, "{text}");
    }
}

#[test]
fn quantities_and_money_with_more_behind_the_unit() {
    let quantity = |text: &str| {
        first(DetailKind::Quantity, text, &now()).map(|value| (value["amount"].clone(), value["unit"].clone()))
    };
    for (text, amount, unit) in [
        ("五斤半", json!(5.5), "斤"),
        ("5斤半", json!(5.5), "斤"),
        ("两斤三两", json!(2.3), "斤"),
        ("半斤", json!(0.5), "斤"),
        ("一米八", json!(1.8), "m"),
        ("1米75", json!(1.75), "m"),
        ("三箱半", json!(3.5), "箱"),
        ("十来个", json!(10), "个"),
        ("三十多斤", json!(30), "斤"),
        ("2双半价的", json!(2), "双"),
    ] {
        assert_eq!(quantity(text), Some((amount, json!(unit))), "{text}");
    }
    for text in ["两三个", "几十个", "十几箱", "一个多月"] {
        assert_eq!(quantity(text), None, "{text}");
    }
    let amount = |text: &str| first(DetailKind::Money, text, &now()).map(|value| value["amount"].clone());
    for (text, expected) in
        [("百来块", json!(100)), ("一百多块", json!(100)), ("千把块", json!(1000)), ("五十来块钱", json!(50))]
    {
        assert_eq!(amount(text), Some(expected), "{text}");
    }
    assert_eq!((amount("三四十块"), amount("几百块")), (None, None));
}

#[test]
fn phones_as_they_are_spoken_and_spaced() {
    for (text, expected) in [
        ("一三八零零一三八零零零", Some("13800138000")),
        ("幺三八 零零幺三 八零零零", Some("13800138000")),
        ("電話是一三八一二三四五六七八", Some("13812345678")),
        ("四零零八二零八八二零", Some("4008208820")),
        ("(021) 6234 5678", Some("02162345678")),
        ("021-6234-5678", Some("02162345678")),
        ("020 7946 0958", Some("02079460958")),
        ("0161 496 0000", Some("01614960000")),
        ("01632 960 001", Some("01632960001")),
        ("一二三四五六七八九", None),
        ("二〇二六年十一月二十五日", None),
        ("一三八零零一三八零零零一二", None),
    ] {
        assert_eq!(phone(text).as_deref(), expected, "{text}");
        assert_eq!(first(DetailKind::Phone, text, &now()), expected.map(Value::from), "{text}");
    }
    assert_eq!(number("一三八一二三四五六七八"), Some(13_812_345_678.0));
}

#[test]
fn no_stands_for_number_too() {
    for text in ["order no. 10443-B", "my order no is A10443", "No. 10443", "tracking no: 12345"] {
        assert_eq!(yes_no(text), None, "{text}");
    }
    assert_eq!(order_number("order no. 10443-B").as_deref(), Some("10443-B"));
    assert_eq!(yes_no("no, order 10443"), Some(false));
    assert_eq!(yes_no("No."), Some(false));
}

#[test]
fn traditional_characters_are_read_like_simplified_ones() {
    check(DetailKind::Plate, "車牌粵B88888", "粤B88888");
    check(DetailKind::Date, "後天", "2026-11-24");
    check(DetailKind::Time, "下午兩點過一刻", "14:15");
}

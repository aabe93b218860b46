//! The kinds that are looked for when somebody asks for them, in sentences as customers write them; and any text.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// A Sunday.
fn now() -> Zoned {
    "2026-11-22T18:00+08:00[Asia/Shanghai]".parse().expect("a constant time")
}

#[track_caller]
fn check(kind: DetailKind, text: &str, expected: Value) {
    let found = first(kind, text, &now()).unwrap_or(Value::Null);
    assert_eq!(found, expected, "{text}");
}

#[test]
fn numerals_of_every_form() {
    for (text, expected) in [
        ("三百五十", json!(350)),
        ("一万二", json!(12_000)),
        ("二〇二六", json!(2026)),
        ("壹仟贰佰叁拾肆", json!(1234)),
        ("1.5万", json!(15_000)),
        ("3k", json!(3_000)),
        ("兩萬五千", json!(25_000)),
        ("卅", json!(30)),
    ] {
        check(DetailKind::Number, text, expected);
    }
}

#[test]
fn money_in_words_and_signs() {
    let money = |amount: f64, currency: &str| json!({ "amount": numbers::to_value(amount), "currency": currency });
    for (text, expected) in [
        ("三块五毛二", money(3.52, "CNY")),
        ("五毛", money(0.5, "CNY")),
        ("120元5角", money(120.5, "CNY")),
        ("120元5个", money(120.0, "CNY")),
        ("1.5万元", money(15_000.0, "CNY")),
        ("CNY 88", money(88.0, "CNY")),
        ("€1,234.56", money(1_234.56, "EUR")),
        ("两千日元", money(2_000.0, "JPY")),
        ("50 sgd", money(50.0, "SGD")),
        ("3 cents", money(0.03, "USD")),
    ] {
        check(DetailKind::Money, text, expected);
    }
}

#[test]
fn days_that_have_a_name() {
    for (text, expected) in [
        ("年底前", "2026-12-31"),
        ("明年年底", "2027-12-31"),
        ("end of next month", "2026-12-31"),
        ("the 5th", "2026-12-05"),
        ("this weekend", "2026-11-21"),
        ("next weekend", "2026-11-28"),
        ("春节前发", "2027-02-06"),
        ("除夕", "2027-02-05"),
        ("明年中秋节", "2027-09-15"),
        ("国庆节", "2026-10-01"),
        ("3/4", "2027-03-04"),
        ("13/4", "2027-04-13"),
        ("in 3 days", "2026-11-25"),
        ("周五买的", "2026-11-20"),
        ("bought it on Friday", "2026-11-20"),
        ("周五送到", "2026-11-27"),
    ] {
        check(DetailKind::Date, text, json!(expected));
    }
}

#[test]
fn moments_and_spans() {
    for (text, expected) in [
        ("明天下午三点", "2026-11-23T15:00"),
        ("下周五两点半", "2026-11-27T02:30"),
        ("tomorrow at 3pm", "2026-11-23T15:00"),
        ("3:30 pm on Nov 25", "2026-11-25T15:30"),
        ("两小时后", "2026-11-22T20:00"),
        ("半小时后", "2026-11-22T18:30"),
        ("in 90 minutes", "2026-11-22T19:30"),
    ] {
        check(DetailKind::DateTime, text, json!(expected));
    }
    let span = |from: &str, to: &str| json!({ "from": from, "to": to });
    for (text, expected) in [
        ("周一到周三", span("2026-11-23", "2026-11-25")),
        ("11月25日至27日", span("2026-11-25", "2026-11-27")),
        ("from Monday to Wednesday", span("2026-11-23", "2026-11-25")),
        ("下周都行", span("2026-11-23", "2026-11-29")),
        ("next month", span("2026-12-01", "2026-12-31")),
        ("周五到周一", span("2026-11-27", "2026-11-30")),
        ("下周五", Value::Null),
    ] {
        check(DetailKind::DateSpan, text, expected);
    }
}

#[test]
fn durations_and_quantities() {
    let duration = |amount: f64, unit: &str, minutes: i64| json!({ "amount": numbers::to_value(amount), "unit": unit, "minutes": minutes });
    for (text, expected) in [
        ("两个小时", duration(2.0, "hour", 120)),
        ("90 minutes", duration(90.0, "minute", 90)),
        ("一个半小时", duration(1.5, "hour", 90)),
        ("半小时", duration(0.5, "hour", 30)),
        ("三天", duration(3.0, "day", 4_320)),
        ("2 weeks", duration(2.0, "week", 20_160)),
        ("三天后", Value::Null),
        ("三年级", Value::Null),
    ] {
        check(DetailKind::Duration, text, expected);
    }
    let quantity = |amount: f64, unit: &str| json!({ "amount": numbers::to_value(amount), "unit": unit });
    for (text, expected) in [
        ("2 斤", quantity(2.0, "斤")),
        ("三箱牛奶", quantity(3.0, "箱")),
        ("5 kg", quantity(5.0, "kg")),
        ("要两公斤", quantity(2.0, "kg")),
        ("three boxes", quantity(3.0, "box")),
        ("4 people", quantity(4.0, "person")),
        ("两个小时", Value::Null),
    ] {
        check(DetailKind::Quantity, text, expected);
    }
}

#[test]
fn numbers_with_check_digits() {
    check(DetailKind::IdNumber, "身份证11010519491231002X", json!("11010519491231002X"));
    check(DetailKind::IdNumber, "身份证 １１０１０５１９４９１２３１００２ｘ。", json!("11010519491231002X"));
    check(DetailKind::IdNumber, "110105194912310021", Value::Null);
    check(DetailKind::IdNumber, "110105194913310029", Value::Null);
    check(DetailKind::BankCard, "卡号 6222 0212 3456 7890", Value::Null);
    check(DetailKind::BankCard, "card 4111-1111-1111-1111", json!("4111111111111111"));
    check(DetailKind::BankCard, "4111111111111112", Value::Null);
}

#[test]
fn plates_names_links() {
    for (text, expected) in [
        ("车牌沪A12345", json!("沪A12345")),
        ("粤B·D12345", json!("粤BD12345")),
        ("京ad12345 要过户", json!("京AD12345")),
        ("滬Ａ１２３４５", json!("沪A12345")),
        ("在京东买的", Value::Null),
    ] {
        check(DetailKind::Plate, text, expected);
    }
    for (text, expected) in [
        ("我叫张三", json!("张三")),
        ("我叫张三电话是13800138000", json!("张三")),
        ("你好，我是欧阳娜娜，想退货", json!("欧阳娜娜")),
        ("我是客户", Value::Null),
        ("My name is John Smith and I need help", json!("John Smith")),
        ("my name's Li Lei.", json!("Li Lei")),
    ] {
        check(DetailKind::Name, text, expected);
    }
    check(DetailKind::Url, "看 https://Example.com/a?b=1。", json!("https://Example.com/a?b=1"));
    check(DetailKind::Url, "没有网址 http://", Value::Null);
}

#[test]
fn addresses_in_parts() {
    let parts = |text: &str| first(DetailKind::Address, text, &now()).unwrap_or(Value::Null);
    let found = parts("请送到上海市浦东新区世纪大道100号8号楼602室，谢谢");
    assert_eq!(found["province"], "上海市", "{found}");
    assert_eq!((&found["district"], &found["street"]), (&json!("浦东新区"), &json!("世纪大道")));
    assert_eq!((&found["number"], &found["detail"]), (&json!("100号"), &json!("8号楼602室")));
    assert_eq!(found["full"], "上海市浦东新区世纪大道100号8号楼602室");

    let found = parts("我住在浙江省杭州市西湖区文三路5号");
    assert_eq!(
        (&found["province"], &found["city"], &found["district"]),
        (&json!("浙江省"), &json!("杭州市"), &json!("西湖区"))
    );
    let found = parts("地址改成中山路12号3栋");
    assert_eq!((&found["street"], &found["number"]), (&json!("中山路"), &json!("12号")));
    let found = parts("ship it to 221B Baker Street, Apt 4, please");
    assert_eq!((&found["number"], &found["full"]), (&json!("221b"), &json!("221B Baker Street, Apt 4")));
    assert_eq!(parts("上海的天气怎么样"), Value::Null);
}

#[test]
fn a_wanted_kind_takes_its_words_before_a_common_one() {
    let text = "我叫李雷，身份证11010519491231002X，明天下午3点送两箱到上海市徐汇区漕溪路8号，电话13800138000";

    let found = details_of(text, &now(), &DetailKind::ALL);

    use DetailKind::*;
    let kinds: Vec<_> = found.iter().map(|detail| detail.kind).collect();
    assert_eq!(kinds, [Name, IdNumber, DateTime, Quantity, Address, Phone]);
}

#[test]
fn a_megabyte_is_not_read_to_its_end() {
    for piece in ["1 ", "三百五十元", "周一到", "上海市路1号", "a1b2c3-", "13800138000 ", "我叫张", "11月25日", "¥5"]
    {
        let text = piece.repeat(1_000_000 / piece.len());
        let found = details_of(&text, &now(), &DetailKind::ALL);
        assert!(found.iter().all(|detail| detail.end <= 65_600));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_searched_without_harm(
        pieces in prop::collection::vec(prop_oneof![
            any::<String>(),
            prop::sample::select(vec![
                "三百五十", "下周五", "到", "3/4", "¥", "上海市", "路", "5号", "沪A", "12345", "我叫", "my name is", "半",
                "点", "个", "小时", "后", "@", "https://", "Ａ１", "-", "负", "1.5万", "。", " ", "11010519491231002X",
            ]).prop_map(str::to_owned),
        ], 0..12),
    ) {
        let text = pieces.concat();

        let found = details_of(&text, &now(), &DetailKind::ALL);

        let mut end = 0;
        for detail in found {
            prop_assert_eq!(text.get(detail.start..detail.end), Some(detail.text.as_str()));
            prop_assert!(detail.start >= end && detail.start < detail.end, "{:?} overlaps", detail);
            end = detail.end;
        }
    }
}

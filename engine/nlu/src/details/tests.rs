//! Details in sentences as customers write them, in Chinese, English and both.

use super::*;
use serde_json::json;

/// A Sunday.
fn now() -> Zoned {
    "2026-11-22T18:00+08:00[Asia/Shanghai]".parse().expect("a constant time")
}

#[track_caller]
fn check_number(text: &str, expected: impl Into<Option<f64>>) {
    assert_eq!(number(text), expected.into(), "{text}");
}

#[track_caller]
fn check_date(text: &str, expected: &str) {
    assert_eq!(date(text, &now()).unwrap_or_default(), expected, "{text}");
}

#[track_caller]
fn check_time(text: &str, expected: &str) {
    assert_eq!(time(text).unwrap_or_default(), expected, "{text}");
}

#[test]
fn numbers_in_figures() {
    check_number("300", 300.0);
    check_number("１２３", 123.0);
    check_number("大概1,234.5左右", 1234.5);
    check_number("3万5", 35_000.0);
    check_number("1.5万", 15_000.0);
    check_number("-7", -7.0);
    check_number("about 20k", 20_000.0);
    check_number("零下3度, 负5", 3.0);
    check_number("没有数字", None);
    check_number("", None);
}

#[test]
fn numbers_in_chinese() {
    check_number("三百五十", 350.0);
    check_number("三百五", 350.0);
    check_number("一百零五", 105.0);
    check_number("要两个", 2.0);
    check_number("十五", 15.0);
    check_number("二十", 20.0);
    check_number("两万五千", 25_000.0);
    check_number("一万二", 12_000.0);
    check_number("三亿", 300_000_000.0);
    check_number("三点五", 3.5);
    check_number("一个半小时", 1.5);
    check_number("半", 0.5);
    check_number("壹佰", 100.0);
    check_number("帮我看一下", None);
    check_number("万一不行呢", None);
    check_number("十分感谢", None);
}

#[test]
fn numbers_in_english_words() {
    check_number("twenty-five", 25.0);
    check_number("two hundred and fifty", 250.0);
    check_number("three thousand", 3_000.0);
    check_number("a dozen please", 12.0);
    check_number("this one", None);
}

#[test]
fn amounts_of_money() {
    let amount = |text: &str| {
        details(text, now()).into_iter().find(|detail| detail.kind == DetailKind::Money).map(|detail| detail.value)
    };
    assert_eq!(amount("一共120元"), Some(json!({ "amount": 120, "currency": "CNY" })));
    assert_eq!(amount("三块五"), Some(json!({ "amount": 3.5, "currency": "CNY" })));
    assert_eq!(amount("两百块钱"), Some(json!({ "amount": 200, "currency": "CNY" })));
    assert_eq!(amount("￥99.9"), Some(json!({ "amount": 99.9, "currency": "CNY" })));
    assert_eq!(amount("it was $45.50"), Some(json!({ "amount": 45.5, "currency": "USD" })));
    assert_eq!(amount("five dollars"), Some(json!({ "amount": 5, "currency": "USD" })));
    assert_eq!(amount("五个"), None);
}

#[test]
fn dates_written_out() {
    check_date("2026-11-25", "2026-11-25");
    check_date("2026/3/5 到货", "2026-03-05");
    check_date("２０２６年１１月２５日", "2026-11-25");
    check_date("二〇二六年十一月二十五日", "2026-11-25");
    check_date("11月25日下午", "2026-11-25");
    check_date("十一月二十五号", "2026-11-25");
    check_date("1月3号", "2027-01-03");
    check_date("10月1日买的", "2026-10-01");
    check_date("明年3月8日", "2027-03-08");
    check_date("25号", "2026-11-25");
    check_date("3号", "2026-12-03");
    check_date("下个月5号", "2026-12-05");
    check_date("November 25th", "2026-11-25");
    check_date("on 25 Nov 2027", "2027-11-25");
    check_date("the 3rd of January", "2027-01-03");
    check_date("11/25", "2026-11-25");
    check_date("2月30日", "");
    check_date("2026-13-45", "");
    check_date("号码是多少", "");
}

#[test]
fn dates_from_today() {
    check_date("今天", "2026-11-22");
    check_date("明天下午三点", "2026-11-23");
    check_date("後天", "2026-11-24");
    check_date("大后天", "2026-11-25");
    check_date("昨晚买的", "2026-11-21");
    check_date("三天后", "2026-11-25");
    check_date("两周之后", "2026-12-06");
    check_date("半年后", "2027-05-22");
    check_date("tomorrow", "2026-11-23");
    check_date("the day after tomorrow", "2026-11-24");
    check_date("in two weeks", "2026-12-06");
    check_date("3 days ago", "2026-11-19");
    check_date("圣诞节", "2026-12-25");
}

#[test]
fn days_of_the_week() {
    check_date("下周五", "2026-11-27");
    check_date("周五", "2026-11-27");
    check_date("星期天", "2026-11-22");
    check_date("上周三", "2026-11-11");
    check_date("这周六", "2026-11-21");
    check_date("下下周一", "2026-11-30");
    check_date("next Friday", "2026-11-27");
    check_date("on Monday", "2026-11-23");
    check_date("last Tuesday", "2026-11-10");
    check_date("i sat down", "");
}

#[test]
fn times_of_day() {
    check_time("15:30", "15:30");
    check_time("下午三点", "15:00");
    check_time("下午3点半", "15:30");
    check_time("晚上八点一刻", "20:15");
    check_time("早上9点20分", "09:20");
    check_time("十点零五分", "10:05");
    check_time("3pm", "15:00");
    check_time("at 3:45 p.m.", "15:45");
    check_time("12 am", "00:00");
    check_time("noon", "12:00");
    check_time("中午一点", "13:00");
    check_time("有一点慢", "");
    check_time("25:00", "");
}

#[test]
fn phones() {
    let check = |text: &str, expected: Option<&str>| assert_eq!(phone(text).as_deref(), expected, "{text}");
    check("我的电话是13800138000", Some("13800138000"));
    check("+86 138 0013 8000", Some("13800138000"));
    check("１３８-００１３-８０００", Some("13800138000"));
    check("010-88886666", Some("01088886666"));
    check("打400-820-8820", Some("4008208820"));
    check("call +1 (415) 555-2671", Some("+14155552671"));
    check("415-555-2671", Some("4155552671"));
    check("订单138001380001234", None);
    check("1380013800", None);
}

#[test]
fn emails() {
    assert_eq!(email("邮箱：Li.Lei@Example.com.cn，谢谢").as_deref(), Some("li.lei@example.com.cn"));
    assert_eq!(email("a@b"), None);
    assert_eq!(email("＠"), None);
}

#[test]
fn order_numbers() {
    let check = |text: &str, expected: Option<&str>| assert_eq!(order_number(text).as_deref(), expected, "{text}");
    check("A10442", Some("A10442"));
    check("我的订单号是Ａ１０４４２。", Some("A10442"));
    check("it's SO-2024-0099, thanks", Some("SO-2024-0099"));
    check("订单123456到哪了", Some("123456"));
    check("电话13800138000，订单 98765432", Some("98765432"));
    check("2026-11-25", None);
    check("300元 500ml 1080p", None);
    check("我不知道", None);
    check("me12345@example.com", None);
}

#[test]
fn yes() {
    for text in [
        "是",
        "是的",
        "对",
        "对的",
        "好的",
        "好",
        "嗯嗯",
        "可以",
        "行",
        "没问题",
        "没错",
        "要",
        "好的，谢谢",
        "OK",
        "ok的",
        "yes",
        "Yes please",
        "yep",
        "sure",
        "of course",
        "no problem",
        "that's right",
        "👍",
        "Ｙ",
        "好啊！",
        "确认",
        "不错",
    ] {
        assert_eq!(yes_no(text), Some(true), "{text}");
    }
}

#[test]
fn no() {
    for text in [
        "不",
        "不是",
        "不用了",
        "不用了，谢谢",
        "不要",
        "不需要",
        "没有",
        "算了",
        "不对",
        "no",
        "No, thanks",
        "nope",
        "nah",
        "not really",
        "i don't",
        "that's not right",
        "👎",
        "好的，不用了",
        "别",
        "我不想要",
        "n",
    ] {
        assert_eq!(yes_no(text), Some(false), "{text}");
    }
}

#[test]
fn neither_yes_nor_no() {
    for text in [
        "",
        "  ",
        "不知道",
        "是不是",
        "好不好",
        "要多少钱",
        "对了我还有个问题要问",
        "i don't know",
        "not sure",
        "where is my order",
        "行李箱",
        "可以吗",
        "A10442",
        "🙂",
    ] {
        assert_eq!(yes_no(text), None, "{text}");
    }
}

#[test]
fn patterns_find_their_first_group() {
    let plate = compile_pattern(r"车牌\s*([A-Z]\d{4})").expect("a good pattern");
    assert_eq!(pattern("车牌 Ａ１２３４ 的", &plate).as_deref(), Some("A1234"));
    assert!(compile_pattern("(").is_err());
    assert!(compile_pattern(r"(?:\w{100}){1000}").is_err());
}

#[test]
fn several_details_of_one_sentence_do_not_overlap() {
    let text = "订单Ａ１０４４２，电话138-0013-8000，11月25日下午3点送2件，一共120元，me@example.com 👍";

    let found = details(text, now());

    let kinds: Vec<DetailKind> = found.iter().map(|detail| detail.kind).collect();
    use DetailKind::*;
    assert_eq!(kinds, [OrderNumber, Phone, Date, Time, Number, Money, Email]);
    for detail in &found {
        assert_eq!(detail.text, text[detail.start..detail.end]);
    }
    assert_eq!(found[0].text, "Ａ１０４４２");
    assert_eq!(found[0].value, json!("a10442").as_str().map(|text| json!(text.to_uppercase())).expect("a text"));
    assert_eq!(found[2].value, json!("2026-11-25"));
    assert_eq!(serde_json::to_value(OrderNumber).expect("json"), json!("order_number"));
}

#[test]
fn odd_texts_do_no_harm() {
    let long = "一二三 12:30 三百五十 👨‍👩‍👧 ½ ②".repeat(1_500);
    let digits = "9".repeat(70_000);
    let numerals = "万亿".repeat(20_000);
    for text in ["", "\u{0}", "👍", "é", "２", "一", "点", "負", &long, &digits, &numerals, "İ１２３４５", "\u{FEFF}是"]
    {
        let found = details(text, now());
        assert!(found.iter().all(|detail| text.get(detail.start..detail.end) == Some(detail.text.as_str())));
        let _ =
            (number(text), phone(text), email(text), yes_no(text), order_number(text), time(text), date(text, &now()));
    }
}

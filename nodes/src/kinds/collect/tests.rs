//! Collecting: in any order, several at once, with corrections.

use serde_json::json;

use crate::play::Play;

#[test]
fn it_asks_for_one_after_the_other() {
    let play = play(false).open().says("A10442").says("尺码不对");

    assert_eq!(play.said(), ["订单号？", "原因？"]);
    assert_eq!(play.left_by(), "collected");
    assert_eq!((play.value("order_no"), play.value("reason")), (json!("A10442"), json!("尺码不对")));
}

#[test]
fn several_details_in_one_sentence_are_taken() {
    let play = play(false).open().says("订单 A10442，电话 13812345678").says("坏了");

    assert_eq!(play.said(), ["订单号？", "原因？"]);
    assert_eq!(play.value("phone"), json!("13812345678"));
}

#[test]
fn what_was_said_before_is_not_asked_for() {
    let config = config(false);
    let play = Play::after_choice("collect", config).knows_all(&["order_no", "reason", "phone"]);

    let play = play.open().says("我的订单 A10442 要退");

    assert_eq!(play.said(), ["请选择 [甲]", "原因？"]);
}

#[test]
fn a_correction_replaces_what_was_given() {
    let play = play(false).open().says("A10442").says("不对，订单号是 A10443");
    assert_eq!(play.value("order_no"), json!("A10443"));
    assert_eq!(play.said(), ["订单号？", "原因？", "原因？"]);

    let play = play.says("坏了");
    assert_eq!((play.left_by(), play.value("reason")), ("collected".into(), json!("坏了")));
}

#[test]
fn the_summary_can_be_confirmed_or_corrected() {
    let shown = play(true).open().says("A10442").says("坏了");
    assert_eq!(shown.said()[2], "请确认：\norder_no：A10442\nreason：坏了 [正确] [修改]");

    assert_eq!(shown.clone().presses("yes").left_by(), "collected");
    assert_eq!(shown.clone().says("对的").left_by(), "collected");

    let corrected = shown.clone().says("no, I meant A10443");
    assert_eq!(corrected.said()[3], "请确认：\norder_no：A10443\nreason：坏了 [正确] [修改]");

    let changed = shown.presses("no").says("reason").says("不喜欢").says("正确");
    assert_eq!((changed.left_by(), changed.value("reason")), ("collected".into(), json!("不喜欢")));
}

#[test]
fn it_gives_up_after_the_tries_and_on_silence() {
    assert_eq!(play(false).open().says("不知道").says("忘了").says("没有").left_by(), "gave_up");
    assert_eq!(play(false).open().time_up().left_by(), "silence");
}

#[test]
fn another_value_in_the_confirmation_is_a_correction() {
    let shown = play(true).open().says("A10442").says("坏了");

    let corrected = shown.says("对，不过是 A10443，电话 13812345678");

    assert_eq!(corrected.said()[2 + 1], "请确认：\norder_no：A10443\nreason：坏了\nphone：13812345678 [正确] [修改]");
    assert_eq!(corrected.says("对的").left_by(), "collected");
}

#[test]
fn one_sentence_corrects_one_detail_and_gives_another() {
    let play = play(false).open().says("A10442").says("不对，订单是 A10443，电话 13812345678");

    assert_eq!((play.value("order_no"), play.value("phone")), (json!("A10443"), json!("13812345678")));
    let play = play.says("不是 A10443，是 A10444");
    assert_eq!(play.value("order_no"), json!("A10444"));
}

#[test]
fn of_two_dates_the_one_that_is_named_or_was_given_last_is_corrected() {
    let config = json!({ "details": [
        { "name": "arrival", "kind": "date", "question": { "zh": "入住？" } },
        { "name": "departure", "kind": "date", "question": { "zh": "离店？" } },
        { "name": "guest", "kind": "text", "question": { "zh": "姓名？" } },
    ] });
    let play = Play::new("collect", config).knows_all(&["arrival", "departure", "guest"]);
    let play = play.open().says("11月25日").says("11月27日");

    let last = play.clone().says("不对，是11月28日");
    assert_eq!((last.value("arrival"), last.value("departure")), (json!("2026-11-25"), json!("2026-11-28")));
    let named = play.says("arrival 不对，改成11月24日");
    assert_eq!((named.value("arrival"), named.value("departure")), (json!("2026-11-24"), json!("2026-11-27")));
}

#[test]
fn of_two_numbers_the_one_that_is_counted_is_corrected() {
    let config = json!({ "details": [
        { "name": "adults", "kind": "number", "question": { "zh": "几位大人？" } },
        { "name": "children", "kind": "number", "question": { "zh": "几个孩子？" } },
        { "name": "guest", "kind": "text", "question": { "zh": "姓名？" } },
    ] });
    let play = Play::new("collect", config).knows_all(&["adults", "children", "guest"]).open().says("3").says("2");
    let both = |play: &Play| (play.value("adults"), play.value("children"));

    for said in ["第一个错了，是四", "第一個不對，應該是4", "the first one is wrong, it should be 4"] {
        assert_eq!(both(&play.clone().says(said)), (json!(4), json!(2)), "{said}");
    }
    assert_eq!(both(&play.clone().says("第二个错了，是四")), (json!(3), json!(4)));
    assert_eq!(both(&play.says("不对，是四")), (json!(3), json!(4)), "without a place the last one");
}

#[test]
fn a_sentence_that_corrects_itself_gives_what_it_means_in_the_end() {
    for said in ["订单号不是A10442，是A10443", "not A10442 but A10443", "A10442，不对是A10443", "A10442, sorry, A10443"] {
        let play = play(false).open().says(said);
        assert_eq!(play.value("order_no"), json!("A10443"), "{said}");
        assert_eq!(play.said(), ["订单号？", "原因？"], "{said}");
    }
    let before = Play::after_choice("collect", config(false)).knows_all(&["order_no", "reason", "phone"]);
    let before = before.open().says("我要退 A10442，哦不，A10443");
    assert_eq!(before.value("order_no"), json!("A10443"), "said before the question");

    let product = own().open().says("A10442").answers(extracted(&[])).says("鞋子，不，背包");
    let product = product.answers(extracted(&[("鞋子", "Skyline", 0), ("背包", "Ridge 30", "鞋子，不，".len())]));
    assert_eq!(product.value("product"), json!("Ridge 30"));
}

#[test]
fn a_phone_number_is_no_order_number_where_a_phone_is_wanted() {
    let play = play(false).open().says("13800138000");
    assert_eq!((play.value("order_no"), play.value("phone")), (json!(null), json!("13800138000")));
    assert_eq!(play.said(), ["订单号？", "订单号？"]);

    let named = self::play(false).open().says("order_no 是 13800138000");
    assert_eq!(named.value("order_no"), json!("13800138000"), "the customer calls it one");
    let without = json!({ "details": [{ "name": "order_no", "kind": "order_number", "question": { "zh": "订单号？" } }] });
    let without = Play::new("collect", without).knows_all(&["order_no"]).open().says("13800138000");
    assert_eq!(without.value("order_no"), json!("13800138000"));
}

#[test]
fn a_name_and_an_address_are_corrected_by_what_they_are_called() {
    let config = json!({ "details": [
        { "name": "name", "kind": "name", "question": { "zh": "称呼？" } },
        { "name": "address", "kind": "address", "question": { "zh": "地址？" } },
        { "name": "phone", "kind": "phone", "question": { "zh": "电话？" } },
    ] });
    let play = Play::new("collect", config).knows_all(&["name", "address", "phone"]);
    let play = play.open().says("我姓王").says("北京路5号");
    assert_eq!((play.value("name"), play.value("address")), (json!("王"), json!("北京路5号")));

    let named = play.clone().says("name 写错了，应该是韩梅");
    assert_eq!((named.value("name"), named.value("phone")), (json!("韩梅"), json!(null)));
    let moved = play.says("address 改成上海路8号");
    assert_eq!((moved.value("address"), moved.said().last().unwrap().as_str()), (json!("上海路8号"), "电话？"));
}

#[test]
fn what_may_be_skipped_is_skipped_where_the_dialogue_is_mended_too() {
    let config = json!({ "may_cancel": true, "details": [
        { "name": "reason", "kind": "text", "question": { "zh": "原因？" }, "may_skip": true },
        { "name": "product", "kind": "own", "detail": "product", "question": { "zh": "商品？" } },
    ] });
    let play = || Play::new("collect", config.clone()).knows_all(&["reason", "product"]).mended().open();

    for said in ["没有", "沒有", "跳过", "没", "none", "no"] {
        let skipped = play().writes(said).answers(extracted(&[]));
        assert_eq!(skipped.said(), ["原因？", "商品？"], "{said}");
    }
    let unknown = play().writes("不知道");
    assert_eq!(unknown.said().len(), 3, "who does not know is helped: {:?}", unknown.said());
    let asked_about = play().writes("跳过").answers(extracted(&[])).writes("没有");
    assert_eq!(asked_about.said().last().unwrap(), "商品？", "what may not be skipped is asked for again");
}

#[test]
fn traditional_characters_skip_and_confirm() {
    let config = json!({ "confirm": true, "details": [
        { "name": "reason", "kind": "text", "question": { "zh": "原因？" }, "may_skip": true },
        { "name": "order_no", "kind": "order_number", "question": { "zh": "订单号？" } },
    ] });
    let shown = Play::new("collect", config).knows_all(&["reason", "order_no"]).open().says("跳過").says("A10442");
    assert_eq!(shown.value("reason"), json!(null));
    for yes in ["都对", "全对", "都對", "没问题", "All correct", "looks good"] {
        assert_eq!(shown.clone().says(yes).left_by(), "collected", "{yes}");
    }
}

#[test]
fn the_workspaces_details_are_looked_for_by_an_effect() {
    let play = own().open().says("A10442 的外套");
    assert!(matches!(play.asked(), Some(interpreter::Effect::Extract { sentences, .. }) if sentences == &["A10442 的外套"]));

    let play = play.answers(extracted(&[("外套", "Harbour", 12)]));

    assert_eq!((play.value("order_no"), play.value("product")), (json!("A10442"), json!("Harbour")));
    assert_eq!(play.left_by(), "collected");
}

#[test]
fn without_an_answer_the_rest_of_the_sentence_counts() {
    let play = own().open().says("A10442 的外套").fails();
    assert_eq!(play.said(), ["订单号？", "商品？"]);

    let play = play.says("鞋").answers(extracted(&[]));

    assert_eq!(play.said()[2], "没有听懂，请换个说法。");
    assert_eq!(play.says("外套").answers(extracted(&[("外套", "Harbour", 0)])).left_by(), "collected");
}

#[test]
fn a_detail_may_be_skipped_and_the_customer_may_break_off() {
    let config = json!({ "may_cancel": true, "details": [
        { "name": "reason", "kind": "text", "question": { "zh": "原因？" }, "may_skip": true },
        { "name": "phone", "kind": "phone", "question": { "zh": "电话？" } },
    ] });
    let play = || Play::new("collect", config.clone()).knows_all(&["reason", "phone"]).open();

    let skipped = play().says("跳过").says("13812345678");
    assert_eq!((skipped.left_by(), skipped.value("reason")), ("collected".into(), json!(null)));
    assert_eq!(play().says("算了吧").left_by(), "cancelled");
}

#[test]
fn a_value_that_fails_its_check_is_asked_for_again() {
    let config = json!({ "details": [
        { "name": "visit", "kind": "date", "question": { "zh": "哪天？" }, "check": "future" },
        { "name": "seats", "kind": "number", "question": { "zh": "几位？" }, "check": "between", "min": 1, "max": 8 },
        { "name": "card", "kind": "text", "question": { "zh": "会员号？" }, "check": "pattern", "pattern": "VIP[0-9]{4}" },
    ] });
    let play = Play::new("collect", config).knows_all(&["visit", "seats", "card"]).open();

    let play = play.says("昨天").says("明天").says("20位").says("3位").says("不记得").says("我是VIP1234");

    assert_eq!(play.said(), ["哪天？", "请说今天或以后的日期。", "几位？", "请说 1 到 8 之间的数。", "会员号？", "格式不对，请再输入一次。"]);
    assert_eq!((play.left_by(), play.value("card")), ("collected".into(), json!("VIP1234")));
}

#[test]
fn settings_that_cannot_work_are_problems() {
    let settings: super::Settings = serde_json::from_value(json!({ "details": [
        { "name": "a", "kind": "own" },
        { "name": "b", "kind": "number", "check": "between", "min": 5, "max": 1 },
        { "name": "c", "kind": "text", "check": "pattern", "pattern": "(" },
    ] }))
    .expect("settings");

    let codes: Vec<_> = interpreter::Kind::check(&settings).into_iter().map(|problem| problem.code).collect();

    assert_eq!(codes, ["detail-not-chosen", "range-empty", "pattern-not-valid"]);
}

fn own() -> Play {
    let config = json!({ "details": [
        { "name": "order_no", "kind": "order_number", "question": { "zh": "订单号？" } },
        { "name": "product", "kind": "own", "detail": "product", "question": { "zh": "商品？" } },
    ] });
    Play::new("collect", config).knows_all(&["order_no", "product"])
}

fn extracted(found: &[(&str, &str, usize)]) -> interpreter::Answer {
    let found = found.iter().map(|(words, value, start)| interpreter::FoundDetail {
        sentence: 0,
        detail: "product".into(),
        value: json!(value),
        words: (*words).into(),
        start: *start,
        end: start + words.len(),
    });
    interpreter::Answer::Extracted { found: found.collect() }
}

fn play(confirm: bool) -> Play {
    Play::new("collect", config(confirm)).knows_all(&["order_no", "reason", "phone"])
}

fn config(confirm: bool) -> serde_json::Value {
    json!({
        "details": [
            { "name": "order_no", "kind": "order_number", "question": { "zh": "订单号？" } },
            { "name": "reason", "kind": "text", "question": { "zh": "原因？" } },
            { "name": "phone", "kind": "phone", "question": { "zh": "电话？" }, "required": false },
        ],
        "confirm": confirm,
    })
}

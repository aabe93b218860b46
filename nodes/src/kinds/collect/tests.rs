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

//! What words do, in both languages.

use super::*;

fn kind(text: &str) -> Option<ActKind> {
    act(text).map(|act| act.kind)
}

#[test]
fn stopping_and_starting_again() {
    for text in
        ["算了", "算了吧。", "算了，不用了", "那算了", "取消", "我不想办了", "cancel", "Never mind!", "please cancel"]
    {
        assert_eq!(kind(text), Some(ActKind::Cancel), "{text}");
    }
    for text in ["重新开始", "我想从头来", "can we start over?"] {
        assert_eq!(kind(text), Some(ActKind::Restart), "{text}");
    }
}

#[test]
fn again_and_not_knowing() {
    for text in ["再说一遍", "麻烦再说一次好吗", "没听清", "你说什么？", "Say that again please", "Pardon?", "What?"]
    {
        assert_eq!(kind(text), Some(ActKind::Repeat), "{text}");
    }
    for text in
        ["不知道", "我不知道啊", "没有订单号", "忘了", "I don't know", "I don’t have an order number", "no idea"]
    {
        assert_eq!(kind(text), Some(ActKind::Unknown), "{text}");
    }
}

#[test]
fn small_talk_and_abuse() {
    for (text, expected) in [
        ("你好", ActKind::Greeting),
        ("您好！", ActKind::Greeting),
        ("Hi there", ActKind::Greeting),
        ("谢谢啦", ActKind::Thanks),
        ("Thank you so much!", ActKind::Thanks),
        ("你是机器人吗？", ActKind::Who),
        ("Are you a real person?", ActKind::Who),
        ("你能做什么", ActKind::Abilities),
        ("What can you do?", ActKind::Abilities),
        ("今天天气怎么样", ActKind::Chat),
        ("tell me a joke", ActKind::Chat),
        ("你个傻逼", ActKind::Insult),
        ("You are stupid!", ActKind::Insult),
    ] {
        assert_eq!(kind(text), Some(expected), "{text}");
    }
}

#[test]
fn nothing_readable() {
    for text in ["😀", "😀😀😀", "？", "?", "……", "asdfgh", "aaaaaa", "xkcdqqz"] {
        assert_eq!(kind(text), Some(ActKind::Noise), "{text}");
    }
    for text in ["A10442", "5", "Zhang", "John", "好"] {
        assert_ne!(kind(text), Some(ActKind::Noise), "{text}");
    }
}

#[test]
fn what_only_says_something_does_nothing() {
    for text in [
        "A10442",
        "我的订单号是A10442",
        "我要退款",
        "李雷",
        "the shop on Stop Street 5",
        "收到的东西是坏的，请帮我处理一下，谢谢你们",
        "",
    ] {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn questions_and_questions_beside_an_answer() {
    for text in ["我想取消订单怎么操作", "where is my parcel", "退款多久到账", "包邮吗"] {
        assert_eq!(kind(text), Some(ActKind::Question), "{text}");
    }
    assert_eq!(kind("10442，对了你们几点关门"), Some(ActKind::Aside));
}

#[test]
fn traditional_characters_do_the_same() {
    for (text, expected) in [
        ("重新開始", ActKind::Restart),
        ("再說一遍", ActKind::Repeat),
        ("沒聽清", ActKind::Repeat),
        ("你是機器人嗎", ActKind::Who),
        ("今天天氣怎麼樣", ActKind::Chat),
        ("算了，不辦了", ActKind::Cancel),
        ("我不記得", ActKind::Unknown),
        ("運費誰出？", ActKind::Question),
        ("對了，你們幾點關門", ActKind::Question),
    ] {
        assert_eq!(kind(text), Some(expected), "{text}");
    }
    assert_eq!(act("不對，訂單號是10443").unwrap().rest, "10443");
    assert_eq!(act("地址寫錯了，應該是臺北路5號").unwrap().rest, "臺北路5號");
}

#[test]
fn what_is_said_of_a_matter_is_no_lack_of_knowledge() {
    for text in
        ["没有收到货", "我没有收到货", "我不知道为什么坏了", "I forgot to use the coupon", "no idea why it stopped"]
    {
        assert_ne!(kind(text), Some(ActKind::Unknown), "{text}");
    }
    assert_eq!(kind("等一下，我找找单号"), Some(ActKind::Hold));
    assert_eq!(kind("Wait, let me check"), Some(ActKind::Hold));
    assert_eq!(kind("不好意思，单号我忘了"), Some(ActKind::Unknown));
}

#[test]
fn a_question_to_us_says_nothing_else() {
    let whole = |text: &str| act(text).is_some_and(|act| act.kind == ActKind::Question && act.whole);
    for text in
        ["what are your hours?", "运费谁出？", "你们几点关门", "顺便问一下安装要多少钱", "Do you ship to Hong Kong?"]
    {
        assert!(whole(text), "{text}");
    }
    for text in
        ["为什么还没发货？我要退货", "为什么这么慢？", "怎么还没到啊", "why is it so late?", "太小了，运费谁出？"]
    {
        assert!(!whole(text), "{text}");
    }
    assert_eq!(act("顺便问一下安装要多少钱").unwrap().rest, "安装要多少钱");
    let aside = act("太小了，对了运费谁出？").unwrap();
    assert_eq!((aside.kind, aside.answer.as_str(), aside.rest.as_str()), (ActKind::Aside, "太小了", "运费谁出?"));
    assert_eq!(act("尺码太小，能换大一号吗").unwrap().answer, "", "the question belongs to the answer");
}

#[test]
fn a_plain_yes_or_no_is_one() {
    for text in [
        "是",
        "是的",
        "好的",
        "对的",
        "没错",
        "可以",
        "嗯",
        "没问题",
        "都对",
        "是的没错",
        "对对对",
        "yes",
        "OK!",
        "that's right",
        "Looks good",
    ] {
        assert_eq!(plainly(text), Some(true), "{text}");
    }
    for text in ["不", "不要", "no thanks"] {
        assert_eq!(plainly(text), Some(false), "{text}");
    }
    for text in [
        "继续",
        "不对",
        "好的，不过地址错了",
        "可以改一天吗",
        "可以吗",
        "ok?",
        "yes but tomorrow",
        "取消",
        "确认一下地址",
    ] {
        assert_eq!(plainly(text), None, "{text}");
    }
}

#[test]
fn yes_and_no_are_said_alone() {
    assert_eq!(kind("好的"), Some(ActKind::Yes));
    assert_eq!(kind("no"), Some(ActKind::No));
    assert_eq!(kind("不用了"), Some(ActKind::Cancel));
    assert_eq!(kind("好的，我要退款"), None);
}

#[test]
fn a_long_or_hostile_text_is_no_act() {
    assert_eq!(act(&"算了".repeat(1_000)), None);
    assert_eq!(kind("\u{0}\u{202e}"), Some(ActKind::Noise));
}

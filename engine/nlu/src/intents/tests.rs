//! A small shop's bot, asked in both languages.

use super::*;

fn intent(key: &str, examples: &[&str]) -> IntentExamples {
    IntentExamples { key: key.to_owned(), examples: examples.iter().map(|text| (*text).to_owned()).collect() }
}

fn shop() -> Vec<IntentExamples> {
    vec![
        intent(
            "refund",
            &[
                "我要退款",
                "怎么退货",
                "东西不想要了能退吗",
                "申请退款",
                "I want a refund",
                "return this item",
                "money back please",
            ],
        ),
        intent(
            "delivery",
            &[
                "我的快递到哪了",
                "什么时候发货",
                "查一下物流",
                "订单怎么还没到",
                "where is my order",
                "track my parcel",
                "when will it arrive",
            ],
        ),
        intent("invoice", &["开发票", "能开电子发票吗", "发票抬头怎么改", "I need an invoice", "send me the receipt"]),
        intent(
            "human",
            &["转人工", "我要找客服", "人工服务", "talk to a person", "speak to an agent", "real human please"],
        ),
    ]
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let recognition = Recogniser::train(&shop()).recognise(text, None);
    let sure = recognition.sure().map(|scored| scored.intent.as_str());
    assert_eq!(sure.unwrap_or("(not sure)"), expected, "{text}: {recognition:?}");
}

#[test]
fn other_wordings_are_recognised() {
    check("我想退款可以吗", "refund");
    check("请问怎么退货呢", "refund");
    check("我的快递现在到哪里了", "delivery");
    check("幫我轉人工", "human");
    check("can I get a refund", "refund");
    check("where's my order???", "delivery");
    check("我要找人工客服！！", "human");
}

#[test]
fn an_example_itself_is_certain() {
    let recognition = Recogniser::train(&shop()).recognise("  转人工！ ", None);

    assert_eq!(recognition.intents[0], Scored { intent: "human".to_owned(), confidence: 0.99 });
    assert!(recognition.words.iter().any(|word| word.contains("人工")), "{:?}", recognition.words);
}

#[test]
fn something_else_is_not_taken_for_an_intent() {
    for text in ["今天天气怎么样", "给我讲个笑话", "what is the capital of france", "12345", "👍", "哈哈哈", "asdf"]
    {
        check(text, "(not sure)");
    }
}

#[test]
fn only_allowed_intents_compete() {
    let recogniser = Recogniser::train(&shop());
    let allowed = ["invoice".to_owned(), "human".to_owned(), "unknown".to_owned()];

    let recognition = recogniser.recognise("我要退款", Some(&allowed));

    assert!(recognition.intents.iter().all(|scored| allowed.contains(&scored.intent)), "{recognition:?}");
    assert!(recognition.sure().is_none(), "{recognition:?}");
    assert!(recogniser.recognise("我要退款", Some(&[])).intents.is_empty());
}

#[test]
fn an_example_of_two_intents_asks_for_both() {
    let recogniser = Recogniser::train(&[intent("a", &["查订单", "看订单"]), intent("b", &["查订单", "改订单"])]);

    let recognition = recogniser.recognise("查订单", None);

    assert!(recognition.sure().is_none(), "{recognition:?}");
    assert_eq!(recognition.close().len(), 2);
}

#[test]
fn few_or_no_examples_are_no_failure() {
    for intents in [
        vec![],
        vec![intent("empty", &[])],
        vec![intent("blank", &["", "  ", "？！"])],
        vec![intent("one", &["你好"])],
        vec![intent("one", &["你好"]), intent("empty", &[]), intent("one", &["您好"])],
    ] {
        let recogniser = Recogniser::train(&intents);
        for text in ["", "你好", "anything", "👍"] {
            let recognition = recogniser.recognise(text, None);
            assert!(recognition.intents.iter().all(|scored| scored.intent == "one"), "{recognition:?}");
        }
    }
}

#[test]
fn a_single_intent_is_told_from_anything_else() {
    let recogniser = Recogniser::train(&[intent("human", &["转人工", "我要人工客服", "找真人", "talk to a human"])]);

    assert!(recogniser.recognise("帮我转人工客服", None).sure().is_some());
    assert!(recogniser.recognise("我的订单到哪了", None).sure().is_none());
}

#[test]
fn the_same_examples_give_the_same_figures() {
    let (one, other) = (Recogniser::train(&shop()), Recogniser::train(&shop()));

    for text in ["我要退款", "where is it", "发票 invoice"] {
        assert_eq!(one.recognise(text, None), other.recognise(text, None));
    }
}

#[test]
fn long_and_odd_texts_do_no_harm() {
    let recogniser = Recogniser::train(&shop());
    for text in [
        "",
        "\u{0}\u{1}",
        "👨‍👩‍👧‍👦",
        &"退款 refund ".repeat(6_000),
        &"a".repeat(70_000),
        "'",
        "''' ''",
        "<script>alert(1)</script>",
        "'; DROP TABLE x;",
    ] {
        let recognition = recogniser.recognise(text, None);
        assert!(recognition.intents.iter().all(|scored| (0.0..=1.0).contains(&scored.confidence)));
        assert!(recognition.intents.len() <= MAX_INTENTS);
    }
}

#[test]
fn any_text_is_recognised_the_same_twice_with_rounded_figures() {
    let recogniser = Recogniser::train(&shop());
    let mut chance = 1u64;
    for length in 0..300 {
        let text: String = (0..length % 60)
            .map(|_| {
                chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (chance >> 33) as u32;
                // Latin, Chinese, signs and anything else, in turn.
                let code = [at % 0x80, 0x4E00 + at % 0x5000, 0x1F300 + at % 0x400, at % 0x11_0000][at as usize % 4];
                char::from_u32(code).unwrap_or('退')
            })
            .collect();

        let recognition = recogniser.recognise(&text, None);

        assert_eq!(recognition, recogniser.recognise(&text, None));
        for scored in &recognition.intents {
            assert_eq!(scored.confidence, round4(scored.confidence), "{text:?}");
            assert!((0.0..=1.0).contains(&scored.confidence), "{text:?}");
        }
    }
}

#[test]
fn a_message_of_a_megabyte_is_read_from_its_beginning() {
    let recogniser = Recogniser::train(&shop());

    let long = format!("我要退款{}", "啊".repeat(400_000));

    let cut: String = long.chars().take(4_000).collect();
    assert_eq!(recogniser.recognise(&long, None), recogniser.recognise(&cut, None));
}

#[test]
fn two_intents_with_the_same_examples_are_asked_about() {
    let examples = ["查订单", "我的订单", "订单在哪"];
    let recogniser = Recogniser::train(&[intent("a", &examples), intent("b", &examples)]);

    for text in ["查订单", "帮我查一下订单"] {
        let recognition = recogniser.recognise(text, None);
        assert!(recognition.sure().is_none(), "{recognition:?}");
    }
}

#[test]
fn among_many_intents_two_with_the_same_examples_are_asked_about_in_any_wording() {
    let same =
        ["会员怎么升级", "会员等级有什么好处", "怎么成为高级会员", "how do I level up", "membership level benefits"];
    let mut intents = shop();
    intents.insert(1, intent("level", &same));
    intents.push(intent("member", &same));
    let recogniser = Recogniser::train(&intents);

    for text in ["会员等级", "会员升级", "怎么升级会员等级", "membership level up"] {
        let recognition = recogniser.recognise(text, None);
        assert!(recognition.sure().is_none(), "{text}: {recognition:?}");
        let close: Vec<&str> = recognition.close().iter().take(2).map(|scored| scored.intent.as_str()).collect();
        assert_eq!(close, ["level", "member"], "{text}: {recognition:?}");
    }
}

#[test]
fn a_number_or_a_code_alone_means_no_intent() {
    let mut intents = shop();
    intents[1].examples.push("订单A10442到哪了".to_owned());
    intents[1].examples.push("查 13800138000 的快递".to_owned());
    let recogniser = Recogniser::train(&intents);

    for text in ["A20001", "13912345678", "2026-11-28", "12", "me@example.com", "https://example.com/x"] {
        assert!(recogniser.recognise(text, None).intents.is_empty(), "{text}");
    }
}

#[test]
fn mistyped_words_are_read_as_meant() {
    check("track my parcle", "delivery");
    check("where is my ordr", "delivery");
    check("i need an invioce", "invoice");
    check("I want a refunt", "refund");
}

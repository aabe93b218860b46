//! What moods messages are said to have.

use super::*;

#[track_caller]
fn check(message: &str, expected: Emotion) {
    let mood = mood(message);
    assert_eq!(mood.emotion, expected, "{message}: {mood:?}");
}

#[test]
fn anger_is_seen_in_both_languages() {
    for message in [
        "你们这是什么破服务，我要投诉！！",
        "骗子公司，赶紧退钱",
        "等了两个星期还没发货，太过分了吧",
        "你們太過分了，我要投訴你們",
        "This is ridiculous, I have asked three times and you people keep ignoring me!!",
        "WORST SERVICE EVER. I want my money back",
        "你们的 app is garbage，每次都闪退，垃圾",
        "what a scam 😡",
    ] {
        check(message, Emotion::Angry);
        assert!(mood(message).score >= 0.7, "{message}: {:?}", mood(message));
        assert!(!mood(message).words.is_empty(), "{message}");
    }
}

#[test]
fn anger_beyond_doubt_is_sure_enough_to_interrupt() {
    for message in [
        "等了半个月还没发货，你们就是一群骗子，太过分了！！",
        "你们就是一群骗子，太过分了，我要投诉！！",
        "怎么还没人！你们就是骗子，太过分了！！",
        "This is ridiculous, I have asked three times and you people keep ignoring me!!",
    ] {
        assert!(mood(message).score >= 0.75, "{message}: {:?}", mood(message));
    }
}

#[test]
fn worry_sadness_and_joy_are_seen_in_both_languages() {
    check("我的账号好像被盗了，怎么办，急死了", Emotion::Anxious);
    check("Please help, I think my card was stolen, I'm so scared", Emotion::Anxious);
    check("真的好失望，给妈妈的礼物没赶上，很难过", Emotion::Sad);
    check("I'm heartbroken, all our pictures are gone", Emotion::Sad);
    check("太好了，谢谢你，解决了", Emotion::Positive);
    check("Perfect, thank you so much!", Emotion::Positive);
}

#[test]
fn everyday_words_are_neutral() {
    for message in [
        "我要退款",
        "A10442",
        "转人工",
        "快递什么时候到",
        "不是这个，是另一个订单",
        "where is my order",
        "I want to return this, it is too small",
        "no",
        "13800138000",
        "什么时候能发货？",
        "how do I reset my password?",
        "",
        "   ",
    ] {
        check(message, Emotion::Neutral);
    }
}

#[test]
fn asking_for_a_person_is_noted_and_is_no_anger() {
    assert!(mood("转人工").wants_person);
    assert!(mood("can I talk to a human").wants_person);
    assert!(!mood("我要退款").wants_person);
}

#[test]
fn odd_messages_do_no_harm() {
    let long = "你们这群骗子！".repeat(100_000);
    check(&long, Emotion::Angry);
    let binary: String = (0_u8..=255).map(char::from).cycle().take(100_000).collect();
    for message in [binary.as_str(), "\u{0}\u{FEFF}", "🏳️‍🌈🏳️‍🌈", "'''''", "!!!!????", &"a".repeat(1_000_000)]
    {
        let mood = mood(message);
        assert!((0.0..=1.0).contains(&mood.score), "{mood:?}");
    }
}

#[test]
fn the_same_examples_give_the_same_classifier() {
    let example = |text: &str, class| Example { text: text.into(), class, weight: 1.0 };
    let examples = [example("很好很喜欢", 0), example("太差了", 1), example("love it", 0), example("hate it", 1)];

    let first = Classifier::train(&examples, 2, Training::default());
    let second = Classifier::train(&examples, 2, Training::default());

    assert_eq!(first.classify("I love it 喜欢"), second.classify("I love it 喜欢"));
    assert!(first.classify("love")[0] > 0.5);
    assert!(first.classify("太差")[1] > 0.5);
}

#[test]
fn training_on_nothing_or_one_class_does_no_harm() {
    let nothing = Classifier::train(&[], 0, Training::default());
    assert_eq!(nothing.classify("hello"), [1.0]);
}

#[test]
fn strong_words_do_not_cancel_out() {
    for message in [
        "I'm furious",
        "terrible service, I'm furious",
        "your service is terrible",
        "this is a terrible and useless company",
        "I'm angry and worried",
        "disappointed and angry",
        "I'm so mad and disappointed",
        "再不处理我就去12315了",
        "又生气又失望",
        "什么烂东西",
        "什麼爛東西",
        "太差劲了，气死我了，急死了",
    ] {
        check(message, Emotion::Angry);
    }
    check("I'm scared and a bit annoyed", Emotion::Anxious);
    check("heartbroken and angry", Emotion::Sad);
    check("很伤心，也有点生气", Emotion::Sad);
}

#[test]
fn a_polite_request_is_no_worry() {
    for message in ["麻烦快一点", "请快点发货", "请尽快处理一下，谢谢", "能快点吗", "麻烦尽快，谢谢", "please be quick"]
    {
        let mood = mood(message);
        assert!(!matches!(mood.emotion, Emotion::Anxious | Emotion::Angry), "{message}: {mood:?}");
    }
    // Urgent words stay urgent, however politely they are said.
    check("麻烦快一点，急死了，来不及了", Emotion::Anxious);
    check("please hurry, I'm scared my money is gone", Emotion::Anxious);
}

#[test]
fn figures_of_the_word_list_are_read_where_they_stand_alone() {
    check("去12315告你们", Emotion::Angry);
    check("订单8612315", Emotion::Neutral);
    check("订单12315678", Emotion::Neutral);
}

#[test]
fn words_inside_other_words_show_nothing() {
    for message in ["给妈妈的礼物", "他妈妈要退货", "今天天气怎么样", "滚筒洗衣机多少钱"] {
        assert_ne!(mood(message).emotion, Emotion::Angry, "{message}: {:?}", mood(message));
    }
}

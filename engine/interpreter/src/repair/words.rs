//! The engine's own words for each repair, and questions made short.

use model::{Choice, Content};

/// What the engine says where the flow says nothing of its own.
pub(super) fn own(what: &str, language: &str, flow: &str) -> String {
    let (zh, en) = match what {
        "digression" => ("我们继续：", "Back to my question: "),
        "correction" => ("好的，已经改过来了。", "Got it, I have changed that."),
        "correction_none" => ("目前没有可以更正的内容。", "There is nothing to correct yet."),
        "correction_which" => (
            "请告诉我哪一项要改、改成什么，例如“电话改成 13812345678”。",
            "Please tell me which one to change and to what, for example “the phone should be 13812345678”.",
        ),
        "correction_same" => ("好的，记下的就是这个。", "That is what I have written down."),
        "correction_again" => ("好的，我们重新填一次。", "All right, let us do that one again."),
        "correction_done" => (
            "刚才的申请已经提交。如果更正，我会按新的内容重新办理一次，要继续吗？",
            "That request has already been sent. To correct it I would have to send it once more. Shall I go on?",
        ),
        "cancel" => {
            ("确定要取消吗？刚才填写的内容不会保留。", "Do you really want to stop? What you entered would be lost.")
        }
        "canceled" => {
            ("好的，已经取消了。有需要随时再来。", "All right, I have stopped here. Come back whenever you need us.")
        }
        "cancel_aside" => ("好的，这个先不说了。", "All right, let us leave that."),
        "restart" => (
            "确定要重新开始吗？刚才填写的内容不会保留。",
            "Do you really want to start again? What you entered would be lost.",
        ),
        "go_on" => ("好的，我们继续。", "All right, let us go on."),
        "unknown" => (
            "没关系，可以找一找再告诉我；找不到也可以说“人工”，由同事来帮您。",
            "No problem, take your time to look it up. If you cannot find it, say “agent” and a colleague will help.",
        ),
        "hold" => ("好的，不着急，您慢慢来，找到了告诉我就行。", "Sure, take your time. I am here when you have it."),
        "answer" => ("请具体说一下：", "Please tell me: "),
        "greeting" => ("您好！", "Hello!"),
        "thanks" => ("不客气！", "You are welcome!"),
        "who" => (
            "我是智能客服，由程序自动回复；需要真人时请说“人工”。",
            "I am a virtual assistant. If you would rather talk to a person, just say “agent”.",
        ),
        "abilities" => {
            return match language {
                "zh" => format!("我可以帮您办理“{flow}”，也能回答常见问题；需要真人时请说“人工”。"),
                _ => format!("I can help you with “{flow}” and answer common questions. Say “agent” for a person."),
            };
        }
        "chat" => (
            "这个我不太擅长，还是先帮您把事情办好。",
            "I am not much of a talker, I am afraid. Let me help you with your request.",
        ),
        "insult" => (
            "很抱歉给您带来不好的体验，我会尽力帮您解决。",
            "I am sorry this is frustrating. I will do my best to sort it out.",
        ),
        "person" => ("需要我为您转接人工客服吗？", "Would you like me to connect you with a colleague?"),
        "connecting" => ("正在为您转接人工客服，请稍候。", "I am connecting you with a colleague, one moment please."),
        "noise" => ("抱歉，我没看懂，请用文字告诉我。", "Sorry, I could not read that. Please tell me in words."),
        "nudge" => (
            "您还在吗？需要的话可以继续回答上面的问题。",
            "Are you still there? You can go on with the question above.",
        ),
        _ => ("", ""),
    };
    if language == "zh" { zh } else { en }.to_owned()
}

/// The labels of yes and no under the engine's own questions.
pub(super) fn yes_no(language: &str) -> Vec<Choice> {
    let labels = if language == "zh" { ["是", "否"] } else { ["Yes", "No"] };
    ["yes", "no"].into_iter().zip(labels).map(|(id, label)| Choice { id: id.into(), label: label.into() }).collect()
}

/// A question asked again: only its last sentence, after these words; buttons stay.
pub(super) fn shortened(content: &Content, lead: &str) -> Content {
    let again = |text: &str| format!("{lead}{}", last_sentence(text));
    match content.clone() {
        Content::Text { text } => Content::Text { text: again(&text) },
        Content::Choices { text, options } => Content::Choices { text: again(&text), options },
        Content::Rating { text } => Content::Rating { text: again(&text) },
        Content::Form { text, fields, submit } => Content::Form { text: again(&text), fields, submit },
        other => other,
    }
}

/// The last sentence that asks; a text that asks nothing is kept whole.
fn last_sentence(text: &str) -> &str {
    let text = text.trim();
    let Some(end) = text.rfind(['？', '?']) else { return text };
    let before = &text[..end];
    let stop = before.char_indices().rev().find(|(at, c)| {
        let next = before[at + c.len_utf8()..].chars().next();
        matches!(c, '。' | '！' | '？' | '\n') || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace))
    });
    let begin = stop.map_or(0, |(at, c)| at + c.len_utf8());
    text[begin..].trim_start()
}

/// Does a question ask for yes or no, or leave open that it does?
pub(super) fn asks_yes_or_no(text: &str) -> bool {
    const CHINESE: [&str; 13] = [
        "吗",
        "么？",
        "么?",
        "是否",
        "是不是",
        "有没有",
        "要不要",
        "能不能",
        "可不可以",
        "需不需要",
        "好不好",
        "对不对",
        "还是",
    ];
    const ENGLISH: [&str; 26] = [
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "were",
        "am",
        "can",
        "could",
        "would",
        "will",
        "have",
        "has",
        "had",
        "may",
        "shall",
        "should",
        "any",
        "anything",
        "something",
        "so",
        "right",
        "confirm",
        "agree",
        "ok",
    ];
    let sentence = last_sentence(text).to_lowercase();
    let first = sentence.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    CHINESE.iter().any(|words| sentence.contains(words)) || first.is_some_and(|word| ENGLISH.contains(&word))
}

/// The first characters of a text.
pub(super) fn start(text: &str, n_chars: usize) -> String {
    text.chars().take(n_chars).collect()
}

/// Characters as a text.
pub(super) fn pair(chars: &[char]) -> String {
    chars.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sentence_that_asks_is_said_again() {
        assert_eq!(last_sentence("您好，欢迎。请问您的订单号是多少？"), "请问您的订单号是多少？");
        assert_eq!(last_sentence("Hello, it costs 1.50. What is your name?"), "What is your name?");
        assert_eq!(last_sentence("请输入订单号，例如 A10442。"), "请输入订单号，例如 A10442。");
        assert_eq!(last_sentence("订单号？在“我的订单”里能找到。"), "订单号？在“我的订单”里能找到。");
        assert_eq!(last_sentence(""), "");
    }

    #[test]
    fn a_question_for_yes_or_no_is_known_by_its_form() {
        for text in [
            "还有什么要补充的吗？",
            "是否需要发票？",
            "Do you have any allergies?",
            "Hello. Anything else?",
            "自提还是快递？",
        ] {
            assert!(asks_yes_or_no(text), "{text}");
        }
        for text in ["上门地址是？", "请问怎么称呼您？", "What is the address?", "Please leave your name.", ""]
        {
            assert!(!asks_yes_or_no(text), "{text}");
        }
    }

    #[test]
    fn buttons_stay_under_a_question_asked_again() {
        let options = yes_no("en");
        let content = Content::Choices { text: "It is 5 yuan. Go on?".into(), options: options.clone() };

        assert_eq!(shortened(&content, "Back: "), Content::Choices { text: "Back: Go on?".into(), options });
    }
}

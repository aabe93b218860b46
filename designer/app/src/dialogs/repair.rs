//! The part of a flow's settings that says what the engine mends by itself, as one form.

use model::Repair;
use serde_json::{Map, Value, json};

/// One thing that is mended: its key, its name and what it means, in both languages.
type Row = (&'static str, [&'static str; 2], [&'static str; 2]);

/// The ones people look for first; the others are folded away.
const FIRST: [Row; 4] = [
    (
        "digression",
        ["中途问别的", "The customer asks something else"],
        [
            "回答不了当前问题的话，先在知识库里找答案，再回到原来的问题。这句话放在原来的问题前面。",
            "Words that do not answer the question are looked up in the libraries; then the question is asked again after these words.",
        ],
    ),
    (
        "correction",
        ["更正前面的回答", "The customer corrects an earlier answer"],
        [
            "例如“不对，订单号是 10443”。改好后从那个问题的出口继续；会产生后果的步骤先问客户。",
            "For example “I meant 10443”. The conversation goes on from that question; steps with consequences are asked about first.",
        ],
    ),
    (
        "cancel",
        ["取消", "The customer wants to stop"],
        ["有内容会丢失时，先用这句话确认。", "When something would be lost, this is asked first."],
    ),
    (
        "restart",
        ["重新开始", "The customer wants to start again"],
        ["有内容会丢失时，先用这句话确认。", "When something would be lost, this is asked first."],
    ),
];

const MORE: [Row; 10] = [
    (
        "repeat",
        ["再说一遍", "The customer wants to hear it again"],
        ["这句话放在问题前面。", "Said before the question."],
    ),
    (
        "unknown",
        ["不知道、没有", "The customer does not know"],
        ["先安慰并提示一次，再说不知道就走“无效”出口。", "Helped once; after that the question's own tries count."],
    ),
    (
        "hold",
        ["要一点时间", "The customer needs a moment"],
        [
            "例如“稍等，我找一下”。说完就等着，不算答错。",
            "For example “hang on, let me check”. The question waits; no try is used up.",
        ],
    ),
    ("greeting", ["打招呼", "The customer says hello"], ["回应后再问一次。", "Answered, then the question again."]),
    ("thanks", ["道谢", "The customer says thanks"], ["回应后再问一次。", "Answered, then the question again."]),
    (
        "who",
        ["问是不是机器人", "The customer asks who is talking"],
        ["回应后再问一次。", "Answered, then the question again."],
    ),
    (
        "abilities",
        ["问能做什么", "The customer asks what you can do"],
        ["回应后再问一次。", "Answered, then the question again."],
    ),
    ("chat", ["闲聊", "The customer chats"], ["回应后再问一次。", "Answered, then the question again."]),
    (
        "insult",
        ["骂人", "The customer insults"],
        ["平静回应；两次以后提议转人工。", "Calm words; after two a person is offered."],
    ),
    (
        "noise",
        ["表情、乱码、单个问号", "Emoji, random keys, a lone question mark"],
        ["请客户用文字说，再问一次。", "Asked for words, then the question again."],
    ),
];

/// The form's value.
pub(super) fn as_settings(repair: Option<&Repair>) -> Value {
    let whole = repair.cloned().unwrap_or_default();
    let mut settings = Map::from_iter([
        ("on".to_owned(), repair.is_some().into()),
        ("libraries".to_owned(), json!(whole.libraries)),
        ("nudge".to_owned(), json!({ "on": whole.nudge.on, "say": whole.nudge.say })),
    ]);
    let written = serde_json::to_value(&whole).unwrap_or_default();
    for (key, ..) in FIRST.iter().chain(&MORE) {
        let own = &written[*key];
        let say = own.get("say").cloned().unwrap_or_else(|| json!({}));
        let is_on = own.get("on").and_then(Value::as_bool).unwrap_or(true);
        settings.insert((*key).to_owned(), json!({ "on": is_on, "say": say }));
    }
    Value::Object(settings)
}

/// What the form's value means; nothing when all of it is off.
pub(super) fn from_settings(settings: &Value) -> Option<Repair> {
    let mut settings = settings.as_object()?.clone();
    let is_on = settings.remove("on").and_then(|on| on.as_bool()).unwrap_or(false);
    // A switch or words that were never touched may be missing or empty.
    for value in settings.values_mut().filter_map(Value::as_object_mut) {
        value.retain(|_, value| !value.is_null());
    }
    settings.retain(|_, value| !value.is_null());
    is_on.then(|| serde_json::from_value(Value::Object(settings)).unwrap_or_default())
}

/// The form, in the words of a kind's schema.
pub(super) fn schema() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "on".to_owned(),
        json!({ "type": "boolean", "x-order": 1, "default": false, "title": "Mend the dialogue",
            "x-zh": ["自动照顾对话", "客户没有直接回答问题时，由系统先照顾一下，不用每个流程自己画。有效的回答永远不会被拦下。"],
            "description": "When customers do not simply answer, the engine takes care of it, without a path of its own. A valid answer is never taken away." }),
    );
    properties.insert(
        "libraries".to_owned(),
        json!({ "type": "array", "x-order": 2, "items": { "type": "string", "x-ref": "library" }, "title": "Look in",
            "x-zh": ["查找的知识库", "中途问别的时在哪些知识库里找，不选表示全部。"], "x-show-when": { "on": true },
            "x-item": ["知识库", "library"], "description": "Where to look when the customer asks something else. None means all." }),
    );
    let mut order = 3;
    let mut add = |row: &Row, group: Option<&str>, is_on: bool| {
        properties.insert(row.0.to_owned(), mend(row, order, group, is_on));
        order += 1;
    };
    for row in &FIRST {
        add(row, None, true);
    }
    let nudge: Row = (
        "nudge",
        ["客户没有说话时提醒", "Nudge a silent customer"],
        [
            "等待时间到了先提醒一次，再等一样久，然后才走“没有回答”出口。",
            "When the time is up, this is said once and the question waits again.",
        ],
    );
    add(&nudge, None, false);
    for row in &MORE {
        add(row, Some("more"), true);
    }
    json!({ "type": "object", "x-order": 5, "title": "Dialogue", "x-zh": ["对话"], "properties": properties })
}

fn mend((_, names, help): &Row, order: u32, group: Option<&str>, is_on: bool) -> Value {
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts", "x-order": 2,
        "title": "Words", "x-zh": ["说的话", format!("{}留空用系统自带的话。", help[0])],
        "description": format!("{} Empty uses the product's own words.", help[1]), "x-show-when": { "on": true } });
    let mut schema = json!({ "type": "object", "x-order": order, "x-bare": true, "title": names[1], "x-zh": [names[0]],
        "x-show-when": { "on": true }, "properties": {
            "on": { "type": "boolean", "x-order": 1, "default": is_on, "title": names[1], "x-zh": [names[0]] },
            "say": texts,
        } });
    if let (Some(group), Some(schema)) = (group, schema.as_object_mut()) {
        schema.insert("x-group".to_owned(), group.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repair_comes_back_as_it_went() {
        let repair: Repair = serde_json::from_value(json!({
            "libraries": ["returns"], "cancel": { "on": false }, "who": { "say": { "zh": "我是小合" } }, "nudge": { "on": true },
        }))
        .expect("repair");

        assert_eq!(from_settings(&as_settings(Some(&repair))), Some(repair));
        assert_eq!(from_settings(&as_settings(Some(&Repair::default()))), Some(Repair::default()));
        assert_eq!(from_settings(&as_settings(None)), None);
    }

    #[test]
    fn every_repair_has_its_switch() {
        let shown = schema();
        for (name, _) in Repair::default().texts() {
            assert!(shown["properties"][name]["properties"]["on"].is_object(), "{name}");
        }
    }
}

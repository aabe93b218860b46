//! What a `model:` line answers to a task: words, JSON, a call of a tool, a failure, an empty purse.

use interpreter::{Answer, Generated, Task, ToolCall};
use model::Texts;
use serde_json::Value;

/// The answer that a line writes. JSON that does not fit the task's schema is a failure, as it is with a real model.
pub(crate) fn answer(task: &Task, written: &str) -> Answer {
    let written = written.trim();
    match written.to_lowercase().as_str() {
        "fails" | "timeout" | "失败" | "超时" => {
            return failed("剧本里写明模型失败", "the talk says that the model fails");
        }
        "over budget" | "超出预算" => {
            let why = Texts::new("剧本里写明预算用完", "the talk says that the budget is used up");
            return Answer::OverBudget { why };
        }
        _ => {}
    }
    if let Some(call) = call(written) {
        return Answer::Generated(Generated { calls: vec![call], ..Generated::default() });
    }
    match task.read(written) {
        Ok(value) => Answer::Generated(Generated { text: written.to_owned(), value, ..Generated::default() }),
        Err(why) => failed(
            format!("模型的回答不符合要求：{}", why.in_language("zh")),
            format!("the model's answer does not fit what was asked for: {}", why.in_language("en")),
        ),
    }
}

/// `call NAME {arguments}`.
fn call(written: &str) -> Option<ToolCall> {
    let rest = written.strip_prefix("call ").or_else(|| written.strip_prefix("调用"))?.trim();
    let (name, arguments) = rest.split_once(|c: char| c.is_whitespace()).unwrap_or((rest, "{}"));
    let arguments = serde_json::from_str(arguments.trim()).unwrap_or_else(|_| Value::String(arguments.to_owned()));
    Some(ToolCall { id: "call".into(), name: name.to_owned(), arguments })
}

fn failed(zh: impl Into<String>, en: impl Into<String>) -> Answer {
    Answer::Failed { why: Texts::new(zh, en) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_words_json_a_call_or_a_failure() {
        let words = Task::default();
        let by_schema = Task { schema: Some(json!({ "required": ["a"] })), ..Task::default() };

        let Answer::Generated(said) = answer(&words, " 您好 ") else { panic!("words") };
        assert_eq!((said.text.as_str(), said.value), ("您好", None));
        let Answer::Generated(read) = answer(&by_schema, "{\"a\": 1}") else { panic!("JSON") };
        assert_eq!(read.value, Some(json!({ "a": 1 })));
        let Answer::Generated(asked) = answer(&words, "call order {\"no\": \"A1\"}") else { panic!("a call") };
        assert_eq!((asked.calls[0].name.as_str(), &asked.calls[0].arguments), ("order", &json!({ "no": "A1" })));
        assert!(matches!(answer(&by_schema, "{}"), Answer::Failed { .. }));
        assert!(matches!(answer(&words, "失败"), Answer::Failed { .. }));
        assert!(matches!(answer(&words, "over budget"), Answer::OverBudget { .. }));
    }
}

//! What a step asks of a language model, and what the model answers: plain data, kept in the journal, so that a replay
//! never calls a model.
//!
//! What a model answers is worth as much as what a customer writes: it is shown or chosen from what the step declared,
//! never run, expanded or followed.

use model::Texts;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::size::{Unfit, cut, is_too_deep, size_of, size_of_text};

/// One task for a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// What the answer is for.
    pub purpose: Purpose,
    /// Role and rules, in the author's words. The only part that instructs.
    pub instructions: String,
    /// What the answer may rest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Passage>,
    /// What was said, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversation: Vec<Line>,
    /// What the model may ask to be done; an answer that asks for anything else is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// The JSON Schema that the answer must fit; without one the answer is words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
    /// Give up after this, all tries and providers together.
    pub timeout_ms: u64,
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The words of a `reply` step.
    #[default]
    Reply,
    /// Which of the given topics a text is about.
    Classify,
    /// Details out of what was said.
    Extract,
    /// An answer that rests on passages.
    Answer,
    /// A summary for an agent.
    Summary,
    /// Suggestions for an author.
    Suggest,
}

impl Purpose {
    /// The word in figures and the trace.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Classify => "classify",
            Self::Extract => "extract",
            Self::Answer => "answer",
            Self::Summary => "summary",
            Self::Suggest => "suggest",
        }
    }
}

/// Something an answer may rest on and cite.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// What the answer cites it by: short, for example `1`.
    pub id: String,
    /// Its heading.
    #[serde(default)]
    pub title: String,
    /// Its words.
    pub text: String,
}

/// One thing that was said or done before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Line {
    /// The customer said it.
    Customer {
        /// The words.
        text: String,
    },
    /// The flow, the model or an agent said it.
    Bot {
        /// The words.
        text: String,
    },
    /// The model asked for tools.
    Calls {
        /// Which.
        calls: Vec<ToolCall>,
    },
    /// A tool gave this.
    Result {
        /// Of which call.
        id: String,
        /// What came of it.
        text: String,
    },
}

/// A tool as the model sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub parameters: Value,
}

/// A model wants a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The model's id of the call.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// The arguments; text where they were not JSON.
    pub arguments: Value,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Generated {
    /// The words; empty where only tools are wanted.
    #[serde(default)]
    pub text: String,
    /// The answer that was asked for by schema, and fits it.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The tools it wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// Which model answered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
}

/// A value that is there, be it null: serde by itself takes null for nothing, and an answer that is read from the record
/// would not be the one that was given.
fn there<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(given).map(Some)
}

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens that were read.
    pub tokens_in: u64,
    /// Tokens that were written.
    pub tokens_out: u64,
    /// Millionths of the workspace's currency.
    pub cost_micros: u64,
}

impl Usage {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens_in: self.tokens_in.saturating_add(other.tokens_in),
            tokens_out: self.tokens_out.saturating_add(other.tokens_out),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
        }
    }
}

impl Task {
    /// Reads an answer that was asked for by schema: the JSON in it, if it fits. `Err` says what does not.
    /// Without a schema there is nothing to read; nor in plain words of a reply, which models without structured output
    /// give.
    pub fn read(&self, answer: &str) -> Result<Option<Value>, Texts> {
        let Some(schema) = &self.schema else { return Ok(None) };
        let is_words = !answer.trim().is_empty() && !answer.trim_start().starts_with(['{', '[', '`']);
        if self.purpose == Purpose::Reply && is_words {
            return Ok(None);
        }
        let in_both = |why: String| Texts::new(why.clone(), why);
        let value: Value = serde_json::from_str(json_in(answer)).map_err(|error| in_both(error.to_string()))?;
        if is_too_deep(&value) {
            return Err(Unfit::TooDeep.of(("模型的回答", "the answer")));
        }
        fits(schema, &value).map_err(in_both)?;
        Ok(Some(value))
    }

    /// How many bytes it takes as JSON, at most: it waits in the state until it is answered.
    pub(crate) fn size(&self) -> usize {
        const NAMES: usize = 200;
        let passages = self
            .passages
            .iter()
            .map(|passage| size_of_text(&passage.id) + size_of_text(&passage.title) + size_of_text(&passage.text) + 32);
        let conversation = self.conversation.iter().map(|line| match line {
            Line::Customer { text } | Line::Bot { text } => size_of_text(text) + 32,
            Line::Calls { calls } => calls.iter().map(ToolCall::size).sum::<usize>() + 40,
            Line::Result { id, text } => size_of_text(id) + size_of_text(text) + 40,
        });
        let tools = self
            .tools
            .iter()
            .map(|tool| size_of_text(&tool.name) + size_of_text(&tool.description) + size_of(&tool.parameters) + 48);
        NAMES
            + size_of_text(&self.instructions)
            + passages.sum::<usize>()
            + conversation.sum::<usize>()
            + tools.sum::<usize>()
            + self.schema.as_ref().map_or(0, size_of)
    }
}

impl ToolSpec {
    /// Do these arguments fit? `Err` says what does not.
    pub fn fits(&self, arguments: &Value) -> Result<(), String> {
        fits(&self.parameters, arguments)
    }
}

/// Does a value fit a JSON Schema? `Err` says what does not.
fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    let validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
    validator.validate(value).map_err(|error| cut(&error.to_string(), 300).to_owned())
}

/// Models like to wrap JSON in words or in a fence.
fn json_in(answer: &str) -> &str {
    let (start, end) = (answer.find(['{', '[']), answer.rfind(['}', ']']));
    match (start, end) {
        (Some(start), Some(end)) if start < end => &answer[start..=end],
        _ => answer.trim(),
    }
}

impl ToolCall {
    fn size(&self) -> usize {
        size_of_text(&self.id) + size_of_text(&self.name) + size_of(&self.arguments) + 32
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_size_is_never_below_what_is_written() {
        let call = ToolCall { id: "c1".into(), name: "order".into(), arguments: json!({ "no": "A\"1" }) };
        let task = Task {
            purpose: Purpose::Extract,
            instructions: "你是\n“客服”".into(),
            passages: vec![Passage { id: "1".into(), title: "退货".into(), text: "七天\t内".into() }],
            conversation: vec![
                Line::Customer { text: "我要退款".into() },
                Line::Calls { calls: vec![call] },
                Line::Result { id: "c1".into(), text: "{}".into() },
                Line::Bot { text: "好".into() },
            ],
            tools: vec![ToolSpec {
                name: "order".into(),
                description: "查".into(),
                parameters: json!({ "type": "object" }),
            }],
            schema: Some(json!({ "type": "object" })),
            max_tokens: u32::MAX,
            timeout_ms: 60_000,
        };

        let written = serde_json::to_string(&task).expect("plain data").len();

        assert!(task.size() >= written, "{} < {written}", task.size());
    }

    #[test]
    fn an_answer_of_null_is_read_as_it_was_given() {
        for value in [None, Some(Value::Null), Some(json!({ "topic": "refund" }))] {
            let given = Generated { value, ..Generated::default() };
            let written = serde_json::to_string(&given).expect("plain data");
            assert_eq!(serde_json::from_str::<Generated>(&written).expect("what was written"), given, "{written}");
        }
    }

    #[test]
    fn an_answer_by_schema_fits_or_is_none() {
        let schema = json!({
            "type": "object", "required": ["topic"], "additionalProperties": false,
            "properties": { "topic": { "enum": ["refund", "none"] } },
        });
        let task = Task { purpose: Purpose::Classify, schema: Some(schema.clone()), ..Task::default() };

        assert_eq!(task.read("```json\n{\"topic\": \"refund\"}\n```"), Ok(Some(json!({ "topic": "refund" }))));
        for broken in ["", "refund", "{\"topic\": \"re", "{\"topic\": \"other\"}", "[]", "{\"topic\":\"none\",\"x\":1}"]
        {
            assert!(task.read(broken).is_err(), "{broken}");
        }
        let deep = Task { schema: Some(json!(true)), ..Task::default() };
        let why = deep.read(&format!("{}{}", "[".repeat(65), "]".repeat(65))).expect_err("it nests too deep");
        assert!(why.in_language("zh").starts_with("模型的回答的列表和对象嵌套超过 64 层"), "{why:?}");
        assert!(why.in_language("en").starts_with("the answer nests lists and objects more than 64 deep"), "{why:?}");
        let reply = Task { schema: Some(schema), ..Task::default() };
        assert_eq!(reply.read("words"), Ok(None));
        assert!(reply.read("{\"topic\"").is_err() && reply.read(" ").is_err());
        assert_eq!(Task::default().read("words"), Ok(None));
    }
}

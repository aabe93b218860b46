//! The web channel: what customers' windows send and get as JSON.

use std::collections::BTreeMap;

use model::{Input, Message};
use serde_json::Value;

/// A message may have this many characters.
pub const MAX_TEXT_CHARS: usize = 8_000;
/// A client's message id may have this many characters.
pub const MAX_ID_CHARS: usize = 128;
/// A form may have this many fields.
pub const MAX_FIELDS: usize = 50;
const MAX_URL_CHARS: usize = 2_000;
const MAX_CHOICE_CHARS: usize = 256;

/// A customer's message as the window sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The window's id of the message.
    pub id: String,
    /// What the customer says.
    pub input: Input,
}

/// Why a payload is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `id` is missing, empty or too long.
    Id,
    /// None, or several, of `text`, `choice`, `form` and `file` are there, or one has a wrong type.
    Input,
    /// There is nothing in it.
    Empty,
    /// There is too much in it.
    TooLong,
    /// The file's address is not http or https.
    Address,
}

/// Reads `{ "id", "text" | "choice" | "form" | "file" }`.
pub fn read(payload: &Value) -> Result<Incoming, Refusal> {
    let id = payload.get("id").and_then(Value::as_str).unwrap_or_default();
    if id.is_empty() || id.chars().count() > MAX_ID_CHARS {
        return Err(Refusal::Id);
    }
    Ok(Incoming { id: id.to_owned(), input: read_input(payload)? })
}

/// Reads `{ "text" | "choice" | "form" | "file" }`.
pub fn read_input(payload: &Value) -> Result<Input, Refusal> {
    let given = |name| payload.get(name).filter(|value| !value.is_null());
    match (given("text"), given("choice"), given("form"), given("file")) {
        (Some(Value::String(text)), None, None, None) => read_text(text),
        (None, Some(Value::String(choice)), None, None) => match choice.chars().count() {
            0 => Err(Refusal::Empty),
            1..=MAX_CHOICE_CHARS => Ok(Input::Choice(choice.clone())),
            _ => Err(Refusal::TooLong),
        },
        (None, None, Some(Value::Object(fields)), None) => {
            read_form(fields.iter().map(|(field, value)| (field.clone(), value.clone())).collect())
        }
        (None, None, None, Some(Value::String(url))) => {
            if url.chars().count() > MAX_URL_CHARS {
                return Err(Refusal::TooLong);
            }
            let is_web = url.starts_with("https://") || url.starts_with("http://");
            if is_web { Ok(Input::File(url.clone())) } else { Err(Refusal::Address) }
        }
        _ => Err(Refusal::Input),
    }
}

/// The message as customers get it: without the step that said it.
pub fn for_customer(message: Message) -> Message {
    Message { node: None, ..message }
}

fn read_text(text: &str) -> Result<Input, Refusal> {
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refusal::TooLong);
    }
    // Control characters have no place in a sentence; line breaks and tabs do.
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if clean.trim().is_empty() { Err(Refusal::Empty) } else { Ok(Input::Text(clean)) }
}

fn read_form(fields: BTreeMap<String, Value>) -> Result<Input, Refusal> {
    if fields.is_empty() {
        return Err(Refusal::Empty);
    }
    let chars: usize = fields.iter().map(|(field, value)| field.len() + value.to_string().chars().count()).sum();
    if fields.len() > MAX_FIELDS || chars > MAX_TEXT_CHARS {
        return Err(Refusal::TooLong);
    }
    let is_plain = fields.values().all(|value| !value.is_object() && !value.is_array());
    if is_plain { Ok(Input::Form(fields)) } else { Err(Refusal::Input) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_way_to_answer_is_read() {
        check(json!({ "id": "1", "text": "你好\u{0}" }), Ok(Input::Text("你好".into())));
        check(json!({ "id": "1", "choice": "yes" }), Ok(Input::Choice("yes".into())));
        check(json!({ "id": "1", "form": { "a": 1 } }), Ok(Input::Form([("a".to_owned(), json!(1))].into())));
        check(json!({ "id": "1", "file": "https://a/b.png" }), Ok(Input::File("https://a/b.png".into())));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        check(json!({ "text": "hi" }), Err(Refusal::Id));
        check(json!({ "id": "1" }), Err(Refusal::Input));
        check(json!({ "id": "1", "text": "a", "choice": "b" }), Err(Refusal::Input));
        check(json!({ "id": "1", "text": " \n" }), Err(Refusal::Empty));
        check(json!({ "id": "1", "text": "a".repeat(8_001) }), Err(Refusal::TooLong));
        check(json!({ "id": "1", "file": "javascript:alert(1)" }), Err(Refusal::Address));
        check(json!({ "id": "1", "form": { "a": { "b": 1 } } }), Err(Refusal::Input));
        check(json!([]), Err(Refusal::Id));
    }

    fn check(payload: Value, expected: Result<Input, Refusal>) {
        assert_eq!(read(&payload).map(|incoming| incoming.input), expected, "{payload}");
    }
}

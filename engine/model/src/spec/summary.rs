//! The summary line of a card: a small template over a node's settings.

use serde_json::Value;

use crate::{Language, Texts};

/// A piece of a card's summary.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words.
    Text(String),
    /// A variable, shown as a chip.
    Variable(String),
}

/// Expands a summary template: `{field}` is a setting (texts in `language`, `{{ variables }}` in it become chips),
/// `{field|variable}` a variable's chip, `{list[].field}` the items' fields joined with " / ",
/// `{field?words}` the words when the setting is neither empty nor false. Unknown fields are empty.
pub fn summary(template: &Texts, config: &Value, language: &Language) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template.get(language, &[]);
    while let Some(start) = rest.find('{') {
        push_text(&mut parts, &rest[..start]);
        let Some(length) = rest[start..].find('}') else {
            rest = &rest[start + 1..];
            continue;
        };
        placeholder(&mut parts, &rest[start + 1..start + length], config, language);
        rest = &rest[start + length + 1..];
    }
    push_text(&mut parts, rest);
    parts
}

fn placeholder(parts: &mut Vec<Part>, inside: &str, config: &Value, language: &Language) {
    if let Some((field, words)) = inside.split_once('?') {
        let value = lookup(config, field);
        if !words_of(value, language).is_empty() && value != Some(&Value::Bool(false)) {
            push_text(parts, words);
        }
    } else if let Some(field) = inside.strip_suffix("|variable") {
        let name = words_of(lookup(config, field), language);
        if !name.is_empty() {
            parts.push(Part::Variable(name));
        }
    } else if let Some((list, field)) = inside.split_once("[]") {
        let field = field.trim_start_matches('.');
        let items: Vec<String> = lookup(config, list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|item| words_of(if field.is_empty() { Some(item) } else { lookup(item, field) }, language))
            .filter(|words| !words.is_empty())
            .collect();
        push_with_chips(parts, &items.join(" / "));
    } else {
        push_with_chips(parts, &words_of(lookup(config, inside), language));
    }
}

fn lookup<'a>(config: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(config, |value, field| value.get(field))
}

fn words_of(value: Option<&Value>, language: &Language) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(true)) => "✓".into(),
        Some(Value::Array(items)) => {
            items.iter().map(|item| words_of(Some(item), language)).collect::<Vec<_>>().join(" / ")
        }
        Some(object @ Value::Object(_)) => serde_json::from_value::<Texts>(object.clone())
            .map(|texts| texts.get(language, &[]).to_owned())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Splits `{{ name }}` out of a text as chips.
fn push_with_chips(parts: &mut Vec<Part>, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            break;
        };
        push_text(parts, &rest[..start]);
        parts.push(Part::Variable(rest[start + 2..start + length].trim().to_owned()));
        rest = &rest[start + length + 2..];
    }
    push_text(parts, rest);
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_shows_settings_and_chips() {
        let template = Texts::new("“{question}” → {save_to|variable}", "“{question}” → {save_to|variable}");
        let config = json!({ "question": { "zh": "您好 {{ name }}，订单号？" }, "save_to": "order_no" });

        let parts = summary(&template, &config, &Language::zh());

        assert_eq!(
            parts,
            [
                Part::Text("“您好 ".into()),
                Part::Variable("name".into()),
                Part::Text("，订单号？” → ".into()),
                Part::Variable("order_no".into()),
            ]
        );
    }

    #[test]
    fn lists_are_joined_and_unknown_fields_are_empty() {
        let template = Texts::new("{options[].label}{nothing}", "");
        let config = json!({ "options": [{ "label": { "zh": "退款" } }, { "label": { "zh": "物流" } }] });

        assert_eq!(summary(&template, &config, &Language::zh()), [Part::Text("退款 / 物流".into())]);
    }
}

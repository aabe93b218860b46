//! Texts with `{{ expression }}` inside, expanded once and encoded for where they go.

use std::collections::BTreeSet;

use model::VarName;
use serde_json::Value;

use crate::engine::MAX_STRING;
use crate::voice::{self, MOOD};
use crate::{Compiled, ExprError, Now, Values};

/// Where an expanded text goes: decides how values are written into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// For people: as it is.
    Text,
    /// A JSON document: escaped inside quotes, a whole JSON value outside of them.
    JsonString,
    /// A part of an address: percent-encoded.
    UrlComponent,
    /// A header of a request: without line breaks and other control characters.
    Header,
}

/// A template and what it expands to may have this many bytes: as much as a variable may keep.
const MAX_TEXT: usize = MAX_STRING;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct CompiledTemplate {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Plain(String),
    /// A variable alone, the usual case, needs no engine.
    Variable(VarName),
    /// With the byte of the template it begins at.
    Expression(Compiled, usize),
}

impl CompiledTemplate {
    /// Parses a template. Full-width braces `｛｛ ｝｝` count as braces.
    pub fn parse(source: &str) -> Result<Self, ExprError> {
        if source.len() > MAX_TEXT {
            return Err(too_long());
        }
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some((start, after_open)) = find(rest, ["{{", "｛｛"]) {
            let at = source.len() - rest.len() + start;
            let inside_on = &rest[after_open..];
            let Some((inside, after_close)) = end_of_expression(inside_on) else {
                return Err(place(unclosed(), source, at));
            };
            if start > 0 {
                pieces.push(Piece::Plain(rest[..start].to_owned()));
            }
            let indent = inside_on.len() - inside_on.trim_start().len();
            let begins = at + (after_open - start) + indent;
            pieces.push(expression(&inside_on[..inside], begins).map_err(|error| shift(error, source, begins))?);
            rest = &inside_on[after_close..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Plain(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// The variables it reads.
    pub fn uses(&self) -> BTreeSet<VarName> {
        self.pieces
            .iter()
            .flat_map(|piece| match piece {
                Piece::Plain(_) => BTreeSet::new(),
                Piece::Variable(name) => BTreeSet::from([name.clone()]),
                Piece::Expression(expression, _) => expression.uses(),
            })
            .collect()
    }

    /// Does it say phrases or read the customer's mood? Only then does it need a [`crate::Voice`].
    pub fn speaks(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Plain(_) => false,
            Piece::Variable(name) => name == MOOD,
            Piece::Expression(expression, _) => expression.speaks(),
        })
    }

    /// The phrases it names, where their keys are written out.
    pub fn phrases(&self) -> BTreeSet<String> {
        let named = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Expression(expression, _) => Some(expression.phrases()),
            _ => None,
        });
        named.flatten().cloned().collect()
    }

    /// Calls that fail each time they are come to, with their places in the text that this is a template of.
    pub fn impossible_calls(&self, source: &str) -> Vec<ExprError> {
        let expressions = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Expression(expression, begins) => Some((expression, *begins)),
            _ => None,
        });
        let shifted = expressions.flat_map(|(expression, begins)| {
            expression.impossible_calls().into_iter().map(move |error| shift(error, source, begins))
        });
        shifted.collect()
    }

    /// Is there nothing to expand?
    pub fn is_plain(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Plain(_)))
    }

    /// The text with its expressions' values. Values are never expanded again, whatever they contain.
    pub fn expand(&self, values: &Values, sink: Sink, now: &Now) -> Result<String, ExprError> {
        let mut text = String::new();
        let mut quotes = Quotes::default();
        for piece in &self.pieces {
            let computed;
            let value = match piece {
                Piece::Plain(plain) => {
                    quotes.read(plain);
                    text.push_str(plain);
                    continue;
                }
                Piece::Variable(name) if name == MOOD && !values.contains_key(name) => {
                    computed = voice::mood(now);
                    &computed
                }
                Piece::Variable(name) => values.get(name).ok_or_else(|| ExprError::no_such_variable(name.as_str()))?,
                Piece::Expression(expression, _) => {
                    computed = expression.eval(values, now)?;
                    &computed
                }
            };
            write(&mut text, value, sink, quotes.is_open);
            if text.len() > MAX_TEXT {
                return Err(too_long());
            }
        }
        Ok(text)
    }
}

/// A value as people read it: nothing for `null`, `3` for `3.0`, JSON for lists and objects.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => crate::convert::from_float(float).to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

fn write(text: &mut String, value: &Value, sink: Sink, in_quotes: bool) {
    match sink {
        Sink::Text => text.push_str(&as_text(value)),
        Sink::Header => text.extend(as_text(value).chars().filter(|c| !c.is_control())),
        Sink::JsonString if in_quotes => {
            let quoted = Value::String(as_text(value)).to_string();
            text.push_str(&quoted[1..quoted.len() - 1]);
        }
        Sink::JsonString => match value {
            Value::Number(_) => text.push_str(&as_text(value)),
            other => text.push_str(&other.to_string()),
        },
        Sink::UrlComponent => {
            for byte in as_text(value).bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
}

/// Follows a JSON document's quotes through the plain pieces of a template.
#[derive(Default)]
struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    fn read(&mut self, plain: &str) {
        for character in plain.chars() {
            match character {
                _ if self.is_escaped => self.is_escaped = false,
                '\\' => self.is_escaped = self.is_open,
                '"' => self.is_open = !self.is_open,
                _ => {}
            }
        }
    }
}

fn expression(inside: &str, begins: usize) -> Result<Piece, ExprError> {
    let source = inside.trim();
    let name = VarName::from(source);
    if name.is_valid() && !RESERVED.contains(&source) {
        return Ok(Piece::Variable(name));
    }
    Compiled::expression(source).map(|compiled| Piece::Expression(compiled, begins))
}

/// Words that look like variables and are not.
const RESERVED: [&str; 4] = ["true", "false", "this", "_"];

/// The first of the marks: where it starts and where the text goes on after it.
fn find(text: &str, marks: [&str; 2]) -> Option<(usize, usize)> {
    marks.iter().filter_map(|mark| text.find(mark).map(|start| (start, start + mark.len()))).min()
}

/// Where the expression at the start of `text` ends, and where the text goes on after its closing braces.
/// Braces inside strings and object literals do not close it.
fn end_of_expression(text: &str) -> Option<(usize, usize)> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(character),
            (None, '{') if text[index..].starts_with("{{") => return None,
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if text[index..].starts_with("}}") => return Some((index, index + 2)),
            (None, '｝') if text[index..].starts_with("｝｝") => return Some((index, index + 2 * '｝'.len_utf8())),
            _ => {}
        }
    }
    None
}

fn too_long() -> ExprError {
    ExprError::new(
        "text too long",
        "这段文字太长（上限 64 KB）。请缩短，或少放一些变量。",
        "This text is too long (limit 64 KB). Shorten it, or put fewer variables into it.",
    )
}

fn unclosed() -> ExprError {
    ExprError::new(
        "unclosed {{",
        "这里的 {{ 没有配对的 }}。请补上 }}，或删去 {{。",
        "The {{ here has no matching }}. Add }} or remove the {{.",
    )
}

/// The error at this byte of the source.
fn place(mut error: ExprError, source: &str, at: usize) -> ExprError {
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    error.line = Some(before.matches('\n').count() + 1);
    error.column = Some(before[line_start..].chars().count() + 1);
    error
}

/// An error inside an expression that starts at this byte of the source.
fn shift(error: ExprError, source: &str, at: usize) -> ExprError {
    let (line, column) = (error.line.unwrap_or(1), error.column.unwrap_or(1));
    let mut placed = place(error, source, at);
    placed.column = if line == 1 { placed.column.map(|start| start + column - 1) } else { Some(column) };
    placed.line = placed.line.map(|start| start + line - 1);
    placed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_in_as_people_read_them() {
        check("订单 {{ order_no }}，共 {{amount * 2}} 元", "订单 A1，共 241 元");
        check("｛｛ order_no ｝｝!", "A1!");
        check("[{{ nothing }}] {{ whole }} {{ default(nothing, \"-\") }}", "[] 3 -");
        check("{{ \"}}\" }} { } {{ #{a: 1}.a }}", "}} { } 1");
    }

    #[test]
    fn a_value_is_never_expanded_again() {
        check("{{ evil }} ${7*7} <%= 1 %>", "{{ amount }} ${7*7} <%= 1 %>");
    }

    #[test]
    fn a_value_cannot_leave_its_place() {
        let values = values();
        let expand = |source: &str, sink| {
            CompiledTemplate::parse(source).expect("a template").expand(&values, sink, &now()).expect("expands")
        };

        assert_eq!(
            expand(r#"{"a": "x{{ hostile }}", "n": {{ amount }}, "s": {{ order_no }}}"#, Sink::JsonString),
            r#"{"a": "x\",\r\nX: 1/&?", "n": 120.5, "s": "A1"}"#
        );
        assert_eq!(expand("/orders/{{ hostile }}", Sink::UrlComponent), "/orders/%22%2C%0D%0AX%3A%201%2F%26%3F");
        assert_eq!(expand("Bearer {{ hostile }}", Sink::Header), "Bearer \",X: 1/&?");
    }

    #[test]
    fn an_unclosed_brace_has_a_place() {
        let error = CompiledTemplate::parse("第一行\n您好 {{ name").expect_err("unclosed");
        assert_eq!((error.line, error.column), (Some(2), Some(4)));
        assert!(error.message.in_language("en").contains("no matching }}"));

        assert!(CompiledTemplate::parse("{{ a {{ b }} }}").is_err());
    }

    #[test]
    fn a_mistake_inside_has_its_place_in_the_whole_text() {
        let error = CompiledTemplate::parse("您好 {{ amount * }}").expect_err("incomplete");
        assert_eq!(error.line, Some(1));
        assert!(error.column.is_some_and(|column| column > 6));
    }

    #[test]
    fn a_missing_variable_is_named() {
        for source in ["{{ ordre_no }}", "{{ ordre_no + 1 }}"] {
            let error = CompiledTemplate::parse(source).expect("parses").expand(&values(), Sink::Text, &now());
            assert!(error.expect_err("missing").message.in_language("zh").contains("ordre_no"));
        }
    }

    #[test]
    fn a_template_knows_what_it_uses() {
        let template = CompiledTemplate::parse("{{ a }} {{ b.c + d }}").expect("parses");

        assert_eq!(template.uses(), ["a", "b", "d"].map(VarName::from).into());
        assert!(!template.is_plain());
        assert!(CompiledTemplate::parse("您好 {name}").expect("parses").is_plain());
    }

    fn check(source: &str, expected: &str) {
        let template = CompiledTemplate::parse(source).expect("parses");
        assert_eq!(template.expand(&values(), Sink::Text, &now()).expect("expands"), expected);
    }

    fn values() -> Values {
        [
            ("order_no", json!("A1")),
            ("amount", json!(120.5)),
            ("whole", json!(3.0)),
            ("nothing", json!(null)),
            ("evil", json!("{{ amount }}")),
            ("hostile", json!("\",\r\nX: 1/&?")),
        ]
        .map(|(name, value)| (name.into(), value))
        .into()
    }

    fn now() -> Now {
        Now::new(1_795_000_000_000, "Asia/Shanghai")
    }
}

//! Rows of conditions: variable, operator, value.

use std::cmp::Ordering;

use expr::{Sink, as_text};
use interpreter::{Ctx, Failure};
use model::{Expression, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Conditions that must all hold, or one of which must.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["mode", "rows"]))]
pub struct When {
    /// Must all rows hold, or is one enough?
    #[schemars(title = "Match", extend("x-zh" = ["满足", "要全部满足，还是任意一条"], "x-options" = [["all", "全部", "all"], ["any", "任意一条", "any"]]))]
    pub mode: Mode,
    /// The conditions.
    #[schemars(title = "Conditions", extend("x-zh" = ["条件", "逐行填写条件"], "x-item" = ["条件", "condition"]))]
    pub rows: Vec<Condition>,
}

/// How rows are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum Mode {
    #[default]
    All,
    Any,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["left", "op", "right"]))]
pub struct Condition {
    /// The variable, or an expression, to look at.
    #[schemars(title = "Variable", extend("x-zh" = ["变量", "要判断的变量或表达式"]))]
    pub left: Expression,
    /// How to compare it.
    #[schemars(title = "Comparison", extend(
        "x-zh" = ["关系", "怎样比较"],
        "x-options" = [["is", "等于", "is"], ["is_not", "不等于", "is not"], ["contains", "包含", "contains"], ["not_contains", "不包含", "does not contain"], ["starts_with", "开头是", "starts with"], ["greater", "大于", "is greater than"], ["at_least", "大于等于", "is at least"], ["less", "小于", "is less than"], ["at_most", "小于等于", "is at most"], ["is_empty", "为空", "is empty"], ["is_not_empty", "不为空", "is not empty"], ["is_true", "为是", "is yes"], ["is_false", "为否", "is no"], ["one_of", "是其中之一", "is one of"]]
    ))]
    pub op: Operator,
    /// What to compare it with. For “is one of”, separate the values by commas.
    #[schemars(title = "Value", extend("x-zh" = ["值", "与什么比较；“是其中之一”用逗号分隔"], "x-show-when" = { "op": ["is", "is_not", "contains", "not_contains", "starts_with", "greater", "at_least", "less", "at_most", "one_of"] }))]
    pub right: Template,
}

/// A comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum Operator {
    #[default]
    Is,
    IsNot,
    Contains,
    NotContains,
    StartsWith,
    Greater,
    AtLeast,
    Less,
    AtMost,
    IsEmpty,
    IsNotEmpty,
    IsTrue,
    IsFalse,
    OneOf,
}

impl When {
    /// Do the rows hold? Rows without a variable do not count; without any row nothing holds.
    pub(super) fn holds(&self, ctx: &Ctx<'_>) -> Result<bool, Failure> {
        let mut n_rows = 0;
        for row in self.rows.iter().filter(|row| !row.left.as_str().trim().is_empty()) {
            n_rows += 1;
            let left = ctx.eval(&row.left)?;
            let right = ctx.expand(&row.right, Sink::Text)?;
            match (self.mode, row.op.compares(&left, right.trim())) {
                (Mode::All, false) => return Ok(false),
                (Mode::Any, true) => return Ok(true),
                _ => {}
            }
        }
        Ok(self.mode == Mode::All && n_rows > 0)
    }
}

impl Operator {
    /// Does the comparison hold? Texts are compared without regard to case, numbers by value.
    fn compares(self, left: &Value, right: &str) -> bool {
        match self {
            Self::Is => is(left, right),
            Self::IsNot => !is(left, right),
            Self::Contains => contains(left, right),
            Self::NotContains => !contains(left, right),
            Self::StartsWith => plain(left).starts_with(&right.to_lowercase()),
            Self::Greater => order(left, right) == Some(Ordering::Greater),
            Self::AtLeast => matches!(order(left, right), Some(Ordering::Greater | Ordering::Equal)),
            Self::Less => order(left, right) == Some(Ordering::Less),
            Self::AtMost => matches!(order(left, right), Some(Ordering::Less | Ordering::Equal)),
            Self::IsEmpty => is_empty(left),
            Self::IsNotEmpty => !is_empty(left),
            Self::IsTrue => truth(left) == Some(true),
            Self::IsFalse => truth(left) == Some(false),
            Self::OneOf => one_of(left, right),
        }
    }
}

fn plain(value: &Value) -> String {
    as_text(value).trim().to_lowercase()
}

fn is(left: &Value, right: &str) -> bool {
    match (number(left), right.parse::<f64>()) {
        (Some(left), Ok(right)) => left == right,
        _ => match (left, truth(&Value::from(right))) {
            (Value::Bool(left), Some(right)) => *left == right,
            _ => plain(left) == right.to_lowercase(),
        },
    }
}

fn contains(left: &Value, right: &str) -> bool {
    match left {
        Value::Array(items) => items.iter().any(|item| is(item, right)),
        other => plain(other).contains(&right.to_lowercase()),
    }
}

/// Numbers by value, everything else (ISO dates, for one) by its letters; nothing is greater than an empty value.
fn order(left: &Value, right: &str) -> Option<Ordering> {
    match (number(left), right.parse::<f64>()) {
        (Some(left), Ok(right)) => left.partial_cmp(&right),
        (None, Err(_)) if !is_empty(left) && !right.is_empty() => Some(plain(left).cmp(&right.to_lowercase())),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// An empty value is neither yes nor no.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "是" | "对" => Some(true),
            "false" | "no" | "否" | "不是" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn one_of(left: &Value, right: &str) -> bool {
    right.split([',', '，', '、', ';', '；', '|', '\n']).map(str::trim).any(|item| !item.is_empty() && is(left, item))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operators_compare_as_people_expect() {
        for (left, op, right, expected) in [
            (json!("Gold"), Operator::Is, "gold", true),
            (json!(5), Operator::Is, "5.0", true),
            (json!(true), Operator::Is, "是", true),
            (json!(null), Operator::Is, "", true),
            (json!("a"), Operator::IsNot, "b", true),
            (json!("加急订单"), Operator::Contains, "加急", true),
            (json!(["a", 2]), Operator::Contains, "2", true),
            (json!("abc"), Operator::NotContains, "x", true),
            (json!("A10442"), Operator::StartsWith, "a1", true),
            (json!("600"), Operator::Greater, "59", true),
            (json!(5), Operator::AtLeast, "5", true),
            (json!("2026-11-22"), Operator::Less, "2026-12-01", true),
            (json!(5), Operator::AtMost, "4", false),
            (json!(null), Operator::Less, "5", false),
            (json!("x"), Operator::Greater, "5", false),
            (json!(" "), Operator::IsEmpty, "", true),
            (json!(0), Operator::IsNotEmpty, "", true),
            (json!("是"), Operator::IsTrue, "", true),
            (json!(false), Operator::IsFalse, "", true),
            (json!(null), Operator::IsFalse, "", false),
            (json!("silver"), Operator::OneOf, "gold，silver", true),
            (json!("sil"), Operator::OneOf, "gold, silver", false),
        ] {
            assert_eq!(op.compares(&left, right), expected, "{left} {op:?} {right}");
        }
    }
}

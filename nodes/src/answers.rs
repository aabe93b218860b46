//! What kinds of answers a customer may give, and how they are read from words.

use interpreter::Ctx;
use model::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pattern::Pattern;
use crate::words;

/// What an answer must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum AnswerKind {
    #[default]
    Text,
    Number,
    Date,
    Phone,
    Email,
    OrderNumber,
    YesNo,
    Pattern,
}

impl AnswerKind {
    /// Reads the answer out of what the customer said; nothing when it is not there.
    pub(crate) fn read(self, input: &Input, pattern: &Pattern, ctx: &Ctx<'_>) -> Option<Value> {
        let text = input.as_text();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        match self {
            Self::Text => Some(text.into()),
            Self::Number => nlu::details::number(text).map(words::number),
            Self::Date => nlu::details::date(text, &ctx.now_in_zone()).map(Value::from),
            Self::Phone => nlu::details::phone(text).map(Value::from),
            Self::Email => nlu::details::email(text).map(Value::from),
            Self::OrderNumber => nlu::details::order_number(text).map(Value::from),
            Self::YesNo => nlu::details::yes_no(text).map(Value::from),
            Self::Pattern => {
                let pattern = pattern.compiled().ok()?;
                nlu::details::pattern(text, pattern).map(Value::from)
            }
        }
    }

    /// What to say when the author wrote nothing for an answer that is not valid.
    pub(crate) fn hint(self, ctx: &Ctx<'_>) -> &'static str {
        let (zh, en) = match self {
            Self::Text => ("请用文字回答。", "Please answer in words."),
            Self::Number => ("请输入一个数字。", "Please enter a number."),
            Self::Date => ("请输入日期，例如 11月22日。", "Please enter a date, for example 2026-11-22."),
            Self::Phone => ("请输入正确的手机号码。", "Please enter a valid phone number."),
            Self::Email => ("请输入正确的邮箱地址。", "Please enter a valid e-mail address."),
            Self::OrderNumber => (
                "没有找到订单号，请再输入一次，例如 A10442。",
                "I could not find an order number. Please enter it again, for example A10442.",
            ),
            Self::YesNo => ("请回答“是”或“不是”。", "Please answer yes or no."),
            Self::Pattern => ("格式不对，请再输入一次。", "That does not look right. Please enter it again."),
        };
        words::in_language(ctx, zh, en)
    }
}

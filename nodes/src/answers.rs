//! What kinds of answers a customer may give, and how they are read from words.

use interpreter::Ctx;
use model::{DetailKind, Input};
use nlu::acts::{meant, without_taken_back};
use nlu::details::details_of;
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
    Time,
    DateTime,
    Money,
    Quantity,
    Duration,
    Name,
    Address,
    IdNumber,
    BankCard,
    Plate,
    Url,
    // A detail that the workspace defines.
    Own,
}

/// How forms name the kinds that `ask` and `collect` share.
pub(crate) const OPTIONS: [[&str; 3]; 19] = [
    ["text", "任意文字", "any text"],
    ["number", "数字", "number"],
    ["date", "日期", "date"],
    ["phone", "电话号码", "phone number"],
    ["email", "邮箱", "e-mail"],
    ["order_number", "订单号", "order number"],
    ["yes_no", "是或否", "yes or no"],
    ["own", "词典等信息项", "own detail"],
    ["time", "时刻", "time of day"],
    ["date_time", "日期和时刻", "date and time"],
    ["money", "金额", "amount of money"],
    ["quantity", "数量和单位", "quantity with unit"],
    ["duration", "时长（分钟）", "duration in minutes"],
    ["name", "姓名", "person's name"],
    ["address", "地址", "address"],
    ["id_number", "身份证号", "identity card number"],
    ["bank_card", "银行卡号", "bank card number"],
    ["plate", "车牌号", "plate"],
    ["url", "网址", "web address"],
];

impl AnswerKind {
    /// Reads the answer out of what the customer said; nothing when it is not there.
    pub(crate) fn read(self, input: &Input, pattern: &Pattern, ctx: &Ctx<'_>) -> Option<Value> {
        let text = input.as_text();
        let said = text.trim();
        if said.is_empty() {
            return None;
        }
        let left = self.without_taken_back(said, pattern, ctx);
        let text = left.as_str();
        match self {
            Self::Text => Some(said.into()),
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
            // Somebody who is asked for a name often says nothing else.
            Self::Name => self.find(text, ctx).or_else(|| bare_name(put_right(said))),
            Self::Address => whole_address(text, ctx).map(Value::from).or_else(|| {
                let said = put_right(said);
                (said.chars().count() >= 4).then(|| said.into())
            }),
            Self::Own => None,
            _ => self.find(text, ctx),
        }
    }

    /// Would any words be an answer like these, because nothing in them says that they are one?
    pub(crate) fn takes_any_words(self, input: &Input, ctx: &Ctx<'_>) -> bool {
        match self {
            Self::Text => true,
            Self::Name | Self::Address => self.find(&input.as_text(), ctx).is_none(),
            _ => false,
        }
    }

    /// The words without the values that they take back themselves: "A10442, no, A10443" keeps the second.
    fn without_taken_back(self, text: &str, pattern: &Pattern, ctx: &Ctx<'_>) -> String {
        let kinds: &[DetailKind] = match self {
            Self::Text | Self::YesNo | Self::Own => &[],
            Self::Pattern => {
                let Ok(pattern) = pattern.compiled() else { return text.to_owned() };
                let places: Vec<_> = pattern.find_iter(text).take(20).map(|it| (it.start(), it.end())).collect();
                let mut left = text.to_owned();
                for ((start, end), _) in places.iter().zip(meant(text, &places)).filter(|(_, meant)| !meant) {
                    left.replace_range(*start..*end, &" ".repeat(end - start));
                }
                return left;
            }
            // Digits alone may be any of these.
            Self::Number => &[DetailKind::Number, DetailKind::Money, DetailKind::OrderNumber],
            Self::OrderNumber => &[DetailKind::OrderNumber, DetailKind::Phone],
            kind => match kind.found() {
                Some(found) => return without_taken_back(text, &ctx.now_in_zone(), &[found]),
                None => &[],
            },
        };
        without_taken_back(text, &ctx.now_in_zone(), kinds)
    }

    fn find(self, text: &str, ctx: &Ctx<'_>) -> Option<Value> {
        let kind = self.found()?;
        nlu::details::first(kind, text, &ctx.now_in_zone()).map(|value| kept(kind, value))
    }

    /// What it is called where sentences are searched; nothing for what only an answer can be.
    pub(crate) fn found(self) -> Option<DetailKind> {
        Some(match self {
            Self::Text | Self::Pattern | Self::Own => return None,
            Self::Number => DetailKind::Number,
            Self::Date => DetailKind::Date,
            Self::Phone => DetailKind::Phone,
            Self::Email => DetailKind::Email,
            Self::OrderNumber => DetailKind::OrderNumber,
            Self::YesNo => DetailKind::YesNo,
            Self::Time => DetailKind::Time,
            Self::DateTime => DetailKind::DateTime,
            Self::Money => DetailKind::Money,
            Self::Quantity => DetailKind::Quantity,
            Self::Duration => DetailKind::Duration,
            Self::Name => DetailKind::Name,
            Self::Address => DetailKind::Address,
            Self::IdNumber => DetailKind::IdNumber,
            Self::BankCard => DetailKind::BankCard,
            Self::Plate => DetailKind::Plate,
            Self::Url => DetailKind::Url,
        })
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
            Self::Time => ("请输入时间，例如 下午3点。", "Please enter a time, for example 3 pm."),
            Self::DateTime => (
                "请输入日期和时间，例如 明天下午3点。",
                "Please enter a date and a time, for example tomorrow at 3 pm.",
            ),
            Self::Money => ("请输入金额，例如 120元。", "Please enter an amount, for example $120."),
            Self::Quantity => ("请输入数量和单位，例如 3箱。", "Please enter a quantity, for example 3 boxes."),
            Self::Duration => ("请输入时长，例如 两个小时。", "Please enter how long, for example two hours."),
            Self::Name => ("请输入姓名。", "Please enter a name."),
            Self::Address => ("请输入完整地址。", "Please enter the full address."),
            Self::IdNumber => ("请输入正确的 18 位身份证号。", "Please enter a valid identity card number."),
            Self::BankCard => ("请输入正确的银行卡号。", "Please enter a valid bank card number."),
            Self::Plate => ("请输入车牌号，例如 沪A12345。", "Please enter a plate, for example 沪A12345."),
            Self::Url => ("请输入网址。", "Please enter a web address."),
            Self::Own => ("没有听懂，请换个说法。", "I did not find that. Please say it in other words."),
            Self::Pattern => ("格式不对，请再输入一次。", "That does not look right. Please enter it again."),
        };
        words::in_language(ctx, zh, en)
    }
}

/// What a variable keeps of a detail that was found: one text or number, so that it reads well in sentences.
pub(crate) fn kept(kind: DetailKind, value: Value) -> Value {
    let part = |name: &str| value.get(name).cloned().unwrap_or(Value::Null);
    match kind {
        DetailKind::Money => part("amount"),
        DetailKind::Duration => part("minutes"),
        DetailKind::Address => part("full"),
        DetailKind::Quantity => {
            let unit = part("unit").as_str().unwrap_or_default().to_owned();
            let gap = if unit.starts_with(|c: char| c.is_ascii_alphabetic()) { " " } else { "" };
            format!("{}{gap}{unit}", expr::as_text(&part("amount"))).into()
        }
        _ => value,
    }
}

/// The address in an answer that is one, up to the end of what belongs to it: "幸福路 8 号" with its number.
fn whole_address(text: &str, ctx: &Ctx<'_>) -> Option<String> {
    const PARTS: [char; 7] = ['号', '楼', '室', '栋', '幢', '层', '院'];
    let found = details_of(text, &ctx.now_in_zone(), &[DetailKind::Address]);
    let address = found.iter().find(|detail| detail.kind == DetailKind::Address)?;
    // Right behind a road, "8 号" is a house and no day.
    let is_house = |start: usize| start >= address.end && text[address.end..start].trim().is_empty();
    let is_other = |at: usize| {
        let others = [DetailKind::Phone, DetailKind::Email, DetailKind::Date, DetailKind::Time];
        found.iter().any(|detail| {
            others.contains(&detail.kind) && (detail.start..detail.end).contains(&at) && !is_house(detail.start)
        })
    };
    let is_part =
        |(at, c): &(usize, char)| *at >= address.end && (c.is_ascii_digit() || PARTS.contains(c)) && !is_other(*at);
    let Some((last, _)) = nlu::simplified(text).char_indices().rfind(is_part) else {
        return Some(expr::as_text(&kept(DetailKind::Address, address.value.clone())));
    };
    let ends = |c: char| matches!(c, ',' | ';' | '!' | '\n' | '，' | '。' | '；' | '！');
    let end = text[last..].find(ends).map_or(text.len(), |at| last + at);
    Some(text[address.start..end].trim().to_owned())
}

/// The words that count where they take back what stands before them.
fn put_right(said: &str) -> &str {
    nlu::acts::put_right(said).unwrap_or(said)
}

/// A short answer without figures is a name, without what leads to it.
fn bare_name(text: &str) -> Option<Value> {
    const LONGEST: usize = 30;
    const LEADS: [&str; 12] =
        ["我姓", "姓", "免贵姓", "我叫", "叫我", "叫", "我是", "名字是", "i am ", "i'm ", "it's ", "call me "];
    const TAILS: [&str; 6] = ["就行了", "就行", "就好", "就可以了", "就可以", "吧"];
    let text = text.trim().trim_end_matches(['。', '.', '！', '!']);
    let begins = |lead: &&&str| text.get(..lead.len()).is_some_and(|start| start.eq_ignore_ascii_case(lead));
    let lead = LEADS.iter().filter(begins).map(|lead| lead.len()).max().unwrap_or_default();
    let bare = text[lead..].trim();
    let tail = TAILS.iter().filter(|_| lead > 0).find_map(|tail| bare.strip_suffix(tail));
    let bare = tail.unwrap_or(bare);
    let text = if bare.is_empty() { text } else { bare };
    let is_name = text.chars().count() <= LONGEST
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '·' | '\'' | '-'))
        && nlu::details::yes_no(text).is_none();
    is_name.then(|| text.into())
}

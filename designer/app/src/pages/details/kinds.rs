//! The sorts of details and the built-in kinds, in words.

use model::{DetailKind, DetailSource};
use serde_json::Value;

use crate::i18n::tr;

/// The sorts in the order people want them: `(name in the API, zh, en)`.
pub(super) const SOURCES: [(&str, &str, &str); 4] = [
    ("dictionary", "词典", "Dictionary"),
    ("pattern", "格式", "Pattern"),
    ("service", "服务的列表", "List of a service"),
    ("built_in", "内置类型", "Built-in kind"),
];

/// An icon for the sort of a detail.
pub(super) fn source_icon(source: &DetailSource) -> &'static str {
    match source {
        DetailSource::Dictionary { .. } => "book-open",
        DetailSource::Pattern { .. } => "code",
        DetailSource::Service { .. } => "plug",
        DetailSource::BuiltIn { .. } => "scan-text",
    }
}

/// The sort of a detail.
pub(super) fn source_words(source: &DetailSource) -> &'static str {
    let name = match source {
        DetailSource::Dictionary { .. } => "dictionary",
        DetailSource::Pattern { .. } => "pattern",
        DetailSource::Service { .. } => "service",
        DetailSource::BuiltIn { .. } => "built_in",
    };
    SOURCES.iter().find(|(source, ..)| *source == name).map_or("", |(_, zh, en)| tr(zh, en))
}

/// A built-in kind as the API names it.
pub(super) fn kind_name(kind: DetailKind) -> String {
    serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The built-in kind of this name.
pub(super) fn kind_of(name: &str) -> Option<DetailKind> {
    serde_json::from_value(Value::String(name.to_owned())).ok()
}

/// A built-in kind in words.
pub(super) fn kind_words(kind: DetailKind) -> &'static str {
    match kind {
        DetailKind::Number => tr("数字", "Number"),
        DetailKind::Money => tr("金额", "Money"),
        DetailKind::Date => tr("日期", "Date"),
        DetailKind::Time => tr("时刻", "Time of day"),
        DetailKind::DateTime => tr("日期和时刻", "Date and time"),
        DetailKind::DateSpan => tr("日期范围", "Span of days"),
        DetailKind::Duration => tr("时长", "Duration"),
        DetailKind::Quantity => tr("数量和单位", "Quantity"),
        DetailKind::Phone => tr("电话号码", "Phone number"),
        DetailKind::Email => tr("邮箱", "E-mail"),
        DetailKind::Url => tr("网址", "Web address"),
        DetailKind::OrderNumber => tr("订单号", "Order number"),
        DetailKind::IdNumber => tr("身份证号", "Identity card"),
        DetailKind::BankCard => tr("银行卡号", "Bank card"),
        DetailKind::Plate => tr("车牌号", "Plate"),
        DetailKind::Address => tr("地址", "Address"),
        DetailKind::Name => tr("姓名", "Person's name"),
        DetailKind::YesNo => tr("是或否", "Yes or no"),
    }
}

/// The parts of values in the order people read them: `(name in the API, zh, en)`.
const PARTS: [(&str, &str, &str); 15] = [
    ("amount", "数量", "amount"),
    ("currency", "币种", "currency"),
    ("unit", "单位", "unit"),
    ("minutes", "分钟", "minutes"),
    ("from", "从", "from"),
    ("to", "到", "to"),
    ("full", "全文", "in full"),
    ("province", "省", "province or state"),
    ("city", "市", "city"),
    ("district", "区县", "district"),
    ("town", "镇街", "town"),
    ("street", "路", "street"),
    ("number", "门牌", "number"),
    ("detail", "楼室", "building and room"),
    ("postcode", "邮编", "postcode"),
];

/// The units of lengths of time, which the API names in English: `(name in the API, zh, en)`.
const UNITS: [(&str, &str, &str); 6] = [
    ("minute", "分钟", "minute"),
    ("hour", "小时", "hour"),
    ("day", "天", "day"),
    ("week", "周", "week"),
    ("month", "个月", "month"),
    ("year", "年", "year"),
];

/// A value in one line.
pub(super) fn value_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => tr("是", "yes").to_owned(),
        Value::Bool(false) => tr("否", "no").to_owned(),
        Value::Object(parts) => {
            let place = |name: &str| PARTS.iter().position(|(part, ..)| *part == name).unwrap_or(PARTS.len());
            let is_money = parts.contains_key("currency");
            let mut parts: Vec<_> = parts.iter().collect();
            parts.sort_by_key(|(name, _)| place(name));
            let shown = parts.into_iter().map(|(name, value)| {
                let label = match PARTS.get(place(name)) {
                    Some(("amount", ..)) if is_money => tr("金额", "amount"),
                    Some((_, zh, en)) => tr(zh, en),
                    None => name,
                };
                let value = match value.as_str().filter(|_| name == "unit") {
                    Some(unit) => unit_words(unit).to_owned(),
                    None => value_words(value),
                };
                format!("{label}{}{value}", tr("：", ": "))
            });
            shown.collect::<Vec<_>>().join(tr("，", ", "))
        }
        other => other.to_string(),
    }
}

fn unit_words(unit: &str) -> &str {
    UNITS.iter().find(|(name, ..)| *name == unit).map_or(unit, |(_, zh, en)| tr(zh, en))
}

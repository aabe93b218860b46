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

/// A value in one line.
pub(super) fn value_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => tr("是", "yes").to_owned(),
        Value::Bool(false) => tr("否", "no").to_owned(),
        Value::Object(parts) => {
            let shown = parts.iter().map(|(name, value)| format!("{name}: {}", value_words(value)));
            shown.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

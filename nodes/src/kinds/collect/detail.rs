//! One detail that is collected: what it is, how it is asked for, and what must be true of it.

use model::{DetailKey, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answers::{AnswerKind, OPTIONS};
use crate::pattern::Pattern;
use crate::words::whole;

/// One detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["name", "kind", "detail", "question", "required", "may_skip", "check", "min", "max", "pattern", "invalid", "help"]))]
pub struct Detail {
    /// The variable that keeps it.
    #[schemars(title = "Save to", extend("x-zh" = ["保存到", "保存这项信息的变量"]))]
    pub name: VarName,
    /// What it is.
    #[schemars(title = "Type", extend("x-zh" = ["类型", "这项信息是什么"], "x-options" = OPTIONS))]
    pub kind: DetailKind,
    /// A dictionary, a pattern or a list of the workspace.
    #[schemars(title = "Detail", extend("x-zh" = ["信息项", "工作区里的词典、格式或列表"], "x-show-when" = { "kind": "own" }))]
    pub detail: DetailKey,
    /// The question when it is missing.
    #[schemars(title = "Question", extend("x-zh" = ["缺少时问", "没有这项信息时问的问题"]))]
    pub question: Texts,
    /// Details that are not required are kept when the customer mentions them, but not asked for.
    #[schemars(title = "Required", extend("x-zh" = ["必填", "不必填的信息，客户说到就记下，不主动问"]))]
    pub required: bool,
    /// The customer may answer “skip” or “none”, and it stays empty.
    #[schemars(title = "May be skipped", extend("x-zh" = ["可以跳过", "客户回答“跳过”“没有”时，这项留空"], "x-show-when" = { "required": true }))]
    pub may_skip: bool,
    /// What else must be true of the value.
    #[schemars(title = "Check", extend("x-zh" = ["检查", "值还要满足什么"], "x-options" = [["none", "不检查", "none"], ["future", "今天或以后", "today or later"], ["past", "今天或以前", "today or earlier"], ["between", "数值范围", "a number between"], ["pattern", "符合格式", "fits a pattern"]]))]
    pub check: Check,
    /// The smallest number that is taken.
    #[schemars(title = "At least", extend("x-zh" = ["最小", "能接受的最小数值"], "x-show-when" = { "check": "between" }))]
    #[serde(serialize_with = "whole")]
    pub min: f64,
    /// The largest number that is taken.
    #[schemars(title = "At most", extend("x-zh" = ["最大", "能接受的最大数值"], "x-show-when" = { "check": "between" }))]
    #[serde(serialize_with = "whole")]
    pub max: f64,
    /// A regular expression that the value must fit, for example [A-Z]{2}[0-9]{6}.
    #[schemars(title = "Pattern", extend("x-zh" = ["格式", "值必须符合的正则表达式，例如 [A-Z]{2}[0-9]{6}"], "x-show-when" = { "check": "pattern" }))]
    pub pattern: Pattern,
    /// What to say when the answer is not valid.
    #[schemars(title = "If not valid, say", extend("x-zh" = ["无效时说", "回答无效时对客户说的话"]))]
    pub invalid: Texts,
    /// What to say to a customer who does not know, for example where the number stands. It needs dialogue repair, which mends “I don't know”.
    #[schemars(title = "If the customer does not know, say", extend("x-zh" = ["客户不知道时说", "客户说“不知道”时的提示，例如号码在哪里能找到；流程开启了对话修复才会用到"]))]
    pub help: Texts,
}

/// What must be true of a value beside its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum Check {
    #[default]
    None,
    Future,
    Past,
    Between,
    Pattern,
}

/// What a detail is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum DetailKind {
    #[default]
    Text,
    Number,
    Date,
    Phone,
    Email,
    OrderNumber,
    YesNo,
    Own,
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
}

impl DetailKind {
    /// What it is called where sentences are searched.
    pub(super) fn found(self) -> Option<model::DetailKind> {
        self.answer().found()
    }

    pub(super) fn answer(self) -> AnswerKind {
        match self {
            Self::Text => AnswerKind::Text,
            Self::Number => AnswerKind::Number,
            Self::Date => AnswerKind::Date,
            Self::Phone => AnswerKind::Phone,
            Self::Email => AnswerKind::Email,
            Self::OrderNumber => AnswerKind::OrderNumber,
            Self::YesNo => AnswerKind::YesNo,
            Self::Own => AnswerKind::Own,
            Self::Time => AnswerKind::Time,
            Self::DateTime => AnswerKind::DateTime,
            Self::Money => AnswerKind::Money,
            Self::Quantity => AnswerKind::Quantity,
            Self::Duration => AnswerKind::Duration,
            Self::Name => AnswerKind::Name,
            Self::Address => AnswerKind::Address,
            Self::IdNumber => AnswerKind::IdNumber,
            Self::BankCard => AnswerKind::BankCard,
            Self::Plate => AnswerKind::Plate,
            Self::Url => AnswerKind::Url,
        }
    }
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            name: VarName::default(),
            kind: DetailKind::Text,
            detail: DetailKey::default(),
            question: Texts::default(),
            required: true,
            may_skip: false,
            check: Check::None,
            min: 0.0,
            max: 100.0,
            pattern: Pattern::default(),
            invalid: Texts::default(),
            help: Texts::default(),
        }
    }
}

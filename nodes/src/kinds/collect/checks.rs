//! What must be true of a value beside its kind, and the words for when it is not.

use interpreter::{Ctx, Failure};
use model::{Content, Place, Problem, Texts};
use serde_json::Value;

use super::{Check, Detail, DetailKind, Settings};
use crate::words::{in_language, number};

impl Settings {
    /// Does the value pass the check of its detail?
    pub(super) fn is_valid(&self, ctx: &Ctx<'_>, index: usize, value: &Value) -> bool {
        let detail = &self.details[index];
        match detail.check {
            Check::None => true,
            Check::Future => compared_with_now(ctx, value).is_none_or(|order| order.is_ge()),
            Check::Past => compared_with_now(ctx, value).is_none_or(|order| order.is_le()),
            Check::Between => {
                value.as_f64().is_none_or(|number| (number >= detail.min || detail.min.is_nan()) && number <= detail.max)
            }
            Check::Pattern => match detail.pattern.compiled() {
                Ok(pattern) => nlu::details::pattern(&expr::as_text(value), pattern).is_some(),
                Err(_) => true,
            },
        }
    }

    /// Says what is wrong with an answer: `is_there` when it gave a value that did not pass.
    pub(super) fn say_why(&self, ctx: &mut Ctx<'_>, index: usize, is_there: bool) -> Result<(), Failure> {
        let detail = &self.details[index];
        if !detail.invalid.is_empty() {
            return ctx.say_text(&detail.invalid);
        }
        let is_text = detail.kind == DetailKind::Text && detail.check == Check::Pattern;
        let hint = if is_there || is_text { unfit(ctx, detail) } else { None };
        let hint = hint.unwrap_or_else(|| detail.kind.answer().hint(ctx).to_owned());
        ctx.say(Content::text(hint));
        Ok(())
    }
}

/// A date beside today, a moment beside now; nothing for what is neither.
fn compared_with_now(ctx: &Ctx<'_>, value: &Value) -> Option<std::cmp::Ordering> {
    let text = value.as_str()?;
    let now = ctx.now_in_zone().datetime();
    // Written from the largest unit to the smallest, they compare as they read.
    let now = if text.contains('T') { now.strftime("%Y-%m-%dT%H:%M").to_string() } else { now.date().to_string() };
    (text.len() == now.len()).then(|| text.cmp(now.as_str()))
}

fn unfit(ctx: &Ctx<'_>, detail: &Detail) -> Option<String> {
    let fixed = |zh: &str, en: &str| Some(in_language(ctx, zh, en).to_owned());
    match detail.check {
        Check::None => None,
        Check::Future => fixed("请说今天或以后的日期。", "Please give a date that is today or later."),
        Check::Past => fixed("请说今天或以前的日期。", "Please give a date that is today or earlier."),
        Check::Between => {
            let (min, max) = (expr::as_text(&number(detail.min)), expr::as_text(&number(detail.max)));
            let (zh, en) = (format!("请说 {min} 到 {max} 之间的数。"), format!("Please give a number from {min} to {max}."));
            Some(in_language(ctx, &zh, &en).to_owned())
        }
        Check::Pattern => fixed("格式不对，请再输入一次。", "That does not look right. Please enter it again."),
    }
}

/// What is wrong with the settings of the details.
pub(super) fn problems(details: &[Detail]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, detail) in details.iter().enumerate() {
        let place = |field: &str| Place::document(format!("/details/{index}/{field}"));
        if detail.name.is_empty() {
            problems.push(Problem::warning(
                "detail-not-saved",
                place("name"),
                Texts::new("这项信息没有保存到变量", "this detail is not kept in a variable"),
                Texts::new("请选择一个变量", "choose a variable"),
            ));
        }
        if detail.kind == DetailKind::Own && detail.detail.is_empty() {
            problems.push(Problem::error(
                "detail-not-chosen",
                place("detail"),
                Texts::new("没有选择信息项", "no detail is chosen"),
                Texts::new("请选择一个词典、格式或列表", "choose a dictionary, a pattern or a list"),
            ));
        }
        if detail.check == Check::Between && detail.min > detail.max {
            problems.push(Problem::error(
                "range-empty",
                place("min"),
                Texts::new("最小值大于最大值，没有数能通过", "the smallest is above the largest: no number passes"),
                Texts::new("请改正范围", "correct the range"),
            ));
        }
        if detail.check == Check::Pattern
            && let Some(reason) = unreadable(detail)
        {
            problems.push(Problem::error(
                "pattern-not-valid",
                place("pattern"),
                Texts::new(format!("这个格式看不懂：{reason}"), format!("this pattern cannot be read: {reason}")),
                Texts::new(
                    "请填写正则表达式，例如 [A-Z]{2}[0-9]{6}",
                    "write a regular expression, for example [A-Z]{2}[0-9]{6}",
                ),
            ));
        }
    }
    problems
}

fn unreadable(detail: &Detail) -> Option<&str> {
    match detail.pattern.compiled() {
        Ok(_) if detail.pattern.is_empty() => Some(""),
        Ok(_) => None,
        Err(reason) => Some(reason),
    }
}

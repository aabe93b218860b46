//! Finds details in whole sentences, and corrections of details that were given before.

use interpreter::{Ctx, Failure};
use nlu::details::{Detail as Found, DetailKind as FoundKind, details};
use serde_json::Value;

use super::{DetailKind, Memory, Settings};
use crate::words::fold;

/// Words that take something back.
const CORRECTIONS: [&str; 22] = [
    "不对",
    "不是",
    "错了",
    "说错",
    "写错",
    "打错",
    "应该是",
    "改成",
    "改为",
    "更正",
    "更改",
    "换成",
    "弄错",
    "搞错",
    "i meant",
    "i mean",
    "actually",
    "correction",
    "wrong",
    "change it to",
    "should be",
    "not that",
];

impl Settings {
    /// Fills missing details from a sentence; says whether it found any. Free text and yes or no are never guessed.
    pub(super) fn take(
        &self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        words: &str,
        with_numbers: bool,
    ) -> Result<bool, Failure> {
        let mut found = found_in(ctx, words);
        // What is already known must not fill a second detail of the same kind.
        found.retain(|found| !memory.values.contains(&value_of(found)));
        let mut took = false;
        for index in 0..self.details.len() {
            let kind = self.details[index].kind;
            if !memory.values[index].is_null() || (kind == DetailKind::Number && !with_numbers) {
                continue;
            }
            if let Some(at) = found.iter().position(|found| fits(kind, found.kind)) {
                let value = value_of(&found.remove(at));
                self.keep(ctx, memory, index, value)?;
                took = true;
            }
        }
        Ok(took)
    }

    /// "No, I meant A10443": replaces the detail of that kind that was given before; says whether it did.
    pub(super) fn correct(
        &self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        asking: Option<usize>,
        words: &str,
    ) -> Result<bool, Failure> {
        let folded = fold(words);
        let says_no =
            folded == "no" || folded.starts_with("no ") || folded.starts_with('不') || folded.starts_with("sorry");
        if !says_no && !CORRECTIONS.iter().any(|word| folded.contains(word)) {
            return Ok(false);
        }
        let asked_kind = asking.map(|index| self.details[index].kind);
        // In "不是 A10442，是 A10443" the last one is meant.
        for found in found_in(ctx, words).iter().rev() {
            let value = value_of(found);
            let given = (0..self.details.len()).rev().find(|&index| {
                let kind = self.details[index].kind;
                fits(kind, found.kind) && Some(kind) != asked_kind && !memory.values[index].is_null()
            });
            if let Some(index) = given
                && memory.values[index] != value
            {
                self.keep(ctx, memory, index, value)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn found_in(ctx: &Ctx<'_>, words: &str) -> Vec<Found> {
    details(words, ctx.now_in_zone())
}

fn fits(kind: DetailKind, found: FoundKind) -> bool {
    matches!(
        (kind, found),
        (DetailKind::Number, FoundKind::Number | FoundKind::Money)
            | (DetailKind::Date, FoundKind::Date)
            | (DetailKind::Phone, FoundKind::Phone)
            | (DetailKind::Email, FoundKind::Email)
            | (DetailKind::OrderNumber, FoundKind::OrderNumber)
    )
}

fn value_of(found: &Found) -> Value {
    match (&found.value, found.kind) {
        (Value::Object(money), FoundKind::Money) => money.get("amount").cloned().unwrap_or(Value::Null),
        (value, _) => value.clone(),
    }
}

//! The end of collecting: all details are shown, confirmed, or the wrong one is named.

use interpreter::{Ctx, Failure, Next};
use model::{Choice, Content, Input};
use serde_json::Value;

use super::reading::Mention;
use super::{Detail, Memory, Settings, Stage};
use crate::options::{Offered, chosen, chosen_or_agreed};
use crate::words::in_language;

impl Settings {
    /// Shows all details and asks whether they are right.
    pub(super) fn show(&self, ctx: &mut Ctx<'_>, mut memory: Memory) -> Result<Next, Failure> {
        memory.stage = Stage::Confirming;
        ctx.remember(&memory);
        let mut lines = vec![in_language(ctx, "请确认：", "Please check:").to_owned()];
        let colon = in_language(ctx, "：", ": ");
        for (detail, value) in self.details.iter().zip(&memory.values).filter(|(_, value)| !value.is_null()) {
            lines.push(format!("{}{colon}{}", ctx.label(&detail.name), shown(ctx, value)));
        }
        let choice = |id: &str, label: &str| Choice { id: id.into(), label: label.into() };
        let options =
            vec![choice("yes", in_language(ctx, "正确", "Correct")), choice("no", in_language(ctx, "修改", "Change"))];
        ctx.say(Content::Choices { text: lines.join("\n"), options });
        Ok(self.wait(ctx))
    }

    pub(super) fn confirmed(
        &self,
        ctx: &mut Ctx<'_>,
        mut memory: Memory,
        input: &Input,
        mentions: &[Mention],
    ) -> Result<Next, Failure> {
        let words = input.as_text();
        // "对，不过电话是 139…": what is different from the summary counts before the yes.
        let is_typed = matches!(input, Input::Text(_));
        if is_typed && self.correct(ctx, &mut memory, None, &words, mentions, true)? {
            self.take(ctx, &mut memory, mentions, false)?;
            return self.go_on(ctx, memory);
        }
        let offered =
            [Offered::new("yes", ["正确", "对", "Correct"]), Offered::new("no", ["修改", "Change", "wrong", "改"])];
        let pressed = chosen_or_agreed(input, &offered).map(str::to_owned);
        if pressed.as_deref() == Some("yes") {
            return Ok(self.leave(ctx));
        }
        if self.take(ctx, &mut memory, mentions, false)? {
            return self.go_on(ctx, memory);
        }
        match (pressed.is_some(), nlu::details::yes_no(&words)) {
            (false, Some(true)) => Ok(self.leave(ctx)),
            (true, _) | (_, Some(false)) => self.ask_which(ctx, memory),
            _ => {
                ctx.does_not_fit();
                memory.n_tries += 1;
                if memory.n_tries >= self.tries.max(1) {
                    return Ok(Next::go("gave_up"));
                }
                self.show(ctx, memory)
            }
        }
    }

    fn ask_which(&self, ctx: &mut Ctx<'_>, mut memory: Memory) -> Result<Next, Failure> {
        memory.stage = Stage::Which;
        ctx.remember(&memory);
        let label = |(index, detail): (usize, &Detail)| Choice {
            id: index.to_string(),
            label: ctx.label(&detail.name).to_owned(),
        };
        let options = self.details.iter().enumerate().map(label).collect();
        let text = in_language(ctx, "哪一项需要修改？", "Which one should be changed?").to_owned();
        ctx.say(Content::Choices { text, options });
        Ok(self.wait(ctx))
    }

    pub(super) fn chose_wrong(
        &self,
        ctx: &mut Ctx<'_>,
        mut memory: Memory,
        input: &Input,
        mentions: &[Mention],
    ) -> Result<Next, Failure> {
        let is_typed = matches!(input, Input::Text(_));
        if self.correct(ctx, &mut memory, None, &input.as_text(), mentions, is_typed)?
            || self.take(ctx, &mut memory, mentions, false)?
        {
            return self.go_on(ctx, memory);
        }
        let offered: Vec<_> = self
            .details
            .iter()
            .enumerate()
            .map(|(index, detail)| Offered::new(index.to_string(), [ctx.label(&detail.name), detail.name.as_str()]))
            .collect();
        let index = chosen(input, &offered).and_then(|id| id.parse::<usize>().ok());
        if let Some(index) = index {
            memory.values[index] = Value::Null;
            memory.stage = Stage::Begin;
            memory.skipped.retain(|skipped| *skipped != index);
            let detail = &self.details[index];
            ctx.set(&detail.name, Value::Null)?;
            if !detail.required {
                // An optional one is asked for here all the same: the customer wants to give it.
                memory.stage = Stage::Asking(index);
                ctx.remember(&memory);
                ctx.say_text(&detail.question)?;
                return Ok(self.wait(ctx));
            }
            return self.go_on(ctx, memory);
        }
        ctx.does_not_fit();
        memory.n_tries += 1;
        if memory.n_tries >= self.tries.max(1) {
            return Ok(Next::go("gave_up"));
        }
        self.ask_which(ctx, memory)
    }
}

/// A value as the customer reads it.
fn shown(ctx: &Ctx<'_>, value: &Value) -> String {
    match value {
        Value::Bool(true) => in_language(ctx, "是", "yes").into(),
        Value::Bool(false) => in_language(ctx, "否", "no").into(),
        other => expr::as_text(other),
    }
}

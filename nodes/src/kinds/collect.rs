//! `collect`: gathers several details from what the customer says, asking only for what is missing.

mod reading;

use interpreter::{Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Choice, Content, Input, Place, Problem, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answers::AnswerKind;
use crate::options::{Offered, chosen};
use crate::pattern::Pattern;
use crate::words::{in_language, short};

/// Settings of collecting details.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["details", "confirm", "tries", "wait_minutes"]))]
pub struct Settings {
    /// What to find out. A detail the customer has already given is not asked for again.
    #[schemars(title = "Details", extend("x-zh" = ["要收集的信息", "客户已经说过的不会再问"], "x-item" = ["信息", "detail"], "x-required" = true))]
    pub details: Vec<Detail>,
    /// Show all details at the end and let the customer correct them.
    #[schemars(title = "Confirm at the end", extend("x-zh" = ["最后确认", "收集完后给客户看一遍，可以更正"]))]
    pub confirm: bool,
    /// How often to ask for one detail.
    #[schemars(title = "Tries for each", range(min = 1, max = 10), extend("x-zh" = ["每项最多问几次", "同一项信息最多问几次"], "x-unit" = ["次", "times"], "x-group" = "trouble"))]
    pub tries: u32,
    /// How long to wait for an answer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

/// One detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["name", "kind", "question", "required"]))]
pub struct Detail {
    /// The variable that keeps it.
    #[schemars(title = "Save to", extend("x-zh" = ["保存到", "保存这项信息的变量"]))]
    pub name: VarName,
    /// What it is.
    #[schemars(title = "Type", extend(
        "x-zh" = ["类型", "这项信息是什么"],
        "x-options" = [["text", "任意文字", "any text"], ["number", "数字", "number"], ["date", "日期", "date"], ["phone", "电话号码", "phone number"], ["email", "邮箱", "e-mail"], ["order_number", "订单号", "order number"], ["yes_no", "是或否", "yes or no"]]
    ))]
    pub kind: DetailKind,
    /// The question when it is missing.
    #[schemars(title = "Question", extend("x-zh" = ["缺少时问", "没有这项信息时问的问题"]))]
    pub question: Texts,
    /// Details that are not required are kept when the customer mentions them, but not asked for.
    #[schemars(title = "Required", extend("x-zh" = ["必填", "不必填的信息，客户说到就记下，不主动问"]))]
    pub required: bool,
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
}

impl DetailKind {
    fn answer(self) -> AnswerKind {
        match self {
            Self::Text => AnswerKind::Text,
            Self::Number => AnswerKind::Number,
            Self::Date => AnswerKind::Date,
            Self::Phone => AnswerKind::Phone,
            Self::Email => AnswerKind::Email,
            Self::OrderNumber => AnswerKind::OrderNumber,
            Self::YesNo => AnswerKind::YesNo,
        }
    }
}

impl Default for Detail {
    fn default() -> Self {
        Self { name: VarName::default(), kind: DetailKind::Text, question: Texts::default(), required: true }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let detail = Detail {
            kind: DetailKind::OrderNumber,
            question: Texts::new("请问您的订单号是多少？", "What is your order number?"),
            ..Detail::default()
        };
        Self { details: vec![detail], confirm: false, tries: 3, wait_minutes: 10 }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// The value of each detail, `null` while it is missing.
    values: Vec<Value>,
    stage: Stage,
    n_tries: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    #[default]
    Begin,
    /// Asked for this detail.
    Asking(usize),
    /// Showed all of them.
    Confirming,
    /// Asked which one is wrong.
    Which,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "collect",
            version: 1,
            family: Family::Understand,
            icon: "scan-text",
            label: Texts::new("收集信息", "Collect details"),
            description: Texts::new(
                "收集几项信息：客户说过的直接记下，只问缺少的，可以随时更正。",
                "Gathers several details: takes what was already said, asks only for what is missing, and accepts corrections.",
            ),
            keywords: &["slots", "entities", "details", "form", "要素", "槽位", "信息", "多轮", "收集", "更正"],
            summary: Texts::new("{details[].name}{confirm? · 最后确认}", "{details[].name}{confirm? · confirmed}"),
            ports: vec![
                PortSpec::one("collected", PortRole::Next, Texts::new("收集完成", "all collected")),
                PortSpec::one("gave_up", PortRole::Invalid, Texts::new("收集不到", "gave up")),
                PortSpec::one("silence", PortRole::Silence, Texts::new("没有回答", "no answer in time")),
            ],
            enterable: true,
            waits: true,
            order: 100,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        let detail = |name: &str, kind, zh: &str, en: &str| Detail {
            name: name.into(),
            kind,
            question: Texts::new(zh, en),
            required: true,
        };
        let order = || detail("order_no", DetailKind::OrderNumber, "请问订单号是多少？", "What is the order number?");
        vec![
            (
                Texts::new("退款要的信息", "What a refund needs"),
                Self {
                    details: vec![
                        order(),
                        detail("reason", DetailKind::Text, "请问为什么要退款？", "Why would you like a refund?"),
                        Detail {
                            required: false,
                            ..detail("phone", DetailKind::Phone, "请问您的手机号？", "Your phone number?")
                        },
                    ],
                    confirm: true,
                    ..Self::default()
                },
            ),
            (
                Texts::new("预约上门", "Book a visit"),
                Self {
                    details: vec![
                        detail("visit_date", DetailKind::Date, "您希望哪天上门？", "Which day suits you?"),
                        detail("phone", DetailKind::Phone, "请留一个手机号。", "Please leave a phone number."),
                    ],
                    tries: 2,
                    ..Self::default()
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        // Coming back after it was done means that the details were not good: it starts over with what is new.
        let starts_over = ctx.has_understood();
        let mut memory = Memory { values: vec![Value::Null; self.details.len()], ..Memory::default() };
        for (index, detail) in self.details.iter().enumerate() {
            if starts_over {
                ctx.set(&detail.name, Value::Null)?;
            } else if let value @ (Value::String(_) | Value::Number(_) | Value::Bool(_)) = ctx.get(&detail.name)
                && value != ""
            {
                memory.values[index] = value;
            }
        }
        let heard = ctx.not_understood().to_vec();
        let n_answers = heard.len() - ctx.not_answered().len();
        for (index, words) in heard.iter().enumerate() {
            // A bare number in an answer to another question belongs to that question.
            let with_numbers = index >= n_answers;
            self.take(ctx, &mut memory, words, with_numbers)?;
        }
        self.go_on(ctx, memory)
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let Happened::Said(input) = happened else {
            return Ok(Next::go("silence"));
        };
        let mut memory: Memory = ctx.memory();
        memory.values.resize(self.details.len(), Value::Null);
        match memory.stage.clone() {
            Stage::Asking(index) => self.answered(ctx, memory, index, &input),
            Stage::Confirming => self.confirmed(ctx, memory, &input),
            Stage::Which => self.chose_wrong(ctx, memory, &input),
            Stage::Begin => self.go_on(ctx, memory),
        }
    }

    fn check(&self) -> Vec<Problem> {
        let unsaved = self.details.iter().enumerate().filter(|(_, detail)| detail.name.is_empty());
        unsaved
            .map(|(index, _)| {
                Problem::warning(
                    "detail-not-saved",
                    Place::document(format!("/details/{index}/name")),
                    Texts::new("这项信息没有保存到变量", "this detail is not kept in a variable"),
                    Texts::new("请选择一个变量", "choose a variable"),
                )
            })
            .collect()
    }
}

impl Settings {
    /// Asks for the next missing detail, or shows all of them, or leaves.
    fn go_on(&self, ctx: &mut Ctx<'_>, mut memory: Memory) -> Result<Next, Failure> {
        let missing = self.details.iter().zip(&memory.values).position(|(d, value)| d.required && value.is_null());
        let Some(index) = missing else {
            if self.confirm {
                return self.show(ctx, memory);
            }
            return Ok(self.leave(ctx));
        };
        let detail = &self.details[index];
        if memory.stage != Stage::Asking(index) {
            memory.n_tries = 0;
        }
        memory.stage = Stage::Asking(index);
        ctx.remember(&memory);
        if detail.question.is_empty() {
            let label = ctx.label(&detail.name).to_owned();
            let question = in_language(ctx, "请告诉我：", "Please tell me: ");
            ctx.say(Content::text(format!("{question}{label}")));
        } else {
            ctx.say_text(&detail.question)?;
        }
        Ok(self.wait(ctx))
    }

    fn answered(&self, ctx: &mut Ctx<'_>, mut memory: Memory, index: usize, input: &Input) -> Result<Next, Failure> {
        let words = input.as_text();
        if self.correct(ctx, &mut memory, Some(index), &words)? {
            return self.go_on(ctx, memory);
        }
        if let Some(value) = self.details[index].kind.answer().read(input, &Pattern::default(), ctx) {
            if self.details[index].kind == DetailKind::Text {
                ctx.takes_any_words();
            }
            self.keep(ctx, &mut memory, index, value)?;
            // "A10442, and my phone is 138…" gives two at once.
            self.take(ctx, &mut memory, &words, false)?;
            return self.go_on(ctx, memory);
        }
        if self.take(ctx, &mut memory, &words, false)? {
            return self.go_on(ctx, memory);
        }
        ctx.does_not_fit();
        memory.n_tries += 1;
        let said = short(&words);
        ctx.because(format!("“{said}”里没有要的信息"), format!("“{said}” does not give the detail"));
        if memory.n_tries >= self.tries.max(1) {
            return Ok(Next::go("gave_up"));
        }
        ctx.remember(&memory);
        let hint = self.details[index].kind.answer().hint(ctx);
        ctx.say(Content::text(hint));
        Ok(self.wait(ctx))
    }

    /// Shows all details and asks whether they are right.
    fn show(&self, ctx: &mut Ctx<'_>, mut memory: Memory) -> Result<Next, Failure> {
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

    fn confirmed(&self, ctx: &mut Ctx<'_>, mut memory: Memory, input: &Input) -> Result<Next, Failure> {
        let words = input.as_text();
        let offered =
            [Offered::new("yes", ["正确", "对", "Correct"]), Offered::new("no", ["修改", "Change", "wrong", "改"])];
        let pressed = chosen(input, &offered).map(str::to_owned);
        if pressed.as_deref() == Some("yes") {
            return Ok(self.leave(ctx));
        }
        if self.correct(ctx, &mut memory, None, &words)? || self.take(ctx, &mut memory, &words, false)? {
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

    fn chose_wrong(&self, ctx: &mut Ctx<'_>, mut memory: Memory, input: &Input) -> Result<Next, Failure> {
        if self.correct(ctx, &mut memory, None, &input.as_text())?
            || self.take(ctx, &mut memory, &input.as_text(), false)?
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

    fn keep(&self, ctx: &mut Ctx<'_>, memory: &mut Memory, index: usize, value: Value) -> Result<(), Failure> {
        ctx.set(&self.details[index].name, value.clone())?;
        memory.values[index] = value;
        Ok(())
    }

    fn leave(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.understood();
        ctx.took_answer();
        Next::go("collected")
    }

    fn wait(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.wait_for_customer(Some(f64::from(self.wait_minutes)))
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

#[cfg(test)]
mod tests;

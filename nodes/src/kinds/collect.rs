//! `collect`: gathers several details from what the customer says, asking only for what is missing.

mod advice;
mod checks;
mod confirming;
mod detail;
mod leaving;
mod reading;
mod standing;

use interpreter::{Answer, Ctx, Failure, FoundDetail, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, DetailKey, Input, Problem, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pattern::Pattern;
use crate::words::{in_language, short};
pub use detail::{Check, Detail, DetailKind};
use reading::Mention;

/// Settings of collecting details.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["details", "confirm", "may_cancel", "model", "tries", "wait_minutes"]))]
pub struct Settings {
    /// What to find out. A detail the customer has already given is not asked for again.
    #[schemars(title = "Details", extend("x-zh" = ["要收集的信息", "客户已经说过的不会再问"], "x-item" = ["信息", "detail"], "x-required" = true))]
    pub details: Vec<Detail>,
    /// Show all details at the end and let the customer correct them.
    #[schemars(title = "Confirm at the end", extend("x-zh" = ["最后确认", "收集完后给客户看一遍，可以更正"]))]
    pub confirm: bool,
    /// Let the customer break off with a word such as “cancel”; the step then leaves by an exit of its own.
    #[schemars(title = "May cancel", extend("x-zh" = ["可以取消", "客户说“取消”“算了”时，从单独的出口离开"]))]
    pub may_cancel: bool,
    /// When an answer gives nothing that can be used, ask a language model to find the missing details in it. What it finds is checked like an answer. It needs a model in the settings; without one nothing changes.
    #[schemars(title = "Let a model help", extend("x-zh" = ["请模型帮忙", "客户的回答里读不出要的信息时，请大模型从里面找出缺少的信息，找到的和客户的回答一样检查；需要在设置里配置模型，没有时不影响"], "x-group" = "more"))]
    pub model: bool,
    /// How often to ask for one detail.
    #[schemars(title = "Tries for each", range(min = 1, max = 10), extend("x-zh" = ["每项最多问几次", "同一项信息最多问几次"], "x-unit" = ["次", "times"], "x-group" = "trouble"))]
    pub tries: u32,
    /// How long to wait for an answer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let detail = Detail {
            kind: DetailKind::OrderNumber,
            question: Texts::new("请问您的订单号是多少？", "What is your order number?"),
            ..Detail::default()
        };
        Self { details: vec![detail], confirm: false, may_cancel: false, model: false, tries: 3, wait_minutes: 10 }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// The value of each detail, `null` while it is missing.
    values: Vec<Value>,
    stage: Stage,
    n_tries: u32,
    /// The detail that was given last, where several are of one kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<usize>,
    /// What the customer does not want to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<usize>,
    /// What the customer said while the workspace's details are looked for in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<Input>,
    /// What a model was asked for in what the customer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<advice::Asked>,
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
                PortSpec::when(
                    "cancelled",
                    PortRole::Invalid,
                    Texts::new("客户取消", "cancelled"),
                    "/may_cancel",
                    true.into(),
                ),
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
            ..Detail::default()
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
                        Detail {
                            check: Check::Future,
                            ..detail("visit_date", DetailKind::Date, "您希望哪天上门？", "Which day suits you?")
                        },
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
        let own = self.own();
        if own.is_empty() || heard.is_empty() {
            return self.begin(ctx, memory, &[]);
        }
        ctx.remember(&memory);
        Ok(ctx.ask_details(&heard, &own))
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let mut memory: Memory = ctx.memory();
        memory.values.resize(self.details.len(), Value::Null);
        match happened {
            Happened::Said(input) => {
                // A question to a model that something else came between is nobody's any more.
                memory.asked = None;
                let own = self.own();
                let words = input.as_text();
                let is_sentence = matches!(input, Input::Text(_)) && !words.trim().is_empty();
                if own.is_empty() || !is_sentence || (self.may_cancel && leaving::cancels(&input)) {
                    return self.said(ctx, memory, &input, &[]);
                }
                self.foretell(ctx, &memory, &input);
                memory.said = Some(input);
                ctx.remember(&memory);
                Ok(ctx.ask_details(&[words], &own))
            }
            Happened::Answered(answer) => {
                if let Some(asked) = memory.asked.take() {
                    return self.advised(ctx, memory, asked, answer);
                }
                // Without an answer the rest of the sentence still counts.
                let found = if let Answer::Extracted { found } = answer { found } else { Vec::new() };
                match memory.said.take() {
                    Some(input) => self.said(ctx, memory, &input, &found),
                    None => self.begin(ctx, memory, &found),
                }
            }
            _ => Ok(Next::go("silence")),
        }
    }

    fn help(&self, ctx: &Ctx<'_>) -> Option<Texts> {
        let Stage::Asking(index) = ctx.memory::<Memory>().stage else { return None };
        self.details.get(index).map(|detail| detail.help.clone())
    }

    fn check(&self) -> Vec<Problem> {
        checks::problems(&self.details)
    }
}

impl Settings {
    /// The workspace's details that are wanted, each once.
    fn own(&self) -> Vec<DetailKey> {
        let mut own: Vec<DetailKey> = Vec::new();
        for detail in self.details.iter().filter(|detail| detail.kind == DetailKind::Own && !detail.detail.is_empty()) {
            if !own.contains(&detail.detail) {
                own.push(detail.detail.clone());
            }
        }
        own
    }

    /// Takes what was said before this step, and asks for the rest.
    fn begin(&self, ctx: &mut Ctx<'_>, mut memory: Memory, found: &[FoundDetail]) -> Result<Next, Failure> {
        let heard = ctx.not_understood().to_vec();
        let n_answers = heard.len() - ctx.not_answered().len();
        for (index, words) in heard.iter().enumerate() {
            let own: Vec<_> = found.iter().filter(|found| found.sentence == index).cloned().collect();
            let mentions = self.mentions(ctx, words, &own);
            // A bare number in an answer to another question belongs to that question.
            let with_numbers = index >= n_answers;
            self.take(ctx, &mut memory, &mentions, with_numbers)?;
        }
        self.go_on(ctx, memory)
    }

    fn said(&self, ctx: &mut Ctx<'_>, memory: Memory, input: &Input, own: &[FoundDetail]) -> Result<Next, Failure> {
        if self.may_cancel && leaving::cancels(input) {
            ctx.because("客户不想继续了", "the customer broke off");
            ctx.is_broken_off();
            ctx.took_answer();
            return Ok(Next::go("cancelled"));
        }
        let words = input.as_text();
        let mentions = self.mentions(ctx, &words, own);
        match memory.stage.clone() {
            Stage::Asking(index) if index < self.details.len() => self.answered(ctx, memory, index, input, &mentions),
            Stage::Confirming => self.confirmed(ctx, memory, input, &mentions),
            Stage::Which => self.chose_wrong(ctx, memory, input, &mentions),
            Stage::Begin | Stage::Asking(_) => self.go_on(ctx, memory),
        }
    }

    /// Asks for the next missing detail, or shows all of them, or leaves.
    fn go_on(&self, ctx: &mut Ctx<'_>, mut memory: Memory) -> Result<Next, Failure> {
        let missing = (0..self.details.len()).find(|index| {
            self.details[*index].required && memory.values[*index].is_null() && !memory.skipped.contains(index)
        });
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

    fn answered(
        &self,
        ctx: &mut Ctx<'_>,
        mut memory: Memory,
        index: usize,
        input: &Input,
        mentions: &[Mention],
    ) -> Result<Next, Failure> {
        let words = input.as_text();
        if self.correct(ctx, &mut memory, Some(index), &words, mentions, false)? {
            // "不对，订单是 A10443，电话是 138…" corrects one and gives another.
            self.take(ctx, &mut memory, mentions, false)?;
            return self.go_on(ctx, memory);
        }
        let read = self.read(ctx, index, input, mentions);
        if let Some(value) = read.clone().filter(|value| self.is_valid(ctx, index, value)) {
            if self.details[index].kind.answer().takes_any_words(input, ctx) {
                ctx.takes_any_words();
            }
            self.keep(ctx, &mut memory, index, value)?;
            // "A10442, and my phone is 138…" gives two at once.
            self.take(ctx, &mut memory, mentions, false)?;
            return self.go_on(ctx, memory);
        }
        if self.details[index].may_skip && leaving::skips(input) {
            memory.skipped.push(index);
            ctx.because("客户跳过了这一项", "the customer skipped this one");
            return self.go_on(ctx, memory);
        }
        if read.is_none() && self.take(ctx, &mut memory, mentions, false)? {
            return self.go_on(ctx, memory);
        }
        let is_there = read.is_some() || self.is_mentioned(index, mentions);
        if self.model && matches!(input, Input::Text(_)) && !words.trim().is_empty() {
            return Ok(self.ask_model(ctx, memory, index, input, is_there));
        }
        self.not_given(ctx, memory, index, &words, is_there)
    }

    /// The answer does not give what was asked for: `is_there` when it gave a value that did not pass.
    fn not_given(
        &self,
        ctx: &mut Ctx<'_>,
        mut memory: Memory,
        index: usize,
        words: &str,
        is_there: bool,
    ) -> Result<Next, Failure> {
        ctx.does_not_fit();
        memory.n_tries += 1;
        let said = short(words);
        ctx.because(format!("“{said}”里没有要的信息"), format!("“{said}” does not give the detail"));
        if memory.n_tries >= self.tries.max(1) {
            return Ok(Next::go("gave_up"));
        }
        ctx.remember(&memory);
        self.say_why(ctx, index, is_there)?;
        Ok(self.wait(ctx))
    }

    /// Says whether an answer is one before the workspace's details are looked for in it, where that is certain: dialogue
    /// repair leaves answers alone.
    fn foretell(&self, ctx: &mut Ctx<'_>, memory: &Memory, input: &Input) {
        let Stage::Asking(index) = memory.stage else { return };
        let Some(detail) = self.details.get(index) else { return };
        let words = input.as_text();
        if detail.kind == DetailKind::Own || reading::takes_back(&words) {
            return;
        }
        if detail.may_skip && leaving::skips(input) {
            ctx.has_answer();
            return;
        }
        let mentions = self.mentions(ctx, &words, &[]);
        if self.read(ctx, index, input, &mentions).is_some_and(|value| self.is_valid(ctx, index, &value)) {
            if detail.kind.answer().takes_any_words(input, ctx) {
                ctx.takes_any_words();
            } else {
                ctx.has_answer();
            }
        }
    }

    /// The answer to the question for one detail.
    fn read(&self, ctx: &Ctx<'_>, index: usize, input: &Input, mentions: &[Mention]) -> Option<Value> {
        let detail = &self.details[index];
        if let (DetailKind::Text, Check::Pattern, Ok(pattern)) = (detail.kind, detail.check, detail.pattern.compiled()) {
            return nlu::details::pattern(&input.as_text(), pattern).map(Value::from);
        }
        if detail.kind == DetailKind::Text && detail.may_skip && leaving::skips(input) {
            return None;
        }
        self.mentioned(ctx, index, mentions)
            .filter(|_| detail.kind == DetailKind::Own)
            .or_else(|| detail.kind.answer().read(input, &Pattern::default(), ctx))
            .filter(|value| !self.is_phone(ctx, index, value, &input.as_text(), mentions))
    }

    /// Is this order number the phone number that is wanted too? It is one where the customer calls it an order number.
    fn is_phone(&self, ctx: &Ctx<'_>, index: usize, value: &Value, words: &str, mentions: &[Mention]) -> bool {
        self.details[index].kind == DetailKind::OrderNumber
            && self.details.iter().any(|detail| detail.kind == DetailKind::Phone)
            && mentions.iter().any(|mention| mention.is_phone(value))
            && !self.names(ctx, index, words)
    }

    fn keep(&self, ctx: &mut Ctx<'_>, memory: &mut Memory, index: usize, value: Value) -> Result<(), Failure> {
        ctx.set(&self.details[index].name, value.clone())?;
        memory.values[index] = value;
        let detail = &self.details[index];
        // Free words and yes or no are never corrected by their kind.
        let is_found = !matches!(detail.kind, DetailKind::Text | DetailKind::YesNo);
        let twins = self.details.iter().filter(|other| (other.kind, &other.detail) == (detail.kind, &detail.detail));
        if is_found && twins.count() > 1 {
            memory.last = Some(index);
        }
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

#[cfg(test)]
mod tests;

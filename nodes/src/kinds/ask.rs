//! `ask`: asks the customer one thing, checks the answer and keeps it.

use interpreter::{Answer, Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, DetailKey, Input, Place, Problem, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answers::{AnswerKind, OPTIONS};
use crate::pattern::Pattern;
use crate::words::short;

/// Settings of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["question", "answer", "detail", "pattern", "save_to", "invalid", "help", "tries", "wait_minutes"]))]
pub struct Settings {
    /// The question the customer reads.
    #[schemars(title = "Question", extend("x-zh" = ["问题", "客户看到的问题"], "x-required" = true))]
    pub question: Texts,
    /// What a valid answer is. It is found inside a sentence too.
    #[schemars(title = "Answer", extend(
        "x-zh" = ["回答类型", "怎样的回答才算有效。回答夹在句子里也能认出来"],
        "x-options" = with_pattern()
    ))]
    pub answer: AnswerKind,
    /// A dictionary, a pattern or a list of the workspace.
    #[schemars(title = "Detail", extend("x-zh" = ["信息项", "工作区里的词典、格式或列表"], "x-show-when" = { "answer": "own" }))]
    pub detail: DetailKey,
    /// A regular expression that the answer must contain, for example [A-Z]{2}[0-9]{6}.
    #[schemars(title = "Pattern", extend("x-zh" = ["格式", "回答中必须出现的正则表达式，例如 [A-Z]{2}[0-9]{6}"], "x-show-when" = { "answer": "pattern" }))]
    pub pattern: Pattern,
    /// The variable that keeps the answer.
    #[schemars(title = "Save to", extend("x-zh" = ["保存到", "保存回答的变量"]))]
    pub save_to: VarName,
    /// What to say when the answer is not valid.
    #[schemars(title = "If not valid, say", extend("x-zh" = ["无效时说", "回答无效时对客户说的话"], "x-group" = "trouble"))]
    pub invalid: Texts,
    /// What to say to a customer who does not know, for example where the number stands. It needs dialogue repair, which mends “I don't know”.
    #[schemars(title = "If the customer does not know, say", extend("x-zh" = ["客户不知道时说", "客户说“不知道”时的提示，例如号码在哪里能找到；流程开启了对话修复才会用到"], "x-group" = "trouble"))]
    pub help: Texts,
    /// How often the customer may try.
    #[schemars(title = "Tries", range(min = 1, max = 10), extend("x-zh" = ["最多几次", "客户最多可以回答几次"], "x-unit" = ["次", "times"], "x-group" = "trouble"))]
    pub tries: u32,
    /// How long to wait for an answer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            question: Texts::new("请问您怎么称呼？", "What is your name?"),
            answer: AnswerKind::Text,
            detail: DetailKey::default(),
            pattern: Pattern::default(),
            save_to: VarName::default(),
            invalid: Texts::default(),
            help: Texts::default(),
            tries: 3,
            wait_minutes: 10,
        }
    }
}

/// The shared kinds, and an own pattern.
fn with_pattern() -> Vec<[&'static str; 3]> {
    OPTIONS.into_iter().chain([["pattern", "自定义格式", "own pattern"]]).collect()
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    n_tries: u32,
    /// The answer, while the workspace's detail is looked for in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<Input>,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "ask",
            version: 1,
            family: Family::Ask,
            icon: "circle-help",
            label: Texts::new("提问", "Ask"),
            description: Texts::new(
                "问客户一个问题，检查回答并保存下来。",
                "Asks the customer one thing, checks the answer and keeps it.",
            ),
            keywords: &[
                "question",
                "input",
                "order number",
                "phone",
                "date",
                "email",
                "问题",
                "输入",
                "订单号",
                "手机号",
                "日期",
                "邮箱",
                "收集",
            ],
            summary: Texts::new(
                "“{question}”{save_to? → }{save_to|variable}",
                "“{question}”{save_to? → }{save_to|variable}",
            ),
            ports: vec![
                PortSpec::one("answered", PortRole::Next, Texts::new("已回答", "answered")),
                PortSpec::one(
                    "invalid",
                    PortRole::Invalid,
                    Texts::new("{tries} 次都无效", "not valid after {tries} tries"),
                ),
                PortSpec::one("silence", PortRole::Silence, Texts::new("没有回答", "no answer in time")),
            ],
            enterable: true,
            waits: true,
            order: 20,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("问订单号", "Ask for the order number"),
                Self {
                    question: Texts::new("请问您的订单号是多少？", "What is your order number?"),
                    answer: AnswerKind::OrderNumber,
                    save_to: "order_no".into(),
                    invalid: Texts::new(
                        "没有找到订单号，请再输入一次，例如 A10442。",
                        "I could not find an order number. Please try again, for example A10442.",
                    ),
                    ..Self::default()
                },
            ),
            (
                Texts::new("按自定义格式检查会员号", "Check a member number by its pattern"),
                Self {
                    question: Texts::new("请输入您的会员号。", "Please enter your member number."),
                    answer: AnswerKind::Pattern,
                    pattern: "VIP[0-9]{6}".into(),
                    save_to: "member_no".into(),
                    tries: 2,
                    ..Self::default()
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.say_text(&self.question)?;
        Ok(self.wait(ctx))
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let mut memory: Memory = ctx.memory();
        match happened {
            Happened::Said(input) if self.answer == AnswerKind::Own => {
                let words = input.as_text();
                memory.said = Some(input);
                ctx.remember(&memory);
                Ok(ctx.ask_details(&[words], std::slice::from_ref(&self.detail)))
            }
            Happened::Said(input) => {
                let value = self.answer.read(&input, &self.pattern, ctx);
                self.answered(ctx, memory, &input, value)
            }
            Happened::Answered(answer) => {
                let found = if let Answer::Extracted { found } = answer { found } else { Vec::new() };
                let input = memory.said.take().unwrap_or(Input::Text(String::new()));
                let found: Vec<_> = found.into_iter().filter(|found| found.detail == self.detail).collect();
                let places: Vec<_> = found.iter().map(|found| (found.start, found.end)).collect();
                let meant = nlu::acts::meant(&input.as_text(), &places);
                let value = found.into_iter().zip(meant).find(|(_, meant)| *meant).map(|(found, _)| found.value);
                self.answered(ctx, memory, &input, value)
            }
            _ => Ok(Next::go("silence")),
        }
    }

    fn help(&self, _: &Ctx<'_>) -> Option<Texts> {
        Some(self.help.clone())
    }

    fn check(&self) -> Vec<Problem> {
        if self.answer == AnswerKind::Own && self.detail.is_empty() {
            return vec![Problem::error(
                "detail-not-chosen",
                Place::document("/detail"),
                Texts::new("没有选择信息项", "no detail is chosen"),
                Texts::new("请选择一个词典、格式或列表", "choose a dictionary, a pattern or a list"),
            )];
        }
        if self.answer != AnswerKind::Pattern {
            return Vec::new();
        }
        let reason = match self.pattern.compiled() {
            Ok(_) if !self.pattern.is_empty() => return Vec::new(),
            Ok(_) => "",
            Err(reason) => reason,
        };
        vec![Problem::error(
            "pattern-not-valid",
            Place::document("/pattern"),
            Texts::new(format!("这个格式看不懂：{reason}"), format!("this pattern cannot be read: {reason}")),
            Texts::new(
                "请填写正则表达式，例如 [A-Z]{2}[0-9]{6}",
                "write a regular expression, for example [A-Z]{2}[0-9]{6}",
            ),
        )]
    }
}

impl Settings {
    fn answered(
        &self,
        ctx: &mut Ctx<'_>,
        mut memory: Memory,
        input: &Input,
        value: Option<Value>,
    ) -> Result<Next, Failure> {
        if let Some(value) = value {
            // Free words may still say what the customer wants; a number or a date is used up by this question.
            if self.answer != AnswerKind::Text {
                ctx.took_answer();
            }
            if self.answer.takes_any_words(input, ctx) {
                ctx.takes_any_words();
            }
            ctx.set(&self.save_to, value)?;
            return Ok(Next::go("answered"));
        }
        ctx.does_not_fit();
        memory.n_tries += 1;
        let said = short(&input.as_text());
        ctx.because(
            format!("“{said}”不是有效的回答（第 {} 次）", memory.n_tries),
            format!("“{said}” is not a valid answer (try {})", memory.n_tries),
        );
        if memory.n_tries >= self.tries.max(1) {
            return Ok(Next::go("invalid"));
        }
        ctx.remember(&memory);
        if self.invalid.is_empty() {
            let hint = self.answer.hint(ctx);
            ctx.say(Content::text(hint));
        } else {
            ctx.say_text(&self.invalid)?;
        }
        Ok(self.wait(ctx))
    }

    fn wait(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.wait_for_customer(Some(f64::from(self.wait_minutes)))
    }
}

#[cfg(test)]
mod tests {
    use interpreter::Kind;
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn an_order_number_inside_a_sentence_is_kept() {
        let play = Play::new("ask", order()).knows("order_no").open().says("我的订单号是 A10442。");

        assert_eq!(play.left_by(), "answered");
        assert_eq!(play.value("order_no"), json!("A10442"));
    }

    #[test]
    fn after_three_tries_it_gives_up() {
        let play = Play::new("ask", order()).knows("order_no").open().says("不知道").says("嗯").says("忘了");

        assert_eq!(
            play.said(),
            ["订单号？", "没有找到订单号，请再输入一次，例如 A10442。", "没有找到订单号，请再输入一次，例如 A10442。"]
        );
        assert_eq!(play.left_by(), "invalid");
    }

    #[test]
    fn silence_has_its_own_exit() {
        assert_eq!(Play::new("ask", order()).knows("order_no").open().time_up().left_by(), "silence");
    }

    #[test]
    fn every_type_reads_its_answer() {
        for (answer, said, value) in [
            ("text", " 李雷 ", json!("李雷")),
            ("number", "要三个", json!(3)),
            ("date", "11月25号", json!("2026-11-25")),
            ("phone", "电话13812345678", json!("13812345678")),
            ("email", "A@b.com", json!("a@b.com")),
            ("yes_no", "不用了", json!(false)),
            ("pattern", "我是vip，VIP123456", json!("VIP123456")),
        ] {
            let config =
                json!({ "question": { "zh": "？" }, "answer": answer, "pattern": "VIP[0-9]{6}", "save_to": "x" });
            let play = Play::new("ask", config).knows("x").open().says(said);
            assert_eq!((play.left_by(), play.value("x")), ("answered".to_owned(), value), "{answer}");
        }
    }

    #[test]
    fn the_value_that_is_put_right_in_one_sentence_is_kept() {
        for (answer, said, value) in [
            ("order_number", "订单号不是A10442，是A10443", json!("A10443")),
            ("order_number", "A10442, sorry, A10443", json!("A10443")),
            ("order_number", "13800138000，不对，13900139000", json!("13900139000")),
            ("number", "三个，哦不，四个", json!(4)),
            ("number", "10442 no wait 10443", json!(10443)),
            ("date", "明天，哦不后天", json!("2026-11-22")),
            ("phone", "13800138000，说错了，13900139000", json!("13900139000")),
            ("email", "a@b.com, I mean c@d.com", json!("c@d.com")),
            ("money", "100元，不对，120元", json!(120)),
            ("name", "李雷，不对，韩梅", json!("韩梅")),
            ("name", "我姓王", json!("王")),
            ("name", "叫我小王就行", json!("小王")),
            ("address", "12 Garden Road, sorry, 14 Garden Road", json!("14 Garden Road")),
            ("address", "朝阳区幸福路 8 号", json!("朝阳区幸福路 8 号")),
            ("address", "上海市浦东新区张江路88号，电话13800138000", json!("上海市浦东新区张江路88号")),
            ("pattern", "VIP123456，不对，VIP123457", json!("VIP123457")),
            ("text", "太小，不对，太大", json!("太小，不对，太大")),
        ] {
            let config =
                json!({ "question": { "zh": "？" }, "answer": answer, "pattern": "VIP[0-9]{6}", "save_to": "x" });
            let play = Play::new("ask", config).knows("x").open().says(said);
            assert_eq!((play.left_by(), play.value("x")), ("answered".to_owned(), value), "{said}");
        }
        let only_denied = Play::new("ask", order()).knows("order_no").open().says("不是 A10442");
        assert_eq!(only_denied.value("order_no"), json!(null), "nothing says which it is");
    }

    #[test]
    fn a_broken_pattern_is_a_problem() {
        let settings =
            super::Settings { answer: crate::answers::AnswerKind::Pattern, pattern: "[".into(), ..Default::default() };

        assert_eq!(settings.check()[0].code, "pattern-not-valid");
    }

    fn order() -> serde_json::Value {
        json!({ "question": { "zh": "订单号？" }, "answer": "order_number", "save_to": "order_no" })
    }
}

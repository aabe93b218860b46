//! `rate`: asks how satisfied the customer is, and why when it is not much.

use interpreter::{Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, Input, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::options::{Offered, chosen};
use crate::words::in_language;

/// Settings of a rating.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["question", "reason_below", "reason_question", "thanks", "save_to", "wait_minutes"]))]
pub struct Settings {
    /// The question above the five faces.
    #[schemars(title = "Question", extend("x-zh" = ["问题", "五个表情上方的问题"], "x-required" = true))]
    pub question: Texts,
    /// Ask for the reason when the score is this or lower. 0 never asks.
    #[schemars(title = "Ask why at", range(max = 5), extend("x-zh" = ["低分追问", "评分不高于几分时追问原因，0 表示不问"], "x-unit" = ["分", "or lower"]))]
    pub reason_below: u32,
    /// How to ask for the reason.
    #[schemars(title = "Ask why with", extend("x-zh" = ["追问的话", "追问原因时说的话"], "x-group" = "more"))]
    pub reason_question: Texts,
    /// What to say after the rating.
    #[schemars(title = "Thank you", extend("x-zh" = ["感谢语", "评价后说的话"]))]
    pub thanks: Texts,
    /// The variable that keeps the score, 1 to 5.
    #[schemars(title = "Save to", extend("x-zh" = ["保存到", "保存评分（1 到 5）的变量"], "x-group" = "more"))]
    pub save_to: VarName,
    /// How long to wait for the rating. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户评价多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            question: Texts::new("请为本次服务打分。", "How was our service?"),
            reason_below: 2,
            reason_question: Texts::new(
                "很抱歉没有让您满意，请问哪里需要改进？",
                "We are sorry. What should we do better?",
            ),
            thanks: Texts::new("感谢您的评价！", "Thank you for your rating!"),
            save_to: VarName::default(),
            wait_minutes: 10,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    /// The score, once it is given and the reason is asked for.
    score: Option<u8>,
    n_tries: u32,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "rate",
            version: 1,
            family: Family::People,
            icon: "star",
            label: Texts::new("满意度评价", "Rate us"),
            description: Texts::new(
                "请客户打 1 到 5 分，低分时追问原因。",
                "Asks for a rating from 1 to 5, and for the reason when it is low.",
            ),
            keywords: &["csat", "rating", "survey", "feedback", "stars", "满意度", "评分", "评价", "星级"],
            summary: Texts::new("“{question}”", "“{question}”"),
            ports: vec![
                PortSpec::one("good", PortRole::Choice, Texts::new("满意（4–5）", "good (4–5)")),
                PortSpec::one("fair", PortRole::Choice, Texts::new("一般（3）", "fair (3)")),
                PortSpec::one("poor", PortRole::Choice, Texts::new("不满意（1–2）", "poor (1–2)")),
                PortSpec::one("silence", PortRole::Silence, Texts::new("没有评价", "not answered")),
            ],
            enterable: true,
            waits: true,
            order: 170,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("会话结束前请客户打分", "Ask for a rating at the end"), Self::default()),
            (
                Texts::new("只要分数", "Only the score"),
                Self { reason_below: 0, thanks: Texts::default(), save_to: "score".into(), ..Self::default() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        self.ask(ctx)
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let mut memory: Memory = ctx.memory();
        match (happened, memory.score) {
            (Happened::Said(input), Some(score)) => {
                ctx.took_answer();
                self.leave(ctx, score, &input.as_text())
            }
            // The score counts, with or without a reason.
            (_, Some(score)) => self.leave(ctx, score, ""),
            (Happened::Said(input), None) => match score_of(&input) {
                Some(score) => {
                    ctx.took_answer();
                    self.scored(ctx, score)
                }
                None if memory.n_tries == 0 => {
                    ctx.does_not_fit();
                    memory.n_tries += 1;
                    ctx.remember(&memory);
                    let hint =
                        in_language(ctx, "请用 1 到 5 打分，5 分最满意。", "Please rate from 1 to 5; 5 is best.");
                    ctx.say(Content::text(hint));
                    Ok(self.wait(ctx))
                }
                None => {
                    ctx.because("客户没有评分，说了别的", "the customer wrote something else than a rating");
                    Ok(Next::go("silence"))
                }
            },
            (_, None) => Ok(Next::go("silence")),
        }
    }
}

impl Settings {
    fn ask(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let text = ctx.text(&self.question)?;
        ctx.say(Content::Rating { text });
        Ok(self.wait(ctx))
    }

    fn scored(&self, ctx: &mut Ctx<'_>, score: u8) -> Result<Next, Failure> {
        ctx.set(&self.save_to, score.into())?;
        if u32::from(score) <= self.reason_below && !self.reason_question.is_empty() {
            ctx.remember(&Memory { score: Some(score), n_tries: 0 });
            ctx.say_text(&self.reason_question)?;
            return Ok(self.wait(ctx));
        }
        self.leave(ctx, score, "")
    }

    fn leave(&self, ctx: &mut Ctx<'_>, score: u8, reason: &str) -> Result<Next, Failure> {
        ctx.rated(score, reason);
        ctx.say_text(&self.thanks)?;
        Ok(Next::go(match score {
            4.. => "good",
            3 => "fair",
            _ => "poor",
        }))
    }

    fn wait(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.wait_for_customer(Some(f64::from(self.wait_minutes)))
    }
}

/// `5`, `5 分`, `五星`, `很满意`: 1 to 5.
fn score_of(input: &Input) -> Option<u8> {
    let words = [
        Offered::new(
            "1",
            ["1", "1分", "1星", "一分", "一星", "非常不满意", "很不满意", "很差", "terrible", "very bad"],
        ),
        Offered::new("2", ["2", "2分", "2星", "两分", "二星", "两星", "不满意", "差", "bad", "poor"]),
        Offered::new("3", ["3", "3分", "3星", "三分", "三星", "一般", "还行", "ok", "fair"]),
        Offered::new("4", ["4", "4分", "4星", "四分", "四星", "满意", "good"]),
        Offered::new("5", ["5", "5分", "5星", "五分", "五星", "非常满意", "很满意", "很好", "excellent", "great"]),
    ];
    chosen(input, &words)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use interpreter::Effect;
    use serde_json::json;

    use super::*;
    use crate::play::Play;

    #[test]
    fn a_good_rating_is_thanked_for() {
        let play = play().presses("5");

        assert_eq!(play.said(), ["打分", "谢谢"]);
        assert_eq!((play.left_by(), play.value("score")), ("good".into(), json!(5)));
        assert!(play.effects().contains(&Effect::Rated { score: 5, reason: String::new() }));
    }

    #[test]
    fn a_poor_rating_is_asked_about() {
        let asked = play().says("不满意");

        let silent = asked.clone().time_up();
        assert_eq!(silent.left_by(), "poor");
        let told = asked.says("等太久");
        assert!(told.effects().contains(&Effect::Rated { score: 2, reason: "等太久".into() }));
        assert_eq!(told.left_by(), "poor");
    }

    #[test]
    fn anything_else_is_asked_once_more() {
        assert_eq!(play().says("我还有个问题").says("3分").left_by(), "fair");
        assert_eq!(play().says("我还有个问题").says("怎么退货").left_by(), "silence");
        assert_eq!(play().time_up().left_by(), "silence");
    }

    #[test]
    fn scores_are_read_from_words() {
        for (said, score) in [("4", 4), ("五星", 5), ("很满意！", 5), ("非常不满意", 1), ("ok", 3)] {
            assert_eq!(score_of(&Input::Text(said.into())), Some(score), "{said}");
        }
        assert_eq!(score_of(&Input::Text("10".into())), None);
    }

    fn play() -> Play {
        let config = json!({ "question": { "zh": "打分" }, "thanks": { "zh": "谢谢" }, "save_to": "score" });
        Play::new("rate", config).knows("score").open()
    }
}

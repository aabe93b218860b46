//! `end`: ends the flow with a result.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::Texts;
use model::spec::Family;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["result", "text"]))]
pub struct Settings {
    /// How it ended, for reports; a flow that calls this one may have an exit for it.
    #[schemars(title = "Result", extend(
        "x-zh" = ["结果", "用于统计；调用本流程的流程可以为它设出口"],
        "x-options" = [["solved", "已解决", "solved"], ["left", "客户离开", "left"], ["passed_on", "已转交", "passed on"]],
        "x-widget" = "suggest"
    ))]
    pub result: String,
    /// What the customer reads at the end.
    #[schemars(title = "Goodbye", extend("x-zh" = ["结束语", "结束时对客户说的话"]))]
    pub text: Texts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            result: "solved".into(),
            text: Texts::new("感谢您的咨询，再见！", "Thank you for contacting us. Goodbye!"),
        }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "end",
            version: 1,
            family: Family::Frame,
            icon: "square",
            label: Texts::new("结束", "End"),
            description: Texts::new(
                "结束会话；在子流程里则回到调用它的流程。",
                "Ends the conversation; in a reusable flow, goes back to the flow that called it.",
            ),
            keywords: &["finish", "close", "goodbye", "stop", "结束", "再见", "关闭"],
            summary: Texts::new("{result}{text? · }{text}", "{result}{text? · }{text}"),
            ports: Vec::new(),
            enterable: true,
            waits: false,
            order: 95,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("问题已解决", "Solved"), Self::default()),
            (
                Texts::new("子流程：没有通过核实", "A reusable flow: not verified"),
                Self { result: "refused".into(), text: Texts::default() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.say_text(&self.text)?;
        let result = if self.result.trim().is_empty() { "solved" } else { self.result.trim() };
        Ok(Next::End { result: result.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn it_says_goodbye_and_ends_with_its_result() {
        let play = Play::new("end", json!({ "result": "left", "text": { "zh": "再见" } })).open();

        assert_eq!((play.said(), play.left_by()), (vec!["再见".to_owned()], "left".to_owned()));
    }
}

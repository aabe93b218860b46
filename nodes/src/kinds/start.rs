//! `start`: where a conversation begins.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::Texts;
use model::spec::{Family, PortRole, PortSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// What the customer reads first. Leave it empty to go on silently.
    #[schemars(title = "Greeting", extend("x-zh" = ["欢迎语", "客户打开聊天时首先看到的话，可以不填"]))]
    pub greeting: Texts,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "start",
            version: 1,
            family: Family::Frame,
            icon: "play",
            label: Texts::new("开始", "Start"),
            description: Texts::new(
                "会话从这里开始。每个流程有且只有一个。",
                "The conversation begins here. Every flow has exactly one.",
            ),
            keywords: &["begin", "open", "greeting", "welcome", "欢迎", "打开聊天", "入口", "开场白"],
            summary: Texts::new(
                "客户打开聊天{greeting? · }{greeting}",
                "The customer opens the chat{greeting? · }{greeting}",
            ),
            ports: vec![PortSpec::one("next", PortRole::Next, Texts::new("开始", "begins"))],
            enterable: false,
            waits: false,
            order: 200,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("直接开始", "Begin at once"), Self::default()),
            (
                Texts::new("先问好", "Say hello first"),
                Self { greeting: Texts::new("您好，欢迎光临！", "Hello and welcome!") },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.say_text(&self.greeting)?;
        Ok(Next::go("next"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn it_greets_and_goes_on() {
        let play =
            Play::with_start(json!({ "greeting": { "zh": "您好" } }), "say", json!({ "text": { "zh": "请讲" } }));

        assert_eq!(play.said(), ["您好", "请讲"]);
    }
}

//! `go_to`: jumps to another step of the flow, to keep long paths off the canvas.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::Family;
use model::{NodeId, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of a jump.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// The step to go to.
    #[schemars(title = "Go to", extend("x-zh" = ["跳转到", "要去的步骤"], "x-required" = true))]
    pub node: NodeId,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "go_to",
            version: 1,
            family: Family::Frame,
            icon: "corner-up-right",
            label: Texts::new("跳转", "Go to step"),
            description: Texts::new(
                "跳到本流程的另一个步骤，省去很长的连线。",
                "Jumps to another step of this flow, without a long line across the canvas.",
            ),
            keywords: &["jump", "link", "back", "跳转", "返回", "转到"],
            summary: Texts::new("→ {node}", "→ {node}"),
            ports: Vec::new(),
            enterable: true,
            waits: false,
            order: 150,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("回到主菜单", "Back to the menu"), Self { node: "menu".into() }),
            (Texts::new("重新问订单号", "Ask for the order number again"), Self { node: "ask_order".into() }),
        ]
    }

    fn enter(&self, _: &mut Ctx<'_>) -> Result<Next, Failure> {
        if self.node.is_empty() {
            return Err(Failure::new("跳转没有选择步骤", "the jump has no step to go to"));
        }
        Ok(Next::Jump(self.node.clone()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn it_goes_to_the_step() {
        assert_eq!(Play::new("go_to", json!({ "node": "on_error" })).open().left_by(), "on error");
    }
}

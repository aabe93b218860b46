//! `script`: a few lines of rhai for what no other step can do.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Script, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// The script. `name = value` sets a variable of the conversation; `let name = value` is only for the script itself.
    #[schemars(title = "Script", extend("x-zh" = ["脚本", "name = value 会设置会话变量；let name = value 只在脚本里有效"], "x-widget" = "code"))]
    pub source: Script,
}

impl Default for Settings {
    fn default() -> Self {
        Self { source: "// 例 / example\nlet hello = \"hello\";\nhello + \"!\"\n".into() }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "script",
            version: 1,
            family: Family::Set,
            icon: "braces",
            label: Texts::new("脚本", "Small script"),
            description: Texts::new(
                "用几行脚本处理变量；读不到文件和网络，运行时间有上限。",
                "Works on variables with a few lines of script; it reaches no files and no network, and its time is limited.",
            ),
            keywords: &["rhai", "code", "function", "javascript", "脚本", "代码", "函数"],
            summary: Texts::new("{source}", "{source}"),
            ports: vec![
                PortSpec::one("done", PortRole::Next, Texts::new("完成", "done")),
                PortSpec::one("failed", PortRole::Failed, Texts::new("出错", "error")),
            ],
            enterable: true,
            waits: false,
            order: 130,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("合计金额", "Add up amounts"),
                Self {
                    source: "// 合计 / total\nlet sum = 0;\nfor item in items { sum += item.price; }\ntotal = sum;\n"
                        .into(),
                },
            ),
            (
                Texts::new("按金额分级", "Rank by amount"),
                Self { source: "level = if amount > 500 { \"large\" } else { \"small\" };\n".into() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.run(&self.source)?;
        Ok(Next::go("done"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn a_script_sets_variables() {
        let config = json!({ "source": "let sum = 0; for i in items { sum += i; } total = sum;" });
        let play = Play::new("script", config).given("items", json!([1, 2, 3])).knows("total").open();

        assert_eq!((play.value("total"), play.left_by()), (json!(6), "done".to_owned()));
    }

    #[test]
    fn an_endless_script_fails() {
        assert_eq!(Play::new("script", json!({ "source": "loop { }" })).open().left_by(), "failed");
    }
}

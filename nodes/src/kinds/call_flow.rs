//! `call_flow`: runs another flow inside this one and comes back.

use std::collections::BTreeMap;

use interpreter::{Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Expression, FlowKey, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of a reusable flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["flow", "give", "get", "ends", "version"]))]
pub struct Settings {
    /// The flow to run.
    #[schemars(title = "Flow", extend("x-zh" = ["子流程", "要运行的流程"], "x-required" = true))]
    pub flow: FlowKey,
    /// What to give it: its variables and their values.
    #[schemars(title = "Give", extend("x-zh" = ["传入", "把哪些值交给它的变量"], "x-item" = ["传入项", "value"]))]
    pub give: Vec<Given>,
    /// What to get back when it ends.
    #[schemars(title = "Get back", extend("x-zh" = ["取回", "结束后取回它的哪些变量"], "x-item" = ["取回项", "value"]))]
    pub get: Vec<Gotten>,
    /// Results of its end steps that have an exit of their own here.
    #[schemars(title = "Named ends", extend("x-zh" = ["命名结束", "它的哪些结束结果在这里有单独的出口"], "x-widget" = "words", "x-group" = "more"))]
    pub ends: Vec<String>,
    /// Which version: “live”, or the number of a published one.
    #[schemars(title = "Version", extend("x-zh" = ["版本", "live 表示线上版本，也可以写已发布的版本号"], "x-group" = "more"))]
    pub version: String,
}

/// A value for the called flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["variable", "value"]))]
pub struct Given {
    /// The variable's name in that flow.
    #[schemars(title = "Its variable", extend("x-zh" = ["它的变量", "子流程里的变量名"]))]
    pub variable: String,
    /// The value as an expression, for example order_no.
    #[schemars(title = "Value", extend("x-zh" = ["值", "写表达式，例如 order_no"]))]
    pub value: Expression,
}

/// A value from the called flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["variable", "from"]))]
pub struct Gotten {
    /// The variable of this flow that keeps it.
    #[schemars(title = "My variable", extend("x-zh" = ["保存到", "本流程里保存它的变量"]))]
    pub variable: VarName,
    /// The variable's name in that flow.
    #[schemars(title = "Its variable", extend("x-zh" = ["它的变量", "子流程里的变量名"]))]
    pub from: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { flow: FlowKey::default(), give: Vec::new(), get: Vec::new(), ends: Vec::new(), version: "live".into() }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "call_flow",
            version: 1,
            family: Family::Frame,
            icon: "package",
            label: Texts::new("子流程", "Reusable flow"),
            description: Texts::new(
                "在这里运行另一个流程，结束后回来继续。",
                "Runs another flow here and goes on when it ends.",
            ),
            keywords: &["subflow", "component", "call", "reuse", "子流程", "复用", "调用流程"],
            summary: Texts::new("{flow}", "{flow}"),
            ports: vec![
                PortSpec::per_item("/ends", "", ""),
                PortSpec::one("done", PortRole::Next, Texts::new("完成", "done")),
                PortSpec::one("failed", PortRole::Failed, Texts::new("出错", "failed")),
            ],
            enterable: true,
            waits: false,
            order: 160,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("核实身份", "Verify who it is"),
                Self {
                    flow: "verify".into(),
                    give: vec![Given { variable: "phone".into(), value: "phone".into() }],
                    get: vec![Gotten { variable: "is_verified".into(), from: "ok".into() }],
                    ends: vec!["refused".into()],
                    ..Self::default()
                },
            ),
            (
                Texts::new("固定用第 3 版", "Always version 3"),
                Self { flow: "survey".into(), version: "3".into(), ..Self::default() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let mut give = BTreeMap::new();
        for given in self.give.iter().filter(|given| !given.variable.trim().is_empty()) {
            give.insert(VarName::from(given.variable.trim()), ctx.eval(&given.value)?);
        }
        let wanted = self.get.iter().filter(|gotten| !gotten.variable.is_empty() && !gotten.from.trim().is_empty());
        let get = wanted.map(|gotten| (gotten.from.trim().into(), gotten.variable.clone())).collect();
        Ok(Next::Call { flow: self.flow.clone(), give, get })
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let Happened::Returned(result) = happened else {
            return Err(Failure::new("子流程没有返回", "the flow did not come back"));
        };
        ctx.because(format!("子流程的结果是“{result}”"), format!("the flow ended with “{result}”"));
        Ok(Next::go(if self.ends.contains(&result) { &result } else { "done" }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn it_gives_values_and_gets_them_back() {
        let config = json!({
            "flow": "double",
            "give": [{ "variable": "x", "value": "amount + 1" }],
            "get": [{ "variable": "amount", "from": "x" }],
        });
        let play = Play::new("call_flow", config).given("amount", json!(4)).open();

        assert_eq!((play.value("amount"), play.left_by()), (json!(10), "done".to_owned()));
    }

    #[test]
    fn a_named_end_has_its_exit() {
        let config = json!({ "flow": "double", "ends": ["doubled"] });

        assert_eq!(Play::new("call_flow", config).open().left_by(), "doubled");
    }

    #[test]
    fn a_flow_that_is_not_there_fails() {
        assert_eq!(Play::new("call_flow", json!({ "flow": "nowhere" })).open().left_by(), "failed");
    }
}

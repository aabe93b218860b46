//! `match`: leaves by the exit of a value.

use std::collections::BTreeSet;

use expr::as_text;
use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Expression, Place, PortId, Problem, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::short;

/// Settings of deciding by value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["value", "cases"]))]
pub struct Settings {
    /// The variable, or an expression, whose value decides.
    #[schemars(title = "Value of", extend("x-zh" = ["取值", "按哪个变量或表达式的值来分"], "x-required" = true))]
    pub value: Expression,
    /// The values and their exits.
    #[schemars(title = "Cases", extend("x-zh" = ["取值分支", "每组取值有自己的出口"], "x-item" = ["分支", "case"], "x-required" = true))]
    pub cases: Vec<Case>,
}

/// One exit with its values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["id", "label", "values"]))]
pub struct Case {
    /// The stable name of the exit; it stays when the label changes.
    #[schemars(title = "Exit id", extend("x-zh" = ["出口标识", "出口的固定名称，改文字时不变"], "x-widget" = "hidden"))]
    pub id: PortId,
    /// The words on the exit.
    #[schemars(title = "Label", extend("x-zh" = ["名称", "出口上的文字"]))]
    pub label: Texts,
    /// The values that lead here.
    #[schemars(title = "Values", extend("x-zh" = ["取值", "等于其中任何一个就走这里"], "x-widget" = "words"))]
    pub values: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let case =
            Case { id: "case_1".into(), label: Texts::new("中文客户", "Chinese"), values: vec!["zh".into()] };
        Self { value: "language".into(), cases: vec![case] }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "match",
            version: 1,
            family: Family::Decide,
            icon: "list-tree",
            label: Texts::new("按取值分流", "By value"),
            description: Texts::new("看一个变量的值，走对应的出口。", "Looks at one value and leaves by its exit."),
            keywords: &["switch", "case", "value", "route", "取值", "分流", "状态"],
            summary: Texts::new("{value}：{cases[].label}", "{value}: {cases[].label}"),
            ports: vec![
                PortSpec::per_item("/cases", "id", "label"),
                PortSpec::one("otherwise", PortRole::Otherwise, Texts::new("其他值", "otherwise")),
            ],
            enterable: true,
            waits: false,
            order: 110,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        let case = |id: &str, zh: &str, en: &str, values: &[&str]| Case {
            id: id.into(),
            label: Texts::new(zh, en),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        vec![
            (
                Texts::new("按订单状态", "By order status"),
                Self {
                    value: "order_status".into(),
                    cases: vec![
                        case("shipped", "已发货", "Shipped", &["shipped", "delivered"]),
                        case("open", "未发货", "Not shipped", &["open", "paid"]),
                    ],
                },
            ),
            (
                Texts::new("按客户的语言", "By the customer's language"),
                Self { value: "language".into(), cases: vec![case("zh", "中文", "Chinese", &["zh"])] },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let value = as_text(&ctx.eval(&self.value)?).trim().to_lowercase();
        let case = self.cases.iter().find(|case| case.values.iter().any(|known| known.trim().to_lowercase() == value));
        let shown = short(&value);
        ctx.because(format!("值是“{shown}”"), format!("the value is “{shown}”"));
        Ok(case.map_or_else(|| Next::go("otherwise"), |case| Next::Go(case.id.clone())))
    }

    fn check(&self) -> Vec<Problem> {
        let mut seen = BTreeSet::new();
        let mut problems = Vec::new();
        for (index, case) in self.cases.iter().enumerate() {
            if case.id.is_empty() || case.id == "otherwise" || !seen.insert(&case.id) {
                problems.push(Problem::error(
                    "case-id",
                    Place::document(format!("/cases/{index}/id")),
                    Texts::new("每个分支要有自己的出口标识", "every case needs an exit id of its own"),
                    Texts::new("请换一个没有用过的标识", "give it an id that is not used yet"),
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::play::Play;

    #[test]
    fn a_value_leads_to_its_exit() {
        assert_eq!(play(json!("Shipped")), "done");
        assert_eq!(play(json!(2.0)), "two");
        assert_eq!(play(json!(null)), "otherwise");
    }

    fn play(value: Value) -> String {
        let config = json!({ "value": "x", "cases": [
            { "id": "done", "label": { "zh": "完" }, "values": ["shipped", "delivered"] },
            { "id": "two", "label": { "zh": "二" }, "values": ["2"] },
        ] });
        Play::new("match", config).given("x", value).open().left_by()
    }
}

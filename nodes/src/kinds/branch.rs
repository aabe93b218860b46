//! `branch`: takes the first path whose conditions hold.

mod condition;

use std::collections::BTreeSet;

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Expression, Place, PortId, Problem, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use condition::{Condition, Mode, Operator, When};

/// Settings of a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// The paths, tried from top to bottom; the first that holds is taken.
    #[schemars(title = "Paths", extend("x-zh" = ["分支", "从上到下判断，走第一个成立的"], "x-widget" = "paths", "x-item" = ["分支", "path"], "x-required" = true))]
    pub paths: Vec<Path>,
}

/// One path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["id", "label", "when", "expression"]))]
pub struct Path {
    /// The stable name of the exit; it stays when the label changes.
    #[schemars(title = "Exit id", extend("x-zh" = ["出口标识", "出口的固定名称，改文字时不变"], "x-widget" = "hidden"))]
    pub id: PortId,
    /// The words on the exit.
    #[schemars(title = "Label", extend("x-zh" = ["名称", "出口上的文字"]))]
    pub label: Texts,
    /// When this path is taken.
    #[schemars(title = "When", extend("x-zh" = ["条件", "什么时候走这个分支"], "x-widget" = "conditions"))]
    pub when: When,
    /// The same as an expression, for what rows cannot say. When it is filled in, the rows do not count.
    #[schemars(title = "Expression", extend("x-zh" = ["表达式", "条件行写不出来时用表达式；填写后条件行不再起作用"]))]
    pub expression: Expression,
}

impl Default for Settings {
    fn default() -> Self {
        let row = Condition { left: "last_message".into(), op: Operator::IsNotEmpty, ..Condition::default() };
        Self {
            paths: vec![Path {
                id: "path_1".into(),
                label: Texts::new("客户说过话", "The customer has spoken"),
                when: When { mode: Mode::All, rows: vec![row] },
                ..Path::default()
            }],
        }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "branch",
            version: 1,
            family: Family::Decide,
            icon: "git-fork",
            label: Texts::new("条件判断", "If … then"),
            description: Texts::new(
                "按条件走不同的分支，走第一个成立的。",
                "Takes the first path whose conditions hold.",
            ),
            keywords: &["if", "condition", "else", "decide", "rule", "如果", "判断", "分支", "规则", "条件"],
            summary: Texts::new("{paths[].label} / 其他", "{paths[].label} / otherwise"),
            ports: vec![
                PortSpec::per_item("/paths", "id", "label"),
                PortSpec::one("otherwise", PortRole::Otherwise, Texts::new("其他情况", "otherwise")),
            ],
            enterable: true,
            waits: false,
            order: 70,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        let row = |left: &str, op, right: &str| Condition { left: left.into(), op, right: right.into() };
        vec![
            (
                Texts::new("大额订单，或 VIP 客户", "Large orders, or VIP customers"),
                Self {
                    paths: vec![
                        Path {
                            id: "large".into(),
                            label: Texts::new("金额大于 500", "Over 500"),
                            when: When { mode: Mode::All, rows: vec![row("amount", Operator::Greater, "500")] },
                            ..Path::default()
                        },
                        Path {
                            id: "vip".into(),
                            label: Texts::new("VIP", "VIP"),
                            when: When { mode: Mode::Any, rows: vec![row("level", Operator::OneOf, "gold, platinum")] },
                            ..Path::default()
                        },
                    ],
                },
            ),
            (
                Texts::new("用表达式判断是否过期", "Use an expression to see whether it is too late"),
                Self {
                    paths: vec![Path {
                        id: "late".into(),
                        label: Texts::new("超过七天", "More than seven days"),
                        expression: "days_between(paid_on, today()) > 7".into(),
                        ..Path::default()
                    }],
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        for path in &self.paths {
            let holds = if path.expression.as_str().trim().is_empty() {
                path.when.holds(ctx)?
            } else {
                ctx.eval(&path.expression)? == Value::Bool(true)
            };
            if holds {
                let label = |language| path.label.in_language(language).to_owned();
                ctx.because(format!("条件成立：{}", label("zh")), format!("holds: {}", label("en")));
                return Ok(Next::Go(path.id.clone()));
            }
        }
        ctx.because("没有条件成立", "no condition holds");
        Ok(Next::go("otherwise"))
    }

    fn check(&self) -> Vec<Problem> {
        let mut seen = BTreeSet::new();
        let mut problems = Vec::new();
        for (index, path) in self.paths.iter().enumerate() {
            if path.id.is_empty() || path.id == "otherwise" || !seen.insert(&path.id) {
                problems.push(Problem::error(
                    "path-id",
                    Place::document(format!("/paths/{index}/id")),
                    Texts::new("每个分支要有自己的出口标识", "every path needs an exit id of its own"),
                    Texts::new("请换一个没有用过的标识", "give it an id that is not used yet"),
                ));
            }
            let has_condition = path.when.rows.iter().any(|row| !row.left.as_str().trim().is_empty());
            if !has_condition && path.expression.as_str().trim().is_empty() {
                problems.push(Problem::error(
                    "path-without-condition",
                    Place::document(format!("/paths/{index}/when")),
                    Texts::new("这个分支没有条件，永远走不到", "this path has no condition, so it is never taken"),
                    Texts::new("请添加条件，或删掉这个分支", "add a condition, or delete the path"),
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
    fn the_first_path_that_holds_is_taken() {
        assert_eq!(play(json!(600), json!("gold")).left_by(), "large");
        assert_eq!(play(json!("100"), json!("Gold")).left_by(), "vip");
        assert_eq!(play(json!(99), json!("")).left_by(), "otherwise");
        assert_eq!(play(json!(40), json!("")).left_by(), "small");
    }

    #[test]
    fn a_broken_expression_is_caught_by_on_error() {
        let config = json!({ "paths": [{ "id": "a", "label": {}, "expression": "amount.nope.nope > 1" }] });

        assert_eq!(Play::new("branch", config).given("amount", json!(1)).open().left_by(), "on error");
    }

    fn play(amount: Value, level: Value) -> Play {
        let config = json!({ "paths": [
            { "id": "large", "label": { "zh": "大额" }, "when": { "mode": "all", "rows": [{ "left": "amount", "op": "greater", "right": "{{ 250 * 2 }}" }] } },
            { "id": "vip", "label": { "zh": "VIP" }, "when": { "mode": "any", "rows": [
                { "left": "level", "op": "is", "right": "platinum" }, { "left": "level", "op": "one_of", "right": "gold，silver" },
            ] } },
            { "id": "small", "label": { "zh": "小额" }, "expression": "amount < 50" },
        ] });
        Play::new("branch", config).given("amount", amount).given("level", level).open()
    }
}

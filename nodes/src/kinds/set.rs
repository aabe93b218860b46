//! `set`: gives variables new values.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Expression, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of setting variables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// Variables and their new values, set from top to bottom.
    #[schemars(title = "Set", extend("x-zh" = ["设置", "从上到下依次设置变量的值"], "x-item" = ["变量", "variable"]))]
    pub rows: Vec<Row>,
}

/// One variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["variable", "value"]))]
pub struct Row {
    /// The variable.
    #[schemars(title = "Variable", extend("x-zh" = ["变量", "要设置的变量"], "x-required" = true))]
    pub variable: VarName,
    /// Its new value as an expression, for example amount * 0.9 or "words". Empty clears it.
    #[schemars(title = "Value", extend("x-zh" = ["值", "新的值，写表达式，例如 amount * 0.9 或 \"文字\"；留空表示清除"]))]
    pub value: Expression,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "set",
            version: 1,
            family: Family::Set,
            icon: "pencil-line",
            label: Texts::new("设置变量", "Set info"),
            description: Texts::new(
                "给变量赋值：文字、数字、今天的日期，或由其他变量算出来。",
                "Gives variables new values: words, numbers, today's date, or what is calculated from others.",
            ),
            keywords: &["variable", "assign", "calculate", "变量", "赋值", "计算", "记住"],
            summary: Texts::new("{rows[].variable}", "{rows[].variable}"),
            ports: vec![
                PortSpec::one("next", PortRole::Next, Texts::new("下一步", "next")),
                PortSpec::one("failed", PortRole::Failed, Texts::new("出错", "failed")),
            ],
            enterable: true,
            waits: false,
            order: 120,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        let row = |variable: &str, value: &str| Row { variable: variable.into(), value: value.into() };
        vec![
            (
                Texts::new("算出退款金额", "Calculate the refund"),
                Self { rows: vec![row("refund", "round(amount * 0.9, 2)")] },
            ),
            (
                Texts::new("记下日期，清除备注", "Note the date, clear the note"),
                Self { rows: vec![row("asked_on", "today()"), row("note", "")] },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        for row in &self.rows {
            let value = ctx.eval(&row.value)?;
            ctx.set(&row.variable, value)?;
        }
        Ok(Next::go("next"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn rows_are_set_in_order() {
        let config = json!({ "rows": [{ "variable": "a", "value": "1 + 1" }, { "variable": "b", "value": "a * 2" }, { "variable": "a", "value": "" }] });
        let play = Play::new("set", config).knows_all(&["a", "b"]).open();

        assert_eq!((play.value("a"), play.value("b")), (json!(null), json!(4)));
        assert_eq!(play.left_by(), "next");
    }

    #[test]
    fn a_value_that_cannot_be_calculated_fails() {
        let config = json!({ "rows": [{ "variable": "a", "value": "1 / 0" }] });

        assert_eq!(Play::new("set", config).knows("a").open().left_by(), "failed");
    }
}

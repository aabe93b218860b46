//! An expression or script, parsed once and run many times.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::VarName;
use rhai::{AST, ASTNode, Dynamic, Expr, FnCallExpr, Scope, Stmt};
use serde_json::Value;

use crate::engine::{MAX_SOURCE, engine};
use crate::voice::{self, MOOD};
use crate::{ExprError, Now, Values, calls, clock, convert};

/// A parsed expression or script.
#[derive(Clone, Debug)]
pub struct Compiled {
    ast: Arc<AST>,
    uses: Arc<BTreeSet<VarName>>,
    assigns: Arc<BTreeSet<VarName>>,
    phrases: Arc<BTreeSet<String>>,
    speaks: bool,
}

/// What a script did.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// The value of its last line.
    pub value: Value,
    /// Variables with a new value: the ones it assigned without `let`.
    pub changed: Values,
}

impl Compiled {
    /// Parses one expression, for example `amount * 0.9`.
    pub fn expression(source: &str) -> Result<Self, ExprError> {
        if source.trim().is_empty() {
            return Err(ExprError::new(
                "empty expression",
                "表达式是空的。请填写，例如 order_no 或 \"文字\"。",
                "The expression is empty. Write one, for example order_no or \"words\".",
            ));
        }
        check_length(source)?;
        let ast = engine().compile_expression(source).map_err(|error| ExprError::parsing(&error, source))?;
        Ok(Self::new(ast, source))
    }

    /// Parses a script of several lines. `name = value` without `let` changes or makes a variable of the conversation.
    pub fn script(source: &str) -> Result<Self, ExprError> {
        check_length(source)?;
        let ast = engine().compile(source).map_err(|error| ExprError::parsing(&error, source))?;
        Ok(Self::new(ast, source))
    }

    fn new(ast: AST, source: &str) -> Self {
        let (uses, assigns) = free_variables(&ast);
        let speaks = uses.contains(MOOD) || source.contains("phrase");
        let phrases = if speaks { phrases_of(&ast) } else { BTreeSet::new() };
        Self {
            ast: Arc::new(ast),
            uses: Arc::new(uses),
            assigns: Arc::new(assigns),
            phrases: Arc::new(phrases),
            speaks,
        }
    }

    /// Does it say phrases or read the customer's mood? Only then does it need a [`crate::Voice`].
    pub fn speaks(&self) -> bool {
        self.speaks
    }

    /// The phrases it names, where their keys are written out.
    pub fn phrases(&self) -> &BTreeSet<String> {
        &self.phrases
    }

    /// The variables it reads that it does not declare itself.
    pub fn uses(&self) -> BTreeSet<VarName> {
        (*self.uses).clone()
    }

    /// The variables it assigns without declaring them.
    pub fn assigns(&self) -> BTreeSet<VarName> {
        (*self.assigns).clone()
    }

    /// Calls that fail each time they are come to: of functions that do not exist, or with a wrong number of values.
    pub fn impossible_calls(&self) -> Vec<ExprError> {
        calls::impossible(&self.ast)
    }

    /// The value of the expression.
    pub fn eval(&self, values: &Values, now: &Now) -> Result<Value, ExprError> {
        let mut scope = self.scope(values, now);
        self.value(&mut scope, values, now).map(|value| convert::to_json(&value))
    }

    /// Runs the script.
    pub fn run(&self, values: &Values, now: &Now) -> Result<Ran, ExprError> {
        let mut scope = self.scope(values, now);
        let value = self.value(&mut scope, values, now)?;
        let changed = self
            .uses
            .union(&self.assigns)
            .filter_map(|name| {
                let after = convert::to_json(scope.get(name.as_str())?);
                let is_read_only = name == MOOD && !values.contains_key(name) && !self.assigns.contains(name);
                if is_read_only {
                    return None;
                }
                let is_new = !values.contains_key(name) && !after.is_null();
                let differs = values.get(name).is_some_and(|before| !same(before, &after));
                (is_new || differs).then(|| (name.clone(), after))
            })
            .collect();
        Ok(Ran { value: convert::to_json(&value), changed })
    }

    fn value(&self, scope: &mut Scope<'static>, values: &Values, now: &Now) -> Result<Dynamic, ExprError> {
        let mut evaluate = || engine().eval_ast_with_scope::<Dynamic>(scope, &self.ast);
        let speaks = self.speaks && now.voice.is_some();
        clock::at(now, || if speaks { voice::speaking(values, now, evaluate) } else { evaluate() })
            .map_err(|error| ExprError::running(&error))
    }

    /// Only what it names is converted: a conversation may remember much more.
    fn scope(&self, values: &Values, now: &Now) -> Scope<'static> {
        let mut scope = Scope::new();
        for name in self.uses.union(&self.assigns) {
            match values.get(name) {
                Some(value) => {
                    scope.push_dynamic(name.as_str(), convert::to_dynamic(value));
                }
                None if name == MOOD => {
                    scope.push_dynamic(MOOD, convert::to_dynamic(&voice::mood(now)));
                }
                None if self.assigns.contains(name) => {
                    scope.push_dynamic(name.as_str(), Dynamic::UNIT);
                }
                None => {}
            }
        }
        scope
    }
}

fn check_length(source: &str) -> Result<(), ExprError> {
    if source.len() <= MAX_SOURCE {
        return Ok(());
    }
    Err(ExprError::new(
        "source too long",
        "脚本太长（上限 16 KB）。请拆成几步。",
        "The script is too long (limit 16 KB). Split it into several steps.",
    ))
}

/// `3` and `3.0` are the same number: a value that only went through rhai has not changed.
fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The free variables that are read, and those that are assigned. The parser gives declared ones an index.
fn free_variables(ast: &AST) -> (BTreeSet<VarName>, BTreeSet<VarName>) {
    let mut uses = BTreeSet::new();
    let mut assigns = BTreeSet::new();
    // A plain assignment's target is visited as an expression too, right after its statement.
    let mut targets: Vec<*const Expr> = Vec::new();
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let target = &assignment.1.lhs;
                if let Some(name) = root(target).and_then(free_name) {
                    assigns.insert(name.into());
                    if matches!(target, Expr::Variable(..)) && !assignment.0.is_op_assignment() {
                        targets.push(target);
                    }
                }
            }
            Some(ASTNode::Expr(expression)) if !targets.contains(&std::ptr::from_ref(*expression)) => {
                if let Some(name) = free_name(expression) {
                    uses.insert(name.into());
                }
            }
            _ => {}
        }
        true
    });
    (uses, assigns)
}

/// The keys of phrases that are written out: `phrase("greeting")`.
fn phrases_of(ast: &AST) -> BTreeSet<String> {
    let mut phrases = BTreeSet::new();
    ast.walk(&mut |path| {
        let call: Option<&FnCallExpr> = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => Some(call),
            _ => None,
        };
        if let Some(call) = call.filter(|call| call.name == "phrase")
            && let Some(Expr::StringConstant(key, _)) = call.args.first()
        {
            phrases.insert(key.to_string());
        }
        true
    });
    phrases
}

/// The variable an assignment's target begins with: `order` in `order.items[0]`.
fn root(target: &Expr) -> Option<&Expr> {
    match target {
        Expr::Variable(..) => Some(target),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => root(&parts.lhs),
        _ => None,
    }
}

fn free_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, None, _) if variable.0.is_none() => Some(variable.1.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_expression_calculates_as_people_do() {
        check("amount * 0.9", json!(108));
        check("5 / 2", json!(2.5));
        check("6 / 2", json!(3));
        check("order.items[1].name + \"!\"", json!("b!"));
        check("order.nothing == ()", json!(true));
        check("vip && amount >= 120", json!(true));
        check("[1, \"a\", #{b: 2.0}]", json!([1, "a", { "b": 2 }]));
    }

    #[test]
    fn a_script_gives_back_what_it_changed() {
        let script = Compiled::script(
            "let half = amount / 2;\namount = half;\norder.status = \"paid\";\nfee = 3.0;\nvip = true;\n`fee ${fee}`",
        )
        .expect("parses");

        let ran = script.run(&values(), &now()).expect("runs");

        assert_eq!(ran.value, json!("fee 3.0"));
        let order = json!({ "items": [{ "name": "a" }, { "name": "b" }], "status": "paid" });
        let expected = [("amount", json!(60)), ("fee", json!(3)), ("order", order)];
        assert_eq!(ran.changed, expected.map(|(name, value)| (name.into(), value)).into());
        assert_eq!(script.uses(), names(&["amount", "fee", "order"]));
        assert_eq!(script.assigns(), names(&["amount", "fee", "order", "vip"]));
    }

    #[test]
    fn a_missing_variable_is_named_with_its_place() {
        let error = Compiled::script("let a = 1;\na + ordre").expect("parses").run(&values(), &now());

        let error = error.expect_err("missing");
        assert!(error.message.in_language("en").contains("“ordre”"));
        assert_eq!((error.line, error.column), (Some(2), Some(5)));
    }

    #[test]
    fn mistakes_are_explained() {
        let full_width = Compiled::expression("amount ＞ 3").expect_err("full width");
        assert!(full_width.message.in_language("zh").contains("＞"));
        let adding = Compiled::expression("order + 1").expect("parses").eval(&values(), &now()).expect_err("types");
        assert!(adding.message.in_language("en").contains("“+”"));
    }

    #[test]
    fn nothing_of_the_host_can_be_reached() {
        for source in ["sleep(2)", "Fn(\"sleep\").call(2)", "timestamp()", "blob(1000000000)", "rand()", "call(\"x\")"]
        {
            assert!(failure(source).is_some(), "{source}");
        }
        for source in ["eval(\"1\")", "import \"/etc/passwd\" as x;", "export x;"] {
            assert!(Compiled::script(source).is_err(), "{source}");
        }
        assert_eq!(failure("print(\"x\"); debug(\"y\");"), None);
    }

    #[test]
    fn bombs_are_defused() {
        let bombs = [
            "loop { }",
            "while true { let x = 1; }",
            "fn f(x) { f(x + 1) } f(0)",
            "let f = |x| x + 1; let n = 0; loop { n = f.call(n); }",
            "let s = \"a\"; loop { s += s; }",
            "let s = \"\"; s.pad(2000000000, 'a');",
            "let s = \"\"; s.pad(16000, 'a'); let t = \"\"; t.pad(16000, 'b'); s.replace(\"a\", t); s",
            "let a = []; loop { a += [1, 2, 3]; }",
            "let a = [1]; loop { a += a; }",
            "let a = []; a.pad(2000000000, 1);",
            "let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }",
            "let a = [1]; loop { a = [a, a]; }",
            "let n = 0; for i in 0..9000000000 { n = i; }",
            "for i in range(0, 1, 0) { }",
            "2 ** 1000000",
            "let x = 9223372036854775807; x + 1",
            "throw \"x\"",
        ];
        for source in bombs {
            let error = failure(source).unwrap_or_else(|| panic!("{source} came to an end"));
            assert!(!error.message.in_language("zh").is_empty());
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_a_crash() {
        for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("!", "")] {
            let source = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
            assert!(Compiled::script(&source).is_err(), "{open}");
        }
        assert!(Compiled::script(&"a.".repeat(8_000)).is_err());
        assert!(Compiled::script(&"1+".repeat(8_000)).is_err());
    }

    #[test]
    fn an_outer_bound_stops_a_script() {
        let stopped = clock_bound(|| failure("let n = 0; for i in 0..5000 { n += i; } n"));
        assert!(stopped.is_some());
        assert_eq!(failure("let n = 0; for i in 0..5000 { n += i; } n"), None);
    }

    #[test]
    fn the_same_script_gives_the_same_result() {
        let script = Compiled::script("let m = #{z: 1, a: 2}; m.keys() + [today(), now()]").expect("parses");
        let first = script.run(&values(), &now());
        assert!((0..50).all(|_| script.run(&values(), &now()) == first));
    }

    fn clock_bound<R>(work: impl FnOnce() -> R) -> R {
        crate::with_bound(|| true, work)
    }

    fn check(source: &str, expected: Value) {
        let value = Compiled::expression(source).expect("parses").eval(&values(), &now()).expect(source);
        assert_eq!(value, expected, "{source}");
    }

    fn failure(source: &str) -> Option<ExprError> {
        Compiled::script(source).and_then(|script| script.run(&values(), &now())).err()
    }

    fn names(names: &[&str]) -> BTreeSet<VarName> {
        names.iter().map(|name| VarName::from(*name)).collect()
    }

    fn values() -> Values {
        [
            ("amount", json!(120)),
            ("vip", json!(true)),
            ("order", json!({ "items": [{ "name": "a" }, { "name": "b" }], "status": "open" })),
        ]
        .map(|(name, value)| (name.into(), value))
        .into()
    }

    fn now() -> Now {
        Now::new(1_795_000_000_000, "Asia/Shanghai")
    }
}

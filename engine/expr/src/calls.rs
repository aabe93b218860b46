//! Calls that cannot work whatever the values are: of functions that do not exist, or with too many or too few values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::engine::engine;
use crate::{ExprError, functions};

/// What rhai itself does under these names, with any number of values.
const BUILT_IN: [&str; 9] =
    ["print", "debug", "type_of", "Fn", "call", "curry", "is_shared", "is_def_var", "is_def_fn"];

/// Every call of a parsed source that fails each time it is come to, in the order of the source.
pub(crate) fn impossible(ast: &AST) -> Vec<ExprError> {
    let own: BTreeSet<&str> = ast.iter_functions().map(|function| function.name).collect();
    let mut errors = Vec::new();
    ast.walk(&mut |path| {
        let (call, n_before, position) = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                (call, 0, position)
            }
            // The value before the dot is the first one.
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => (call, 1, position),
            _ => return true,
        };
        // A field may hold a function of the script's own.
        let may_be_field = n_before == 1 && !own.is_empty();
        if !own.contains(call.name.as_str()) && !may_be_field {
            errors.extend(complaint(call, call.args.len() + n_before, *position));
        }
        true
    });
    errors
}

fn complaint(call: &FnCallExpr, n_values: usize, position: Position) -> Option<ExprError> {
    let name = call.name.as_str();
    if !is_name(name) || BUILT_IN.contains(&name) {
        return None;
    }
    match known().get(name) {
        Some(counts) if counts.contains(&n_values) => None,
        Some(_) => Some(ExprError::wrong_number_of_values(name, &written(name), position)),
        None => Some(ExprError::no_such_function(name, nearest(name), position)),
    }
}

/// Is there a function of this name at all?
pub(crate) fn exists(name: &str) -> bool {
    BUILT_IN.contains(&name) || known().contains_key(name)
}

/// A name that people would have meant; none when nothing is like it.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let described = functions().into_iter().map(|function| function.name);
    let others = known().keys().map(String::as_str).filter(|name| is_name(name) && !name.contains('$'));
    // What the menu describes comes first where two are equally near.
    let (distance, found) = described
        .chain(others)
        .map(|other| (distance(&name.to_lowercase(), &other.to_lowercase()), other))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= name.chars().count().div_ceil(3).min(3)).then_some(found)
}

/// How a function of the menu is written; its bare name for others.
fn written(name: &str) -> String {
    let described = functions().into_iter().find(|function| function.name == name);
    described.map_or_else(|| name.to_owned(), |function| function.signature.to_owned())
}

/// Every function of the engine, with the numbers of values it takes.
fn known() -> &'static BTreeMap<String, BTreeSet<usize>> {
    static KNOWN: OnceLock<BTreeMap<String, BTreeSet<usize>>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let all = engine().collect_fn_metadata(
            None,
            |function| Some((function.metadata.name.to_string(), function.metadata.num_params)),
            true,
        );
        for (name, n_values) in all {
            known.entry(name).or_default().insert(n_values);
        }
        known
    })
}

/// Operators are functions too, and depend on their values alone.
fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
}

/// How many letters to change, put in, leave out or swap (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: [Vec<usize>; 3] = [Vec::new(), (0..=b.len()).collect(), Vec::new()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            row.push(best);
        }
        rows[2] = row;
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use crate::{Compiled, CompiledTemplate};

    #[test]
    fn a_function_that_does_not_exist_is_named_with_its_place_and_the_one_that_was_meant() {
        let error = only("lenght(name) > 3");
        assert_eq!((error.line, error.column), (Some(1), Some(1)));
        let words = error.message.in_language("en");
        assert!(words.contains("“lenght”") && words.contains("length"), "{words}");

        let script = Compiled::script("let a = 1;\nif a > 0 { b = a.uper(); }").expect("parses");
        let error = &script.impossible_calls()[0];
        assert_eq!((error.line, error.column), (Some(2), Some(18)));
        assert!(error.message.in_language("zh").contains("upper"), "{error:?}");

        let none = only("send_message(amount)");
        assert!(!none.message.in_language("en").contains("mean"), "{none:?}");
    }

    #[test]
    fn too_many_or_too_few_values_are_said_with_how_it_is_written() {
        let error = only("add_days(today())");

        assert!(error.message.in_language("en").contains("add_days(date, days)"), "{error:?}");
    }

    #[test]
    fn a_template_says_where_in_its_text() {
        let text = "订单 {{ order }}，\n剩 {{ 1 + dais(order) }} 天";
        let template = CompiledTemplate::parse(text).expect("parses");

        let errors = template.impossible_calls(text);

        assert_eq!(errors.iter().map(|error| (error.line, error.column)).collect::<Vec<_>>(), [(Some(2), Some(10))]);
    }

    #[test]
    fn whatever_works_is_let_through() {
        for source in [
            "fn half(x) { x / 2 } half(amount)",
            "let f = |x| x + 1; f.call(2)",
            "let m = #{ double: |x| x * 2 }; m.double(2)",
            "[3, 1].map(|x| x + 1).filter(|x| x > 2).len()",
            "let s = \"a\"; s.pad(3, 'b'); s.replace(\"a\", \"c\"); s.len() + s.len",
            "let m = #{a: 1}; m.keys() + m.values(); m.contains(\"a\")",
            "for i in range(0, 3) { print(i); }",
            "-amount + abs(-2) ** 2; !true; type_of(1); is_def_var(\"a\"); Fn(\"half\")",
            "\"a,b\".split(\",\")[0].to_upper(); `x ${length(\"a\")}`; 1 in [1]; \"a\"[0]; amount ?? 1",
            "round(2.5); round(2.5, 1); min(1, 2); to_string(3); parse_int(\"3\")",
        ] {
            let script = Compiled::script(source).unwrap_or_else(|error| panic!("{source}: {error}"));
            assert_eq!(script.impossible_calls(), [], "{source}");
        }
        for function in crate::functions() {
            assert_eq!(Compiled::expression(function.example).expect("parses").impossible_calls(), []);
        }
    }

    fn only(source: &str) -> crate::ExprError {
        let mut errors = Compiled::expression(source).expect("parses").impossible_calls();
        assert_eq!(errors.len(), 1, "{source}: {errors:?}");
        errors.remove(0)
    }
}

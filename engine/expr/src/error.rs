//! What goes wrong in an expression, in words for its author.

use model::Texts;
use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

use crate::calls;

/// A mistake in an expression, template or script, or its failure in a conversation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{original}")]
pub struct ExprError {
    /// A plain sentence: what is wrong and what to do.
    pub message: Texts,
    /// The language's own words, for those who know it.
    pub original: String,
    /// Line in the source, from 1.
    pub line: Option<usize>,
    /// Column in that line, in characters from 1.
    pub column: Option<usize>,
}

impl ExprError {
    pub(crate) fn new(original: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { message: Texts::new(zh, en), original: original.into(), line: None, column: None }
    }

    fn at(mut self, position: Position) -> Self {
        self.line = position.line();
        self.column = position.position();
        self
    }

    /// The variable `name` has no value at this point.
    pub(crate) fn no_such_variable(name: &str) -> Self {
        Self::new(
            format!("Variable not found: {name}"),
            format!("没有名为“{name}”的变量。请检查拼写，或先在变量面板中添加它；文字要放在英文引号里。"),
            format!(
                "There is no variable “{name}”. Check the spelling or add it in the variables panel; put words in straight quotes."
            ),
        )
    }

    /// A call of a function that does not exist.
    pub(crate) fn no_such_function(name: &str, meant: Option<&str>, position: Position) -> Self {
        let (zh, en) = match meant {
            Some(meant) => (format!("是不是想写“{meant}”？"), format!("Do you mean “{meant}”?")),
            None => ("请从函数列表中选择。".to_owned(), "Choose one from the list of functions.".to_owned()),
        };
        Self::new(
            format!("Function not found: {name}"),
            format!("没有函数“{name}”。{zh}"),
            format!("There is no function named “{name}”. {en}"),
        )
        .at(position)
    }

    /// A call with more or fewer values than the function takes.
    pub(crate) fn wrong_number_of_values(name: &str, written: &str, position: Position) -> Self {
        Self::new(
            format!("Wrong number of arguments: {name}"),
            format!("函数“{name}”括号里值的个数不对。它的写法是 {written}。"),
            format!("The function “{name}” takes another number of values. It is written {written}."),
        )
        .at(position)
    }

    /// The parser's complaint about `source`.
    pub(crate) fn parsing(error: &ParseError, source: &str) -> Self {
        let original = error.err_type().to_string();
        if let Some(character) = source.chars().find(|c| "（），。“”‘’；：！＝＋－＊／＜＞｛｝［］".contains(*c))
        {
            let outside = !matches!(error.err_type(), ParseErrorType::ExprTooDeep);
            if outside {
                return Self::new(
                    original,
                    format!("表达式看不懂：这里有全角符号“{character}”。请改用英文半角符号。"),
                    format!(
                        "This cannot be read: it has the full-width character “{character}”. Use the plain ASCII one."
                    ),
                )
                .at(error.position());
            }
        }
        let (zh, en) = match error.err_type() {
            ParseErrorType::UnexpectedEOF => (
                "表达式没有写完。请补全，例如补上右括号或引号。".to_owned(),
                "This ends too early. Complete it, for example with the closing bracket or quote.".to_owned(),
            ),
            ParseErrorType::MissingToken(token, _) => {
                (format!("这里缺少“{token}”。请补上。"), format!("“{token}” is missing here. Add it."))
            }
            ParseErrorType::ExprTooDeep => (
                "嵌套太深。请拆成几步来写。".to_owned(),
                "This is nested too deeply. Split it into several steps.".to_owned(),
            ),
            ParseErrorType::Reserved(word) => (
                format!("这里不能使用“{word}”。请换一种写法。"),
                format!("“{word}” is not available here. Write it another way."),
            ),
            ParseErrorType::TooManyFunctions => {
                ("定义的函数太多。请减少函数。".to_owned(), "There are too many functions. Define fewer.".to_owned())
            }
            ParseErrorType::LiteralTooLarge(..) => {
                ("这里的文字或列表太长。请缩短。".to_owned(), "This text or list is too long. Shorten it.".to_owned())
            }
            ParseErrorType::UnknownOperator(operator) => (
                format!("不认识运算符“{operator}”。相等写作 ==，并且写作 &&，或者写作 ||。"),
                format!("“{operator}” is not an operator. Use == for equals, && for and, || for or."),
            ),
            _ => (
                "表达式看不懂。请检查这里的拼写、引号和括号。".to_owned(),
                "This cannot be read. Check the spelling, quotes and brackets here.".to_owned(),
            ),
        };
        Self::new(original, zh, en).at(error.position())
    }

    /// A failure while running.
    pub(crate) fn running(error: &EvalAltResult) -> Self {
        let original = error.to_string();
        let position = error.position();
        let inner = innermost(error);
        let (zh, en) = match inner {
            EvalAltResult::ErrorVariableNotFound(name, _) => {
                return Self { original, ..Self::no_such_variable(name) }.at(position);
            }
            EvalAltResult::ErrorFunctionNotFound(signature, _) => {
                let name = signature.split(" (").next().unwrap_or(signature);
                let is_name = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
                if is_name && !calls::exists(name) {
                    return Self { original, ..Self::no_such_function(name, calls::nearest(name), position) };
                }
                if is_name {
                    (
                        format!("没有可以这样用的函数“{name}”。请检查名称，以及括号里值的个数和类型。"),
                        format!("There is no function “{name}” for these values. Check its name and what is in its brackets."),
                    )
                } else {
                    (
                        format!("这两种值不能用“{name}”运算，其中一个可能还是空的。请检查变量的类型，或用 default(变量, 0) 给出默认值。"),
                        format!("“{name}” does not work with these values; one of them may still be empty. Check their types, or use default(variable, 0)."),
                    )
                }
            }
            EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => (
                "运行太久，已被停止（超过运算次数上限）。请检查是否有停不下来的循环。".to_owned(),
                "It ran for too long and was stopped (limit on operations). Look for a loop that does not end.".to_owned(),
            ),
            EvalAltResult::ErrorDataTooLarge(what, _) => (
                format!("产生的内容太大，已被停止（超过大小上限：{what}）。请缩短文字或列表。"),
                format!("What it makes is too large (limit on size: {what}). Shorten the text or list."),
            ),
            EvalAltResult::ErrorStackOverflow(_) => (
                "函数互相调用太深，已被停止（超过层数上限）。请检查递归。".to_owned(),
                "Functions call each other too deeply (limit on depth). Check the recursion.".to_owned(),
            ),
            EvalAltResult::ErrorTooManyVariables(_) => (
                "变量太多（超过上限）。请减少变量。".to_owned(),
                "There are too many variables (limit reached). Use fewer.".to_owned(),
            ),
            EvalAltResult::ErrorArrayBounds(length, index, _) => (
                format!("列表只有 {length} 项，没有第 {index} 项（从 0 数起）。请先检查列表的长度。"),
                format!("The list has {length} items; there is none at {index} (counted from 0). Check its length first."),
            ),
            EvalAltResult::ErrorArithmetic(..) => (
                "算不出来，例如除以零或数字太大。请检查数值。".to_owned(),
                "This cannot be calculated: a division by zero, or a number too large. Check the numbers.".to_owned(),
            ),
            EvalAltResult::ErrorRuntime(thrown, _) => {
                let said = thrown.to_string();
                (format!("脚本报告了错误：{said}"), format!("The script reports: {said}"))
            }
            EvalAltResult::ErrorMismatchDataType(wanted, got, _) => (
                format!("这里需要 {wanted}，得到的是 {got}。请检查变量的类型。"),
                format!("{wanted} is needed here, but it is {got}. Check the variable's type."),
            ),
            EvalAltResult::ErrorDotExpr(..) | EvalAltResult::ErrorIndexingType(..) => (
                "这个值没有这样的字段，它可能还是空的。请检查变量，或先判断它是否为空。".to_owned(),
                "This value has no such field; it may still be empty. Check the variable, or test whether it is empty first.".to_owned(),
            ),
            _ => (
                "运行时出错。请检查这里的变量和函数。".to_owned(),
                "It failed while running. Check the variables and functions here.".to_owned(),
            ),
        };
        Self::new(original, zh, en).at(position)
    }
}

/// The cause inside calls of functions.
fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        other => other,
    }
}

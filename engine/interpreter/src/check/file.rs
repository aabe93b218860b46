//! Reading a file that somebody wants to import: a flow or a bundle, or what is wrong with it and where.

use model::{Bundle, FORMAT, Flow, Place, Problem, Texts};
use serde_json::Value;

use super::MAX_DOCUMENT_BYTES;
use super::document::{Misplaced, newer_format, read_flow, too_large};

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum File {
    /// One flow.
    Flow(Box<Flow>),
    /// Flows with all they refer to.
    Bundle(Box<Bundle>),
}

/// Why a file cannot be imported.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What is wrong with it; at least one.
    pub problems: Vec<Problem>,
    /// The line of a syntax error with an arrow under the place.
    pub excerpt: Option<String>,
}

/// Flows a bundle may have.
const MAX_FLOWS: usize = 500;
/// Characters of a line that an excerpt shows on either side.
const EXCERPT_CHARS: usize = 40;

/// Reads a file; `Err` says what is wrong and what to do.
pub fn read_file(bytes: &[u8]) -> Result<File, Refused> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(refused(too_large(bytes.len())));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        let message = Texts::new("文件不是 UTF-8 文本", "the file is not UTF-8 text");
        let advice = Texts::new("请选择从 Heliu 导出的 JSON 文件", "choose a JSON file that Heliu exported");
        return Err(refused(Problem::error("not-text", Place::flow(), message, advice)));
    };
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    if value.get("bundle").is_some() {
        return read_bundle(value).map(|bundle| File::Bundle(Box::new(bundle)));
    }
    let flow = read_flow(text).map_err(|problems| Refused { problems, excerpt: None })?;
    Ok(File::Flow(Box::new(flow)))
}

fn read_bundle(mut value: Value) -> Result<Bundle, Refused> {
    let number = value.get("bundle").and_then(Value::as_u64).unwrap_or(0);
    if number > u64::from(FORMAT) {
        return Err(refused(newer_format("/bundle", number)));
    }
    let flows = match value.get_mut("flows").map(Value::take) {
        Some(Value::Array(flows)) => flows,
        Some(Value::Null) | None => Vec::new(),
        Some(_) => return Err(refused(not_a_bundle("/flows", "flows must be a list"))),
    };
    if flows.len() > MAX_FLOWS {
        let n = flows.len();
        let message = Texts::new(
            format!("文件里有 {n} 个流程，最多 {MAX_FLOWS} 个"),
            format!("the file has {n} flows; the limit is {MAX_FLOWS}"),
        );
        let advice = Texts::new("请拆成几个文件再导入", "split it into several files");
        return Err(refused(Problem::error("too-many-flows", Place::document("/flows"), message, advice)));
    }
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for (index, flow) in flows.iter().enumerate() {
        match read_flow(&flow.to_string()) {
            Ok(flow) => read.push(flow),
            Err(found) => problems.extend(found.into_iter().map(|problem| inside(problem, index))),
        }
    }
    if let Some(object) = value.as_object_mut() {
        object.insert("flows".into(), Value::Array(Vec::new()));
    }
    match serde_json::from_value::<Bundle>(value) {
        Ok(bundle) if problems.is_empty() => Ok(Bundle { flows: read, ..bundle }),
        Ok(_) => Err(Refused { problems, excerpt: None }),
        Err(error) => {
            problems.push(not_a_bundle("", &error.to_string()));
            Err(Refused { problems, excerpt: None })
        }
    }
}

/// The place of a flow's problem, seen from the bundle.
fn inside(mut problem: Problem, index: usize) -> Problem {
    let field = problem.place.field.take().unwrap_or_default();
    problem.place.field = Some(format!("/flows/{index}{field}"));
    problem
}

fn not_json(text: &str, error: &serde_json::Error) -> Refused {
    let Misplaced { problem, source, column } = Misplaced::of(text, error);
    // A file that ends too early is shown where its last words are.
    let last = text.trim_end().lines().last().unwrap_or_default();
    let (source, column) = if source.is_empty() { (last, last.chars().count() + 1) } else { (source, column) };
    Refused { problems: vec![problem], excerpt: Some(excerpt(source, column)) }
}

/// The part of a line around a column, with an arrow under it. Wide characters push the arrow two places.
fn excerpt(source: &str, column: usize) -> String {
    let from = column.saturating_sub(EXCERPT_CHARS + 1);
    let shown: String = source.chars().skip(from).take(2 * EXCERPT_CHARS).collect();
    let shown: String = shown.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    let indent: usize = shown.chars().take(column - 1 - from).map(width).sum();
    format!("{shown}\n{}^", " ".repeat(indent))
}

fn not_a_bundle(pointer: &str, why: &str) -> Problem {
    Problem::error(
        "bundle-not-valid",
        Place::document(pointer),
        Texts::new(format!("文件的内容不符合格式：{why}"), format!("the file does not fit the format: {why}")),
        Texts::new("请选择从 Heliu 导出的文件", "choose a file that Heliu exported"),
    )
}

fn refused(problem: Problem) -> Refused {
    Refused { problems: vec![problem], excerpt: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_its_place_and_an_arrow() {
        let refused = read_file("{\n  \"名\": 1,,\n}".as_bytes()).expect_err("it is not JSON");

        let place = &refused.problems[0].place;
        assert_eq!((place.line, place.column), (Some(2), Some(10)));
        assert_eq!(refused.excerpt.as_deref(), Some("  \"名\": 1,,\n          ^"));
        let refused = read_file(b"{ \"a\": [1,\n\n").expect_err("it ends too early");
        assert_eq!(refused.excerpt.as_deref(), Some("{ \"a\": [1,\n          ^"));
    }

    #[test]
    fn what_is_no_flow_is_named() {
        check("[]", "not-a-flow");
        check("{\"format\": 99}", "newer-format");
        check("{\"bundle\": 99}", "newer-format");
        check("{\"bundle\": 1, \"flows\": 3}", "bundle-not-valid");
        check("{\"bundle\": 1, \"flows\": [{\"format\": 99}]}", "newer-format");
        check("", "not-json");
    }

    fn check(text: &str, code: &str) {
        let refused = read_file(text.as_bytes()).expect_err(text);
        assert_eq!(refused.problems[0].code, code, "{text}");
    }
}

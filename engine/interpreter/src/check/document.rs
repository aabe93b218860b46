//! The document as a whole: is it JSON, of a known format, within limits, with ids that fit.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jsonschema::Validator;
use model::{FORMAT, Flow, MAX_GATHER_MS, Place, Problem, Texts};
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{MAX_DOCUMENT_BYTES, MAX_NODES};
use crate::size::{MAX_VALUE_BYTES, size_of};

/// The JSON Schema (2020-12) of a flow document, generated from the types.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Flow>().to_value()
}

/// Reads a flow document; `Err` says with line and column what is wrong and what to do.
pub fn read_flow(text: &str) -> Result<Flow, Vec<Problem>> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(vec![too_large(text.len())]);
    }
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| vec![Misplaced::of(text, &error).problem])?;
    if !value.is_object() {
        return Err(vec![Problem::error(
            "not-a-flow",
            Place::flow(),
            Texts::new("这个文件是 JSON，但不是一个流程", "this file is JSON, but not a flow"),
            Texts::new("请选择从 Heliu 导出的流程文件", "choose a flow file that Heliu exported"),
        )]);
    }
    if let Some(format) = value.get("format").and_then(Value::as_u64)
        && format > u64::from(FORMAT)
    {
        return Err(vec![newer_format("/format", format)]);
    }
    if let Some(n) = value.get("nodes").and_then(Value::as_array).map(Vec::len)
        && n > MAX_NODES
    {
        return Err(vec![too_many_nodes(n)]);
    }
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| jsonschema::validator_for(&schema()).expect("the generated schema is valid"));
    let problems: Vec<_> = VALIDATOR.iter_errors(&value).take(50).map(|error| not_valid(&error)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_json::from_value(value).map_err(|error| {
        vec![Problem::error(
            "flow-not-valid",
            Place::flow(),
            Texts::new(
                format!("流程文件的内容不符合格式：{error}"),
                format!("the document does not fit the format: {error}"),
            ),
            Texts::new("请对照 flow.schema.json 修改", "compare it with flow.schema.json"),
        )]
    })
}

pub(super) fn limits(flow: &Flow) -> Vec<Problem> {
    if flow.nodes.len() > MAX_NODES { vec![too_many_nodes(flow.nodes.len())] } else { Vec::new() }
}

/// Ids that come twice, keys and names that cannot be used.
pub(super) fn ids(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !flow.key.is_valid() {
        problems.push(Problem::error(
            "key-not-valid",
            Place::document("/key"),
            Texts::new(
                format!("流程的键“{}”不能使用", flow.key),
                format!("the flow's key “{}” cannot be used", flow.key),
            ),
            Texts::new("请用 1 到 64 个小写字母、数字、- 或 _", "use 1 to 64 lower-case letters, digits, - or _"),
        ));
    }
    if flow.languages.is_empty() {
        problems.push(Problem::error(
            "no-language",
            Place::document("/languages"),
            Texts::new("流程没有语言", "the flow has no language"),
            Texts::new("请在流程设置里至少选一种语言", "choose at least one language in the flow's settings"),
        ));
    }
    if flow.gather_ms > MAX_GATHER_MS {
        let most = f64::from(MAX_GATHER_MS) / 1_000.0;
        problems.push(Problem::error(
            "pause-too-long",
            Place::document("/gather_ms"),
            Texts::new(
                format!("合并连发消息的等待时间最长 {most} 秒"),
                format!("short messages are collected for {most} seconds at most"),
            ),
            Texts::new(
                "请在流程设置里改短，一般 2 到 3 秒",
                "shorten it in the flow's settings; 2 or 3 seconds are usual",
            ),
        ));
    }
    let mut seen = BTreeSet::new();
    for (index, node) in flow.nodes.iter().enumerate() {
        if node.id.is_empty() || node.id.as_str().len() > 64 {
            problems.push(Problem::error(
                "id-not-valid",
                Place::document(format!("/nodes/{index}/id")),
                Texts::new("步骤的 id 必须有 1 到 64 个字符", "a step's id must have 1 to 64 characters"),
                Texts::new("请改成例如 ask_order 的 id", "change it to something like ask_order"),
            ));
        }
        if !seen.insert(&node.id) {
            problems.push(Problem::error(
                "id-twice",
                Place::node(&node.id),
                Texts::new(
                    format!("有两个步骤的 id 都是“{}”", node.id),
                    format!("two steps have the id “{}”", node.id),
                ),
                Texts::new("请给其中一个换一个 id", "give one of them another id"),
            ));
        }
    }
    problems.extend(variables(flow));
    problems
}

fn variables(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let initial: usize = flow.variables.iter().map(|variable| size_of(&variable.initial)).sum();
    if initial > MAX_VALUE_BYTES {
        problems.push(Problem::error(
            "initial-values-too-large",
            Place::document("/variables"),
            Texts::new(
                format!("变量的初始值合计 {} KiB，最多 {} KiB", initial / 1024, MAX_VALUE_BYTES / 1024),
                format!(
                    "the values at the start take {} KiB together; the limit is {} KiB",
                    initial / 1024,
                    MAX_VALUE_BYTES / 1024
                ),
            ),
            Texts::new("请缩短初始值，或用接口读取", "shorten them, or read them from a service"),
        ));
    }
    let mut names = BTreeSet::new();
    for (index, variable) in flow.variables.iter().enumerate() {
        let place = Place::document(format!("/variables/{index}/name"));
        if !variable.name.is_valid() {
            problems.push(Problem::error(
                "variable-name",
                place.clone(),
                Texts::new(
                    format!("变量名“{}”不能在表达式里使用", variable.name),
                    format!("the name “{}” cannot be used in expressions", variable.name),
                ),
                Texts::new(
                    "变量名用英文字母开头，后面是字母、数字或 _；中文名字写在标签里",
                    "a name begins with a letter, then letters, digits or _; the label may be anything",
                ),
            ));
        }
        if !names.insert(&variable.name) {
            problems.push(Problem::error(
                "variable-twice",
                place,
                Texts::new(
                    format!("变量“{}”定义了两次", variable.name),
                    format!("the variable “{}” is defined twice", variable.name),
                ),
                Texts::new("请删掉一个或改名", "remove or rename one"),
            ));
        }
    }
    problems
}

/// A text that is not JSON, and where it stops being that.
pub(super) struct Misplaced<'t> {
    pub(super) problem: Problem,
    /// The line.
    pub(super) source: &'t str,
    /// The character in it, from 1.
    pub(super) column: usize,
}

impl<'t> Misplaced<'t> {
    pub(super) fn of(text: &'t str, error: &serde_json::Error) -> Self {
        let line = error.line().max(1);
        let source = text.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
        // serde_json counts bytes; people count characters.
        let before = source.get(..error.column().saturating_sub(1).min(source.len()));
        let column = before.map_or(error.column().max(1), |before| before.chars().count() + 1);
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default().to_owned();
        let problem = Problem::error(
            "not-json",
            Place::flow().at(line, column),
            Texts::new(
                format!("文件不是正确的 JSON：第 {line} 行第 {column} 列（{words}）"),
                format!("the file is not JSON: line {line}, column {column} ({words})"),
            ),
            Texts::new("请在这个位置检查括号、引号和逗号", "look at the brackets, quotes and commas there"),
        );
        Self { problem, source, column }
    }
}

/// A file of a newer release; `pointer` leads to its number.
pub(super) fn newer_format(pointer: &str, number: u64) -> Problem {
    let release = env!("CARGO_PKG_VERSION");
    Problem::error(
        "newer-format",
        Place::document(pointer),
        Texts::new(
            format!("这个文件是格式 {number}，本版本（{release}）只能读到格式 {FORMAT}"),
            format!("this file has format {number}; this release ({release}) reads up to format {FORMAT}"),
        ),
        Texts::new(
            "请用导出它的那个版本或更新的 Heliu 打开",
            "open it with the release of Heliu that exported it, or a newer one",
        ),
    )
}

fn not_valid(error: &jsonschema::ValidationError<'_>) -> Problem {
    let pointer = error.instance_path().to_string();
    Problem::error(
        "flow-not-valid",
        Place::document(pointer.clone()),
        Texts::new(
            format!("{pointer} 不符合流程格式：{error}"),
            format!("{pointer} does not fit the flow format: {error}"),
        ),
        Texts::new("请对照 flow.schema.json 修改", "compare it with flow.schema.json"),
    )
}

fn too_many_nodes(n: usize) -> Problem {
    Problem::error(
        "too-many-nodes",
        Place::document("/nodes"),
        Texts::new(
            format!("流程有 {n} 个步骤，最多 {MAX_NODES} 个"),
            format!("the flow has {n} steps; the limit is {MAX_NODES}"),
        ),
        Texts::new(
            "请拆成几个流程，用“子流程”步骤相连",
            "split it into several flows and join them with “reusable flow” steps",
        ),
    )
}

pub(super) fn too_large(n_bytes: usize) -> Problem {
    let (found, limit) = (n_bytes.div_ceil(1024 * 1024), MAX_DOCUMENT_BYTES / 1024 / 1024);
    Problem::error(
        "too-large",
        Place::flow(),
        Texts::new(
            format!("文件有 {found} MiB，最多 {limit} MiB"),
            format!("the file has {found} MiB; the limit is {limit} MiB"),
        ),
        Texts::new("请拆成几个文件再导入", "split it into several files"),
    )
}

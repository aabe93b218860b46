//! What a model may do in a `reply` step: declared here, checked here, carried out by the step.

use std::collections::BTreeMap;

use interpreter::{Ctx, Failure, HttpReply, HttpRequest, Method, Next, ToolCall, ToolSpec};
use model::{Choice, ConnectorKey, Content, FlowKey, Input, Place, Problem, Template, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kinds::call_api;
use crate::options::{Offered, chosen};
use crate::words::{in_language, short};

/// As much of a tool's result as a model gets.
const MAX_RESULT_CHARS: usize = 4_000;
const MAX_ARGUMENT_CHARS: usize = 2_000;

/// Something the model may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["name", "description", "flow", "connector", "method", "path", "body", "arguments", "gives_back", "changes", "confirm"]))]
pub struct Tool {
    /// A short name in Latin letters, such as look_up_order.
    #[schemars(title = "Name", extend("x-zh" = ["名称", "简短的英文名称，例如 look_up_order"], "x-required" = true))]
    pub name: String,
    /// When the model should use it, in your own words.
    #[schemars(title = "When to use it", extend("x-zh" = ["何时使用", "用自己的话说明什么时候用它"], "x-required" = true))]
    pub description: String,
    /// A flow to run. Leave it empty to call a connection.
    #[schemars(title = "Flow", extend("x-zh" = ["流程", "要运行的流程；调用连接时留空"]))]
    pub flow: FlowKey,
    /// The connection to call.
    #[schemars(title = "Connection", extend("x-zh" = ["连接", "要调用的连接"]))]
    pub connector: ConnectorKey,
    /// GET reads, the others change something.
    #[schemars(title = "Method", extend(
        "x-zh" = ["方法", "GET 是读取，其他会改变数据"],
        "x-options" = [["GET", "GET 读取", "GET read"], ["POST", "POST 新建", "POST create"], ["PUT", "PUT 替换", "PUT replace"], ["PATCH", "PATCH 修改", "PATCH change"], ["DELETE", "DELETE 删除", "DELETE remove"]]
    ))]
    pub method: Method,
    /// The path behind the connection's address, for example /orders/{{ order_no }}. The model fills in the details below, encoded; it never writes the address.
    #[schemars(title = "Path", extend("x-zh" = ["路径", "接在连接地址后面，例如 /orders/{{ order_no }}；模型只能填下面的信息，不能改地址"]))]
    pub path: Template,
    /// The JSON to send.
    #[schemars(title = "Body", extend("x-zh" = ["请求内容", "要发送的 JSON"], "x-widget" = "long-text", "x-show-when" = { "method": ["POST", "PUT", "PATCH", "DELETE"] }))]
    pub body: Template,
    /// The details that the model has to give; each is kept in its variable.
    #[schemars(title = "Details it needs", extend("x-zh" = ["需要的信息", "模型要提供的信息，保存在对应的变量里"], "x-item" = ["信息", "detail"]))]
    pub arguments: Vec<VarName>,
    /// Variables of the flow that the model gets to see afterwards.
    #[schemars(title = "Gives back", extend("x-zh" = ["返回", "流程结束后模型可以看到的变量"], "x-item" = ["变量", "variable"]))]
    pub gives_back: Vec<VarName>,
    /// Let the model do what changes something. Without this, only GET is allowed.
    #[schemars(title = "May change something", extend("x-zh" = ["允许改变数据", "允许模型做会改变数据的事，否则只能用 GET"]))]
    pub changes: bool,
    /// Ask the customer for a yes before it is done.
    #[schemars(title = "Ask the customer first", extend("x-zh" = ["先问客户", "执行前请客户确认"]))]
    pub confirm: bool,
}

/// A tool that the model asked for, with its arguments checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Calling {
    /// The id in the talk with the model: ours, so that a model cannot confuse it.
    pub(super) id: String,
    /// The name the model used, cut.
    name: String,
    /// Which of the step's tools.
    pub(super) tool: usize,
    pub(super) arguments: BTreeMap<VarName, Value>,
    /// Why it is not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<String>,
}

impl Calling {
    pub(super) fn as_call(&self) -> ToolCall {
        let arguments: Map<String, Value> =
            self.arguments.iter().map(|(name, value)| (name.0.clone(), value.clone())).collect();
        ToolCall { id: self.id.clone(), name: self.name.clone(), arguments: arguments.into() }
    }
}

impl Tool {
    /// Has it everything it needs, and does the author allow it?
    fn is_allowed(&self) -> bool {
        !self.flow.is_empty() || self.method.is_safe() || self.changes
    }

    /// The call of its connection; the address is the author's, arguments are encoded into it.
    pub(super) fn request(&self, ctx: &Ctx<'_>) -> Result<HttpRequest, Failure> {
        let call = call_api::Settings {
            connector: self.connector.clone(),
            method: self.method,
            path: self.path.clone(),
            body: self.body.clone(),
            once: !self.method.is_safe(),
            ..call_api::Settings::default()
        };
        call.request(ctx)
    }

    /// Its flow, with the arguments as variables.
    pub(super) fn call_flow(&self, calling: &Calling) -> Next {
        let get = self.gives_back.iter().filter(|name| !name.is_empty());
        let get = get.map(|name| (name.clone(), name.clone())).collect();
        Next::Call { flow: self.flow.clone(), give: calling.arguments.clone(), get }
    }

    fn arguments(&self) -> impl Iterator<Item = &VarName> {
        self.arguments.iter().filter(|name| !name.is_empty())
    }

    /// Arguments are texts, numbers or yes/no, all of them needed, and nothing else.
    fn parameters(&self, ctx: &Ctx<'_>) -> Value {
        let one = |name: &VarName| {
            let schema = json!({
                "type": ["string", "number", "boolean"], "maxLength": MAX_ARGUMENT_CHARS, "description": ctx.label(name),
            });
            (name.0.clone(), schema)
        };
        let properties: Map<String, Value> = self.arguments().map(one).collect();
        let names: Vec<&str> = self.arguments().map(VarName::as_str).collect();
        json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
    }
}

/// The tools as the model sees them.
pub(super) fn specs(ctx: &Ctx<'_>, tools: &[Tool]) -> Vec<ToolSpec> {
    let usable = tools.iter().filter(|tool| is_name(&tool.name) && tool.is_allowed());
    usable
        .map(|tool| ToolSpec {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.parameters(ctx),
        })
        .collect()
}

/// Checks what the model asks for against what is declared.
pub(super) fn called(ctx: &Ctx<'_>, tools: &[Tool], call: ToolCall, n: u32) -> Calling {
    let name = short(&call.name);
    let refused = |why: String| Calling {
        id: format!("call{n}"),
        name: name.clone(),
        refusal: Some(why),
        ..Calling::default()
    };
    let declared = specs(ctx, tools);
    let Some(spec) = declared.iter().find(|spec| spec.name == call.name) else {
        return refused(format!("there is no tool {name}"));
    };
    if let Err(why) = spec.fits(&call.arguments) {
        return refused(format!("the arguments of {name} do not fit: {}", short(&why)));
    }
    // Dots alone mean another folder where a path is put together.
    let is_dots = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b == b'.'));
    if call.arguments.as_object().into_iter().flatten().any(|(_, value)| is_dots(value)) {
        return refused(format!("the arguments of {name} do not fit"));
    }
    let Some(tool) = tools.iter().position(|tool| tool.name == call.name) else {
        return refused(format!("there is no tool {name}"));
    };
    let given = call.arguments.as_object().into_iter().flatten();
    let arguments = given.map(|(name, value)| (VarName::from(name.as_str()), value.clone())).collect();
    Calling { id: format!("call{n}"), name, tool, arguments, refusal: None }
}

/// What the customer is asked before a tool that wants a yes.
pub(super) fn question(ctx: &Ctx<'_>, tools: &[Tool], calling: &Calling) -> Option<Content> {
    let tool = tools.get(calling.tool).filter(|tool| tool.confirm)?;
    let mut text = in_language(ctx, "请确认是否要办理：", "Please confirm: ").to_owned();
    text.push_str(tool.description.trim());
    for (name, value) in &calling.arguments {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&format!("\n{}: {}", ctx.label(name), short(&value)));
    }
    let choice = |id: &str, label: &str| Choice { id: id.into(), label: label.into() };
    let options = vec![choice("yes", in_language(ctx, "确认", "Yes")), choice("no", in_language(ctx, "不用", "No"))];
    Some(Content::Choices { text, options })
}

/// Did the customer agree? Anything that is not clearly a yes is a no.
pub(super) fn is_yes(input: &Input) -> bool {
    // A sentence that holds a yes somewhere is none.
    const LONGEST: usize = 10;
    if input.as_text().chars().count() > LONGEST {
        return false;
    }
    let offered = [Offered::new("yes", ["确认", "Yes"]), Offered::new("no", ["不用", "No"])];
    match chosen(input, &offered) {
        Some(id) => id == "yes",
        None => nlu::details::yes_no(&input.as_text()) == Some(true),
    }
}

/// What the model learns of a service's reply.
pub(super) fn result_of_service(reply: &HttpReply) -> String {
    let text = json!({ "status": reply.status, "body": reply.body }).to_string();
    text.chars().take(MAX_RESULT_CHARS).collect()
}

/// What the model learns of a flow that came back.
pub(super) fn result_of_flow(ctx: &Ctx<'_>, tools: &[Tool], calling: Option<&Calling>, result: &str) -> String {
    let tool = calling.and_then(|calling| tools.get(calling.tool));
    let names = tool.into_iter().flat_map(|tool| &tool.gives_back).filter(|name| !name.is_empty());
    let values: Map<String, Value> = names.map(|name| (name.0.clone(), ctx.get(name))).collect();
    let text = json!({ "result": result, "values": values }).to_string();
    text.chars().take(MAX_RESULT_CHARS).collect()
}

/// Problems of the tools, each with its place.
pub(super) fn check(tools: &[Tool]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (n, tool) in tools.iter().enumerate() {
        let mut report = |code: &str, field: &str, zh: &str, en: &str, fix_zh: &str, fix_en: &str| {
            let place = Place::document(format!("/tools/{n}/{field}"));
            problems.push(Problem::error(code, place, Texts::new(zh, en), Texts::new(fix_zh, fix_en)));
        };
        if !tool.name.is_empty() && !is_name(&tool.name) {
            report(
                "tool-name",
                "name",
                "工具名称只能用英文字母、数字、_ 和 -",
                "a tool's name has Latin letters, digits, _ and - only",
                "请改名，例如 look_up_order",
                "rename it, for example look_up_order",
            );
        }
        if !tool.name.is_empty() && tools[..n].iter().any(|other| other.name == tool.name) {
            report(
                "tool-twice",
                "name",
                "有两个同名的工具",
                "two tools have the same name",
                "请改其中一个的名称",
                "rename one of them",
            );
        }
        if tool.flow.is_empty() && tool.connector.is_empty() {
            report(
                "tool-empty",
                "connector",
                "工具没有选择流程或连接",
                "the tool has neither a flow nor a connection",
                "请选择流程，或选择连接并填写路径",
                "choose a flow, or a connection with a path",
            );
        }
        if !tool.is_allowed() {
            report(
                "tool-changes",
                "changes",
                "这个工具会改变数据，还没有允许",
                "this tool changes something, and is not allowed to",
                "请打开“允许改变数据”，并考虑打开“先问客户”",
                "switch on “May change something”, and consider “Ask the customer first”",
            );
        }
    }
    problems
}

pub(super) fn gone() -> Failure {
    Failure::new("这个工具已经不在了", "the tool is no longer there")
}

/// Tools that show their use.
pub(super) fn examples() -> Vec<Tool> {
    vec![
        Tool {
            name: "look_up_order".into(),
            description: "查询订单状态 look up an order".into(),
            connector: "orders".into(),
            path: "/orders/{{ order_no }}".into(),
            arguments: vec!["order_no".into()],
            ..Tool::default()
        },
        Tool {
            name: "refund".into(),
            description: "为订单办理退款 refund an order".into(),
            connector: "orders".into(),
            method: Method::Post,
            path: "/refunds".into(),
            body: r#"{ "order": "{{ order_no }}" }"#.into(),
            arguments: vec!["order_no".into()],
            changes: true,
            confirm: true,
            ..Tool::default()
        },
    ]
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

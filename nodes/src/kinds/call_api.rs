//! `call_api`: calls an outside service and keeps what it answers.

use std::collections::BTreeMap;

use expr::Sink;
use interpreter::{Answer, Ctx, Failure, Happened, HttpReply, HttpRequest, Kind, KindInfo, Method, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{ConnectorKey, Place, Problem, Template, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::words::short;

/// Settings of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["connector", "method", "path", "query", "headers", "body", "save", "save_as", "waiting", "timeout_s", "retries", "once"]))]
pub struct Settings {
    /// The service to call. Without one, the path must be a whole address.
    #[schemars(title = "Connection", extend("x-zh" = ["连接", "要调用的服务；不选时，路径要写完整地址"]))]
    pub connector: ConnectorKey,
    /// What to do there: GET reads, the others change something.
    #[schemars(title = "Method", extend(
        "x-zh" = ["方法", "GET 是读取，其他会改变数据"],
        "x-options" = [["GET", "GET 读取", "GET read"], ["POST", "POST 新建", "POST create"], ["PUT", "PUT 替换", "PUT replace"], ["PATCH", "PATCH 修改", "PATCH change"], ["DELETE", "DELETE 删除", "DELETE remove"]]
    ))]
    pub method: Method,
    /// The path behind the connection's address, for example /orders/{{ order_no }}.
    #[schemars(title = "Path", extend("x-zh" = ["路径", "接在连接地址后面，例如 /orders/{{ order_no }}"], "x-required" = true))]
    pub path: Template,
    /// Values behind the question mark of the address.
    #[schemars(title = "Query values", extend("x-zh" = ["查询参数", "地址问号后面的参数"], "x-item" = ["参数", "value"], "x-group" = "more"))]
    pub query: Vec<Pair>,
    /// Headers to send along.
    #[schemars(title = "Headers", extend("x-zh" = ["请求头", "随请求发送的请求头"], "x-item" = ["请求头", "header"], "x-group" = "more"))]
    pub headers: Vec<Pair>,
    /// The JSON to send. Variables inside quotes are escaped; outside of quotes they become whole JSON values.
    #[schemars(title = "Body", extend("x-zh" = ["请求内容", "要发送的 JSON；引号里的变量会自动转义，引号外的变量成为完整的 JSON 值"], "x-widget" = "long-text", "x-show-when" = { "method": ["POST", "PUT", "PATCH", "DELETE"] }))]
    pub body: Template,
    /// What to keep from the answer.
    #[schemars(title = "Keep from the answer", extend("x-zh" = ["保存返回值", "从返回结果里保存哪些值"], "x-item" = ["保存项", "value"]))]
    pub save: Vec<Saved>,
    /// The variable that keeps the whole answer.
    #[schemars(title = "Keep the whole answer in", extend("x-zh" = ["完整结果存到", "保存整个返回结果的变量"], "x-group" = "more"))]
    pub save_as: VarName,
    /// What to say while the customer waits.
    #[schemars(title = "Say while waiting", extend("x-zh" = ["等待时说", "调用时对客户说的话"], "x-group" = "more"))]
    pub waiting: Texts,
    /// How long to wait for the answer, all tries together.
    #[schemars(title = "Wait at most", range(min = 1, max = 60), extend("x-zh" = ["最长等待", "最多等多久，包括所有重试"], "x-unit" = ["秒", "seconds"], "x-group" = "trouble"))]
    pub timeout_s: u32,
    /// How often to try again when the service does not answer, fails, or asks for patience.
    #[schemars(title = "Try again", range(max = 5), extend("x-zh" = ["重试次数", "服务没有响应、出错或要求稍后再来时，再试几次"], "x-unit" = ["次", "times"], "x-group" = "trouble"))]
    pub retries: u32,
    /// Never repeat a call that may have reached the service, for example a payment.
    #[schemars(title = "At most once", extend("x-zh" = ["最多一次", "只要请求可能已经送达，就绝不重复调用，例如付款"], "x-group" = "trouble"))]
    pub once: bool,
}

/// A name with a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["name", "value"]))]
pub struct Pair {
    /// The name.
    #[schemars(title = "Name", extend("x-zh" = ["名称", "参数的名称"]))]
    pub name: String,
    /// The value; type {{ to put in a variable.
    #[schemars(title = "Value", extend("x-zh" = ["值", "输入 {{ 可以插入变量"]))]
    pub value: Template,
}

/// A value to keep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["variable", "from"]))]
pub struct Saved {
    /// The variable that keeps it.
    #[schemars(title = "Variable", extend("x-zh" = ["变量", "保存到哪个变量"], "x-required" = true))]
    pub variable: VarName,
    /// Where it is in the answer, for example data.amount or items[0].name.
    #[schemars(title = "From", extend("x-zh" = ["取自", "值在返回结果里的位置，例如 data.amount 或 items[0].name"]))]
    pub from: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connector: ConnectorKey::default(),
            method: Method::Get,
            path: "heliu:demo/orders/A10442".into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Template::default(),
            save: Vec::new(),
            save_as: VarName::default(),
            waiting: Texts::default(),
            timeout_s: 10,
            retries: 1,
            once: false,
        }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "call_api",
            version: 1,
            family: Family::Do,
            icon: "plug",
            label: Texts::new("调用接口", "Call a service"),
            description: Texts::new(
                "调用外部系统的接口，把返回的值保存下来。",
                "Calls an outside service and keeps what it answers.",
            ),
            keywords: &["http", "api", "webhook", "rest", "request", "order", "接口", "请求", "查询", "系统", "订单"],
            summary: Texts::new("{method} {path}", "{method} {path}"),
            ports: vec![
                PortSpec::one("success", PortRole::Next, Texts::new("成功", "success")),
                PortSpec::one("not_found", PortRole::Choice, Texts::new("查无此项", "not found")),
                PortSpec::one("failed", PortRole::Failed, Texts::new("失败或超时", "failed or too slow")),
            ],
            enterable: true,
            waits: false,
            order: 60,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("查询订单", "Look up an order"),
                Self {
                    connector: "orders".into(),
                    path: "/orders/{{ order_no }}".into(),
                    save: vec![
                        Saved { variable: "days".into(), from: "days".into() },
                        Saved { variable: "amount".into(), from: "amount".into() },
                    ],
                    waiting: Texts::new("请稍等，正在查询……", "One moment, I am looking it up …"),
                    ..Self::default()
                },
            ),
            (
                Texts::new("提交退款，最多一次", "Request a refund, at most once"),
                Self {
                    connector: "orders".into(),
                    method: Method::Post,
                    path: "/refunds".into(),
                    body: r#"{ "order": "{{ order_no }}", "amount": {{ amount }} }"#.into(),
                    save_as: "refund".into(),
                    once: true,
                    ..Self::default()
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let request = self.request(ctx)?;
        ctx.say_text(&self.waiting)?;
        Ok(ctx.ask_service(request))
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Answered(Answer::Replied(reply)) => self.replied(ctx, &reply),
            Happened::Answered(Answer::Failed { why }) => Err(Failure { why }),
            _ => Err(Failure::new("服务没有响应", "the service did not answer")),
        }
    }

    fn check(&self) -> Vec<Problem> {
        let path = self.path.as_str().trim();
        let is_whole = path.starts_with("https://") || path.starts_with("http://") || path.starts_with("heliu:demo");
        if !self.connector.is_empty() || is_whole || path.is_empty() {
            return Vec::new();
        }
        vec![Problem::error(
            "address-not-whole",
            Place::document("/path"),
            Texts::new(
                "没有选择连接，路径又不是完整地址",
                "there is no connection, and the path is not a whole address",
            ),
            Texts::new(
                "请选择连接，或写以 https:// 开头的地址",
                "choose a connection, or write an address that begins with https://",
            ),
        )]
    }
}

impl Settings {
    pub(super) fn request(&self, ctx: &Ctx<'_>) -> Result<HttpRequest, Failure> {
        let mut headers = BTreeMap::from([("accept".to_owned(), "application/json".to_owned())]);
        let path = ctx.expand(&self.path, Sink::UrlComponent)?;
        let mut url = path.trim().to_owned();
        let mut secrets = BTreeMap::new();
        if !self.connector.is_empty() {
            let connector = ctx.resources().connectors.iter().find(|known| known.key == self.connector);
            let connector = connector.ok_or_else(|| {
                Failure::new(
                    format!("没有连接“{}”", self.connector),
                    format!("there is no connection “{}”", self.connector),
                )
            })?;
            url = join(&connector.base_url, &url);
            let own = connector.headers.iter();
            headers.extend(own.map(|(name, value)| (name.to_lowercase(), value.clone())));
            secrets.extend(connector.secrets.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
        }
        for (index, pair) in self.query.iter().filter(|pair| !pair.name.trim().is_empty()).enumerate() {
            url.push(if index == 0 && !url.contains('?') { '?' } else { '&' });
            url.push_str(&encoded(pair.name.trim()));
            url.push('=');
            url.push_str(&encoded(&ctx.expand(&pair.value, Sink::Text)?));
        }
        for pair in self.headers.iter().filter(|pair| !pair.name.trim().is_empty()) {
            headers.insert(pair.name.trim().to_lowercase(), ctx.expand(&pair.value, Sink::Header)?);
        }
        let body = self.body(ctx)?;
        if body.is_some() {
            headers.entry("content-type".into()).or_insert_with(|| "application/json".into());
        }
        Ok(HttpRequest {
            method: self.method,
            url,
            headers,
            secrets,
            body,
            timeout_ms: u64::from(self.timeout_s.clamp(1, 60)) * 1_000,
            retries: self.retries.min(5),
            at_most_once: self.once,
        })
    }

    fn body(&self, ctx: &Ctx<'_>) -> Result<Option<String>, Failure> {
        if self.method == Method::Get || self.body.as_str().trim().is_empty() {
            return Ok(None);
        }
        let body = ctx.expand(&self.body, Sink::JsonString)?;
        if let Err(error) = serde_json::from_str::<Value>(&body) {
            return Err(Failure::new(
                format!("请求内容不是正确的 JSON：{error}"),
                format!("the body is not valid JSON: {error}"),
            ));
        }
        Ok(Some(body))
    }

    fn replied(&self, ctx: &mut Ctx<'_>, reply: &HttpReply) -> Result<Next, Failure> {
        let (method, status) = (self.method.as_str(), reply.status);
        let path = short(self.path.as_str());
        ctx.because(format!("{method} {path} 返回 {status}"), format!("{method} {path} answered {status}"));
        match reply.status {
            200..=299 => {
                for saved in &self.save {
                    ctx.set(&saved.variable, at(&reply.body, &saved.from))?;
                }
                ctx.set(&self.save_as, reply.body.clone())?;
                Ok(Next::go("success"))
            }
            404 | 410 => Ok(Next::go("not_found")),
            status => Err(Failure::new(
                format!("服务返回了错误 {status}"),
                format!("the service answered with error {status}"),
            )),
        }
    }
}

/// The connection's address and the path behind it, with one slash between them.
fn join(base: &str, path: &str) -> String {
    if path.is_empty() || path.starts_with('?') {
        return format!("{}{path}", base.trim_end_matches('/'));
    }
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The value at `data.items[0].name`; the whole for an empty path, `null` where there is nothing.
fn at(body: &Value, path: &str) -> Value {
    let path = path.trim().trim_start_matches('$').replace('[', ".").replace(']', "");
    let mut value = body;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let inner = match value {
            Value::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            other => other.get(step),
        };
        match inner {
            Some(inner) => value = inner,
            None => return json!(null),
        }
    }
    value.clone()
}

#[cfg(test)]
mod tests {
    use interpreter::Effect;
    use serde_json::json;

    use super::*;
    use crate::play::{Play, replied};

    #[test]
    fn values_of_the_answer_are_kept() {
        let play = lookup().answers(replied(200, json!({ "data": { "items": [{ "days": 9 }] } })));

        assert_eq!(play.value("days"), json!(9));
        assert_eq!(play.left_by(), "success");
    }

    #[test]
    fn values_are_encoded_for_where_they_go() {
        let play = lookup();

        let Some(Effect::Call { request, .. }) = play.asked() else { panic!("no call") };
        assert_eq!(request.url, "https://shop.example/api/orders/A%2F1%3F?note=a%26b");
        assert_eq!(request.headers["x-order"], "A/1?");
        assert!(!request.headers.contains_key("authorization"), "a secret is put in when the call leaves");
        assert_eq!(request.secrets["authorization"].secret.as_str(), "shop_token");
        assert_eq!(request.timeout_ms, 10_000);
    }

    #[test]
    fn a_body_is_json_whatever_the_values_say() {
        let config = json!({
            "method": "POST", "path": "https://shop.example/refunds", "once": true, "retries": 3,
            "body": r#"{ "why": "{{ why }}", "n": {{ n }} }"#,
        });
        let play = Play::new("call_api", config).given("why", json!("\"}, {\"")).given("n", json!(2)).open();

        let Some(Effect::Call { request, .. }) = play.asked() else { panic!("no call") };
        assert_eq!(request.body.as_deref(), Some(r#"{ "why": "\"}, {\"", "n": 2 }"#));
        assert!(request.at_most_once && request.retries == 3);
    }

    #[test]
    fn not_found_and_failures_have_exits() {
        assert_eq!(lookup().answers(replied(404, json!({}))).left_by(), "not_found");
        assert_eq!(lookup().answers(replied(500, json!("oops"))).left_by(), "failed");
        assert_eq!(lookup().fails().left_by(), "failed");
    }

    #[test]
    fn a_path_alone_is_a_problem() {
        let settings = Settings { path: "/orders".into(), ..Settings::default() };

        assert_eq!(settings.check()[0].code, "address-not-whole");
    }

    fn lookup() -> Play {
        let config = json!({
            "connector": "shop",
            "path": "/orders/{{ order_no }}",
            "query": [{ "name": "note", "value": "a&b" }],
            "headers": [{ "name": "X-Order", "value": "{{ order_no }}" }],
            "save": [{ "variable": "days", "from": "data.items[0].days" }],
        });
        Play::new("call_api", config).given("order_no", json!("A/1?")).knows("days").open()
    }
}

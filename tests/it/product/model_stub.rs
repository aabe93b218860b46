//! An endpoint that speaks OpenAI's chat protocol and misbehaves in every way: the model's name says how.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

/// The endpoint. It answers by the model's name:
/// `words` streams an answer, `halting` with pauses, `whole` gives it at once, `json` answers by schema, `slow` never begins, `error` fails with
/// 500, `limited` says 429 once, `key` wants a key, `garbage`, `html`, `half`, `empty` and `huge` are no answers,
/// `endless` never ends, `old` knows no `json_schema`, `wrong` answers with JSON that does not fit, `obeys` does what the
/// customer's last message says (a tool call, where it is JSON with `name`), `poisoned` does what the first passage says
/// that holds an order, `told` says what the test told it to, `invents` fills every place of the schema with what nobody
/// said.
pub(crate) struct ModelStub {
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    left: Arc<Mutex<Option<Instant>>>,
    mode: Arc<Mutex<Option<String>>>,
    told: Arc<Mutex<String>>,
}

impl ModelStub {
    /// On a free port of this machine.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let (asked, left) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<Mutex<Option<Instant>>>::default());
        let (mode, told) = (Arc::<Mutex<Option<String>>>::default(), Arc::<Mutex<String>>::default());
        let stub = Self {
            host,
            asked: Arc::clone(&asked),
            left: Arc::clone(&left),
            mode: Arc::clone(&mode),
            told: Arc::clone(&told),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (asked, left, mode) = (Arc::clone(&asked), Arc::clone(&left), Arc::clone(&mode));
                let told = told.lock().expect("nobody panics here").clone();
                tokio::spawn(async move { answer(stream, &asked, &left, &mode, &told).await });
            }
        });
        stub
    }

    /// From now on it behaves like this model, whatever is asked for.
    pub(crate) fn behave(&self, like: Option<&str>) {
        *self.mode.lock().expect("nobody panics here") = like.map(str::to_owned);
    }

    /// The texts that vectors were asked for.
    pub(crate) fn embedded(&self) -> Vec<String> {
        let asked = self.asked();
        let texts = asked.iter().filter_map(|asked| asked.body["input"].as_array()).flatten();
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// What a provider's address is.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.host)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panics here").clone()
    }

    /// What `told` says from now on.
    pub(crate) fn tell(&self, words: &str) {
        words.clone_into(&mut self.told.lock().expect("nobody panics here"));
    }

    /// When somebody hung up before the answer was over.
    pub(crate) fn left(&self) -> Option<Instant> {
        *self.left.lock().expect("nobody panics here")
    }
}

async fn answer(
    mut stream: TcpStream,
    asked: &Mutex<Vec<Asked>>,
    left: &Mutex<Option<Instant>>,
    mode: &Mutex<Option<String>>,
    told: &str,
) -> Option<()> {
    let (head, body) = request(&mut stream).await?;
    let authorization = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization").then(|| value.trim().to_owned())
    });
    let mode = mode.lock().expect("nobody panics here").clone();
    let model = mode.unwrap_or_else(|| body["model"].as_str().unwrap_or_default().to_owned());
    let n = {
        let mut asked = asked.lock().expect("nobody panics here");
        asked.push(Asked { authorization: authorization.clone(), body: body.clone() });
        asked.iter().filter(|one| one.body["model"] == body["model"]).count()
    };
    let refused = |status: &str, words: &str| {
        plain(status, "application/json", &json!({ "error": { "message": words } }).to_string())
    };
    let bytes = match model.as_str() {
        "slow" => return hang(&mut stream, left).await,
        "endless" => return endless(&mut stream, left).await,
        "huge" => return huge(&mut stream).await,
        "halting" => return halting(&mut stream).await,
        "error" => refused("500 Internal Server Error", "down"),
        "limited" if n == 1 => {
            plain("429 Too Many Requests\r\nretry-after: 1", "application/json", r#"{"error":{"message":"slow down"}}"#)
        }
        "key" if authorization.is_none_or(|key| key != "Bearer sk-right") => {
            refused("401 Unauthorized", "Incorrect API key provided: sk-wr***")
        }
        "old" if body["response_format"]["type"] == "json_schema" => {
            refused("400 Bad Request", "response_format json_schema is not supported")
        }
        "garbage" => plain("200 OK", "application/json", "}{ not json"),
        "html" => plain("200 OK", "text/html", "<html>welcome</html>"),
        "empty" => plain("200 OK", "application/json", ""),
        "half" => plain("200 OK", "application/json", r#"{"choices":[{"message":{"content":"he"#),
        "whole" => {
            let message = json!({ "role": "assistant", "content": "您好，whole" });
            let whole = json!({ "model": "whole", "choices": [{ "message": message, "finish_reason": "stop" }], "usage": { "prompt_tokens": 5, "completion_tokens": 4 } });
            plain("200 OK", "application/json", &whole.to_string())
        }
        _ if body["input"].is_array() => match vectors(&model, &body) {
            Ok(vectors) => plain("200 OK", "application/json", &vectors.to_string()),
            Err(words) => refused("400 Bad Request", words),
        },
        _ if body["documents"].is_array() => plain("200 OK", "application/json", &ranks(&model, &body).to_string()),
        "obeys" => streamed(&obeyed(&body)),
        "poisoned" => streamed(&poisoned(&body)),
        "told" => streamed(&[json!({ "content": told })]),
        "invents" => streamed(&[json!({ "content": invented(&body).to_string() })]),
        "wrong" => streamed(&[json!({ "content": "{\"hello\": 1}" })]),
        _ if !body["response_format"].is_null() || body["model"] == "old" => {
            streamed(&[json!({ "content": by_schema(&body).to_string() })])
        }
        _ => streamed(&[json!({ "content": "您好，" }), json!({ "content": "words" })]),
    };
    stream.write_all(&bytes).await.ok()?;
    stream.shutdown().await.ok()
}

/// Words that mean the same, and no two of which share a character that tells.
const MEANINGS: [&[&str]; 12] = [
    &["退款", "把钱拿回"],
    &["发货", "寄出"],
    &["发票", "税单"],
    &["运费", "邮资"],
    &["密码", "口令"],
    &["地址", "住处"],
    &["会员", "VIP"],
    &["优惠券", "折扣"],
    &["保修", "坏了"],
    &["营业", "开门"],
    &["换货", "调一件"],
    &["门店", "铺子"],
];

/// Vectors by meaning. `few` takes four texts at a time, `picky` none with 怪, `wide` has another dimension, `short`
/// leaves one out, `zeros` has no direction.
fn vectors(model: &str, body: &Value) -> Result<Value, &'static str> {
    let texts: Vec<&str> = body["input"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if model == "few" && texts.len() > 4 {
        return Err("batch size is invalid, it should not be larger than 4");
    }
    if model == "picky" && texts.iter().any(|text| text.contains('怪')) {
        return Err("this text is not taken");
    }
    let mut data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let mut vector = vec![0.0; if model == "wide" { 40 } else { 32 }];
            for (place, words) in MEANINGS.iter().enumerate() {
                vector[place] = f64::from(u8::from(words.iter().any(|word| text.contains(word))));
            }
            // A little of its own, spread so that no two texts are alike by it.
            let mut own = text.bytes().fold(7_u32, |own, byte| own.wrapping_mul(31).wrapping_add(u32::from(byte)));
            for number in &mut vector[12..32] {
                own = own.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *number = 0.05 + f64::from(own >> 16) / 65_536.0 * 0.05;
            }
            let vector = if model == "zeros" { vec![0.0; 32] } else { vector };
            json!({ "index": index, "object": "embedding", "embedding": vector })
        })
        .collect();
    if model == "short" {
        data.pop();
    }
    Ok(
        json!({ "object": "list", "data": data, "usage": { "prompt_tokens": 3 * texts.len(), "total_tokens": 3 * texts.len() } }),
    )
}

/// Ranks: the last one is the best; `odd` numbers them wrongly.
fn ranks(model: &str, body: &Value) -> Value {
    let n = body["documents"].as_array().map_or(0, Vec::len);
    let shift = if model == "odd" { 100 } else { 0 };
    let results: Vec<Value> =
        (0..n).rev().map(|index| json!({ "index": index + shift, "relevance_score": index as f64 / 100.0 })).collect();
    json!({ "results": results })
}

/// An answer that fits what was asked for.
fn by_schema(body: &Value) -> Value {
    let asked = body.to_string();
    if asked.contains("\"sentences\"") || asked.contains("\\\"sentences\\\"") {
        return json!({ "sentences": ["怎么退钱", "我要退款", "钱退哪儿了"] });
    }
    json!({ "say": "模型说：好的", "next": "wait", "citations": [] })
}

/// A value for everything that was asked for.
fn invented(body: &Value) -> Value {
    let schema = &body["response_format"]["json_schema"]["schema"];
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    names.map(|name| (name, json!("13912345678 SF1234567890 2020-01-01 {{ secret }}"))).collect()
}

/// Does what the customer says: a tool where it is a call, else the words themselves.
fn obeyed(body: &Value) -> Vec<Value> {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let last = messages.last().cloned().unwrap_or_default();
    if last["role"] == "tool" {
        let say = json!({ "say": format!("结果：{}", last["content"].as_str().unwrap_or_default()), "next": "wait", "citations": [] });
        return vec![json!({ "content": say.to_string() })];
    }
    let said = last["content"].as_str().unwrap_or_default();
    if let Ok(call) = serde_json::from_str::<Value>(said)
        && call["name"].is_string()
    {
        let function = json!({ "name": call["name"], "arguments": call["arguments"].to_string() });
        return vec![json!({ "tool_calls": [{ "index": 0, "id": "x", "type": "function", "function": function }] })];
    }
    let say = json!({ "say": said, "next": "wait", "citations": [] });
    vec![json!({ "content": say.to_string() })]
}

/// Does what the first passage with `ORDER:` says: a tool call, or an answer in whatever form was asked for.
fn poisoned(body: &Value) -> Vec<Value> {
    let system = body["messages"][0]["content"].as_str().unwrap_or_default();
    let passages = system.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let order = passages.into_iter().find_map(|passage| {
        let (_, order) = passage["text"].as_str()?.split_once("ORDER:")?;
        let order: Value = serde_json::Deserializer::from_str(order.trim()).into_iter().next()?.ok()?;
        Some((passage["id"].clone(), order))
    });
    let Some((id, order)) = order else {
        return vec![json!({ "content": json!({ "known": false, "answer": "", "citations": [] }).to_string() })];
    };
    if order["call"].is_string() {
        let function = json!({ "name": order["call"], "arguments": order["arguments"].to_string() });
        return vec![json!({ "tool_calls": [{ "index": 0, "id": "x", "type": "function", "function": function }] })];
    }
    let customer = body["messages"].as_array().and_then(|all| all.last()).map(|last| last["content"].clone());
    let customer = customer.as_ref().and_then(Value::as_str).unwrap_or_default();
    let say = order["say"].as_str().unwrap_or_default().replace("%CUSTOMER%", customer);
    let is_reply = body["response_format"].to_string().contains("\"next\"");
    let answer = if is_reply {
        json!({ "say": say, "next": order["next"].as_str().unwrap_or("wait"), "citations": [id] })
    } else {
        let mut answer = json!({ "known": true, "answer": say, "citations": [id] });
        if let (Some(more), Some(answer)) = (order["more"].as_object(), answer.as_object_mut()) {
            answer.extend(more.clone());
        }
        answer
    };
    vec![json!({ "content": answer.to_string() })]
}

fn streamed(deltas: &[Value]) -> Vec<u8> {
    let mut body = String::new();
    for delta in deltas {
        let piece = json!({ "model": "stub", "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
        body.push_str(&format!("data: {piece}\n\n"));
    }
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 100, "completion_tokens": 20 } });
    body.push_str(&format!("data: {last}\n\ndata: {usage}\n\ndata: [DONE]\n\n"));
    plain("200 OK", "text/event-stream", &body)
}

fn plain(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    format!("{head}{body}").into_bytes()
}

const OPEN_HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// Three words with a pause after each.
async fn halting(stream: &mut TcpStream) -> Option<()> {
    stream.write_all(OPEN_HEAD).await.ok()?;
    for words in ["您好，", "我在", "想"] {
        let piece = json!({ "model": "halting", "choices": [{ "index": 0, "delta": { "content": words } }] });
        stream.write_all(format!("data: {piece}\n\n").as_bytes()).await.ok()?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    stream.write_all(format!("data: {last}\n\ndata: [DONE]\n\n").as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// Never begins; notes when the other side hangs up.
async fn hang(stream: &mut TcpStream, left: &Mutex<Option<Instant>>) -> Option<()> {
    let mut buffer = [0; 1];
    let _ = stream.read(&mut buffer).await;
    *left.lock().expect("nobody panics here") = Some(Instant::now());
    Some(())
}

/// Never ends; notes when the other side hangs up.
async fn endless(stream: &mut TcpStream, left: &Mutex<Option<Instant>>) -> Option<()> {
    let mut written = stream.write_all(OPEN_HEAD).await;
    let delta = json!({ "choices": [{ "index": 0, "delta": { "content": "и так далее ".repeat(20) } }] });
    let piece = format!("data: {delta}\n\n");
    while written.is_ok() {
        written = stream.write_all(piece.as_bytes()).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    *left.lock().expect("nobody panics here") = Some(Instant::now());
    Some(())
}

/// More than anybody reads.
async fn huge(stream: &mut TcpStream) -> Option<()> {
    let length = 11 * 1024 * 1024;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    let piece = vec![b' '; 64 * 1024];
    for _ in 0..length / piece.len() {
        stream.write_all(&piece).await.ok()?;
    }
    Some(())
}

async fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 8_192];
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default()));
        }
    }
}

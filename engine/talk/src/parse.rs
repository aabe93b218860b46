//! Reads a talk from Markdown.

use jiff::Timestamp;
use model::{Emotion, Language, Mood, Texts};
use serde_json::Value;

use crate::lines::{AgentLine, Asked, HttpLine, Line, Reply, Spoken, Talk, TalkError};

/// When a talk begins that does not say it: a Monday morning in China.
const DEFAULT_NOW: &str = "2026-01-05T10:00:00+08:00";

/// Reads a talk. The error names the first line that cannot be read, and what it should look like.
pub fn parse(text: &str) -> Result<Talk, TalkError> {
    let now = DEFAULT_NOW.parse::<Timestamp>().map(Timestamp::as_millisecond).unwrap_or_default();
    let mut talk = Talk { title: String::new(), now, language: None, channel: String::new(), lines: Vec::new() };
    let mut is_comment = false;
    for (number, source) in text.trim_start_matches('\u{feff}').lines().enumerate().map(|(idx, line)| (idx + 1, line)) {
        let line = source.trim();
        if is_comment || line.starts_with("<!--") {
            is_comment = !line.ends_with("-->");
            continue;
        }
        if line.is_empty() || line.starts_with("```") {
            continue;
        }
        if let Some(title) = line.strip_prefix('#') {
            if talk.title.is_empty() {
                talk.title = title.trim_start_matches('#').trim().to_owned();
            }
            continue;
        }
        if let Some(header) = line.strip_prefix('>') {
            read_header(&mut talk, header.trim(), number)?;
            continue;
        }
        if source.starts_with([' ', '\t']) && continues(&mut talk, line) {
            continue;
        }
        let means = read_line(line, number)?;
        talk.lines.push(Line { number, source: source.trim_end().to_owned(), means });
    }
    Ok(talk)
}

/// An indented line is the next line of a text that was begun.
fn continues(talk: &mut Talk, line: &str) -> bool {
    let Some(last) = talk.lines.last_mut() else { return false };
    match &mut last.means {
        Spoken::Bot(text) | Spoken::Customer(text) | Spoken::Model(text) | Spoken::Agent(AgentLine::Say(text)) => {
            text.push('\n');
            text.push_str(line);
            last.source.push_str("\n          ");
            last.source.push_str(line);
            true
        }
        _ => false,
    }
}

fn read_header(talk: &mut Talk, header: &str, number: usize) -> Result<(), TalkError> {
    let Some((name, value)) = split_colon(header) else { return Ok(()) };
    match name.to_lowercase().as_str() {
        "now" | "时间" => {
            let now: Timestamp = value.parse().map_err(|_| {
                wrong(
                    number,
                    format!("时间“{value}”读不懂，请写成 2026-11-20T10:00+08:00"),
                    format!("the time “{value}” cannot be read; write 2026-11-20T10:00+08:00"),
                )
            })?;
            talk.now = now.as_millisecond();
        }
        "language" | "语言" => talk.language = Some(Language::from(value)),
        "channel" | "渠道" => value.clone_into(&mut talk.channel),
        _ => {}
    }
    Ok(())
}

fn read_line(line: &str, number: usize) -> Result<Spoken, TalkError> {
    if line == "end" || line == "结束" {
        return Ok(Spoken::End(None));
    }
    let Some((word, rest)) = split_colon(line) else { return Err(not_a_line(line, number)) };
    Ok(match word.to_lowercase().as_str() {
        "customer" | "客户" => read_customer(rest),
        "bot" | "机器人" => Spoken::Bot(rest.to_owned()),
        "http" | "接口" => Spoken::Http(read_http(rest, number)?),
        "recognise" | "recognize" | "识别" => Spoken::Recognise(read_scores(rest, number)?),
        "search" | "搜索" => Spoken::Search(read_scores(rest, number)?),
        "mood" | "情绪" => Spoken::Mood(read_mood(rest, number)?),
        "model" | "模型" => Spoken::Model(rest.to_owned()),
        "wait" | "等待" => Spoken::Wait(read_duration(rest, number)?),
        "agent" | "客服" => Spoken::Agent(read_agent(rest)),
        "set" | "设置" => read_assignment(rest, number).map(|(name, value)| Spoken::Set(name, value))?,
        "expect" | "期望" => read_assignment(rest, number).map(|(name, value)| Spoken::Expect(name, value))?,
        "hand-off" | "handoff" | "转人工" => Spoken::HandOff(rest.to_owned()),
        "end" | "结束" => Spoken::End(Some(rest.to_owned()).filter(|rest| !rest.is_empty())),
        _ => return Err(not_a_line(line, number)),
    })
}

/// The word before the first colon, of either width, and what follows.
fn split_colon(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once([':', '：'])?;
    Some((word.trim(), rest.trim()))
}

fn read_customer(rest: &str) -> Spoken {
    if let Some(button) = bracketed(rest) {
        return Spoken::Button(button.to_owned());
    }
    if rest.starts_with('{')
        && let Ok(form @ Value::Object(_)) = serde_json::from_str(rest)
    {
        return Spoken::Form(form);
    }
    Spoken::Customer(rest.to_owned())
}

/// What stands in the brackets, when the whole text is bracketed.
fn bracketed(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

fn read_http(rest: &str, number: usize) -> Result<HttpLine, TalkError> {
    let example = || {
        wrong(
            number,
            "http 行请写成：http: GET */orders/A1 -> 200 {\"days\": 9}，或 -> fails",
            "write an http line like: http: GET */orders/A1 -> 200 {\"days\": 9}, or -> fails",
        )
    };
    let (request, reply) = rest.split_once("->").ok_or_else(example)?;
    let (method, url) = request.trim().split_once(char::is_whitespace).ok_or_else(example)?;
    let reply = reply.trim();
    if ["fails", "timeout", "失败", "超时"].contains(&reply) {
        return Ok(HttpLine { method: method.to_uppercase(), url: url.trim().to_owned(), reply: Reply::Fails });
    }
    let (status, body) = reply.split_once(char::is_whitespace).unwrap_or((reply, ""));
    let status: u16 = status.parse().map_err(|_| example())?;
    let body = body.trim();
    let looks_like_json = body.starts_with(['{', '[', '"']);
    let body = match serde_json::from_str(body) {
        Ok(value) => value,
        Err(_) if body.is_empty() => Value::Null,
        Err(error) if looks_like_json => {
            return Err(wrong(
                number,
                format!("回复的 JSON 不正确：{error}"),
                format!("the reply is not valid JSON: {error}"),
            ));
        }
        Err(_) => Value::String(body.to_owned()),
    };
    Ok(HttpLine { method: method.to_uppercase(), url: url.trim().to_owned(), reply: Reply::Status(status, body) })
}

fn read_scores(rest: &str, number: usize) -> Result<Asked, TalkError> {
    match rest {
        "fails" | "失败" => return Ok(Asked::Fails),
        "" | "nothing" | "无" => return Ok(Asked::Scores(Vec::new())),
        _ => {}
    }
    let scores = rest.split([',', '，']).map(str::trim).filter(|part| !part.is_empty()).map(|part| {
        let (key, score) = part.split_once(char::is_whitespace).unwrap_or((part, "0.95"));
        let score: f64 = score.trim().parse().ok().filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| {
            wrong(
                number,
                format!("“{part}”读不懂，请写成：名字 0.92，数字在 0 和 1 之间"),
                format!("“{part}” cannot be read; write: key 0.92, with a number from 0 to 1"),
            )
        })?;
        Ok((key.to_owned(), score))
    });
    Ok(Asked::Scores(scores.collect::<Result<_, TalkError>>()?))
}

fn read_mood(rest: &str, number: usize) -> Result<Mood, TalkError> {
    let (word, score) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let score = match score.trim() {
        "" => Some(Mood::certain(Emotion::Neutral).score),
        score => score.parse().ok().filter(|score| (0.0..=1.0).contains(score)),
    };
    match (Emotion::from_word(word), score) {
        (Some(emotion), Some(score)) => Ok(Mood { emotion, score, ..Mood::default() }),
        _ => Err(wrong(
            number,
            format!("情绪“{rest}”读不懂，请写成 angry、anxious、sad、neutral 或 positive，后面可以加 0 到 1 之间的数"),
            format!(
                "the mood “{rest}” cannot be read; write angry, anxious, sad, neutral or positive, perhaps with a number from 0 to 1"
            ),
        )),
    }
}

fn read_duration(rest: &str, number: usize) -> Result<i64, TalkError> {
    let digits = rest.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = rest[digits.len()..].trim();
    let ms = match unit {
        "s" | "秒" => 1_000.0,
        "" | "m" | "min" | "分" | "分钟" => 60_000.0,
        "h" | "小时" => 3_600_000.0,
        "d" | "天" => 86_400_000.0,
        _ => 0.0,
    };
    match digits.trim().parse::<f64>() {
        Ok(amount) if ms > 0.0 && (0.0..1e6).contains(&amount) => Ok((amount * ms) as i64),
        _ => Err(wrong(
            number,
            format!("时长“{rest}”读不懂，请写成 30s、10m、2h 或 1d"),
            format!("the duration “{rest}” cannot be read; write 30s, 10m, 2h or 1d"),
        )),
    }
}

fn read_agent(rest: &str) -> AgentLine {
    let Some(action) = bracketed(rest) else { return AgentLine::Say(rest.to_owned()) };
    let (word, more) = split_colon(action).unwrap_or((action, ""));
    match word.to_lowercase().as_str() {
        "take" | "takes" | "接入" => AgentLine::Take(more.to_owned()),
        "hand back" | "hands back" | "交还" => AgentLine::HandBack(more.to_owned()),
        "end" | "ends" | "结束" => AgentLine::End,
        "nobody" | "无人" => AgentLine::Nobody,
        _ => AgentLine::Say(rest.to_owned()),
    }
}

fn read_assignment(rest: &str, number: usize) -> Result<(String, Value), TalkError> {
    let (name, value) = rest.split_once('=').ok_or_else(|| {
        wrong(
            number,
            format!("“{rest}”里没有等号，请写成：变量 = 值"),
            format!("there is no “=” in “{rest}”; write: name = value"),
        )
    })?;
    let value = value.trim();
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((name.trim().to_owned(), value))
}

fn not_a_line(line: &str, number: usize) -> TalkError {
    let words =
        "customer:, bot:, http:, recognise:, search:, mood:, model:, wait:, agent:, set:, expect:, hand-off:, end";
    wrong(
        number,
        format!("“{line}”不是剧本里的一行；每行以下列之一开头：{words}"),
        format!("“{line}” is not a line of a talk; a line begins with one of {words}"),
    )
}

fn wrong(line: usize, zh: impl Into<String>, en: impl Into<String>) -> TalkError {
    TalkError { line, message: Texts::new(zh, en) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_line_is_read() {
        let talk = parse(concat!(
            "# Title\n\n> now: 2026-11-20T10:00+08:00\n> language: en\n\nset: vip = true\ncustomer: hello\nbot: first\n  second\n",
            "customer: [Refund]\nhttp: get */x -> 404 {\"a\": 1}\nhttp: GET /y -> timeout\nrecognise: refund 0.9, other 0.1\n",
            "search: nothing\nwait: 10m\nagent: [take: Li]\nagent: hello\nagent: [hand back: done]\nexpect: n = 3\n",
            "expect: name = 张三\nhand-off: after_sales\nend: solved\n",
        ))
        .expect("a talk");

        assert_eq!(talk.title, "Title");
        assert_eq!(talk.language, Some(Language::en()));
        assert_eq!(talk.now, 1_795_140_000_000);
        let means: Vec<_> = talk.lines.into_iter().map(|line| line.means).collect();
        assert_eq!(
            means,
            vec![
                Spoken::Set("vip".into(), json!(true)),
                Spoken::Customer("hello".into()),
                Spoken::Bot("first\nsecond".into()),
                Spoken::Button("Refund".into()),
                Spoken::Http(HttpLine {
                    method: "GET".into(),
                    url: "*/x".into(),
                    reply: Reply::Status(404, json!({"a": 1}))
                }),
                Spoken::Http(HttpLine { method: "GET".into(), url: "/y".into(), reply: Reply::Fails }),
                Spoken::Recognise(Asked::Scores(vec![("refund".into(), 0.9), ("other".into(), 0.1)])),
                Spoken::Search(Asked::Scores(vec![])),
                Spoken::Wait(600_000),
                Spoken::Agent(AgentLine::Take("Li".into())),
                Spoken::Agent(AgentLine::Say("hello".into())),
                Spoken::Agent(AgentLine::HandBack("done".into())),
                Spoken::Expect("n".into(), json!(3)),
                Spoken::Expect("name".into(), json!("张三")),
                Spoken::HandOff("after_sales".into()),
                Spoken::End(Some("solved".into())),
            ]
        );
    }

    #[test]
    fn chinese_words_and_wide_colons_are_read_too() {
        let talk = parse("# 标题\n客户：你好\n机器人：您好\n等待：10分钟\n结束").expect("a talk");

        assert_eq!(talk.lines.len(), 4);
        assert_eq!(talk.lines[2].means, Spoken::Wait(600_000));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for (text, line) in [
            ("customer: hi\n\nhello", 3),
            ("http: GET /x", 1),
            ("http: GET /x -> 200 {\"a\"", 1),
            ("wait: soon", 1),
            ("wait: 分", 1),
            ("set: x", 1),
            ("recognise: refund 7", 1),
            ("> now: tomorrow", 1),
        ] {
            let error = parse(text).expect_err(text);

            assert_eq!(error.line, line, "{text}");
            assert!(!error.message.in_language("zh").is_empty() && !error.message.in_language("en").is_empty());
        }
    }
}

//! The functions people may call in expressions, with their help.

use jiff::ToSpan;
use jiff::civil::Date;
use model::Texts;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString};

use crate::{as_text, clock, convert, voice};

/// A function, described for menus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in expressions.
    pub name: &'static str,
    /// How it is written, for example `add_days(date, days)`.
    pub signature: &'static str,
    /// An expression that shows its use.
    pub example: &'static str,
    /// What it does.
    pub help: Texts,
}

/// All functions in the order of the menu.
pub fn functions() -> Vec<Function> {
    let function = |signature: &'static str, example, zh: &str, en: &str| Function {
        name: signature.split('(').next().unwrap_or(signature),
        signature,
        example,
        help: Texts::new(zh, en),
    };
    vec![
        function(
            "default(value, instead)",
            "default(name, \"朋友\")",
            "值为空时，用后面的代替",
            "the value, or the other one when it is empty",
        ),
        function("is_empty(value)", "is_empty(order_no)", "值是否为空", "is the value empty?"),
        function(
            "either(condition, yes, no)",
            "either(amount > 100, \"大额\", \"小额\")",
            "条件成立用前者，否则用后者",
            "the first value when the condition holds, else the second",
        ),
        function(
            "contains(text, part)",
            "contains(\"加急订单\", \"加急\")",
            "文字或列表中是否包含某内容",
            "does the text or list contain this?",
        ),
        function("length(value)", "length(\"A10442\")", "文字的字数，或列表的项数", "how many characters or items"),
        function("upper(text)", "upper(\"a10442\")", "转为大写", "in capital letters"),
        function("lower(text)", "lower(\"A10442\")", "转为小写", "in small letters"),
        function("clean(text)", "clean(\"  A10442 \")", "去掉首尾空格", "without spaces at both ends"),
        function(
            "mask_phone(text)",
            "mask_phone(\"13812345678\")",
            "隐藏号码中间几位",
            "hides the middle of a phone number",
        ),
        function(
            "number(text)",
            "number(\"42\") + 1",
            "把文字变成数字，变不了则为空",
            "the text as a number; empty when it is none",
        ),
        function("text(value)", "text(42) + \" 元\"", "把任何值变成文字", "any value as text"),
        function("round(number, digits)", "round(3.14159, 2)", "四舍五入到几位小数", "rounds to this many decimals"),
        function("join(list, between)", "join([\"红\", \"蓝\"], \"、\")", "把列表连成文字", "a list as one text"),
        function("today()", "today()", "今天的日期，如 2026-11-22", "today's date, for example 2026-11-22"),
        function(
            "now()",
            "now()",
            "现在的日期和时间，如 2026-11-22 18:05",
            "the date and time, for example 2026-11-22 18:05",
        ),
        function("hour()", "hour() >= 18", "现在几点（0–23）", "the hour of the day, 0 to 23"),
        function("weekday()", "weekday() >= 6", "今天星期几（1 是周一，7 是周日）", "the day of the week, 1 is Monday"),
        function(
            "add_days(date, days)",
            "add_days(\"2026-11-22\", 7)",
            "日期加上（或减去）几天",
            "the date this many days later",
        ),
        function(
            "days_between(from, to)",
            "days_between(\"2026-11-22\", \"2026-12-01\")",
            "两个日期相差几天",
            "days from one date to another",
        ),
        function(
            "format_date(date, form)",
            "format_date(\"2026-11-22\", \"YYYY年M月D日\")",
            "按样式写日期，YYYY 年 MM 月 DD 日",
            "writes a date: YYYY year, MM or M month, DD or D day",
        ),
        function(
            "phrase(key)",
            "phrase(\"greeting\")",
            "一条话术，说法按客户的语言、情绪和渠道挑选",
            "a phrase, in the wording for the customer's language, mood and channel",
        ),
    ]
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_fn("default", |value: Dynamic, instead: Dynamic| if is_empty(&value) { instead } else { value })
        .register_fn("is_empty", |value: Dynamic| is_empty(&value))
        .register_fn("either", |condition: bool, yes: Dynamic, no: Dynamic| if condition { yes } else { no })
        .register_fn("contains", |value: Dynamic, part: Dynamic| contains(&value, &part))
        .register_fn("length", |value: Dynamic| length(&value))
        .register_fn("upper", |text: Dynamic| written(&text).to_uppercase())
        .register_fn("lower", |text: Dynamic| written(&text).to_lowercase())
        .register_fn("clean", |text: Dynamic| written(&text).trim().to_owned())
        .register_fn("mask_phone", |text: Dynamic| mask_phone(&written(&text)))
        .register_fn("number", |value: Dynamic| number(&value))
        .register_fn("text", |value: Dynamic| written(&value))
        .register_fn("round", |value: Dynamic| round(&value, 0))
        .register_fn("round", |value: Dynamic, digits: INT| round(&value, digits))
        .register_fn("join", |list: Array, between: ImmutableString| {
            list.iter().map(written).collect::<Vec<_>>().join(&between)
        })
        .register_fn("today", || clock::current().date().to_string())
        .register_fn("now", || clock::current().strftime("%Y-%m-%d %H:%M").to_string())
        .register_fn("hour", || INT::from(clock::current().hour()))
        .register_fn("weekday", || INT::from(clock::current().weekday().to_monday_one_offset()))
        .register_fn("add_days", |date: Dynamic, days: INT| add_days(&date, days))
        .register_fn("days_between", |from: Dynamic, to: Dynamic| -> Result<INT, Box<EvalAltResult>> {
            let span = read_date(&from)?.until(read_date(&to)?).map_err(|error| error.to_string())?;
            Ok(INT::from(span.get_days()))
        })
        .register_fn("format_date", |date: Dynamic, form: ImmutableString| format_date(&date, &form))
        .register_fn("phrase", |key: ImmutableString| -> Result<String, Box<EvalAltResult>> {
            voice::phrase(&key).map_err(Into::into)
        });
}

fn written(value: &Dynamic) -> String {
    let text = as_text(&convert::to_json(value));
    clock::charge(text.len());
    text
}

fn is_empty(value: &Dynamic) -> bool {
    match convert::to_json(value) {
        serde_json::Value::Null => true,
        serde_json::Value::String(text) => text.trim().is_empty(),
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn contains(value: &Dynamic, part: &Dynamic) -> bool {
    match value.as_array_ref() {
        Ok(items) => items.iter().any(|item| written(item) == written(part)),
        Err(_) => written(value).contains(&written(part)),
    }
}

fn length(value: &Dynamic) -> INT {
    let length = match (value.as_array_ref(), value.as_map_ref()) {
        (Ok(items), _) => items.len(),
        (_, Ok(fields)) => fields.len(),
        _ => written(value).chars().count(),
    };
    length as INT
}

fn mask_phone(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let n_digits = characters.iter().filter(|c| c.is_ascii_digit()).count();
    let mut seen = 0;
    // The first three and last four digits stay; a short number keeps its last two.
    let (head, tail) = if n_digits >= 9 { (3, 4) } else { (0, 2) };
    characters
        .into_iter()
        .map(|character| {
            if !character.is_ascii_digit() {
                return character;
            }
            seen += 1;
            if seen > head && seen + tail <= n_digits { '*' } else { character }
        })
        .collect()
}

fn number(value: &Dynamic) -> Dynamic {
    if value.is_int() || value.is_float() {
        return value.clone();
    }
    let text = written(value).trim().replace([',', '，'], "");
    match (text.parse::<INT>(), text.parse::<FLOAT>()) {
        (Ok(whole), _) => Dynamic::from_int(whole),
        (_, Ok(float)) if float.is_finite() => Dynamic::from_float(float),
        _ => Dynamic::UNIT,
    }
}

fn round(value: &Dynamic, digits: INT) -> Dynamic {
    let value = number(value);
    let Ok(float) = value.as_float() else { return value };
    let factor = 10_f64.powi(digits.clamp(0, 12) as i32);
    // Half a cent must round up although 1.005 is stored as 1.00499…
    Dynamic::from_float(((float * factor) * (1.0 + FLOAT::EPSILON)).round() / factor)
}

fn add_days(date: &Dynamic, days: INT) -> Result<String, Box<EvalAltResult>> {
    let days = days.clamp(-4_000_000, 4_000_000);
    let later = read_date(date)?.checked_add(days.days()).map_err(|error| error.to_string())?;
    Ok(later.to_string())
}

fn format_date(date: &Dynamic, form: &str) -> Result<String, Box<EvalAltResult>> {
    let date = read_date(date)?;
    let written = form
        .replace("YYYY", &format!("{:04}", date.year()))
        .replace("MM", &format!("{:02}", date.month()))
        .replace("DD", &format!("{:02}", date.day()))
        .replace('M', &date.month().to_string())
        .replace('D', &date.day().to_string());
    Ok(written)
}

/// The day of `2026-11-22`, `2026-11-22 18:05` or `2026-11-22T18:05:00+08:00`.
fn read_date(value: &Dynamic) -> Result<Date, Box<EvalAltResult>> {
    let text = written(value);
    let day: String = text.trim().chars().take(10).collect();
    day.parse().map_err(|_| format!("“{text}” 不是日期，应写作 2026-11-22 / is not a date such as 2026-11-22").into())
}

#[cfg(test)]
mod tests {
    use crate::{Compiled, Now, Values, as_text, functions};

    #[test]
    fn every_function_has_help_and_an_example_that_runs() {
        for function in functions() {
            let values = Values::from([
                ("name".into(), serde_json::Value::Null),
                ("order_no".into(), "A1".into()),
                ("amount".into(), 120.into()),
            ]);
            let example = Compiled::expression(function.example).expect(function.name);
            example.eval(&values, &now()).unwrap_or_else(|error| panic!("{}: {error}", function.name));
            assert!(!function.help.in_language("zh").is_empty() && !function.help.in_language("en").is_empty());
        }
    }

    #[test]
    fn functions_do_what_their_help_says() {
        check("mask_phone(\"13812345678\")", "138****5678");
        check("round(3.14159, 2)", "3.14");
        check("round(1.005, 2)", "1.01");
        check("round(2.5)", "3");
        check("add_days(\"2026-11-22\", 9)", "2026-12-01");
        check("days_between(\"2026-11-22\", \"2026-12-01\")", "9");
        check("format_date(today(), \"YYYY年M月D日\")", "2026年11月18日");
        check("now()", "2026-11-18 18:26");
        check("weekday()", "3");
        check("default((), \"-\") + default(\"a\", \"-\")", "-a");
        check("number(\"1,200\") / 5", "240");
        check("contains([\"a\", \"b\"], \"b\") && contains(\"加急订单\", \"加急\")", "true");
        check("either(2 > 1, \"是\", \"否\") + length(\"加急\")", "是2");
    }

    fn check(source: &str, expected: &str) {
        let value = Compiled::expression(source).expect("parses").eval(&Values::new(), &now()).expect(source);
        assert_eq!(as_text(&value), expected, "{source}");
    }

    fn now() -> Now {
        Now::new(1_794_997_560_000, "Asia/Shanghai")
    }
}

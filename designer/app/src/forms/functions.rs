//! The menu of functions: the product's expression functions in plain words. The names are those of the `expr` crate.

use super::words::Function;

/// In the order of the menu.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function { insert: "default(value, \"\")", words: ("为空时用…代替", "When empty, use…") },
    Function { insert: "is_empty(value)", words: ("是否为空", "Is it empty?") },
    Function {
        insert: "either(condition, yes, no)", words: ("成立用前者，否则用后者", "One value or the other")
    },
    Function { insert: "contains(text, \"\")", words: ("是否包含", "Does it contain…?") },
    Function { insert: "length(value)", words: ("字数或项数", "How long is it?") },
    Function { insert: "round(number, 2)", words: ("四舍五入", "Round a number") },
    Function { insert: "number(text)", words: ("变成数字", "Turn into a number") },
    Function { insert: "text(value)", words: ("变成文字", "Turn into text") },
    Function { insert: "join(list, \"、\")", words: ("把列表连成文字", "Join a list") },
    Function { insert: "clean(text)", words: ("去掉首尾空格", "Trim spaces") },
    Function { insert: "upper(text)", words: ("转为大写", "Capital letters") },
    Function { insert: "lower(text)", words: ("转为小写", "Small letters") },
    Function { insert: "mask_phone(text)", words: ("隐藏手机号中间几位", "Mask a phone number") },
    Function { insert: "today()", words: ("今天", "Today") },
    Function { insert: "now()", words: ("现在的日期和时间", "Date and time now") },
    Function { insert: "hour()", words: ("现在几点", "Hour of the day") },
    Function { insert: "weekday()", words: ("今天星期几", "Day of the week") },
    Function { insert: "add_days(date, 7)", words: ("日期加几天", "Add days") },
    Function { insert: "days_between(from, to)", words: ("相差几天", "Days between") },
    Function { insert: "format_date(date, \"YYYY-MM-DD\")", words: ("按样式写日期", "Format a date") },
    Function { insert: "phrase(\"\")", words: ("说一条话术", "Say a phrase") },
];

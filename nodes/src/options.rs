//! Buttons and what customers type instead of pressing them.

use model::Input;

use crate::words::{fold, says};

/// A button that was offered.
pub(crate) struct Offered {
    /// What a press sends.
    pub(crate) id: String,
    /// Words that mean it: its label in every language, and more.
    pub(crate) words: Vec<String>,
}

impl Offered {
    pub(crate) fn new(id: impl Into<String>, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { id: id.into(), words: words.into_iter().map(Into::into).collect() }
    }
}

/// The offered button that the customer pressed or meant: its words, its number, or a sentence that names just one.
pub(crate) fn chosen<'a>(input: &Input, offered: &'a [Offered]) -> Option<&'a str> {
    let said = match input {
        Input::Choice(id) => {
            if let Some(option) = offered.iter().find(|option| &option.id == id) {
                return Some(&option.id);
            }
            fold(id)
        }
        other => fold(&other.as_text()),
    };
    if said.is_empty() {
        return None;
    }
    by_words(&said, offered).or_else(|| by_number(&said, offered)).or_else(|| by_mention(&said, offered))
}

/// The same where the buttons may be the answers to a question for yes or no: a plain yes is the one that means it.
pub(crate) fn chosen_or_agreed<'a>(input: &Input, offered: &'a [Offered]) -> Option<&'a str> {
    chosen(input, offered).or_else(|| by_answer(&input.as_text(), offered))
}

fn by_words<'a>(said: &str, offered: &'a [Offered]) -> Option<&'a str> {
    let same = offered.iter().find(|option| option.words.iter().any(|word| fold(word) == said))?;
    Some(&same.id)
}

/// `2`, `第二个`, `选2`, `option 2`.
fn by_number<'a>(said: &str, offered: &'a [Offered]) -> Option<&'a str> {
    let mut rest = said;
    for before in ["我选", "选择", "选", "第", "option", "number", "no", "the"] {
        rest = rest.strip_prefix(before).unwrap_or(rest).trim();
    }
    for after in ["个", "项", "号", "条", "吧", "one", "option"] {
        rest = rest.strip_suffix(after).unwrap_or(rest).trim();
    }
    let number = match rest {
        "一" | "first" => 1,
        "二" | "两" | "second" => 2,
        "三" | "third" => 3,
        "四" | "fourth" => 4,
        "五" | "fifth" => 5,
        "六" => 6,
        "七" => 7,
        "八" => 8,
        "九" => 9,
        "十" => 10,
        digits => digits.parse::<usize>().ok()?,
    };
    offered.get(number.checked_sub(1)?).map(|option| option.id.as_str())
}

/// The one option whose words the message contains, or that contains the message.
fn by_mention<'a>(said: &str, offered: &'a [Offered]) -> Option<&'a str> {
    const LONGEST: usize = 60;
    if said.chars().count() > LONGEST {
        return None;
    }
    let mut mentioned: Vec<(String, &Offered)> = offered
        .iter()
        .filter_map(|option| {
            let words = option.words.iter().map(|word| fold(word));
            let longest =
                words.filter(|word| word.chars().count() >= 2 && says(said, word)).max_by_key(|word| word.len());
            longest.map(|word| (word, option))
        })
        .collect();
    mentioned.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    if let [(longest, option), others @ ..] = mentioned.as_slice() {
        // "非常满意" names "满意" too; two different words leave open which is meant.
        let is_clear = others.iter().all(|(word, _)| word != longest && longest.contains(word.as_str()));
        return is_clear.then_some(option.id.as_str());
    }
    if said.chars().count() < 2 {
        return None;
    }
    let mut parts = offered.iter().filter(|option| option.words.iter().any(|word| says(&fold(word), said)));
    match (parts.next(), parts.next()) {
        (Some(option), None) => Some(&option.id),
        _ => None,
    }
}

/// The one option that means yes; no only where there is nothing but yes and no, as it may mean any other option.
fn by_answer<'a>(said: &str, offered: &'a [Offered]) -> Option<&'a str> {
    let is_yes = nlu::acts::plainly(said)?;
    let means_yes = |option: &&Offered| option.words.iter().any(|word| nlu::acts::plainly(word) == Some(true));
    let means_no = |option: &&Offered| option.words.iter().any(|word| refuses(word));
    let mut agreeing = offered.iter().filter(means_yes);
    let (Some(yes), None) = (agreeing.next(), agreeing.next()) else { return None };
    if is_yes {
        return Some(&yes.id);
    }
    let [one, other] = offered else { return None };
    let no = if one.id == yes.id { other } else { one };
    means_no(&no).then_some(no.id.as_str())
}

fn refuses(word: &str) -> bool {
    let is_cancel = || nlu::acts::act(word).is_some_and(|act| act.kind == model::ActKind::Cancel);
    nlu::acts::plainly(word) == Some(false) || is_cancel()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_matches_label_number_and_words() {
        for (said, expected) in [
            ("退款", Some("refund")),
            ("退款！", Some("refund")),
            ("我要退款", Some("refund")),
            ("物流", Some("delivery")),
            ("2", Some("delivery")),
            ("第二个", Some("delivery")),
            ("选２", Some("delivery")),
            ("option 2", Some("delivery")),
            ("where is my parcel?", Some("delivery")),
            ("退款还是物流查询", None),
            ("9", None),
            ("今天天气不错", None),
            ("", None),
        ] {
            assert_eq!(chosen(&Input::Text(said.into()), &offered()), expected, "{said}");
        }
    }

    #[test]
    fn a_press_is_taken_by_id() {
        assert_eq!(chosen(&Input::Choice("delivery".into()), &offered()), Some("delivery"));
        assert_eq!(chosen(&Input::Choice("退款".into()), &offered()), Some("refund"));
        assert_eq!(chosen(&Input::Choice("gone".into()), &offered()), None);
    }

    #[test]
    fn a_plain_yes_is_the_option_that_means_yes() {
        let confirm = [
            Offered::new("yes", ["确认预约", "Book it", "确认", "对", "好", "yes", "ok"]),
            Offered::new("change", ["改时间", "改", "换一天", "change"]),
            Offered::new("no", ["不约了", "取消"]),
        ];
        for said in
            ["是", "是的", "好的", "对的", "没错", "可以", "嗯", "沒錯", "yes please", "that's right", "sure", "OK!"]
        {
            assert_eq!(chosen_or_agreed(&Input::Text(said.into()), &confirm), Some("yes"), "{said}");
        }
        for (said, expected) in [
            ("好的，改时间", Some("change")),
            ("好，不过地址错了", None),
            ("不对", None),
            ("不", None),
            ("可以吗？", None),
            ("继续", None),
        ] {
            assert_eq!(chosen_or_agreed(&Input::Text(said.into()), &confirm), expected, "{said}");
        }
        let two = [Offered::new("yes", ["确认退款", "是"]), Offered::new("no", ["先不退", "不"])];
        for (said, expected) in
            [("不用了吧", None), ("不要", Some("no")), ("no thanks", Some("no")), ("好", Some("yes"))]
        {
            assert_eq!(chosen_or_agreed(&Input::Text(said.into()), &two), expected, "{said}");
        }
        assert_eq!(chosen_or_agreed(&Input::Text("好的".into()), &offered()), None, "no option means yes");
    }

    #[test]
    fn traditional_characters_name_an_option_too() {
        let visits = [Offered::new("install", ["安装"]), Offered::new("repair", ["维修", "坏了"])];
        for said in ["我要預約維修", "維修", "壞了"] {
            assert_eq!(chosen(&Input::Text(said.into()), &visits), Some("repair"), "{said}");
        }
    }

    fn offered() -> Vec<Offered> {
        vec![Offered::new("refund", ["退款", "Refund"]), Offered::new("delivery", ["物流查询", "Delivery", "parcel"])]
    }
}

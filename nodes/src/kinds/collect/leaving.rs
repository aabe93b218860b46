//! How customers break off, or leave one detail out.

use model::Input;

use crate::words::fold;

const CANCELS: [&str; 22] = [
    "取消", "算了", "不办了", "不弄了", "不填了", "不问了", "退出", "停止", "停", "先不了", "不需要了", "我不想办了", "cancel",
    "stop", "quit", "exit", "abort", "never mind", "nevermind", "forget it", "i give up", "cancel it",
];
const SKIPS: [&str; 26] = [
    "跳过", "略过", "没有", "无", "不填", "不用", "不需要", "不想说", "不提供", "不方便", "下一个", "下一项", "没", "skip", "skip it",
    "none", "no", "nope", "n a", "na", "pass", "next", "nothing", "i don t have one", "i dont have one", "rather not say",
];
/// What may stand around such a word.
const AROUND: [&str; 16] =
    ["请", "我要", "我想", "那", "就", "先", "吧", "了", "谢谢", "哦", "啊", "呢", "please", "thanks", "ok", "i want to"];

/// Does the customer break off?
pub(super) fn cancels(input: &Input) -> bool {
    is_one_of(input, &CANCELS)
}

/// Does the customer leave this detail out?
pub(super) fn skips(input: &Input) -> bool {
    is_one_of(input, &SKIPS)
}

/// The whole message is one of these; inside a longer sentence the words may mean anything.
fn is_one_of(input: &Input, words: &[&str]) -> bool {
    const LONGEST: usize = 24;
    let said = fold(&input.as_text());
    if said.is_empty() || said.chars().count() > LONGEST {
        return false;
    }
    let mut bare = said.trim();
    loop {
        if words.contains(&bare) {
            return true;
        }
        let shorter = AROUND
            .iter()
            .find_map(|word| bare.strip_prefix(word).or_else(|| bare.strip_suffix(word)))
            .map(str::trim)
            .filter(|rest| !rest.is_empty());
        match shorter {
            Some(rest) => bare = rest,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_message_breaks_off() {
        for (said, expected) in
            [("取消", true), ("算了吧", true), ("请取消，谢谢", true), ("Never mind!", true), ("取消订单 A10442", false), ("", false)]
        {
            assert_eq!(cancels(&Input::Text(said.into())), expected, "{said}");
        }
    }

    #[test]
    fn only_a_whole_message_skips() {
        for (said, expected) in [("跳过", true), ("没有", true), ("skip it please", true), ("没有收到货", false), ("no idea", false)] {
            assert_eq!(skips(&Input::Text(said.into())), expected, "{said}");
        }
    }
}

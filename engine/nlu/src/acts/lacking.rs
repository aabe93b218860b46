//! Customers who cannot answer: they do not know, have it not at hand, or need a moment to look.

use model::ActKind;

use super::plain::each;

/// What somebody who does not know says.
const UNKNOWN: &str = "不知道, 不晓得, 不清楚, 不太清楚, 不记得, 不太记得, 记不得, 记不清, 记不住, 想不起来, 想不起, 不确定, \
    不太确定, 忘记, 忘, 找不到, 找不着, 没找到, 没找着, 查不到, 看不到, 没有, 没记住, 没记下, 没带, 没留, \
    没存, 弄丢, 搞丢, 没";
/// What somebody who looks for it says.
const HOLDS: &str = "等等, 等一下, 等下, 等一会, 等会, 稍等, 稍候, 等我, 让我找, 让我看, 让我查, 让我想, 我找找, 我找一下, \
    我找下, 我查查, 我查一下, 我查下, 我看看, 我看一下, 我看下, 我想想, 我想一下, 我翻翻, 我翻一下, 我去找, \
    我去看, 我去查, 我去拿, 正在找, 在找, 找找看";
/// What may stand around them: who, how, and what is asked for.
const AROUND: &str = "我, 你, 您, 也, 真的, 真, 还, 暂时, 现在, 实在, 已经, 都, 完全, 这个, 那个, 好像, 可能, 抱歉, 不好意思, \
    就, 了, 啊, 呀, 呢, 吧, 哦, 诶, 哎, 的, 一下, 啦, 嘛, 哈, 记, 具体, 订单号码, 订单编号, 订单号, 单号, \
    编号, 号码, 手机号码, 手机号, 电话号码, 邮箱, 邮箱地址, 快递单号, 物流单号, 运单号, 会员号, 会员卡号, \
    卡号, 账号, 型号, 序列号, 名字, 名称, 叫什么, 是什么, 是多少, 多少, 是哪个, 哪个, 是哪, 在哪里, 在哪儿, \
    在哪, 哪里, 哪儿, 怎么找, 怎么查, 去哪找, 去哪里找, 哪天, 几号, 日期";
const AROUND_HOLDS: &str = "我, 你, 您, 请, 麻烦, 先, 去, 再, 让, 给, 一下, 下, 哈, 啊, 哦, 吧, 会, 儿, 片刻, 马上, 正在, 在, 找, \
    找找, 查, 查查, 看, 看看, 想, 想想, 别急, 不急, 别着急, 好的, 那, 呢, 了, 哎, 订单号码, 订单编号, \
    订单号, 单号, 编号, 号码, 手机号, 邮箱, 卡号, 型号, 手机";

const UNKNOWN_LATIN: &str = "dont know, do not know, dont remember, do not remember, cant remember, cannot remember, dont recall, \
    cant recall, cant find, cannot find, can not find, couldnt find, could not find, cant locate, cant see, \
    cannot see, dont see, dont have, do not have, havent got, have not got, no longer have, have no, \
    have no idea, no idea, not sure, lost, forgot, forgotten, forget";
const HOLDS_LATIN: &str = "let me check, let me see, let me look, let me find, let me think, let me grab, let me search, \
    ill check, ill look, ill find, i will check, i will look, i will find, im checking, im looking, \
    im searching, i am looking, i am checking, hang on, hold on, one moment, one second, one sec, \
    one minute, just a moment, just a second, just a sec, just a minute, just a mo, give me a moment, \
    give me a second, give me a sec, give me a minute, wait a moment, wait a second, wait a sec, \
    wait a minute, bear with me, looking for it";
const AROUND_LATIN: &str = "i, im, ive, am, have, really, just, honestly, but, well, unfortunately, sorry, afraid, hmm, um, oh, no, \
    actually, it, that, this, one, the, my, an, a, any, order number, order numbers, order no, order id, \
    order code, number, numbers, id, code, email address, phone number, tracking number, reference, model, \
    serial, where, is, what, which, to, find, on, me, with, right, now, here, anymore, any more, yet, at, \
    hand, moment, of, its, was, either, also, don, t, about";
const AROUND_HOLDS_LATIN: &str = "i, it, that, up, for, the, my, an, a, order number, order no, order id, number, id, code, please, \
    moment, second, sec, minute, ok, okay, sure, yes, sorry, in, email, emails, mail, phone, app, while, \
    just, quickly, now, and, then, first, here, to, find, need, wait, oh, um, hmm, well, it up, im, \
    looking, checking, still";

/// Does the folded message say that, and nothing else? "I lost it" does, "I lost my parcel" and "没有收到货" do not.
pub(super) fn kind_of(said: &str) -> Option<ActKind> {
    if said.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_latin = said.is_ascii();
    let kinds = if is_latin {
        [(ActKind::Hold, HOLDS_LATIN, AROUND_HOLDS_LATIN), (ActKind::Unknown, UNKNOWN_LATIN, AROUND_LATIN)]
    } else {
        [(ActKind::Hold, HOLDS, AROUND_HOLDS), (ActKind::Unknown, UNKNOWN, AROUND)]
    };
    let says = |heads: &str, around: &str| {
        each(heads).any(|head| {
            said.match_indices(head).any(|(at, _)| {
                let (before, after) = (&said[..at], &said[at + head.len()..]);
                // "没" and "have no" deny only something that is named.
                let is_named = !matches!(head, "没" | "have no") || !after.is_empty();
                is_named
                    && (!is_latin || is_word(before, after))
                    && is_made_of(before, around)
                    && is_made_of(after, around)
            })
        })
    };
    kinds.into_iter().find(|(_, heads, around)| says(heads, around)).map(|(kind, ..)| kind)
}

fn is_word(before: &str, after: &str) -> bool {
    (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
}

/// Do these words, one after the other, make up the text?
pub(super) fn is_made_of(text: &str, words: &str) -> bool {
    // The places up to which the text is made of them.
    let is_latin = text.is_ascii();
    let text = text.trim();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        if !reached[at] || !text.is_char_boundary(at) {
            continue;
        }
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start().len();
        for word in each(words) {
            let Some(after) = rest.trim_start().strip_prefix(word) else { continue };
            if !is_latin || after.is_empty() || after.starts_with(' ') {
                reached[at + skipped + word.len()] = true;
            }
        }
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::super::folded;
    use super::*;

    fn kind(text: &str) -> Option<ActKind> {
        kind_of(&folded(text))
    }

    #[test]
    fn who_does_not_know_says_so_in_many_ways() {
        for text in [
            "不知道订单号",
            "不清楚单号",
            "我也不知道订单号是多少",
            "订单号我忘了",
            "单号找不到了",
            "不知道叫什么",
            "没有订单号啊",
            "没订单号",
            "忘记单号是什么了",
            "订单编号弄丢了",
            "忘记單號是什麼了",
            "I can't find the order number",
            "I lost it",
            "Sorry, I don't have it with me",
            "I forgot what it is",
            "I do not know the order number",
            "I have no order number",
            "no idea what that is",
        ] {
            assert_eq!(kind(text), Some(ActKind::Unknown), "{text}");
        }
    }

    #[test]
    fn who_needs_a_moment_says_so_in_many_ways() {
        for text in [
            "等等",
            "稍等，我找找",
            "稍等一下哈",
            "我找一下订单号",
            "让我查一下",
            "我去看看邮箱",
            "等我一下",
            "hang on",
            "let me check",
            "hold on a second please",
            "let me look it up in my email",
            "I'm looking for it",
            "just a minute",
        ] {
            assert_eq!(kind(text), Some(ActKind::Hold), "{text}");
        }
    }

    #[test]
    fn what_is_a_matter_of_its_own_is_no_such_thing() {
        for text in [
            "没有收到货",
            "我没有收到快递",
            "不知道为什么坏了",
            "找不到客服",
            "忘了用优惠券",
            "快递弄丢了",
            "等了三天还没到",
            "等一下再送",
            "我查一下订单",
            "我看看能不能退",
            "没有",
            "没",
            "I lost my parcel",
            "I forgot to use the coupon",
            "I don't know why it broke",
            "I don't have an order yet but I want a refund",
            "I can't find my order",
            "let me check out",
            "wait for the courier",
            "A10442",
        ] {
            let expected = (text == "没有").then_some(ActKind::Unknown);
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}

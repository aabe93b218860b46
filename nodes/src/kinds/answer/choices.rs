//! What the customer chooses: one of those that may fit, whether an answer helped, a related question.

use interpreter::{Ctx, Found, Next, Verdict};
use model::{Choice, Content, Input, Language};

use super::{Memory, Settings};
use crate::options::{Offered, chosen};
use crate::words::in_language;

/// At most this many are offered when nothing is sure.
pub(super) const OFFERED: usize = 3;
/// Characters on a button.
const LABEL_CHARS: usize = 40;

impl Settings {
    /// Nothing is sure: the customer says which.
    pub(super) fn offer(&self, ctx: &mut Ctx<'_>, found: Vec<Found>) -> Next {
        let language = ctx.language().clone();
        let mut found = distinct(found, &language);
        found.truncate(OFFERED);
        let choices = found.iter().enumerate().map(|(index, found)| Choice { id: index.to_string(), label: label(found, &language) });
        let mut options: Vec<Choice> = choices.collect();
        options.push(Choice { id: "none".into(), label: in_language(ctx, "都不是", "None of these").into() });
        let text = in_language(ctx, "您想了解的是：", "Is it one of these?").to_owned();
        ctx.say(Content::Choices { text, options });
        let question = ctx.memory::<Memory>().question;
        ctx.remember(&Memory { offered: found, question, ..Memory::default() });
        self.wait(ctx)
    }

    pub(super) fn said(&self, ctx: &mut Ctx<'_>, input: &Input) -> Next {
        let memory: Memory = ctx.memory();
        if !memory.offered.is_empty() {
            return self.chose(ctx, input, &memory.offered);
        }
        if !memory.answered {
            return self.search(ctx, &input.as_text());
        }
        let mut offered = vec![
            Offered::new("yes", ["有帮助", "有用", "解决了", "Yes", "thanks", "谢谢"]),
            Offered::new("no", ["没有帮助", "没帮助", "没用", "没有用", "没解决", "No"]),
        ];
        let questions = memory.related.iter().enumerate();
        offered.extend(questions.map(|(index, article)| Offered::new(index.to_string(), [label(article, ctx.language()), article.question.clone()])));
        let answer = match (chosen(input, &offered), nlu::details::yes_no(&input.as_text())) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(true)) => Some("yes".to_owned()),
            (None, Some(false)) => Some("no".to_owned()),
            (None, None) => None,
        };
        let judge = |ctx: &mut Ctx<'_>, verdict| {
            if !memory.said.is_empty() {
                ctx.judged(&memory.said, verdict);
            }
        };
        match answer.as_deref() {
            Some("yes") => {
                ctx.took_answer();
                judge(ctx, Verdict::Helpful);
                Next::go("answered")
            }
            Some("no") => {
                ctx.took_answer();
                judge(ctx, Verdict::NotHelpful);
                Next::go("not_helpful")
            }
            Some(index) => {
                ctx.took_answer();
                let article = index.parse::<usize>().ok().and_then(|index| memory.related.get(index));
                match article {
                    Some(article) => {
                        let content = self.content(ctx, article);
                        self.say(ctx, content, &article.id, Vec::new())
                    }
                    None => Next::go("answered"),
                }
            }
            // A new question: the next step may understand it.
            None => Next::go("answered"),
        }
    }

    /// The customer says which of the offered ones is meant, or asks anew.
    fn chose(&self, ctx: &mut Ctx<'_>, input: &Input, found: &[Found]) -> Next {
        let mut offered: Vec<Offered> =
            found.iter().enumerate().map(|(index, found)| Offered::new(index.to_string(), [label(found, ctx.language()), found.question.clone()])).collect();
        offered.push(Offered::new("none", ["都不是", "都不对", "没有", "None of these", "None", "No"]));
        match chosen(input, &offered) {
            Some("none") => {
                ctx.took_answer();
                ctx.because("客户说都不是", "the customer wants none of these");
                Next::go("nothing")
            }
            Some(index) => {
                ctx.took_answer();
                match index.parse::<usize>().ok().and_then(|index| found.get(index)) {
                    Some(article) => {
                        let content = self.content(ctx, article);
                        self.say(ctx, content, &article.id, Vec::new())
                    }
                    None => Next::go("nothing"),
                }
            }
            None => {
                let words = input.as_text();
                if nlu::details::yes_no(&words) == Some(false) {
                    ctx.took_answer();
                    return Next::go("nothing");
                }
                self.search(ctx, &words)
            }
        }
    }
}

/// Of those whose buttons would read alike, the best.
pub(super) fn distinct(mut found: Vec<Found>, language: &Language) -> Vec<Found> {
    let mut seen: Vec<String> = Vec::new();
    found.retain(|article| {
        let label = label(article, language);
        let is_new = !seen.contains(&label);
        seen.push(label);
        is_new
    });
    found
}

/// The words on the button of an article or a passage, in the customer's language where it is asked in it.
pub(super) fn label(found: &Found, language: &Language) -> String {
    let question = found.question_in(language);
    let whole = question.trim();
    if found.source.is_none() || whole.chars().count() <= LABEL_CHARS {
        return question.to_owned();
    }
    whole.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
}

//! `answer`: looks the customer's question up in the answer libraries and says the best article.

use expr::as_text;
use interpreter::{Answer, Ctx, Failure, Found, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Choice, Content, Expression, Input, LibraryKey, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::classify::unanswered;
use crate::options::{Offered, chosen};
use crate::words::{in_language, score, short};

/// Settings of answering from a library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["libraries", "ask_first", "helpful", "related", "sure", "question", "wait_minutes"]))]
pub struct Settings {
    /// Where to look. None chosen means all libraries.
    #[schemars(title = "Libraries", extend("x-zh" = ["知识库", "在哪些知识库里找，不选表示全部"], "x-item" = ["知识库", "library"]))]
    pub libraries: Vec<LibraryKey>,
    /// What to say when the customer has not asked anything yet.
    #[schemars(title = "Ask first", extend("x-zh" = ["先问一句", "客户还没有提问时，先说这句话"]))]
    pub ask_first: Texts,
    /// Ask “Did this help?” after the answer.
    #[schemars(title = "Ask whether it helped", extend("x-zh" = ["询问是否有帮助", "回答后问客户“这个回答有帮助吗？”"]))]
    pub helpful: bool,
    /// How many related questions to offer as buttons when asking whether it helped.
    #[schemars(title = "Related questions", range(max = 5), extend("x-zh" = ["相关问题", "询问是否有帮助时，再给出几个相关问题"], "x-unit" = ["个", "questions"], "x-group" = "more", "x-show-when" = { "helpful": true }))]
    pub related: u32,
    /// How well an article must fit. 0 uses the recommended value.
    #[schemars(title = "How sure", range(min = 0.0, max = 1.0), extend("x-zh" = ["把握程度", "文章要多匹配才回答，0 表示使用推荐值"], "x-widget" = "slider", "x-group" = "more"))]
    #[serde(serialize_with = "crate::words::whole")]
    pub sure: f64,
    /// What to look for, when it is not what the customer said last.
    #[schemars(title = "Question", extend("x-zh" = ["查找的问题", "默认是客户最后说的话"], "x-group" = "more"))]
    pub question: Expression,
    /// How long to wait for the customer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            libraries: Vec::new(),
            ask_first: Texts::new("请问您想了解什么？", "What would you like to know?"),
            helpful: true,
            related: 2,
            sure: 0.0,
            question: Expression::default(),
            wait_minutes: 10,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    /// Has an article been said?
    answered: bool,
    /// The related articles offered as buttons.
    related: Vec<Found>,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "answer",
            version: 1,
            family: Family::Know,
            icon: "book-open",
            label: Texts::new("知识库问答", "Answer from library"),
            description: Texts::new(
                "在知识库里查找客户的问题，用最合适的文章回答。",
                "Looks the customer's question up in the answer libraries and replies with the best article.",
            ),
            keywords: &["faq", "knowledge", "library", "search", "知识库", "问答", "常见问题", "检索", "查找"],
            summary: Texts::new(
                "{libraries}{helpful? · 问是否有帮助}",
                "{libraries}{helpful? · asks whether it helped}",
            ),
            ports: vec![
                PortSpec::one("answered", PortRole::Next, Texts::new("已回答", "answered")),
                PortSpec::one("nothing", PortRole::Otherwise, Texts::new("没有找到", "nothing found")),
                PortSpec::when(
                    "not_helpful",
                    PortRole::Choice,
                    Texts::new("没有帮助", "did not help"),
                    "/helpful",
                    json!(true),
                ),
                PortSpec::one("silence", PortRole::Silence, Texts::new("没有回答", "no answer in time")),
                PortSpec::one("failed", PortRole::Failed, Texts::new("查找失败", "failed")),
            ],
            enterable: true,
            waits: true,
            order: 50,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("在全部知识库里找", "Look everywhere"), Self { helpful: false, ..Self::default() }),
            (
                Texts::new("只在退换货知识库里找，并问是否有帮助", "Look in one library and ask whether it helped"),
                Self { libraries: vec!["returns".into()], sure: 0.5, related: 3, ..Self::default() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        if !self.question.as_str().trim().is_empty() {
            let question = as_text(&ctx.eval(&self.question)?);
            return Ok(self.search(ctx, &question));
        }
        if let Some(words) = unanswered(ctx, self.ask_first.is_empty()) {
            return Ok(self.search(ctx, &words));
        }
        ctx.say_text(&self.ask_first)?;
        Ok(self.wait(ctx))
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Said(input) => Ok(self.said(ctx, &input)),
            Happened::Answered(Answer::Found { found, nothing_below }) => Ok(self.found(ctx, found, nothing_below)),
            Happened::Answered(Answer::Failed { why }) => Err(Failure { why }),
            Happened::TimeUp => Ok(Next::go("silence")),
            _ => Err(Failure::new("查找没有结果", "the search gave no result")),
        }
    }
}

impl Settings {
    fn search(&self, ctx: &mut Ctx<'_>, question: &str) -> Next {
        if question.trim().is_empty() {
            ctx.because("没有要查找的问题", "there is no question to look for");
            return Next::go("nothing");
        }
        ctx.ask_search(question, &self.libraries, self.related as usize + 1)
    }

    fn found(&self, ctx: &mut Ctx<'_>, mut found: Vec<Found>, nothing_below: f64) -> Next {
        let needed = if self.sure > 0.0 { self.sure } else { nothing_below };
        let listed: Vec<_> = found
            .iter()
            .take(3)
            .map(|article| format!("{} {}", short(&article.question), score(article.score)))
            .collect();
        let listed = listed.join(", ");
        ctx.because(
            format!("找到：{listed}；需要 {}", score(needed)),
            format!("found: {listed}; needed: {}", score(needed)),
        );
        ctx.understood();
        if found.first().is_none_or(|best| best.score < needed) {
            ctx.misunderstood();
            return Next::go("nothing");
        }
        let mut related = found.split_off(1);
        related.retain(|article| article.score >= nothing_below);
        related.truncate(self.related as usize);
        self.say(ctx, &found[0], related)
    }

    /// Says an article; its words are data, never a template.
    fn say(&self, ctx: &mut Ctx<'_>, article: &Found, related: Vec<Found>) -> Next {
        let answer = article.answer.get(ctx.language(), &[]).to_owned();
        ctx.say(Content::Text { text: answer });
        if !self.helpful {
            return Next::go("answered");
        }
        let choice = |id: String, label: &str| Choice { id, label: label.into() };
        let mut options = vec![
            choice("yes".into(), in_language(ctx, "有帮助", "Yes")),
            choice("no".into(), in_language(ctx, "没有帮助", "No")),
        ];
        options.extend(related.iter().enumerate().map(|(index, article)| choice(index.to_string(), &article.question)));
        let text = in_language(ctx, "这个回答有帮助吗？", "Did this help?").to_owned();
        ctx.say(Content::Choices { text, options });
        ctx.remember(&Memory { answered: true, related });
        self.wait(ctx)
    }

    fn said(&self, ctx: &mut Ctx<'_>, input: &Input) -> Next {
        let memory: Memory = ctx.memory();
        if !memory.answered {
            return self.search(ctx, &input.as_text());
        }
        let mut offered = vec![
            Offered::new("yes", ["有帮助", "有用", "解决了", "Yes", "thanks", "谢谢"]),
            Offered::new("no", ["没有帮助", "没帮助", "没用", "没有用", "没解决", "No"]),
        ];
        let questions = memory.related.iter().enumerate();
        offered.extend(questions.map(|(index, article)| Offered::new(index.to_string(), [article.question.as_str()])));
        let answer = match (chosen(input, &offered), nlu::details::yes_no(&input.as_text())) {
            (Some(id), _) => Some(id.to_owned()),
            (None, Some(true)) => Some("yes".to_owned()),
            (None, Some(false)) => Some("no".to_owned()),
            (None, None) => None,
        };
        match answer.as_deref() {
            Some("yes") => {
                ctx.took_answer();
                Next::go("answered")
            }
            Some("no") => {
                ctx.took_answer();
                Next::go("not_helpful")
            }
            Some(index) => {
                ctx.took_answer();
                let article = index.parse::<usize>().ok().and_then(|index| memory.related.get(index));
                match article {
                    Some(article) => self.say(ctx, article, Vec::new()),
                    None => Next::go("answered"),
                }
            }
            // A new question: the next step may understand it.
            None => Next::go("answered"),
        }
    }

    fn wait(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.wait_for_customer(Some(f64::from(self.wait_minutes)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::play::{Play, found};

    #[test]
    fn the_best_article_is_said_in_the_customers_language() {
        let play = play(json!({ "helpful": false })).open().says("运费谁出").answers(found(&[(
            "运费",
            "{{ 我们 }}承担",
            0.8,
        )]));

        assert_eq!(play.said(), ["请讲", "{{ 我们 }}承担"]);
        assert_eq!(play.left_by(), "answered");
    }

    #[test]
    fn a_poor_match_is_nothing_found() {
        assert_eq!(play(json!({})).open().says("天气").answers(found(&[("运费", "承担", 0.1)])).left_by(), "nothing");
        assert_eq!(play(json!({})).open().says("天气").answers(found(&[])).left_by(), "nothing");
        let careful = play(json!({ "sure": 0.9 })).open().says("运费").answers(found(&[("运费", "承担", 0.8)]));
        assert_eq!(careful.left_by(), "nothing");
    }

    #[test]
    fn it_asks_whether_it_helped() {
        let asked = play(json!({})).open().says("运费").answers(found(&[("运费", "承担", 0.8), ("退货", "七天", 0.5)]));
        assert_eq!(asked.said()[2], "这个回答有帮助吗？ [有帮助] [没有帮助] [退货]");

        assert_eq!(asked.clone().presses("yes").left_by(), "answered");
        assert_eq!(asked.clone().says("没用").left_by(), "not_helpful");
        assert_eq!(asked.clone().says("不行").left_by(), "not_helpful");
        assert_eq!(asked.clone().says("那怎么换货").left_by(), "answered");
        assert_eq!(asked.clone().time_up().left_by(), "silence");
        assert_eq!(asked.presses("0").said()[3..], ["七天", "这个回答有帮助吗？ [有帮助] [没有帮助]"]);
    }

    #[test]
    fn a_search_that_fails_has_its_exit() {
        assert_eq!(play(json!({})).open().says("运费").fails().left_by(), "failed");
    }

    fn play(mut config: Value) -> Play {
        config["ask_first"] = json!({ "zh": "请讲" });
        Play::new("answer", config)
    }
}

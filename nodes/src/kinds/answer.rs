//! `answer`: looks the customer's question up in the answer libraries and says the best article or passage.

mod by_model;
mod choices;

use expr::as_text;
use interpreter::{Answer, Ctx, Failure, Found, Happened, Kind, KindInfo, Next, Verdict};
use model::spec::{Family, PortRole, PortSpec};
use model::{Choice, Content, Expression, LibraryKey, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::by_model::GIVEN;
use self::choices::{OFFERED, distinct, label};
use super::classify::unanswered;
use crate::quote::quote;
use crate::words::{in_language, score, short};

/// Settings of answering from a library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["libraries", "style", "manner", "sources", "unsure", "ask_first", "helpful", "related", "sure", "question", "count", "wait_minutes"]))]
pub struct Settings {
    /// Where to look. None chosen means all libraries.
    #[schemars(title = "Libraries", extend("x-zh" = ["知识库", "在哪些知识库里找，不选表示全部"], "x-item" = ["知识库", "library"]))]
    pub libraries: Vec<LibraryKey>,
    /// How the answer is worded. An article is always said as it was written.
    #[schemars(title = "Style", extend("x-zh" = ["回答方式", "文档里的答案怎么说；写好的知识总是原文回答"], "x-options" = [["extract", "摘出最相关的句子", "quote the sentences that answer"], ["exact", "整段原文", "the whole passage"], ["model", "模型根据资料回答", "a model answers from what was found"]]))]
    pub style: Style,
    /// How a model should word its answers. It answers from what was found only, and its sources are checked; when it fails, the sentences that answer are quoted.
    #[schemars(title = "Manner", extend("x-zh" = ["语气要求", "希望模型怎样措辞；它只根据找到的资料回答，出处会核对，失败时改为摘句"], "x-widget" = "textarea", "x-show-when" = { "style": "model" }))]
    pub manner: String,
    /// Show under the answer where it stands.
    #[schemars(title = "Show sources", extend("x-zh" = ["显示出处", "在答案下面注明出自哪份文档"]))]
    pub sources: bool,
    /// What to do when several may fit and none is sure.
    #[schemars(title = "When not sure", extend("x-zh" = ["把握不大时", "找到几条都可能合适时怎么办"], "x-options" = [["offer", "列出最接近的三条让客户选", "offer the best three as buttons"], ["answer", "直接用第一条回答", "answer with the first"]]))]
    pub unsure: Unsure,
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
    /// Count how often an answer was shown and whether it helped; the library shows the counts.
    #[schemars(title = "Count what helped", extend("x-zh" = ["统计效果", "记录每条答案被看过几次、是否有帮助，在知识库里查看"], "x-group" = "more"))]
    pub count: bool,
    /// How long to wait for the customer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
#[expect(missing_docs, reason = "x-options names the values")]
pub enum Style {
    #[default]
    Extract,
    Exact,
    Model,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "x-options names the values")]
pub enum Unsure {
    #[default]
    Offer,
    Answer,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            libraries: Vec::new(),
            style: Style::default(),
            manner: String::new(),
            sources: true,
            unsure: Unsure::default(),
            ask_first: Texts::new("请问您想了解什么？", "What would you like to know?"),
            helpful: true,
            related: 2,
            sure: 0.0,
            question: Expression::default(),
            count: true,
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
    /// What is being looked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    question: String,
    /// What the customer may choose from, because nothing is sure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    offered: Vec<Found>,
    /// What a model was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    given: Vec<Found>,
    /// Is the first of them sure enough to be said without the model?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_sure: bool,
    /// The id of what was said, where it is counted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    said: String,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "answer",
            version: 2,
            family: Family::Know,
            icon: "book-open",
            label: Texts::new("知识库问答", "Answer from library"),
            description: Texts::new(
                "在知识库里查找客户的问题，用最合适的知识或文档段落回答。",
                "Looks the customer's question up in the answer libraries and replies with the best article or passage.",
            ),
            keywords: &["faq", "knowledge", "library", "search", "知识库", "问答", "常见问题", "检索", "查找", "文档", "document"],
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
                Texts::new("整段引用文档，不确定也直接回答", "Quote whole passages, and answer even when not sure"),
                Self { style: Style::Exact, unsure: Unsure::Answer, ..Self::default() },
            ),
            (
                Texts::new("只在退换货知识库里找，并问是否有帮助", "Look in one library and ask whether it helped"),
                Self { libraries: vec!["returns".into()], sure: 0.5, related: 3, ..Self::default() },
            ),
        ]
    }

    /// The first version said the first article, without sources, and counted nothing.
    fn upgrade(mut config: Value, from: u32) -> Value {
        if let (Some(config), 0 | 1) = (config.as_object_mut(), from) {
            let before = [("style", json!("exact")), ("sources", json!(false)), ("unsure", json!("answer")), ("count", json!(false))];
            for (name, value) in before {
                config.entry(name).or_insert(value);
            }
        }
        config
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
            Happened::Answered(Answer::Found { found, nothing_below, sure_above, note }) => {
                Ok(self.found(ctx, found, (nothing_below, sure_above), note))
            }
            Happened::Answered(answer) if !ctx.memory::<Memory>().given.is_empty() => Ok(self.generated(ctx, &answer)),
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
        if self.style != Style::Exact {
            ctx.remember(&Memory { question: question.to_owned(), ..Memory::default() });
        }
        let wanted = match (self.style, self.unsure) {
            (Style::Model, _) => GIVEN,
            (_, Unsure::Offer) => OFFERED,
            (_, Unsure::Answer) => 1,
        };
        ctx.ask_search(question, &self.libraries, wanted.max(self.related as usize + 1))
    }

    fn found(
        &self,
        ctx: &mut Ctx<'_>,
        mut found: Vec<Found>,
        (nothing_below, sure_above): (f64, f64),
        note: Option<Texts>,
    ) -> Next {
        let needed = if self.sure > 0.0 { self.sure } else { nothing_below };
        let listed: Vec<_> = found
            .iter()
            .take(3)
            .map(|article| format!("{} {}", short(&article.question), score(article.score)))
            .collect();
        let listed = listed.join(", ");
        let noted = |language: &str, joint: &str| {
            note.as_ref().map(|note| format!("{joint}{}", note.in_language(language))).unwrap_or_default()
        };
        ctx.because(
            format!("找到：{listed}；需要 {}{}", score(needed), noted("zh", "；")),
            format!("found: {listed}; needed: {}{}", score(needed), noted("en", "; ")),
        );
        ctx.understood();
        let Some(best) = found.first().filter(|best| best.score >= needed) else {
            ctx.misunderstood();
            return Next::go("nothing");
        };
        let is_sure = self.unsure == Unsure::Answer || best.score >= sure_above.max(needed);
        let first = found.remove(0);
        found.retain(|article| article.score >= nothing_below);
        found.insert(0, first);
        if self.style == Style::Model {
            return self.ask_model(ctx, found, is_sure);
        }
        self.say_or_offer(ctx, found, is_sure)
    }

    fn say_or_offer(&self, ctx: &mut Ctx<'_>, found: Vec<Found>, is_sure: bool) -> Next {
        if !is_sure {
            return self.offer(ctx, found);
        }
        let mut found = distinct(found, ctx.language());
        if found.is_empty() {
            return Next::go("nothing");
        }
        let mut related = found.split_off(1);
        related.truncate(self.related as usize);
        let content = self.content(ctx, &found[0]);
        self.say(ctx, content, &found[0].id, related)
    }

    /// Says an answer; its words are data, never a template.
    fn say(&self, ctx: &mut Ctx<'_>, content: Content, id: &str, related: Vec<Found>) -> Next {
        ctx.say(content);
        if self.count {
            ctx.judged(id, Verdict::Shown);
        }
        if !self.helpful {
            return Next::go("answered");
        }
        let choice = |id: String, label: String| Choice { id, label };
        let mut options = vec![
            choice("yes".into(), in_language(ctx, "有帮助", "Yes").into()),
            choice("no".into(), in_language(ctx, "没有帮助", "No").into()),
        ];
        let language = ctx.language();
        let asked = related.iter().enumerate();
        options.extend(asked.map(|(index, article)| choice(index.to_string(), label(article, language))));
        let text = in_language(ctx, "这个回答有帮助吗？", "Did this help?").to_owned();
        ctx.say(Content::Choices { text, options });
        let said = if self.count { id.to_owned() } else { String::new() };
        let question = ctx.memory::<Memory>().question;
        ctx.remember(&Memory { answered: true, related, question, said, ..Memory::default() });
        self.wait(ctx)
    }

    fn content(&self, ctx: &Ctx<'_>, article: &Found) -> Content {
        let text = article.answer.get(ctx.language(), &[]);
        let Some(source) = &article.source else { return Content::text(text) };
        let text = match self.style {
            Style::Extract | Style::Model => quote(text, &ctx.memory::<Memory>().question),
            Style::Exact => text.to_owned(),
        };
        if self.sources { Content::Answer { text, sources: vec![source.citation.clone()] } } else { Content::text(text) }
    }

    fn wait(&self, ctx: &mut Ctx<'_>) -> Next {
        ctx.wait_for_customer(Some(f64::from(self.wait_minutes)))
    }
}

#[cfg(test)]
mod tests {
    use interpreter::{Answer, Effect, Generated, Source, Verdict};
    use model::Citation;
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

        let twice = found(&[("运费", "承担", 0.8), ("运费", "由商家承担", 0.7), ("退货", "七天", 0.5), ("退货", "十天", 0.4)]);
        let asked = play(json!({})).open().says("运费").answers(twice);
        assert_eq!(asked.said()[2], "这个回答有帮助吗？ [有帮助] [没有帮助] [退货]", "no two buttons read alike");
    }

    #[test]
    fn a_search_that_fails_has_its_exit() {
        assert_eq!(play(json!({})).open().says("运费").fails().left_by(), "failed");
    }

    #[test]
    fn a_passage_is_quoted_with_its_source() {
        let play = play(json!({ "helpful": false, "style": "extract", "sources": true }));

        let answered = play.open().says("退款几天到账").answers(passages(&[("退款", LONG, 0.8)]));

        assert_eq!(
            answered.said()[1],
            "… 退款在收到退货后三个工作日内原路退回。 … [退换货政策 › 退款 p. 2 https://example.com/policy]"
        );
        let silent = Play::new("answer", json!({ "ask_first": { "zh": "请讲" }, "helpful": false }));
        let silent = silent.open().says("退款").answers(passages(&[("退款", "三天", 0.8)]));
        assert_eq!(silent.said()[1], "三天");
    }

    #[test]
    fn between_the_thresholds_the_customer_chooses() {
        let play = play(json!({ "unsure": "offer", "helpful": false }));
        let close = passages(&[("运费", "承担", 0.5), ("退货", "七天", 0.45), ("退货", "十天", 0.44), ("发票", "没有", 0.1)]);
        let asked = play.open().says("运费退吗").answers(close.clone());
        assert_eq!(asked.said()[1], "您想了解的是： [运费] [退货] [都不是]");

        assert_eq!(asked.clone().presses("1").said()[2..], ["七天"]);
        assert_eq!(asked.clone().presses("1").left_by(), "answered");
        assert_eq!(asked.clone().says("第一个").said()[2..], ["承担"]);
        assert_eq!(asked.clone().presses("none").left_by(), "nothing");
        assert_eq!(asked.clone().says("不是").left_by(), "nothing");
        assert_eq!(asked.clone().time_up().left_by(), "silence");
        let again = asked.says("会员积分怎么用").answers(found(&[("积分", "抵现", 0.9)]));
        assert_eq!(again.said()[2..], ["抵现"]);
        let sure = self::play(json!({ "unsure": "offer", "helpful": false })).open().says("运费");
        assert_eq!(sure.answers(passages(&[("运费", "承担", 0.7)])).said()[1..], ["承担"]);
    }

    #[test]
    fn buttons_are_in_the_customers_language() {
        let asked = |question: &str, variants: &[&str]| {
            let variants: Vec<String> = variants.iter().map(|&it| it.to_owned()).collect();
            model::asked_in(question, &variants)
        };
        let articles = found(&[("运费是多少？", "八元", 0.8), ("怎么换货？", "七天", 0.5), ("发票", "没有", 0.4)]);
        let Answer::Found { mut found, nothing_below, sure_above, note } = articles else { unreachable!("it is found") };
        found[0].asked = asked("运费是多少？", &["包邮吗", "How much is shipping?"]);
        found[1].asked = asked("怎么换货？", &["How do I exchange an item?", "换货流程"]);
        let answer = || Answer::Found { found: found.clone(), nothing_below, sure_above, note: note.clone() };

        let english = play(json!({ "libraries": [] })).in_english().open().says("shipping").answers(answer());
        let buttons = english.said().last().unwrap().clone();
        assert!(buttons.ends_with("[Yes] [No] [How do I exchange an item?] [发票]"), "{buttons}");
        let chosen = english.says("How do I exchange an item?");
        assert_eq!(chosen.said()[3], "…", "the button is pressed by its words");
        let chinese = play(json!({})).open().says("运费").answers(answer());
        assert!(chinese.said().last().unwrap().ends_with("[怎么换货？] [发票]"));
    }

    #[test]
    fn a_model_answers_from_what_was_found_or_the_passage_is_quoted() {
        let model = || play(json!({ "style": "model", "sources": true, "helpful": false })).open().says("运费");
        let asked = model().answers(passages(&[("运费", "质量问题由商家承担。", 0.9), ("退货", "七天", 0.7)]));

        let value = json!({ "known": true, "answer": "质量问题我们出[1]。", "citations": ["1", "7"] });
        let generated = Generated { value: Some(value), ..Generated::default() };
        let answered = asked.clone().answers(Answer::Generated(generated));
        assert_eq!(answered.said()[1], "质量问题我们出[1]。 [退换货政策 › 运费 p. 2 https://example.com/policy]");
        assert_eq!(answered.left_by(), "answered");

        let quoted = asked.clone().fails();
        assert_eq!(quoted.said()[1], "质量问题由商家承担。 [退换货政策 › 运费 p. 2 https://example.com/policy]");
        let invented = json!({ "known": true, "answer": "一百元", "citations": ["9"] });
        let invented = Generated { value: Some(invented), ..Generated::default() };
        assert!(asked.answers(Answer::Generated(invented)).said()[1].starts_with("质量问题由商家承担。"));
    }

    #[test]
    fn what_a_model_finds_no_answer_in_is_offered() {
        let found = passages(&[("运费", "质量问题由商家承担。", 0.9), ("退货", "七天", 0.7)]);
        let config = |unsure: &str| json!({ "style": "model", "unsure": unsure, "helpful": false });
        let unknown = |unsure: &str| {
            let value = json!({ "known": false, "answer": "", "citations": [] });
            let asked = play(config(unsure)).open().says("运费").answers(found.clone());
            asked.answers(Answer::Generated(Generated { value: Some(value), ..Generated::default() }))
        };

        let offered = unknown("offer").said()[1].clone();
        assert!(offered.contains("[运费]") && offered.contains("[退货]"), "{offered}");
        assert_eq!(unknown("answer").said()[1], "质量问题由商家承担。");
    }

    #[test]
    fn what_helped_is_counted() {
        let counted = |play: Play| {
            let judged = play.effects().iter().filter_map(|effect| match effect {
                Effect::Judged { found, verdict } => Some((found.clone(), *verdict)),
                _ => None,
            });
            judged.collect::<Vec<_>>()
        };
        let shown = play(json!({ "count": true })).open().says("运费").answers(found(&[("运费", "承担", 0.8)]));
        let it = |verdict| ("运费".to_owned(), verdict);

        assert_eq!(counted(shown.clone()), [it(Verdict::Shown)]);
        assert_eq!(counted(shown.clone().presses("yes")), [it(Verdict::Shown), it(Verdict::Helpful)]);
        assert_eq!(counted(shown.presses("no")), [it(Verdict::Shown), it(Verdict::NotHelpful)]);
    }

    const LONG: &str = "本政策适用于在官方商城购买的全部商品，线下门店另有规定，请以门店公告为准，最终解释权归本公司所有，欢迎致电咨询。\
                        退款在收到退货后三个工作日内原路退回。\
                        定制商品、拆封的软件和生鲜食品不支持无理由退货，详见商品页面的说明，如有疑问请联系在线客服或者拨打服务热线了解更多情况。";

    /// Nothing below 0.3, sure above 0.6.
    fn passages(passages: &[(&str, &str, f64)]) -> Answer {
        let Answer::Found { mut found, nothing_below, .. } = found(passages) else { unreachable!("it is what is found") };
        for passage in &mut found {
            let citation = Citation {
                title: "退换货政策".into(),
                heading: passage.question.clone(),
                url: Some("https://example.com/policy".into()),
                page: Some(2),
            };
            passage.source = Some(Source { document: "d".into(), citation });
        }
        Answer::Found { found, nothing_below, sure_above: 0.6, note: None }
    }

    fn play(mut config: Value) -> Play {
        config["ask_first"] = json!({ "zh": "请讲" });
        Play::new("answer", config)
    }
}

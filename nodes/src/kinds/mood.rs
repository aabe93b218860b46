//! `mood`: which way to go, by how the customer feels.

use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Emotion, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Settings of a decision by mood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["by", "at_least", "over", "by_and_by"]))]
pub struct Settings {
    /// Which customers take the exit “upset”; or one exit for each mood.
    #[schemars(title = "Decide", extend(
        "x-zh" = ["怎么分", "什么样的客户走“有情绪”这个出口；也可以每种情绪一个出口"],
        "x-options" = [["upset", "生气或着急算有情绪", "upset: angry or anxious"], ["angry", "只有生气才算", "upset: angry only"], ["unhappy", "生气、着急或难过都算", "upset: angry, anxious or sad"], ["each", "每种情绪一个出口", "one exit per mood"]]
    ))]
    pub by: By,
    /// How surely the words must show it, in percent. Below it a customer counts as calm.
    #[schemars(title = "How surely, at least", range(min = 1, max = 100), extend("x-zh" = ["至少多大把握", "客户的话至少有多大把握说明这种情绪；不够就当作平静"], "x-unit" = ["%", "%"]))]
    pub at_least: u32,
    /// Over how many of the last messages one looks.
    #[schemars(title = "Over the last messages", range(min = 1, max = 10), extend("x-zh" = ["看最近几条", "看客户最近的几条消息"], "x-unit" = ["条", "messages"], "x-group" = "more"))]
    pub over: u32,
    /// Also customers who never say a loud word: the same question again, misunderstandings, asking for a person.
    #[schemars(title = "Also those who become upset by and by", extend("x-zh" = ["越来越不满也算", "没有说重话，但反复问、没被听懂、要找人的客户也算有情绪"], "x-group" = "more"))]
    pub by_and_by: bool,
}

/// How customers are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum By {
    #[default]
    Upset,
    Angry,
    Unhappy,
    Each,
}

impl By {
    fn emotions(self) -> &'static [Emotion] {
        match self {
            Self::Upset => &[Emotion::Angry, Emotion::Anxious],
            Self::Angry => &[Emotion::Angry],
            Self::Unhappy | Self::Each => &[Emotion::Angry, Emotion::Anxious, Emotion::Sad],
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { by: By::Upset, at_least: 70, over: 1, by_and_by: true }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        let when = |id: &str, role, label, by: &str| PortSpec::when(id, role, label, "/by", json!(by));
        let upset = |by| when("upset", PortRole::Choice, Texts::new("有情绪", "upset"), by);
        let calm = |by| when("calm", PortRole::Otherwise, Texts::new("平静", "calm"), by);
        let mut ports = vec![upset("upset"), upset("angry"), upset("unhappy"), calm("upset"), calm("angry"), calm("unhappy")];
        ports.extend(Emotion::ALL.into_iter().map(|emotion| {
            let role = if emotion == Emotion::Neutral { PortRole::Otherwise } else { PortRole::Choice };
            when(emotion.as_str(), role, emotion.label(), "each")
        }));
        KindInfo {
            kind: "mood",
            version: 1,
            family: Family::Understand,
            icon: "smile",
            label: Texts::new("看情绪", "Mood"),
            description: Texts::new(
                "按客户的情绪走不同的路：生气的先安抚、转人工，平静的照常办理。",
                "Goes another way for customers who are upset: calm them and hand them to a person, serve the others as usual.",
            ),
            keywords: &[
                "emotion", "sentiment", "angry", "anxious", "upset", "feeling", "情绪", "心情", "生气", "愤怒", "着急", "安抚",
            ],
            summary: Texts::new("{by} · {at_least}%", "{by} · {at_least}%"),
            ports,
            enterable: true,
            waits: false,
            order: 105,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("生气或着急的客户走另一条路", "Another way for angry or anxious customers"), Self::default()),
            (
                Texts::new("每种情绪一个出口，看最近三条", "One exit per mood, over the last three messages"),
                Self { by: By::Each, over: 3, ..Self::default() },
            ),
            (
                Texts::new("只拦下非常生气的客户", "Only customers who are certainly angry"),
                Self { by: By::Angry, at_least: 90, by_and_by: false, ..Self::default() },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let least = f64::from(self.at_least.clamp(1, 100)) / 100.0;
        let calm = if self.by == By::Each { Emotion::Neutral.as_str() } else { "calm" };
        let Some(moods) = ctx.moods() else {
            ctx.because("客户还没有说过话", "the customer has not said anything yet");
            return Ok(Next::go(calm));
        };
        let over = usize::try_from(self.over).unwrap_or(usize::MAX);
        let feeling = moods.feeling();
        let (port, score) = if self.by == By::Each {
            let shown = Emotion::ALL.into_iter().filter(|emotion| *emotion != Emotion::Neutral);
            let mut shown = shown.map(|emotion| (emotion.as_str(), moods.showed_lately(&[emotion], over)));
            let angry = Some((Emotion::Angry.as_str(), feeling.upset)).filter(|(_, upset)| self.by_and_by && *upset >= least);
            shown.find(|(_, score)| *score >= least).or(angry).unwrap_or((calm, feeling.score))
        } else {
            let lately = moods.showed_lately(self.by.emotions(), over);
            let score = if self.by_and_by { lately.max(moods.shows(self.by.emotions())) } else { lately };
            (if score >= least { "upset" } else { "calm" }, score)
        };
        let percent = (score * 100.0).round();
        let words = feeling.words.join("、");
        let label = feeling.emotion.label();
        ctx.because(
            format!("最近一句：{}（{words}），把握 {percent}%，要求 {}%", label.in_language("zh"), self.at_least),
            format!("last words: {} ({words}), {percent} %, wanted {} %", label.in_language("en"), self.at_least),
        );
        Ok(Next::go(port))
    }
}

#[cfg(test)]
mod tests {
    use model::Emotion::{self, Angry, Anxious, Neutral, Positive, Sad};
    use serde_json::{Value, json};

    use crate::play::Play;

    #[test]
    fn angry_and_anxious_customers_leave_by_upset() {
        check(json!({}), &[(Angry, 0.9)], "upset");
        check(json!({}), &[(Anxious, 0.75)], "upset");
        check(json!({}), &[(Angry, 0.6)], "calm");
        check(json!({}), &[(Sad, 0.9)], "calm");
        check(json!({ "by": "unhappy" }), &[(Sad, 0.9)], "upset");
        check(json!({ "by": "angry" }), &[(Anxious, 0.9)], "calm");
    }

    #[test]
    fn each_mood_may_have_its_exit() {
        check(json!({ "by": "each" }), &[(Positive, 0.8)], "positive");
        check(json!({ "by": "each" }), &[(Sad, 0.8)], "sad");
        check(json!({ "by": "each" }), &[(Neutral, 0.9)], "neutral");
        check(json!({ "by": "each", "over": 3, "by_and_by": false }), &[(Angry, 0.8), (Neutral, 0.9)], "angry");
    }

    #[test]
    fn anger_that_was_is_seen_over_several_messages_or_by_and_by() {
        let then = [(Angry, 0.95), (Neutral, 0.9)];
        check(json!({ "by_and_by": false }), &then, "calm");
        check(json!({ "by_and_by": false, "over": 2 }), &then, "upset");
        check(json!({ "at_least": 70 }), &then, "upset");
        check(json!({ "at_least": 70 }), &[(Angry, 0.95), (Positive, 0.9)], "calm");
    }

    #[test]
    fn somebody_who_said_nothing_is_calm() {
        assert_eq!(Play::new("mood", json!({})).open().left_by(), "calm");
    }

    #[track_caller]
    fn check(config: Value, said: &[(Emotion, f64)], port: &str) {
        let play = said.iter().fold(Play::new("mood", config), |play, (emotion, score)| play.feels(*emotion, *score));
        assert_eq!(play.open().left_by(), port);
    }
}

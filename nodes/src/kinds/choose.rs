//! `choose`: offers buttons; typing the label, its number or words that mean it works too.

use std::collections::BTreeSet;

use interpreter::{Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Choice, Content, Place, PortId, Problem, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::options::{Offered, chosen_or_agreed};
use crate::words::short;

/// Settings of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["question", "options", "save_to", "tries", "wait_minutes"]))]
pub struct Settings {
    /// The question above the buttons.
    #[schemars(title = "Question", extend("x-zh" = ["问题", "按钮上方的问题"], "x-required" = true))]
    pub question: Texts,
    /// The buttons, each with an exit of its own. Renaming one keeps its path.
    #[schemars(title = "Options", extend("x-zh" = ["选项", "每个选项是一个按钮，也是一个出口；改名不会丢失走向"], "x-widget" = "options", "x-item" = ["选项", "option"], "x-required" = true))]
    pub options: Vec<ChoiceOption>,
    /// The variable that keeps which option was chosen.
    #[schemars(title = "Save to", extend("x-zh" = ["保存到", "保存客户选了哪一项的变量"], "x-group" = "more"))]
    pub save_to: VarName,
    /// How often to ask when the customer writes something else. After that the conversation leaves by “Something else”.
    #[schemars(title = "Ask at most", range(min = 1, max = 10), extend("x-zh" = ["最多问几次", "客户说了别的话时最多问几次，之后走“其他”"], "x-unit" = ["次", "times"], "x-group" = "trouble"))]
    pub tries: u32,
    /// How long to wait for an answer. 0 waits for ever.
    #[schemars(title = "Wait at most", range(max = 10080), extend("x-zh" = ["最长等待", "等客户回答多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub wait_minutes: u32,
}

/// One option.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["id", "label", "words"]))]
pub struct ChoiceOption {
    /// The stable name of the exit; it stays when the label changes.
    #[schemars(title = "Exit id", extend("x-zh" = ["出口标识", "出口的固定名称，改文字时不变"], "x-widget" = "hidden"))]
    pub id: PortId,
    /// The words on the button.
    #[schemars(title = "Label", extend("x-zh" = ["按钮文字", "按钮上的文字"], "x-required" = true))]
    pub label: Texts,
    /// Words customers type that mean this option.
    #[schemars(title = "Also matches", extend("x-zh" = ["也匹配", "客户输入这些词时也算选了这一项"], "x-widget" = "words"))]
    pub words: Vec<String>,
}

impl ChoiceOption {
    fn new(id: &str, label: Texts, words: &[&str]) -> Self {
        Self { id: id.into(), label, words: words.iter().map(|&word| word.to_owned()).collect() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            question: Texts::new("请问您想咨询什么？", "What can I help you with?"),
            options: vec![
                ChoiceOption::new("option_1", Texts::new("查订单", "Track my order"), &[]),
                ChoiceOption::new("option_2", Texts::new("退款", "Refund"), &[]),
            ],
            save_to: VarName::default(),
            tries: 1,
            wait_minutes: 10,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    n_tries: u32,
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "choose",
            version: 1,
            family: Family::Ask,
            icon: "list-checks",
            label: Texts::new("让客户选", "Choose"),
            description: Texts::new(
                "给客户几个按钮来选；直接打字也能认出来。",
                "Offers buttons to choose from; typing works too.",
            ),
            keywords: &["buttons", "menu", "options", "quick replies", "按钮", "菜单", "选择", "选项"],
            summary: Texts::new("{options[].label}", "{options[].label}"),
            ports: vec![
                PortSpec::per_item("/options", "id", "label"),
                PortSpec::one("otherwise", PortRole::Otherwise, Texts::new("其他", "something else")),
                PortSpec::one("silence", PortRole::Silence, Texts::new("没有回答", "no answer in time")),
            ],
            enterable: true,
            waits: true,
            order: 30,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("售后菜单", "After-sales menu"),
                Self {
                    question: Texts::new("您需要哪项服务？", "Which service do you need?"),
                    options: vec![
                        ChoiceOption::new("refund", Texts::new("退款", "Refund"), &["退钱", "money back"]),
                        ChoiceOption::new("delivery", Texts::new("物流查询", "Delivery"), &["快递", "parcel"]),
                        ChoiceOption::new("agent", Texts::new("人工客服", "Talk to a person"), &["人工"]),
                    ],
                    ..Self::default()
                },
            ),
            (
                Texts::new("确认要不要继续", "Ask whether to go on"),
                Self {
                    question: Texts::new(
                        "需要为 {{ order_no }} 申请退款吗？",
                        "Shall I request a refund for {{ order_no }}?",
                    ),
                    options: vec![
                        ChoiceOption::new("yes", Texts::new("申请退款", "Yes, please"), &["是", "要", "yes"]),
                        ChoiceOption::new("no", Texts::new("先不用", "Not now"), &["不", "no"]),
                    ],
                    save_to: "wants_refund".into(),
                    tries: 2,
                    ..Self::default()
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        self.ask(ctx)
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let Happened::Said(input) = happened else {
            return Ok(Next::go("silence"));
        };
        let offered: Vec<_> = self.options.iter().map(|option| offered(ctx, option)).collect();
        if let Some(id) = chosen_or_agreed(&input, &offered) {
            ctx.took_answer();
            ctx.set(&self.save_to, id.into())?;
            return Ok(Next::go(id));
        }
        ctx.does_not_fit();
        let mut memory: Memory = ctx.memory();
        memory.n_tries += 1;
        let said = short(&input.as_text());
        ctx.because(format!("“{said}”不是其中任何一项"), format!("“{said}” is none of the options"));
        if memory.n_tries >= self.tries.max(1) {
            return Ok(Next::go("otherwise"));
        }
        ctx.remember(&memory);
        self.ask(ctx)
    }

    fn check(&self) -> Vec<Problem> {
        let mut seen = BTreeSet::new();
        let mut problems = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            let is_reserved = ["otherwise", "silence"].contains(&option.id.as_str());
            if option.id.is_empty() || is_reserved || !seen.insert(&option.id) {
                problems.push(Problem::error(
                    "option-id",
                    Place::document(format!("/options/{index}/id")),
                    Texts::new("每个选项要有自己的出口标识", "every option needs an exit id of its own"),
                    Texts::new("请换一个没有用过的标识", "give it an id that is not used yet"),
                ));
            }
        }
        problems
    }
}

impl Settings {
    fn ask(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        let text = ctx.text(&self.question)?;
        let options: Result<Vec<_>, Failure> = self
            .options
            .iter()
            .map(|option| Ok(Choice { id: option.id.0.clone(), label: ctx.text(&option.label)? }))
            .collect();
        ctx.say(Content::Choices { text, options: options? });
        Ok(ctx.wait_for_customer(Some(f64::from(self.wait_minutes))))
    }
}

/// What the customer may say for an option: its label as it is shown, in every language, and its words.
fn offered(ctx: &Ctx<'_>, option: &ChoiceOption) -> Offered {
    let shown = ctx.text(&option.label).ok();
    let labels = option.label.iter().map(|(_, text)| text.to_owned());
    Offered::new(option.id.as_str(), shown.into_iter().chain(labels).chain(option.words.iter().cloned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn a_press_and_typing_choose() {
        assert_eq!(play().open().presses("refund").left_by(), "refund");
        assert_eq!(play().open().says("退款").left_by(), "refund");
        assert_eq!(play().open().says("2").left_by(), "delivery");
        assert_eq!(play().open().says("我的快递呢").left_by(), "delivery");
    }

    #[test]
    fn the_choice_is_kept_and_the_buttons_are_shown() {
        let play = play().open().says("Refund");

        assert_eq!(play.value("topic"), json!("refund"));
        assert_eq!(play.said(), ["请选择 [退款] [物流]"]);
    }

    #[test]
    fn other_words_leave_by_otherwise_after_the_tries() {
        let play = play().open().says("天气");
        assert_eq!(play.said().len(), 2);
        assert_eq!(play.says("还是天气").left_by(), "otherwise");
    }

    #[test]
    fn silence_has_its_own_exit() {
        assert_eq!(play().open().time_up().left_by(), "silence");
    }

    fn play() -> Play {
        let config = json!({
            "question": { "zh": "请选择" },
            "options": [
                { "id": "refund", "label": { "zh": "退款", "en": "Refund" } },
                { "id": "delivery", "label": { "zh": "物流" }, "words": ["快递"] },
            ],
            "save_to": "topic",
            "tries": 2,
        });
        Play::new("choose", config).knows("topic")
    }
}

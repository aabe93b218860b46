//! `hand_off`: puts the conversation in a team's queue, with all that was found out.

use interpreter::{AgentAct, Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{HandOffPacket, TeamKey, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of a hand-off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["team", "message", "reason", "priority", "details", "waiting_minutes"]))]
pub struct Settings {
    /// The team that takes over. None chosen means the first team.
    #[schemars(title = "Team", extend("x-zh" = ["客服组", "转给哪个客服组；不选表示第一个组"]))]
    pub team: TeamKey,
    /// What the customer reads while waiting.
    #[schemars(title = "Message to the customer", extend("x-zh" = ["对客户说", "转接时对客户说的话"]))]
    pub message: Texts,
    /// Why the conversation comes to the agent.
    #[schemars(title = "Reason for the agent", extend("x-zh" = ["转接原因", "告诉客服为什么转过来"]))]
    pub reason: Texts,
    /// Urgent conversations stand first in line. Customers who are angry or anxious always do.
    #[schemars(title = "Priority", extend("x-zh" = ["优先级", "紧急的排在前面；生气或着急的客户总是排在前面"], "x-options" = [["normal", "普通", "normal"], ["high", "紧急", "high"]]))]
    pub priority: Priority,
    /// Which variables the agent sees. None chosen means all.
    #[schemars(title = "Details for the agent", extend("x-zh" = ["带给客服的信息", "客服能看到哪些变量，不选表示全部"], "x-item" = ["变量", "variable"], "x-group" = "more"))]
    pub details: Vec<VarName>,
    /// How long the customer waits in line before the flow goes on. 0 waits for ever.
    #[schemars(title = "Wait in line at most", range(max = 10080), extend("x-zh" = ["最长排队", "客户最多排队多久，0 表示一直等"], "x-unit" = ["分钟", "minutes"], "x-group" = "trouble"))]
    pub waiting_minutes: u32,
}

/// How urgent a hand-off is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// The values are named by `x-options` where the enum is used; doc comments would only make its schema longer.
pub enum Priority {
    #[default]
    Normal,
    High,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            team: TeamKey::default(),
            message: Texts::new(
                "正在为您转接人工客服，请稍候。",
                "I am handing you over to a colleague. One moment, please.",
            ),
            reason: Texts::new("客户需要人工服务", "The customer needs a person"),
            priority: Priority::Normal,
            details: Vec::new(),
            waiting_minutes: 3,
        }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "hand_off",
            version: 1,
            family: Family::People,
            icon: "headset",
            label: Texts::new("转人工", "Hand to an agent"),
            description: Texts::new(
                "把会话转给客服组，客服能看到收集到的信息和走过的步骤。",
                "Hands the conversation to a team, with the details and the path so far.",
            ),
            keywords: &["agent", "human", "escalate", "transfer", "queue", "人工", "客服", "坐席", "转接", "升级"],
            summary: Texts::new(
                "{team}{waiting_minutes? · 最多排队 }{waiting_minutes}{waiting_minutes? 分钟}",
                "{team}{waiting_minutes? · at most }{waiting_minutes}{waiting_minutes? minutes}",
            ),
            ports: vec![
                PortSpec::one("handed_back", PortRole::Next, Texts::new("客服交回流程", "handed back")),
                PortSpec::one("closed", PortRole::Settled, Texts::new("客服已结束", "closed by the agent")),
                PortSpec::one("timeout", PortRole::Settled, Texts::new("排队太久", "waited too long")),
                PortSpec::one("nobody", PortRole::Settled, Texts::new("无人在线", "nobody online")),
            ],
            enterable: true,
            waits: true,
            order: 80,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("转给第一个客服组", "To the first team"), Self::default()),
            (
                Texts::new("退款超期，紧急转售后", "A late refund, urgently to after-sales"),
                Self {
                    team: "after_sales".into(),
                    message: Texts::new(
                        "这笔订单已超过 7 天，我为您转接人工客服。",
                        "This order is older than 7 days; a colleague will help you.",
                    ),
                    reason: Texts::new(
                        "订单 {{ order_no }} 超过 7 天仍要退款",
                        "Refund wanted for {{ order_no }}, older than 7 days",
                    ),
                    priority: Priority::High,
                    details: vec!["order_no".into(), "amount".into()],
                    waiting_minutes: 5,
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        // A broken text must not keep a customer from a person.
        let message = ctx.say_text(&self.message);
        let reason = ctx.text(&self.reason).unwrap_or_default();
        if let Err(failure) = message {
            ctx.because(failure.why.in_language("zh"), failure.why.in_language("en"));
        }
        let details =
            self.details.iter().map(|name| (name.clone(), ctx.get(name))).filter(|(_, value)| !value.is_null());
        let team = if self.team.is_empty() {
            ctx.resources().teams.first().map(|team| team.key.clone()).unwrap_or_default()
        } else {
            self.team.clone()
        };
        let packet = HandOffPacket {
            team,
            reason,
            priority: if self.priority == Priority::High { "high" } else { "normal" }.into(),
            details: details.collect(),
            ..HandOffPacket::default()
        };
        Ok(ctx.hand_off(packet, Some(f64::from(self.waiting_minutes))))
    }

    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Agent(AgentAct::HandedBack { .. }) => {
                // What was said to the agent is not for the flow to understand.
                ctx.took_answer();
                Ok(Next::go("handed_back"))
            }
            Happened::Agent(AgentAct::Ended) if ctx.leads("closed") => {
                ctx.took_answer();
                Ok(Next::go("closed"))
            }
            Happened::Agent(AgentAct::Ended) => Ok(Next::End { result: "passed_on".into() }),
            Happened::Agent(AgentAct::Nobody) => Ok(self.give_up(ctx, "nobody")),
            Happened::TimeUp => Ok(self.give_up(ctx, "timeout")),
            _ => Ok(ctx.keep_waiting_for_agent()),
        }
    }
}

impl Settings {
    /// Leaves the queue when the flow has a path for it; otherwise the customer keeps the place in line.
    fn give_up(&self, ctx: &mut Ctx<'_>, port: &str) -> Next {
        if !ctx.leads(port) {
            return ctx.keep_waiting_for_agent();
        }
        ctx.withdraw_hand_off();
        Next::go(port)
    }
}

#[cfg(test)]
mod tests {
    use interpreter::{AgentAct, Effect};
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn the_agent_gets_team_reason_and_details() {
        let play = queued();

        let Some(Effect::HandOff { packet }) = play.effects().last() else { panic!("no hand-off") };
        assert_eq!((packet.team.as_str(), packet.reason.as_str()), ("after_sales", "订单 A1"));
        assert_eq!(packet.details["order_no"], json!("A1"));
        assert_eq!(packet.priority, "high");
    }

    #[test]
    fn agents_time_and_absence_have_exits() {
        let taken = || queued().agent(AgentAct::Taken { name: "李".into() });
        assert_eq!(taken().agent(AgentAct::HandedBack { note: "好了".into() }).left_by(), "handed_back");
        assert_eq!(taken().agent(AgentAct::Ended).left_by(), "closed");
        assert_eq!(queued().agent(AgentAct::Nobody).left_by(), "nobody");
        assert_eq!(queued().time_up().left_by(), "timeout");
    }

    #[test]
    fn without_a_path_the_customer_keeps_waiting() {
        let play = Play::without_paths("hand_off", json!({ "team": "after_sales" })).open();

        assert_eq!(play.clone().time_up().left_by(), "(waits)");
        assert_eq!(play.clone().agent(AgentAct::Nobody).left_by(), "(waits)");
        assert_eq!(play.agent(AgentAct::Ended).left_by(), "passed_on");
    }

    fn queued() -> Play {
        let config = json!({
            "team": "after_sales", "priority": "high", "details": ["order_no"],
            "reason": { "zh": "订单 {{ order_no }}" }, "message": { "zh": "请稍候" },
        });
        Play::new("hand_off", config).given("order_no", json!("A1")).open()
    }
}

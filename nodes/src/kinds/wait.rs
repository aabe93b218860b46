//! `wait`: lets time pass, or waits for the customer's next message.

use interpreter::{Ctx, Failure, Happened, Kind, KindInfo, Next};
use model::Texts;
use model::spec::{Family, PortRole, PortSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Settings of waiting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["minutes", "until_message"]))]
pub struct Settings {
    /// How long to wait.
    #[schemars(title = "Wait", range(min = 0.0, max = 10080.0), extend("x-zh" = ["等待", "等多久"], "x-unit" = ["分钟", "minutes"]))]
    #[serde(serialize_with = "crate::words::whole")]
    pub minutes: f64,
    /// Go on at once when the customer writes.
    #[schemars(title = "Or until a message", extend("x-zh" = ["客户发言即继续", "等待时客户说话就马上继续"]))]
    pub until_message: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { minutes: 2.0, until_message: true }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "wait",
            version: 1,
            family: Family::Frame,
            icon: "hourglass",
            label: Texts::new("等待", "Wait"),
            description: Texts::new(
                "等一段时间，或者等到客户说话。",
                "Waits for some time, or until the customer writes.",
            ),
            keywords: &["delay", "pause", "timer", "sleep", "延时", "暂停", "计时"],
            summary: Texts::new(
                "{minutes} 分钟{until_message? 或客户发言}",
                "{minutes} minutes{until_message? or a message}",
            ),
            ports: vec![
                PortSpec::one("elapsed", PortRole::Next, Texts::new("时间到", "time is up")),
                PortSpec::when(
                    "message",
                    PortRole::Choice,
                    Texts::new("客户说话", "message came"),
                    "/until_message",
                    json!(true),
                ),
            ],
            enterable: true,
            waits: true,
            order: 140,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (Texts::new("等两分钟或客户发言", "Two minutes, or a message"), Self::default()),
            (Texts::new("停半分钟再继续", "Pause for half a minute"), Self { minutes: 0.5, until_message: false }),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        if self.until_message {
            // A limit of nothing would wait for ever; here it is over at once.
            return Ok(ctx.wait_for_customer(Some(self.minutes.max(0.001))));
        }
        Ok(ctx.wait_for_time(self.minutes))
    }

    fn resume(&self, _: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        Ok(Next::go(if matches!(happened, Happened::Said(_)) { "message" } else { "elapsed" }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn time_or_a_message_ends_it() {
        let waiting = Play::new("wait", json!({ "minutes": 2 })).open();

        assert_eq!(waiting.clone().time_up().left_by(), "elapsed");
        assert_eq!(waiting.says("还在吗").left_by(), "message");
    }

    #[test]
    fn a_message_does_not_end_a_pause() {
        let pausing = Play::new("wait", json!({ "minutes": 0.5, "until_message": false })).open().says("还在吗");

        assert_eq!(pausing.clone().left_by(), "(waits)");
        assert_eq!(pausing.time_up().left_by(), "elapsed");
    }
}

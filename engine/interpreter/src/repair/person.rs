//! Hands over to a person because the customer wants one: by the flow's own rule, else as the last resort does.

use model::{HandOffPacket, Status, Texts};

use crate::run::Run;
use crate::{Effect, packet};

impl Run<'_> {
    /// To a person.
    pub(super) fn go_to_person(&mut self) {
        if ["转人工", "人工", "agent", "human"].iter().any(|words| self.interrupt_by_words(words)) {
            return;
        }
        self.say_words("connecting", &Texts::default());
        self.mark_mend("客户接受转人工", "the customer wants a person");
        let plan = self.plan();
        let reason = Texts::new("客户情绪激动，接受转人工", "an upset customer accepted to talk to a person");
        let packet = HandOffPacket {
            team: plan.resources.teams.first().map(|team| team.key.clone()).unwrap_or_default(),
            reason: reason.get(&self.state.language, &[]).to_owned(),
            priority: "high".into(),
            ..HandOffPacket::default()
        };
        self.effects.push(Effect::HandOff { packet: packet::filled(packet, plan, &self.state) });
        self.state.status = Status::Queued;
        self.stand_aside();
    }
}

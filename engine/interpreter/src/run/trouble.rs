//! What goes wrong in a conversation: failed exits, the flow's "on error", and the last resort.

use std::collections::BTreeMap;

use model::{Content, HandOffPacket, Mark, NodeId, Status, Trigger};

use super::{Run, Todo};
use crate::{Effect, Failure, MAX_VISITS_PER_TURN, packet};

impl Run<'_> {
    /// A node failed: its failed exit, else the flow's "on error".
    pub(super) fn leave_failed(&mut self, node: &NodeId, failure: &Failure) -> Option<Todo> {
        match self.plan().node(node).ok().and_then(|node| node.failed_port()) {
            Some(port) => {
                let port = port.clone();
                self.leave(node, &port)
            }
            None => self.fail(failure),
        }
    }

    /// A failure that no exit catches: the flow's "on error", or its caller's, or the last resort.
    pub(super) fn fail(&mut self, failure: &Failure) -> Option<Todo> {
        if self.state.on_error {
            self.give_up(failure);
            return None;
        }
        match self.catch(|rule| matches!(rule.handler.on, Trigger::Error)) {
            Some(todo) => {
                self.state.on_error = true;
                Some(todo)
            }
            None => {
                self.give_up(failure);
                None
            }
        }
    }

    /// The last resort: nothing is left to try, so the conversation goes to a person.
    pub(crate) fn give_up(&mut self, failure: &Failure) {
        let node = self.state.current().cloned().unwrap_or_default();
        if self.state.on_error || self.n_visits >= MAX_VISITS_PER_TURN || !self.has_handler_for_error() {
            let sorry = match self.state.language.as_str() {
                "zh" => "抱歉，系统出了点问题，正在为您转接人工客服。",
                _ => "Sorry, something went wrong. We are handing you over to a colleague.",
            };
            self.effects.push(Effect::Say { content: Content::text(sorry), node: node.clone() });
        }
        self.mark(&node, Mark::Failed, failure.why.clone(), BTreeMap::new());
        let plan = self.plan();
        let packet = HandOffPacket {
            team: plan.resources.teams.first().map(|team| team.key.clone()).unwrap_or_default(),
            reason: failure.why.get(&self.state.language, &[]).to_owned(),
            priority: "high".into(),
            ..HandOffPacket::default()
        };
        self.effects.push(Effect::HandOff { packet: packet::filled(packet, plan, &self.state) });
        self.state.status = Status::Queued;
        self.stand_aside();
    }

    fn has_handler_for_error(&self) -> bool {
        self.plan().rules.iter().any(|rule| rule.handler.on == Trigger::Error)
    }
}

//! Agents step in and come back.

use super::Run;
use crate::{AgentAct, Happened, Pending};

impl Run<'_> {
    /// An agent steps in while a node waits: the flow stays where it is until the agent is done.
    pub(crate) fn stand_aside(&mut self) {
        self.state.aside = true;
        self.state.pending = Pending::Agent;
        self.state.timer = None;
    }

    /// The agent is done: the node that handed off goes on; a node that was interrupted asks again.
    pub(crate) fn come_back(&mut self, happened: Happened) {
        self.state.on_error = false;
        if !std::mem::take(&mut self.state.aside) {
            self.resume(happened);
            return;
        }
        let current = self.state.current().cloned();
        match (happened, current) {
            (Happened::Agent(AgentAct::HandedBack { .. }), Some(node)) => {
                self.go_to(node);
                self.enter();
            }
            _ => {
                // Whoever called the flow has nothing to wait for either: the agent ended the whole conversation.
                self.keep_frames(1);
                self.end("passed_on".into());
            }
        }
    }
}

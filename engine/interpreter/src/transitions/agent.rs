//! Something happened on the agents' side.

use model::Status;

use crate::run::Run;
use crate::size::cut;
use crate::{AgentAct, Happened};

/// As much of an agent's note as a flow gets.
const MAX_NOTE_BYTES: usize = 8 * 1024;

/// Taking a conversation stops the waiting clock; handing back and ending resume the node that handed off.
pub(crate) fn agent(run: &mut Run<'_>, act: &AgentAct) {
    if !matches!(run.state.status, Status::Queued | Status::WithAgent) {
        // An agent may step in while the flow talks: the flow then waits until the agent hands back.
        if !matches!(act, AgentAct::Taken { .. }) || run.state.frames.is_empty() {
            return;
        }
        // What was written so far is the agent's to answer.
        run.end_burst();
        run.stand_aside();
    }
    match act {
        AgentAct::Taken { .. } => {
            run.state.status = Status::WithAgent;
            run.state.timer = None;
        }
        AgentAct::HandedBack { note } => {
            run.state.status = Status::Waiting;
            if let Some(frame) = run.state.frames.last_mut() {
                frame.values.insert("agent_note".into(), cut(note, MAX_NOTE_BYTES).into());
            }
            run.come_back(Happened::Agent(act.clone()));
        }
        AgentAct::Ended => {
            run.state.status = Status::Waiting;
            run.come_back(Happened::Agent(act.clone()));
        }
        // Nobody is there for a conversation that went to a person as the last resort: it stays in the line.
        AgentAct::Nobody if run.state.aside => {}
        AgentAct::Nobody => run.resume(Happened::Agent(act.clone())),
    }
}

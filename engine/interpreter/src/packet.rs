//! What an agent gets with a conversation: the details with their names, and the path it took.

use model::HandOffPacket;

use crate::State;
use crate::plan::Plan;
use crate::program::is_system;

/// The packet with what it leaves out filled in from the conversation.
pub(crate) fn filled(mut packet: HandOffPacket, plan: &Plan, state: &State) -> HandOffPacket {
    if packet.details.is_empty() {
        let values = state.values().into_iter().flatten();
        let known = values.filter(|(name, value)| !is_system(name) && !value.is_null());
        packet.details = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    }
    for variable in &plan.flow.variables {
        if packet.details.contains_key(&variable.name) && !variable.label.is_empty() {
            packet.labels.insert(variable.name.clone(), variable.label.clone());
        }
    }
    packet.path = state.path.clone();
    packet.mood = state.feeling();
    if state.is_pressing() {
        packet.priority = "high".into();
    }
    packet
}

//! Failures that a flow which passed its checks must never meet: the checks promise that they cannot happen.

use interpreter::Catalogue;
use model::{Flow, Mark, Visit};

use crate::flows::ports_of;

/// Reasons, in English as the trace has them, that mean a defect of the flow or of the product.
///
/// Not among them: what values decide (`amount + 1` where `amount` is a word), what services and people do, and the
/// limits of a turn.
const REASONS: [&str; 19] = [
    // Names that are not there.
    "There is no variable “",
    "has no published version",
    "there is no calendar “",
    "there is no connection “",
    "the jump has no step to go to",
    // A node that cannot be built, or is told something it never waited for.
    "cannot run: its settings have a problem",
    "the flow did not come back",
    // Sources that do not parse.
    "The expression is empty",
    "This cannot be read",
    "This ends too early",
    "is missing here. Add it.",
    "This is nested too deeply",
    "is not available here",
    "is not an operator",
    "There are too many functions",
    "has no matching }}",
    "The script is too long",
    // A call that never works.
    "There is no function named “",
    // A panic.
    "the step failed inside the program",
];

/// Says what is impossible about a visit, if anything is.
pub fn impossible(visit: &Visit, flows: &[&Flow], catalogue: &Catalogue) -> Option<String> {
    let node = flows.iter().find(|flow| flow.key == *visit.flow).and_then(|flow| flow.node(&visit.node));
    let Some(node) = node else {
        return Some(format!("there is no node {}/{}", visit.flow, visit.node));
    };
    match &visit.mark {
        Mark::Failed => {
            let why = visit.why.in_language("en");
            let reason = REASONS.iter().find(|reason| why.contains(**reason))?;
            Some(format!("{} ({}): {reason}: {why}", visit.node, node.kind))
        }
        Mark::Left(port) if !ports_of(node, catalogue).iter().any(|known| known.id == *port) => {
            Some(format!("{} ({}) has no exit {port}", visit.node, node.kind))
        }
        _ => None,
    }
}

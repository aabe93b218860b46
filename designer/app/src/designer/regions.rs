//! F6 goes around the parts of the screen, as in a program of the desktop.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The parts, in the order of the round.
const REGIONS: [&str; 6] = [".top-bar", ".rail", ".left-panel", "#canvas", ".right-panel", ".dock"];
/// What of a part takes the keyboard.
const FOCUSABLE: &str =
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, [tabindex]:not([tabindex='-1'])";

/// Gives the keyboard to the next part that is shown, or to the one before.
pub(crate) fn go_to_region(forward: bool) {
    let focused = document().active_element();
    let regions: Vec<web_sys::Element> =
        REGIONS.iter().filter_map(|name| document().query_selector(name).ok().flatten()).collect();
    let is_in = |region: &web_sys::Element| focused.as_ref().is_some_and(|focused| region.contains(Some(focused)));
    let n = regions.len();
    let at = regions.iter().position(is_in);
    for step in 1..=n {
        let next = match (at, forward) {
            (Some(at), true) => (at + step) % n,
            (Some(at), false) => (at + n - step) % n,
            (None, true) => step - 1,
            (None, false) => n - step,
        };
        if give_keyboard(&regions[next]) {
            return;
        }
    }
}

/// To the part itself where it takes it, else to the first thing in it that does.
fn give_keyboard(region: &web_sys::Element) -> bool {
    let own = region.has_attribute("tabindex").then(|| region.clone());
    let mut inside = Vec::new();
    if let Ok(found) = region.query_selector_all(FOCUSABLE) {
        inside.extend((0..found.length()).filter_map(|at| found.item(at)));
    }
    let candidates = own.into_iter().map(JsCast::unchecked_into::<web_sys::Node>).chain(inside);
    candidates.filter_map(|node| node.dyn_into::<web_sys::HtmlElement>().ok()).any(|element| {
        let is_shown = element.offset_width() > 0;
        // Whether it took the keyboard is what the page says then.
        is_shown && element.focus().is_ok() && document().active_element().as_ref() == Some(element.as_ref())
    })
}

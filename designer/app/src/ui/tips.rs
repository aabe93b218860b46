//! Texts that are cut with “…” for want of room say all of themselves when pointed at.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Marks a tooltip that was set here, so that it follows its text.
const MARK: &str = "data-cut";

/// Begins to look at what is pointed at, for as long as the page lives.
pub(crate) fn begin() {
    window_event_listener(leptos::ev::pointerover, |event| {
        let pointed_at = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if let Some(element) = pointed_at.filter(|it| it.has_attribute(MARK) || !it.has_attribute("title")) {
            follow(&element);
        }
    });
}

fn follow(element: &HtmlElement) {
    if is_cut(element) {
        element.set_title(&element.inner_text());
        // Both are attributes of an element that is there.
        let _ = element.set_attribute(MARK, "");
    } else if element.has_attribute(MARK) {
        let _ = element.remove_attribute(MARK);
        let _ = element.remove_attribute("title");
    }
}

fn is_cut(element: &HtmlElement) -> bool {
    let has_dots = || {
        let style = window().get_computed_style(element).ok().flatten();
        style.and_then(|style| style.get_property_value("text-overflow").ok()).is_some_and(|value| value == "ellipsis")
    };
    element.scroll_width() > element.client_width() && has_dots()
}

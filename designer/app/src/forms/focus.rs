//! Brings the field of a finding into view: unfolds what hides it, gives it the focus, flashes it once.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Shows the field at this pointer, or the nearest one around it. Is there one?
pub(crate) fn show_field(frame: &web_sys::Element, pointer: &str) -> bool {
    let mut pointer = pointer;
    loop {
        if let Some(field) = field_at(frame, pointer) {
            reveal(&field);
            return true;
        }
        let Some(cut) = pointer.rfind('/') else { return false };
        pointer = &pointer[..cut];
    }
}

fn field_at(frame: &web_sys::Element, pointer: &str) -> Option<web_sys::Element> {
    let all = frame.query_selector_all("[data-pointer]").ok()?;
    (0..all.length())
        .filter_map(|at| all.item(at)?.dyn_into::<web_sys::Element>().ok())
        .find(|element| element.get_attribute("data-pointer").as_deref() == Some(pointer))
}

fn reveal(field: &web_sys::Element) {
    let mut around = field.parent_element();
    while let Some(element) = around {
        if element.tag_name().eq_ignore_ascii_case("details") {
            let _ = element.set_attribute("open", "");
        }
        around = element.parent_element();
    }
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    field.scroll_into_view_with_scroll_into_view_options(&options);
    let first = |selector: &str| field.query_selector(selector).ok().flatten();
    // The language tabs are buttons too, and come first.
    let control = first("input, textarea, select").or_else(|| first("button"));
    if let Some(control) = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = control.focus();
    }
    let _ = field.class_list().add_1("f-flash");
    let field = field.clone();
    set_timeout(move || drop(field.class_list().remove_1("f-flash")), std::time::Duration::from_millis(1_300));
}

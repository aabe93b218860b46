//! The few things asked of the browser itself: storage, language, files, the clipboard.
//!
//! Outside a browser, where unit tests run, every answer is "nothing".

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Are we in a browser?
pub(crate) fn is_here() -> bool {
    cfg!(target_arch = "wasm32")
}

/// What was remembered under this name.
pub(crate) fn remembered(name: &str) -> Option<String> {
    if !is_here() {
        return None;
    }
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Remembers a text beyond this visit; a browser that forbids it loses nothing else.
pub(crate) fn remember(name: &str, text: &str) {
    if let Some(storage) = is_here().then(|| window().local_storage().ok().flatten()).flatten() {
        let _ = storage.set_item(name, text);
    }
}

/// Keeps a text beyond this visit; false when the browser forbids it or has no room.
pub(crate) fn keep(name: &str, text: &str) -> bool {
    let storage = is_here().then(|| window().local_storage().ok().flatten()).flatten();
    storage.is_some_and(|storage| storage.set_item(name, text).is_ok())
}

/// What is kept under names that begin so, each with the rest of its name.
pub(crate) fn kept(beginning: &str) -> Vec<(String, String)> {
    let Some(storage) = is_here().then(|| window().local_storage().ok().flatten()).flatten() else {
        return Vec::new();
    };
    let names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let named = names.filter_map(|name| Some((name.strip_prefix(beginning)?.to_owned(), name)));
    named.filter_map(|(rest, name)| Some((rest, storage.get_item(&name).ok()??))).collect()
}

/// Keeps it no longer.
pub(crate) fn forget(name: &str) {
    if let Some(storage) = is_here().then(|| window().local_storage().ok().flatten()).flatten() {
        let _ = storage.remove_item(name);
    }
}

/// The language the browser asks for, as a tag.
pub(crate) fn preferred_language() -> String {
    if !is_here() {
        return "zh".to_owned();
    }
    window().navigator().language().unwrap_or_else(|| "zh".to_owned())
}

/// Is there no room for panels on both sides of the canvas? The style sheets have the same width.
pub(crate) fn is_narrow() -> bool {
    matches("(max-width: 960px)").is_some_and(|query| query.matches())
}

/// Is it a phone, with room for one thing at a time? The style sheets have the same width.
pub(crate) fn is_phone() -> bool {
    matches("(max-width: 640px)").is_some_and(|query| query.matches())
}

/// Is there nothing finer than a finger to point with?
pub(crate) fn is_touch() -> bool {
    matches("(pointer: coarse)").is_some_and(|query| query.matches())
}

/// Does the system prefer dark?
pub(crate) fn prefers_dark() -> bool {
    dark_query().is_some_and(|query| query.matches())
}

/// Calls whenever the system's preference changes, for as long as the page lives.
pub(crate) fn on_prefers_dark(change: impl Fn(bool) + 'static) {
    if let Some(query) = dark_query() {
        let listener =
            Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(move |event: web_sys::MediaQueryListEvent| {
                change(event.matches())
            });
        let _ = query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref());
        listener.forget();
    }
}

fn dark_query() -> Option<web_sys::MediaQueryList> {
    matches("(prefers-color-scheme: dark)")
}

fn matches(query: &str) -> Option<web_sys::MediaQueryList> {
    is_here().then(|| window().match_media(query).ok().flatten()).flatten()
}

/// Sets an attribute of `<html>`.
pub(crate) fn set_root_attribute(name: &str, value: &str) {
    if !is_here() {
        return;
    }
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute(name, value);
    }
}

/// Puts a text on the clipboard.
pub(crate) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// The address of this installation, `https://host`.
pub(crate) fn origin() -> String {
    if !is_here() {
        return String::new();
    }
    window().location().origin().unwrap_or_default()
}

/// Begins a download from an address of this server.
pub(crate) fn download(address: &str) {
    let Ok(link) = leptos::prelude::document().create_element("a") else { return };
    let link: web_sys::HtmlAnchorElement = link.unchecked_into();
    link.set_href(address);
    link.set_download("");
    link.click();
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    if is_here() { js_sys::Date::now() } else { 0.0 }
}

/// A new random id, for what the server recognises when it is sent twice.
pub(crate) fn new_id() -> String {
    let part = || (js_sys::Math::random() * 4_294_967_296.0) as u32;
    format!("{:08x}{:08x}{:08x}", (now_ms() / 1000.0) as u32, part(), part())
}

/// Takes away the picture that the page shows until the program runs.
pub(crate) fn remove_skeleton() {
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("skeleton") {
        skeleton.remove();
    }
}

/// Sets the title of the page.
pub(crate) fn set_title(title: &str) {
    if is_here() {
        leptos::prelude::document().set_title(title);
    }
}

/// A defect of ours is written to the console with its place, and the page says that it stopped.
pub(crate) fn report_panics() {
    if !is_here() {
        return;
    }
    std::panic::set_hook(Box::new(|defect| {
        web_sys::console::error_1(&defect.to_string().into());
        let document = leptos::prelude::document();
        let (Some(body), Ok(note)) = (document.body(), document.create_element("div")) else { return };
        note.set_class_name("stopped");
        // The program no longer runs, so this speaks both languages and leaves the rest to the browser.
        note.set_inner_html(
            "<p>页面出错了，最近的改动已自动保存，请刷新。<br>Something broke; recent changes are saved. Please reload.</p>\
             <a class=\"btn primary\" href=\"\">刷新 · Reload</a>",
        );
        // Nothing is left to do when even this fails.
        let _ = body.append_child(&note);
    }));
}

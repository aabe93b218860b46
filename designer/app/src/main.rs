//! The designer: what opens in the browser at `/`.
//!
//! `pages` are the screens of operations staff and agents, `designer` is the canvas screen, `ui` the parts they are
//! made of, `api` the one way to the server. Logic about flows lives in `editor`, not here.

#![expect(unreachable_pub, reason = "the component macro makes the types of properties public")]

mod api;
mod browser;
mod canvas;
mod designer;
mod dialogs;
mod forms;
mod i18n;
mod pages;
mod router;
mod session;
mod testchat;
mod theme;
mod ui;

fn main() {
    browser::report_panics();
    i18n::begin();
    theme::begin();
    if browser::is_here() {
        browser::remove_skeleton();
        leptos::mount::mount_to_body(router::App);
    }
}

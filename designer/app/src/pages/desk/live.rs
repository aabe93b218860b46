//! The desk's live line: a WebSocket that comes back by itself, and asks for what it missed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket};

use super::state::Desk;
use crate::api::DeskEvent;
use crate::browser;

const PING_EVERY: Duration = Duration::from_secs(25);
/// A break shorter than this is not worth a word.
const BROKEN_AFTER: Duration = Duration::from_secs(3);
const LONGEST_WAIT_MS: u64 = 15_000;

struct Line {
    desk: Desk,
    socket: RefCell<Option<WebSocket>>,
    /// The closures of the present socket; they live as long as it does.
    listeners: RefCell<Vec<Box<dyn std::any::Any>>>,
    n_attempts: Cell<u32>,
    is_open: Cell<bool>,
    is_over: Cell<bool>,
}

/// Listens for as long as the page is there.
pub(super) fn follow(desk: Desk) {
    let line = Rc::new(Line {
        desk,
        socket: RefCell::new(None),
        listeners: RefCell::new(Vec::new()),
        n_attempts: Cell::new(0),
        is_open: Cell::new(false),
        is_over: Cell::new(false),
    });
    connect(&line);
    let pinged = line.clone();
    let ping = set_interval_with_handle(move || pinged.ping(), PING_EVERY).ok();
    let kept = StoredValue::new_local(line);
    on_cleanup(move || {
        if let Some(ping) = ping {
            ping.clear();
        }
        kept.try_with_value(|line| line.hang_up());
    });
}

impl Line {
    fn ping(&self) {
        if let Some(socket) = self.socket.borrow().as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) {
            // When it fails, the close event says so.
            let _ = socket.send_with_str(r#"{"type":"ping"}"#);
        }
    }

    fn hang_up(&self) {
        self.is_over.set(true);
        if let Some(socket) = self.socket.borrow_mut().take() {
            // What still arrives has nobody to tell.
            socket.set_onopen(None);
            socket.set_onmessage(None);
            socket.set_onclose(None);
            let _ = socket.close();
        }
    }
}

fn connect(line: &Rc<Line>) {
    if line.is_over.get() {
        return;
    }
    let address = format!("{}/api/desk/events", browser::origin().replacen("http", "ws", 1));
    let Ok(socket) = WebSocket::new(&address) else {
        return later(line);
    };

    let opened = {
        let line = line.clone();
        Closure::<dyn FnMut()>::new(move || {
            let was_before = line.n_attempts.replace(0) > 0;
            line.is_open.set(true);
            line.desk.is_broken.set(false);
            if was_before {
                line.desk.catch_up();
            }
        })
    };
    let said = {
        let line = line.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(event) = event.data().as_string().and_then(|text| serde_json::from_str::<DeskEvent>(&text).ok())
            {
                line.desk.heard(event);
            }
        })
    };
    let closed = {
        let line = line.clone();
        Closure::<dyn FnMut()>::new(move || {
            line.is_open.set(false);
            if !line.is_over.get() {
                say_broken(&line);
                later(&line);
            }
        })
    };
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(said.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    *line.socket.borrow_mut() = Some(socket);
    *line.listeners.borrow_mut() = vec![Box::new(opened), Box::new(said), Box::new(closed)];
}

fn say_broken(line: &Rc<Line>) {
    let line = line.clone();
    set_timeout(
        move || {
            if !line.is_open.get() && !line.is_over.get() {
                line.desk.is_broken.set(true);
            }
        },
        BROKEN_AFTER,
    );
}

/// Tries again, each time a little later, never all desks at once.
fn later(line: &Rc<Line>) {
    let n_attempts = line.n_attempts.get() + 1;
    line.n_attempts.set(n_attempts);
    let wait = (500_u64 << n_attempts.min(5)).min(LONGEST_WAIT_MS);
    let jitter = (js_sys::Math::random() * wait as f64 / 2.0) as u64;
    let line = line.clone();
    set_timeout(move || connect(&line), Duration::from_millis(wait / 2 + jitter));
}

//! Pointer gestures: Idle → Pressed → (Pan | Pinch | Marquee | Drag | Connect | Rehang | Cut | Note) → Idle. Esc restores
//! what was before.

use editor::Selection;
use editor::geometry::{Point, Rect, Viewport};
use editor::selection::in_marquee;
use leptos::prelude::*;
use model::{NodeId, PortId};
use wasm_bindgen::JsCast;

use super::drag::Drag;
use super::notes::NoteDrag;
use super::sight::{Pinch, is_touch};
use super::{Attach, Canvas, PickerAt};
use crate::designer::RightPanel;

/// A press becomes a drag after so many px, of a mouse and of a finger.
const DRAG_AFTER: f64 = 4.0;
const DRAG_AFTER_TOUCH: f64 = 8.0;

/// What the pointer does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gesture {
    Idle,
    Pressed { at: Point, on: Target, keys: Keys },
    Pan { last: Point, before: Viewport },
    Pinch(Pinch),
    Marquee { from: Point, base: Selection, before: Selection },
    Drag(Drag),
    Connect,
    Rehang,
    Cut,
    Note(NoteDrag),
}

/// What was pressed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Card(NodeId),
    Exit(NodeId, PortId),
    Plus(NodeId, PortId),
    Path(NodeId, PortId),
    PathPlus(NodeId, PortId),
    /// An end of the selected path; the first is where it leaves.
    Grip(NodeId, PortId, End),
    Note(String, bool),
    Empty,
}

/// An end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Where it leaves.
    From,
    /// Where it leads.
    To,
}

/// The keys held at the press, and whether it was a finger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Keys {
    pub(super) shift: bool,
    pub(super) ctrl: bool,
    pub(super) alt: bool,
    is_pan: bool,
    is_touch: bool,
}

impl Keys {
    fn of(event: &web_sys::PointerEvent) -> Self {
        Self {
            shift: event.shift_key(),
            ctrl: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            is_pan: false,
            is_touch: is_touch(event),
        }
    }
}

/// What an element of the canvas stands for.
pub(super) fn target_of(target: Option<web_sys::EventTarget>) -> Target {
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return Target::Empty;
    };
    let closest = |selector: &str| element.closest(selector).ok().flatten();
    let step = || closest("[data-step]").and_then(|card| card.get_attribute("data-step"));
    let ends = |value: String| {
        let (from, port) = value.split_once(' ')?;
        Some((NodeId::from(from), PortId::from(port)))
    };
    let attribute = |name: &str| closest(&format!("[{name}]")).and_then(|element| element.get_attribute(name));
    if let Some((from, port)) = attribute("data-from").and_then(ends) {
        return Target::Grip(from, port, End::From);
    }
    if let Some((from, port)) = attribute("data-to").and_then(ends) {
        return Target::Grip(from, port, End::To);
    }
    if let Some((from, port)) = attribute("data-insert").and_then(ends) {
        return Target::PathPlus(from, port);
    }
    if let (Some(port), Some(step)) = (attribute("data-plus"), step()) {
        return Target::Plus(step.into(), port.into());
    }
    if let (Some(port), Some(step)) = (attribute("data-exit"), step()) {
        return Target::Exit(step.into(), port.into());
    }
    if let Some(step) = step() {
        return Target::Card(step.into());
    }
    if let Some((from, port)) = attribute("data-path").and_then(ends) {
        return Target::Path(from, port);
    }
    match attribute("data-note") {
        Some(note) => Target::Note(note, closest("[data-resize]").is_some()),
        None => Target::Empty,
    }
}

impl Canvas {
    /// A button went down on the canvas.
    pub(super) fn pressed(self, event: &web_sys::PointerEvent) {
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        let on = target_of(event.target());
        self.menu.set(None);
        self.picker.set(None);
        if self.renaming.with_untracked(Option::is_some) {
            return;
        }
        if let Some(connecting) = self.connecting.get_untracked()
            && connecting.is_by_click
            && event.button() == 0
        {
            self.move_path(self.to_world(at));
            self.end_path(at);
            self.gesture.set_value(Gesture::Idle);
            event.prevent_default();
            return;
        }
        if self.let_go(true) {
            self.is_space_used.set_value(true);
        }
        if is_touch(event) && self.touched(event, at) {
            event.prevent_default();
            return;
        }
        let is_pan = event.button() == 1 || (event.button() == 0 && self.is_space.get_untracked());
        if event.button() != 0 && !is_pan {
            return;
        }
        self.focus();
        event.prevent_default();
        if let Some(root) = self.root.get_untracked() {
            // Without capture the gesture still works while the pointer is inside.
            let _ = root.set_pointer_capture(event.pointer_id());
        }
        let keys = Keys { is_pan, ..Keys::of(event) };
        self.is_space_used.set_value(true);
        self.last_pointer.set_value(at);
        if keys.is_touch {
            self.await_long_press(at, on.clone());
        }
        self.gesture.set_value(Gesture::Pressed { at, on, keys });
        if is_pan {
            self.grip.set("grabbing");
        }
    }

    /// The pointer moved over the canvas.
    pub(super) fn moved(self, event: &web_sys::PointerEvent) {
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        let keys = Keys::of(event);
        if keys.is_touch && self.moved_finger(event, at) {
            return;
        }
        self.last_pointer.set_value(at);
        match self.gesture.get_value() {
            Gesture::Idle => self.hover(event, at),
            Gesture::Pressed { at: start, on, keys } => {
                if start.distance(at) >= if keys.is_touch { DRAG_AFTER_TOUCH } else { DRAG_AFTER } {
                    self.begin(start, on, keys);
                    self.go_on(at, keys);
                    self.pan_at_edge();
                }
            }
            _ => self.go_on(at, keys),
        }
    }

    fn hover(self, event: &web_sys::PointerEvent, at: Point) {
        if self.connecting.with_untracked(Option::is_some) {
            self.move_path(self.to_world(at));
            return;
        }
        let hovered = match target_of(event.target()) {
            Target::Path(from, port) | Target::PathPlus(from, port) => Some((from, port)),
            _ => None,
        };
        if self.hovered.with_untracked(|old| *old != hovered) {
            self.hovered.set(hovered);
        }
    }

    /// A press became a drag.
    fn begin(self, start: Point, on: Target, keys: Keys) {
        self.hovered.set(None);
        let from = self.to_world(start);
        let gesture = match on {
            _ if keys.is_pan => self.begin_pan(start),
            Target::Grip(node, port, End::From) => {
                self.begin_rehang(node, port);
                Gesture::Rehang
            }
            Target::Grip(node, port, End::To) => {
                self.begin_path(node, port, false);
                Gesture::Connect
            }
            Target::Exit(node, port) => {
                self.begin_path(node, port, false);
                Gesture::Connect
            }
            Target::Card(id) => self.begin_drag(id, from, keys),
            Target::Note(id, is_resize) => self.begin_note(id, from, is_resize),
            _ if keys.is_touch => self.begin_pan(start),
            _ if keys.alt => {
                self.begin_cut(from);
                Gesture::Cut
            }
            _ if keys.shift || (self.is_trackpad.get_untracked() && !keys.ctrl) => {
                let base = if keys.shift { self.cx.selection.get_untracked() } else { Selection::default() };
                Gesture::Marquee { from, base, before: self.cx.selection.get_untracked() }
            }
            _ => self.begin_pan(start),
        };
        self.grip.set(match gesture {
            Gesture::Pan { .. } => "grabbing",
            Gesture::Drag(_) if keys.alt => "copying",
            Gesture::Drag(_) | Gesture::Note(_) => "moving",
            Gesture::Connect | Gesture::Rehang => "linking",
            Gesture::Cut | Gesture::Marquee { .. } => "boxing",
            _ => "",
        });
        self.gesture.set_value(gesture);
    }

    fn begin_pan(self, last: Point) -> Gesture {
        Gesture::Pan { last, before: self.cx.view.get_untracked() }
    }

    /// The gesture goes on at this point of the canvas.
    pub(super) fn go_on(self, at: Point, keys: Keys) {
        let world = self.to_world(at);
        match self.gesture.get_value() {
            Gesture::Pan { last, before } => {
                self.cx.view.update(|view| *view = view.moved(at.x - last.x, at.y - last.y));
                self.gesture.set_value(Gesture::Pan { last: at, before });
            }
            Gesture::Marquee { from, base, .. } => {
                let marquee = Rect::between(from, world);
                let mut nodes = self.cx.with_document(|document| in_marquee(document, &marquee));
                nodes.extend(base.nodes);
                let select = Selection::nodes(nodes);
                if self.cx.selection.with_untracked(|old| *old != select) {
                    self.cx.selection.set(select);
                }
                self.marquee.set(Some(marquee));
            }
            Gesture::Drag(drag) => self.drag_to(&drag, world, keys),
            Gesture::Connect => self.move_path(world),
            Gesture::Rehang => self.move_rehang(world),
            Gesture::Cut => self.move_cut(world),
            Gesture::Note(drag) => self.drag_note(&drag, world),
            Gesture::Idle | Gesture::Pressed { .. } | Gesture::Pinch(_) => {}
        }
    }

    /// The button went up.
    pub(super) fn released(self, event: &web_sys::PointerEvent) {
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        if is_touch(event) && self.lifted(event) {
            return;
        }
        let gesture = self.gesture.get_value();
        let (rehanging, knife) = (self.rehanging.get_untracked(), self.knife.get_untracked());
        let note = self.note_place.get_untracked();
        self.rest();
        match gesture {
            Gesture::Pressed { at: start, on, keys } => self.clicked(start, on, keys),
            Gesture::Drag(drag) => self.drop_cards(&drag),
            Gesture::Connect => self.end_path(at),
            Gesture::Note(drag) => self.drop_note(&drag, note),
            Gesture::Rehang => self.end_rehang(rehanging),
            Gesture::Cut => self.end_cut(knife),
            _ => {}
        }
    }

    /// The browser took the pointer away.
    pub(super) fn lost(self, event: &web_sys::PointerEvent) {
        self.touches.update_value(|touches| touches.lift(event.pointer_id()));
        self.cancel();
    }

    /// Ends a gesture as if it had not begun.
    pub(super) fn cancel(self) -> bool {
        let gesture = self.gesture.get_value();
        let was_busy = gesture != Gesture::Idle || self.connecting.with_untracked(Option::is_some);
        match gesture {
            Gesture::Drag(drag) => self.cancel_drag(drag),
            Gesture::Pan { before, .. } => self.cx.view.set(before),
            Gesture::Marquee { before, .. } => self.cx.selection.set(before),
            Gesture::Note(drag) => self.cancel_note(&drag),
            _ => {}
        }
        self.connecting.set(None);
        self.rest();
        was_busy
    }

    /// Nothing is under way any more.
    pub(super) fn rest(self) {
        self.gesture.set_value(Gesture::Idle);
        self.rehanging.set(None);
        self.knife.set(None);
        self.note_place.set(None);
        self.marquee.set(None);
        self.guides.set(Vec::new());
        self.drop_path.set(None);
        self.grip.set("");
    }

    fn clicked(self, at: Point, on: Target, keys: Keys) {
        let cx = self.cx;
        let world = self.to_world(at);
        match on {
            _ if keys.is_pan => {}
            Target::Card(id) if keys.shift || keys.ctrl => {
                cx.selection.update(|selection| *selection = selection.toggled(&id));
            }
            Target::Card(id) => {
                cx.selection.set(Selection::node(id));
                cx.right.set(RightPanel::Form);
            }
            Target::Exit(node, port) => {
                cx.selection.set(Selection::node(node.clone()));
                self.begin_path(node, port, true);
            }
            Target::Plus(node, port) => {
                self.picker.set(Some(PickerAt { screen: at, world, attach: Attach::After(node, port) }));
            }
            Target::Path(from, port) | Target::Grip(from, port, _) => cx.selection.set(Selection::path(from, port)),
            Target::PathPlus(from, port) => {
                self.picker.set(Some(PickerAt { screen: at, world, attach: Attach::Path(from, port) }));
            }
            Target::Note(id, _) => cx.selection.set(Selection { note: Some(id), ..Selection::default() }),
            Target::Empty => {
                if !keys.shift {
                    cx.selection.set(Selection::default());
                }
            }
        }
    }
}

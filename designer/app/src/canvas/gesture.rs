//! Pointer gestures: Idle → Pressed → (Pan | Marquee | Drag | Connect | Note) → Idle. Esc restores what was before.

use editor::geometry::{Point, Rect, card_rect, path_at, snap, wheel_delta};
use editor::guides::align;
use editor::selection::in_marquee;
use editor::{Edit, Selection, insert};
use leptos::prelude::*;
use model::{NodeId, PortId};
use wasm_bindgen::JsCast;

use super::{Attach, Canvas, PickerAt};
use crate::designer::RightPanel;

/// A press becomes a drag after so many px.
const DRAG_AFTER: f64 = 4.0;
/// The strip at the border in which a drag moves the view, and how fast at most.
const EDGE: f64 = 40.0;
const EDGE_SPEED: f64 = 15.0;
/// How near a card must be dropped to a path to be put into it, in px of the screen.
const SPLICE_REACH: f64 = 24.0;
/// How near a card must be to the line of another to snap to it, in px of the screen.
const GUIDE_REACH: f64 = 6.0;

/// What the pointer does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gesture {
    Idle,
    Pressed { at: Point, on: Target, keys: Keys },
    Pan { last: Point },
    Marquee { from: Point, base: Selection },
    Drag { from: Point, grabbed: usize, cards: Vec<(NodeId, Point)>, is_free: bool },
    Connect,
    Note { id: String, from: Point, place: [i32; 4], is_resize: bool },
}

/// What was pressed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Card(NodeId),
    Exit(NodeId, PortId),
    Plus(NodeId, PortId),
    Path(NodeId, PortId),
    PathPlus(NodeId, PortId),
    Note(String, bool),
    Empty,
}

/// The keys held at the press.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Keys {
    shift: bool,
    ctrl: bool,
    is_pan: bool,
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
        let keys = Keys { shift: event.shift_key(), ctrl: event.ctrl_key() || event.meta_key(), is_pan };
        self.last_pointer.set_value(at);
        self.gesture.set_value(Gesture::Pressed { at, on, keys });
        if is_pan {
            self.grip.set("grabbing");
        }
    }

    /// The pointer moved over the canvas.
    pub(super) fn moved(self, event: &web_sys::PointerEvent) {
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        let keys = Keys { shift: event.shift_key(), ctrl: event.ctrl_key() || event.meta_key(), is_pan: false };
        self.last_pointer.set_value(at);
        match self.gesture.get_value() {
            Gesture::Idle => self.hover(event, at),
            Gesture::Pressed { at: start, on, keys } => {
                if start.distance(at) >= DRAG_AFTER {
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
            _ if keys.is_pan => Gesture::Pan { last: start },
            Target::Exit(node, port) => {
                self.begin_path(node, port, false);
                Gesture::Connect
            }
            Target::Card(id) => self.begin_drag(id, from, keys),
            Target::Note(id, is_resize) => {
                let place =
                    self.cx.with_flow(|flow| flow.notes.iter().find(|note| note.id == id).map(|note| note.place));
                self.cx.selection.set(Selection { note: Some(id.clone()), ..Selection::default() });
                Gesture::Note { id, from, place: place.unwrap_or_default(), is_resize }
            }
            _ if keys.shift || (self.is_trackpad.get_untracked() && !keys.ctrl) => {
                let base = if keys.shift { self.cx.selection.get_untracked() } else { Selection::default() };
                Gesture::Marquee { from, base }
            }
            _ => Gesture::Pan { last: start },
        };
        self.grip.set(match gesture {
            Gesture::Pan { .. } => "grabbing",
            Gesture::Drag { .. } | Gesture::Note { .. } => "moving",
            Gesture::Connect => "linking",
            Gesture::Marquee { .. } => "boxing",
            _ => "",
        });
        self.gesture.set_value(gesture);
    }

    fn begin_drag(self, id: NodeId, from: Point, keys: Keys) -> Gesture {
        let cx = self.cx;
        let is_selected = cx.selection.with_untracked(|selection| selection.nodes.contains(&id));
        if !is_selected {
            let select = if keys.shift || keys.ctrl {
                cx.selection.with_untracked(|selection| selection.toggled(&id))
            } else {
                Selection::node(id.clone())
            };
            cx.selection.set(select);
        }
        let ids = cx.selection.with_untracked(|selection| selection.nodes.clone());
        let cards: Vec<(NodeId, Point)> =
            cx.with_document(|document| ids.iter().map(|id| (id.clone(), document.position(id))).collect());
        let grabbed = cards.iter().position(|(card, _)| *card == id).unwrap_or_default();
        let is_free = cards.len() == 1 && cx.with_document(|document| insert::can_splice(document, &cards[0].0));
        Gesture::Drag { from, grabbed, cards, is_free }
    }

    fn go_on(self, at: Point, keys: Keys) {
        let world = self.to_world(at);
        match self.gesture.get_value() {
            Gesture::Pan { last } => {
                self.cx.view.update(|view| *view = view.moved(at.x - last.x, at.y - last.y));
                self.gesture.set_value(Gesture::Pan { last: at });
            }
            Gesture::Marquee { from, base } => {
                let marquee = Rect::between(from, world);
                let mut nodes = self.cx.with_document(|document| in_marquee(document, &marquee));
                nodes.extend(base.nodes);
                let select = Selection::nodes(nodes);
                if self.cx.selection.with_untracked(|old| *old != select) {
                    self.cx.selection.set(select);
                }
                self.marquee.set(Some(marquee));
            }
            Gesture::Drag { from, grabbed, cards, is_free } => {
                let (dx, dy) = drag_offset(from, world, cards[grabbed].1, keys);
                let (dx, dy) = if keys.ctrl || keys.shift { (dx, dy) } else { self.aligned(&cards, grabbed, dx, dy) };
                for (id, place) in &cards {
                    if let Some(rx) = self.cx.card(id) {
                        rx.place.set(Point::new(place.x + dx, place.y + dy));
                    }
                }
                if is_free {
                    let path = self.path_near(world, Some(&cards[0].0));
                    if self.drop_path.with_untracked(|old| *old != path) {
                        self.drop_path.set(path);
                    }
                }
            }
            Gesture::Connect => self.move_path(world),
            Gesture::Note { id, from, place, is_resize } => {
                let [dx, dy] = snap(Point::new(world.x - from.x, world.y - from.y));
                let [x, y, w, h] = place;
                let place =
                    if is_resize { [x, y, (w + dx).max(120), (h + dy).max(64)] } else { [x + dx, y + dy, w, h] };
                self.change_note(&id, |note| note.place = place);
            }
            Gesture::Idle | Gesture::Pressed { .. } => {}
        }
    }

    /// The offset with the grabbed card aligned to cards near it; keeps the lines that show it.
    fn aligned(self, cards: &[(NodeId, Point)], grabbed: usize, dx: f64, dy: f64) -> (f64, f64) {
        let (id, start) = &cards[grabbed];
        let (width, height) = self.cx.canvas_size.get_untracked();
        let view = self.cx.view.get_untracked();
        let seen = view.seen(width, height);
        let (own, others) = self.cx.with_document(|document| {
            let own = card_rect(document, id);
            let ids = document.flow.nodes.iter().map(|node| &node.id);
            let still = ids.filter(|other| !cards.iter().any(|(moving, _)| moving == *other));
            (own, still.map(|other| card_rect(document, other)).filter(|rect| rect.touches(&seen)).collect::<Vec<_>>())
        });
        let moving = Rect::new(start.x + dx, start.y + dy, own.w, own.h);
        let (shift_x, shift_y, guides) = align(&moving, &others, GUIDE_REACH / view.k);
        if self.guides.with_untracked(|old| *old != guides) {
            self.guides.set(guides);
        }
        (dx + shift_x, dy + shift_y)
    }

    /// The button went up.
    pub(super) fn released(self, event: &web_sys::PointerEvent) {
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        let gesture = self.gesture.get_value();
        self.rest();
        match gesture {
            Gesture::Pressed { at: start, on, keys } => self.clicked(start, on, keys),
            Gesture::Drag { grabbed, cards, is_free, .. } => self.drop_cards(&cards, grabbed, is_free),
            Gesture::Connect => self.end_path(at),
            _ => {}
        }
    }

    /// Ends a gesture as if it had not begun.
    pub(super) fn cancel(self) -> bool {
        let gesture = self.gesture.get_value();
        let was_busy = gesture != Gesture::Idle || self.connecting.with_untracked(Option::is_some);
        if let Gesture::Drag { cards, .. } = gesture {
            for (id, place) in cards {
                if let Some(rx) = self.cx.card(&id) {
                    rx.place.set(place);
                }
            }
        }
        self.connecting.set(None);
        self.rest();
        was_busy
    }

    fn rest(self) {
        self.gesture.set_value(Gesture::Idle);
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
            Target::Path(from, port) => cx.selection.set(Selection::path(from, port)),
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

    fn drop_cards(self, cards: &[(NodeId, Point)], grabbed: usize, is_free: bool) {
        let place = |id: &NodeId| {
            let at = self.cx.card(id)?.place.get_untracked();
            Some([at.x.round() as i32, at.y.round() as i32])
        };
        let pointer = self.to_world(self.last_pointer.get_value());
        if is_free
            && let Some((from, port)) = self.path_near(pointer, Some(&cards[grabbed].0))
            && let Some(at) = place(&cards[grabbed].0)
        {
            self.cx.run(Edit::Splice { node: cards[grabbed].0.clone(), at, from, port });
            return;
        }
        let to = cards.iter().filter_map(|(id, _)| Some((id.clone(), place(id)?))).collect();
        let outcome = self.cx.run(Edit::Move { to });
        if outcome.touched.is_empty() {
            for (id, place) in cards {
                if let Some(rx) = self.cx.card(id) {
                    rx.place.set(*place);
                }
            }
        }
    }

    /// The path near a point of the world, other than those of this card.
    pub(super) fn path_near(self, world: Point, without: Option<&NodeId>) -> Option<(NodeId, PortId)> {
        let reach = SPLICE_REACH / self.cx.view.with_untracked(|view| view.k);
        self.cx.with_document(|document| {
            path_at(document, world, reach).filter(|(from, port)| {
                Some(from) != without && document.flow.edge(from, port).map(|edge| &edge.to) != without
            })
        })
    }

    /// The wheel turned, or two fingers moved.
    pub(super) fn wheeled(self, event: &web_sys::WheelEvent) {
        event.prevent_default();
        let at = self.point_at(event.client_x().into(), event.client_y().into());
        let is_zoom = event.ctrl_key() || event.meta_key() || (!self.is_trackpad.get_untracked() && !event.shift_key());
        if is_zoom {
            let delta =
                wheel_delta(event.delta_y(), event.delta_mode(), event.ctrl_key() && self.is_trackpad.get_untracked());
            self.cx.view.update(|view| *view = view.zoomed(at, 2.0_f64.powf(delta.clamp(-2.0, 2.0))));
        } else {
            let unit = if event.delta_mode() == 1 { 20.0 } else { 1.0 };
            let (dx, dy) = if event.shift_key() && event.delta_x() == 0.0 {
                (event.delta_y(), 0.0)
            } else {
                (event.delta_x(), event.delta_y())
            };
            self.cx.view.update(|view| *view = view.moved(-dx * unit, -dy * unit));
        }
        if self.connecting.with_untracked(Option::is_some) {
            self.move_path(self.to_world(at));
        }
    }

    /// While a drag stays near the border, the view moves.
    fn pan_at_edge(self) {
        let wants = matches!(
            self.gesture.try_get_value(),
            Some(Gesture::Drag { .. } | Gesture::Connect | Gesture::Marquee { .. } | Gesture::Note { .. })
        );
        if !wants {
            return;
        }
        let at = self.last_pointer.get_value();
        let (width, height) = self.cx.canvas_size.get_untracked();
        let (dx, dy) = (edge_speed(at.x, width), edge_speed(at.y, height));
        if dx != 0.0 || dy != 0.0 {
            self.cx.view.update(|view| *view = view.moved(dx, dy));
            self.go_on(at, Keys::default());
        }
        request_animation_frame(move || {
            if self.gesture.try_get_value().is_some() {
                self.pan_at_edge();
            }
        });
    }
}

/// How far the cards move: on the grid unless Ctrl is held, along one axis while Shift is.
fn drag_offset(from: Point, to: Point, grabbed: Point, keys: Keys) -> (f64, f64) {
    let (mut dx, mut dy) = (to.x - from.x, to.y - from.y);
    if keys.shift {
        if dx.abs() >= dy.abs() { dy = 0.0 } else { dx = 0.0 }
    }
    if keys.ctrl {
        return (dx.round(), dy.round());
    }
    let [x, y] = snap(Point::new(grabbed.x + dx, grabbed.y + dy));
    let on_grid = |moved: f64, place: i32, start: f64| if moved == 0.0 { 0.0 } else { f64::from(place) - start };
    (on_grid(dx, x, grabbed.x), on_grid(dy, y, grabbed.y))
}

fn edge_speed(at: f64, size: f64) -> f64 {
    if at < EDGE {
        EDGE_SPEED * ((EDGE - at) / EDGE).min(1.0)
    } else if at > size - EDGE {
        -EDGE_SPEED * ((at - size + EDGE) / EDGE).min(1.0)
    } else {
        0.0
    }
}

//! Moving what is seen: the wheel, two fingers, and drags at the border.

use std::collections::BTreeMap;
use std::time::Duration;

use editor::geometry::{MAX_ZOOM, MIN_ZOOM, Point, Viewport, wheel_delta};
use leptos::prelude::*;

use super::Canvas;
use super::gesture::{Gesture, Keys, Target};
use super::surface::open_menu;

/// The strip at the border in which a drag moves the view, and how fast at most.
const EDGE: f64 = 40.0;
const EDGE_SPEED: f64 = 15.0;

/// A finger that lies still for so long opens the menu.
const LONG_PRESS: Duration = Duration::from_millis(500);

/// The fingers on the canvas, by the browser's numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    fingers: BTreeMap<i32, Point>,
    /// Counts presses, so that a long press knows its own.
    presses: u64,
}

impl Touches {
    /// A finger went.
    pub(super) fn lift(&mut self, id: i32) {
        self.fingers.remove(&id);
    }

    /// The middle of the first two, and how far they are apart.
    fn spread(&self) -> Option<(Point, f64)> {
        let mut fingers = self.fingers.values();
        let (a, b) = (fingers.next()?, fingers.next()?);
        Some((Point::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0), a.distance(*b).max(1.0)))
    }
}

/// Two fingers: what of the world lies between them, and how large it was seen when they came down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pinch {
    world: Point,
    distance: f64,
    k: f64,
}

/// Is it a finger?
pub(super) fn is_touch(event: &web_sys::PointerEvent) -> bool {
    event.pointer_type() == "touch"
}

impl Canvas {
    /// A finger came down; with a second one the two hold the world, and the answer is `true`.
    pub(super) fn touched(self, event: &web_sys::PointerEvent, at: Point) -> bool {
        self.touches.update_value(|touches| {
            touches.presses += 1;
            touches.fingers.insert(event.pointer_id(), at);
        });
        let Some((middle, distance)) = self.touches.with_value(Touches::spread) else { return false };
        // What the first finger began ends; where the view is by then, the two take it.
        if matches!(self.gesture.get_value(), Gesture::Pan { .. }) {
            self.rest();
        } else {
            self.cancel();
        }
        let k = self.cx.view.with_untracked(|view| view.k);
        self.gesture.set_value(Gesture::Pinch(Pinch { world: self.to_world(middle), distance, k }));
        true
    }

    /// A finger moved; `true` when it was one of two.
    pub(super) fn moved_finger(self, event: &web_sys::PointerEvent, at: Point) -> bool {
        self.touches.update_value(|touches| {
            if let Some(finger) = touches.fingers.get_mut(&event.pointer_id()) {
                *finger = at;
            }
        });
        let Gesture::Pinch(pinch) = self.gesture.get_value() else { return false };
        if let Some((middle, distance)) = self.touches.with_value(Touches::spread) {
            let k = (pinch.k * distance / pinch.distance).clamp(MIN_ZOOM, MAX_ZOOM);
            self.cx.view.set(Viewport { x: middle.x - pinch.world.x * k, y: middle.y - pinch.world.y * k, k });
        }
        true
    }

    /// A finger went up; `true` when it was one of two. The one that stays does nothing more.
    pub(super) fn lifted(self, event: &web_sys::PointerEvent) -> bool {
        self.touches.update_value(|touches| touches.lift(event.pointer_id()));
        let was_pinch = matches!(self.gesture.get_value(), Gesture::Pinch(_));
        if was_pinch {
            self.rest();
        }
        was_pinch
    }

    /// A finger that neither moves nor goes opens the menu.
    pub(super) fn await_long_press(self, at: Point, on: Target) {
        let press = self.touches.with_value(|touches| touches.presses);
        set_timeout(
            move || {
                let is_same = self.touches.try_with_value(|touches| touches.presses == press) == Some(true);
                if is_same && matches!(self.gesture.try_get_value(), Some(Gesture::Pressed { .. })) {
                    self.rest();
                    // Where the device cannot, nothing shakes.
                    let _ = window().navigator().vibrate_with_duration(15);
                    open_menu(self, at, on);
                }
            },
            LONG_PRESS,
        );
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
        // A gesture under way stays under the pointer.
        match self.gesture.get_value() {
            Gesture::Idle | Gesture::Pan { .. } => {
                if self.connecting.with_untracked(Option::is_some) {
                    self.move_path(self.to_world(at));
                }
            }
            _ => self.go_on(at, Keys::default()),
        }
    }

    /// While a drag stays near the border, the view moves.
    pub(super) fn pan_at_edge(self) {
        let wants = matches!(
            self.gesture.try_get_value(),
            Some(
                Gesture::Drag(_)
                    | Gesture::Connect
                    | Gesture::Rehang
                    | Gesture::Cut
                    | Gesture::Marquee { .. }
                    | Gesture::Note(_)
            )
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

fn edge_speed(at: f64, size: f64) -> f64 {
    if at < EDGE {
        EDGE_SPEED * ((EDGE - at) / EDGE).min(1.0)
    } else if at > size - EDGE {
        -EDGE_SPEED * ((at - size + EDGE) / EDGE).min(1.0)
    } else {
        0.0
    }
}

//! The small map: rectangles from the model; press or drag it to move the view.

use std::fmt::Write;

use editor::geometry::{Point, Rect};
use leptos::html::Div;
use leptos::prelude::*;

use super::Canvas;
use crate::i18n::tr;

const WIDTH: f64 = 184.0;
const HEIGHT: f64 = 112.0;
const MARGIN: f64 = 8.0;

/// How the world is drawn on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    k: f64,
    x: f64,
    y: f64,
}

impl Scale {
    fn of(world: &Rect) -> Self {
        let k = ((WIDTH - 2.0 * MARGIN) / world.w.max(1.0)).min((HEIGHT - 2.0 * MARGIN) / world.h.max(1.0)).min(0.12);
        Self { k, x: (WIDTH - world.w * k) / 2.0 - world.x * k, y: (HEIGHT - world.h * k) / 2.0 - world.y * k }
    }

    fn rect(self, rect: &Rect) -> Rect {
        Rect::new(rect.x * self.k + self.x, rect.y * self.k + self.y, rect.w * self.k, rect.h * self.k)
    }
}

/// The map in the corner.
#[component]
pub(super) fn Minimap(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let root = NodeRef::<Div>::new();
    let rects = Memo::new(move |_| {
        let ids = cx.order.get();
        ids.into_iter().filter_map(|id| Some((cx.card(&id)?.rect(), id))).collect::<Vec<_>>()
    });
    let scale = Memo::new(move |_| {
        let (width, height) = cx.canvas_size.get();
        let seen = cx.view.get().seen(width, height);
        let cards = rects.with(|rects| rects.iter().map(|(rect, _)| *rect).reduce(|all, rect| all.joined(&rect)));
        // What is seen counts, but a view far away must not shrink the cards to nothing.
        Scale::of(&cards.map_or(seen, |cards| cards.grown(120.0).joined(&limited(&seen, &cards))))
    });
    let shapes = move |is_wanted: fn(&Canvas, &model::NodeId) -> bool| {
        let scale = scale.get();
        rects.with(|rects| {
            let mut d = String::new();
            for (rect, _) in rects.iter().filter(|(_, id)| is_wanted(&canvas, id)) {
                let Rect { x, y, w, h } = scale.rect(rect);
                let (w, h) = (w.max(3.0), h.max(2.0));
                write!(d, "M{x:.1} {y:.1}h{w:.1}v{h:.1}h-{w:.1}z").expect("writing to a string does not fail");
            }
            d
        })
    };
    let go = move |event: &web_sys::PointerEvent| {
        let Some(root) = root.get_untracked() else { return };
        let place = root.get_bounding_client_rect();
        let scale = scale.get_untracked();
        let at = Point::new(
            (f64::from(event.client_x()) - place.left() - scale.x) / scale.k,
            (f64::from(event.client_y()) - place.top() - scale.y) / scale.k,
        );
        let (width, height) = cx.canvas_size.get_untracked();
        cx.view.update(|view| *view = view.centred(at, width, height, view.k));
    };
    let is_held = StoredValue::new(false);
    move || {
        canvas.is_map.get().then(|| {
            view! {
                <div
                    node_ref=root
                    class="map"
                    aria-hidden="true"
                    title=tr("小地图", "Map")
                    on:pointerdown=move |event| {
                        is_held.set_value(true);
                        if let Some(root) = root.get_untracked() {
                            let _ = root.set_pointer_capture(event.pointer_id());
                        }
                        go(&event);
                    }
                    on:pointermove=move |event| if is_held.get_value() { go(&event) }
                    on:pointerup=move |_| is_held.set_value(false)
                >
                    <svg width=WIDTH height=HEIGHT>
                        <path class="map-card" d=move || shapes(|_, _| true) />
                        <path class="map-ran" d=move || shapes(|canvas, id| {
                            canvas.cx.trace.with(|trace| trace.iter().any(|visit| visit.node == *id))
                        }) />
                        <path class="map-sel" d=move || shapes(|canvas, id| canvas.cx.selection.with(|selection| selection.nodes.contains(id))) />
                        {move || {
                            let (width, height) = cx.canvas_size.get();
                            let Rect { x, y, w, h } = scale.get().rect(&cx.view.get().seen(width, height));
                            view! { <rect class="map-view" x=x y=y width=w height=h rx="4" /> }
                        }}
                    </svg>
                </div>
            }
        })
    }
}

/// The part of what is seen that is not too far from the cards.
fn limited(seen: &Rect, cards: &Rect) -> Rect {
    let near = cards.grown(cards.w.max(cards.h).max(800.0));
    let (x, y) = (seen.x.max(near.x), seen.y.max(near.y));
    let (right, low) = ((seen.x + seen.w).min(near.x + near.w), (seen.y + seen.h).min(near.y + near.h));
    if right <= x || low <= y { *cards } else { Rect::new(x, y, right - x, low - y) }
}

//! The drawing surface: cards, paths, gestures. It knows kinds only by their descriptions.
//!
//! Everything is drawn from the signals of [`DesignerCx`]; gestures end in an `Edit`. Where things are and what is hit is
//! computed on the model, never measured.

mod acts;
mod cards;
mod commands;
mod connect;
mod drag;
mod gesture;
mod ghost;
mod keys;
mod knife;
mod menu;
mod minimap;
mod notes;
mod paths;
mod picker;
mod rehang;
mod sight;
mod surface;
mod tools;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use editor::geometry::{FitPadding, Point, Rect, Viewport, bounds, world};
use editor::guides::Guide;
use leptos::html::Div;
use leptos::prelude::*;
use model::{KindName, NodeId, PortId};

pub(crate) use commands::COMMANDS;
pub(crate) use picker::KindList;
pub(crate) use surface::CanvasView;

use crate::browser;
use crate::designer::DesignerCx;

const HAND_REMEMBERED_AS: &str = "heliu.hand";
/// Below this zoom nobody reads a card.
const READABLE: f64 = 0.6;

/// The canvas: gestures and what they show. Copy it freely.
#[derive(Clone, Copy)]
pub(crate) struct Canvas {
    /// The screen around it.
    pub(crate) cx: DesignerCx,
    root: NodeRef<Div>,
    gesture: StoredValue<gesture::Gesture>,
    /// A path in the making.
    connecting: RwSignal<Option<connect::Connecting>>,
    /// A path that is being led from another exit.
    rehanging: RwSignal<Option<rehang::Rehanging>>,
    /// A line that cuts paths.
    knife: RwSignal<Option<knife::Knife>>,
    /// Where a note is while it is dragged.
    note_place: RwSignal<Option<(String, [i32; 4])>>,
    /// Cards that the arrow keys move.
    grabbed: RwSignal<Option<walk::Grabbed>>,
    /// A marquee, in the world.
    marquee: RwSignal<Option<Rect>>,
    /// The path under the pointer.
    hovered: RwSignal<Option<(NodeId, PortId)>>,
    /// Lines that show what a dragged card is aligned with.
    guides: RwSignal<Vec<Guide>>,
    /// The path a dragged card or kind would be put into.
    drop_path: RwSignal<Option<(NodeId, PortId)>>,
    /// The picker, where it is open.
    picker: RwSignal<Option<PickerAt>>,
    /// The context menu, where it is open, from the canvas's corner.
    menu: RwSignal<Option<Point>>,
    /// A kind being dragged in from the list.
    ghost: RwSignal<Option<ghost::Ghost>>,
    /// The card whose title is being edited.
    renaming: RwSignal<Option<NodeId>>,
    /// What a drag does: for the cursor.
    grip: RwSignal<&'static str>,
    /// Is Space held?
    is_space: RwSignal<bool>,
    /// Did something happen while it was held?
    is_space_used: StoredValue<bool>,
    /// The fingers on the canvas.
    touches: StoredValue<sight::Touches>,
    /// Do two fingers pan, instead of the wheel zooming?
    is_trackpad: RwSignal<bool>,
    /// Has nobody said yet which it is?
    is_hand_asked: RwSignal<bool>,
    /// Is the small map shown?
    is_map: RwSignal<bool>,
    /// Shown for a moment after zooming by wheel.
    last_pointer: StoredValue<Point>,
}

/// Where the picker stands and what its choice is attached to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PickerAt {
    /// From the canvas's corner, in px.
    screen: Point,
    /// Where the new card goes, in the world.
    world: Point,
    /// What leads to it.
    attach: Attach,
}

/// What leads to a step that is added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attach {
    /// Nothing.
    Free,
    /// An exit; the card goes where the picker is.
    Exit(NodeId, PortId),
    /// An exit; the card goes next to it.
    After(NodeId, PortId),
    /// A path it is put into.
    Path(NodeId, PortId),
}

impl Canvas {
    /// The canvas of a screen.
    pub(crate) fn new(cx: DesignerCx) -> Self {
        let is_mac = browser::is_here() && window().navigator().platform().unwrap_or_default().starts_with("Mac");
        let hand = browser::remembered(HAND_REMEMBERED_AS);
        Self {
            cx,
            root: NodeRef::new(),
            gesture: StoredValue::new(gesture::Gesture::Idle),
            connecting: RwSignal::new(None),
            rehanging: RwSignal::new(None),
            knife: RwSignal::new(None),
            note_place: RwSignal::new(None),
            grabbed: RwSignal::new(None),
            marquee: RwSignal::new(None),
            hovered: RwSignal::new(None),
            guides: RwSignal::new(Vec::new()),
            drop_path: RwSignal::new(None),
            picker: RwSignal::new(None),
            menu: RwSignal::new(None),
            ghost: RwSignal::new(None),
            renaming: RwSignal::new(None),
            grip: RwSignal::new(""),
            is_space: RwSignal::new(false),
            is_space_used: StoredValue::new(false),
            touches: StoredValue::new(sight::Touches::default()),
            is_hand_asked: RwSignal::new(hand.is_none() && !browser::is_narrow() && !browser::is_touch()),
            is_trackpad: RwSignal::new(hand.map_or(is_mac, |hand| hand == "trackpad")),
            is_map: RwSignal::new(true),
            last_pointer: StoredValue::new(Point::default()),
        }
    }

    /// Gives the keyboard to the canvas.
    pub(crate) fn focus(self) {
        if let Some(root) = self.root.get_untracked() {
            // Scrolling is the canvas's own business.
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = root.focus_with_options(&options);
        }
    }

    /// Has the canvas the keyboard?
    pub(crate) fn has_focus(self) -> bool {
        let focused = document().active_element();
        match (self.root.get_untracked(), focused) {
            (Some(root), Some(focused)) => root.is_same_node(Some(&focused)) || focused.tag_name() == "BODY",
            _ => true,
        }
    }

    /// A point of the window as one of the canvas, from its corner.
    fn point_at(self, x: f64, y: f64) -> Point {
        match self.root.get_untracked() {
            Some(root) => {
                let place = root.get_bounding_client_rect();
                Point::new(x - place.left(), y - place.top())
            }
            None => Point::new(x, y),
        }
    }

    /// A point of the canvas in the world.
    fn to_world(self, screen: Point) -> Point {
        self.cx.view.get_untracked().to_world(screen)
    }

    /// Shows all steps.
    pub(crate) fn fit(self) {
        let all = self.cx.with_document(world);
        self.show(all, FitPadding::default());
    }

    /// What is seen first: all steps when they can be read then, else the beginning.
    fn show_first(self) {
        self.fit();
        let (width, height) = self.cx.canvas_size.get_untracked();
        let view = self.cx.view.get_untracked();
        let first = self.cx.order.with_untracked(|order| order.first().cloned());
        let first = first.and_then(|id| self.cx.card(&id)).map(|rx| untrack(|| rx.rect()));
        if let (Some(first), true) = (first, view.k < READABLE) {
            let k = READABLE;
            let x = width * 0.08 - first.x * k;
            // The middle of all stays in the middle, as long as the start is seen.
            let all = self.cx.with_document(world).unwrap_or(first);
            let middle = height / 2.0 - all.centre().y * k;
            let (high, low) = (48.0 - first.y * k, height - 96.0 - (first.y + first.h) * k);
            self.cx.view.set(Viewport { x, y: middle.clamp(high.min(low), low.max(high)), k });
        }
    }

    /// Shows the selected steps, or all when none is.
    pub(crate) fn fit_selection(self) {
        let selected = self
            .cx
            .selection
            .with_untracked(|selection| self.cx.with_document(|document| bounds(document, &selection.nodes)));
        match selected {
            Some(selected) => self.show(Some(selected), FitPadding { part: 0.2, ..FitPadding::default() }),
            None => self.fit(),
        }
    }

    fn show(self, rect: Option<Rect>, padding: FitPadding) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        if width == 0.0 {
            return;
        }
        let view = match rect {
            Some(rect) => Viewport::fitted(&rect, width, height, padding),
            None => Viewport { x: width / 3.0, y: height / 3.0, k: 1.0 },
        };
        self.cx.view.set(view);
    }

    /// Zooms about the middle by this factor.
    pub(crate) fn zoom(self, factor: f64) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        self.cx.view.update(|view| *view = view.zoomed(Point::new(width / 2.0, height / 2.0), factor));
    }

    /// Shows everything at its own size.
    pub(crate) fn zoom_to_one(self) {
        let k = self.cx.view.with_untracked(|view| view.k);
        self.zoom(1.0 / k);
    }

    /// Opens the picker to add a step after the selected one, or in the middle of what is seen.
    pub(crate) fn open_picker(self) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let middle = Point::new(width / 2.0 - 160.0, height / 3.0);
        let world = self.to_world(Point::new(width / 2.0, height / 2.0));
        let attach = self.attach_to_selection();
        self.picker.set(Some(PickerAt { screen: middle, world, attach }));
    }

    /// The free exit of the selected step, when one step is selected.
    fn attach_to_selection(self) -> Attach {
        let selected = self.cx.selection.with_untracked(|selection| selection.single().cloned());
        let exit = selected.and_then(|id| {
            let exit = self.cx.with_document(|document| editor::insert::main_exit(document, &id))?;
            Some((id, exit))
        });
        exit.map_or(Attach::Free, |(id, exit)| Attach::After(id, exit))
    }

    /// Adds a step of this kind as the list's click does: after the selected step, or in the middle.
    pub(crate) fn add(self, kind: &KindName) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let world = self.to_world(Point::new(width / 2.0, height / 2.0));
        self.add_at(kind, world, self.attach_to_selection());
    }

    /// Switches between mouse and trackpad.
    fn choose_hand(self, is_trackpad: bool) {
        self.is_trackpad.set(is_trackpad);
        self.is_hand_asked.set(false);
        browser::remember(HAND_REMEMBERED_AS, if is_trackpad { "trackpad" } else { "mouse" });
    }
}

/// The steps to draw: those in or near the part of the world that is seen, and the selected ones.
fn visible_cards(canvas: Canvas) -> Memo<Arc<[NodeId]>> {
    let cx = canvas.cx;
    // Only a larger move changes what is drawn.
    let area = Memo::new(move |_| {
        let (width, height) = cx.canvas_size.get();
        let seen = cx.view.get().seen(width.max(400.0), height.max(300.0));
        let cell = 256.0;
        let (x, y) = ((seen.x / cell).floor() * cell, (seen.y / cell).floor() * cell);
        let (w, h) = ((seen.w / cell).ceil() * cell + cell, (seen.h / cell).ceil() * cell + cell);
        Rect::new(x - w / 2.0, y - h / 2.0, w * 2.0, h * 2.0)
    });
    Memo::new(move |_| {
        cx.changes.track();
        let area = area.get();
        let selected: BTreeSet<NodeId> = cx.selection.with(|selection| selection.nodes.clone());
        let order = cx.order.get();
        let is_small = order.len() <= 120;
        let rect = |id: &NodeId| cx.card(id).map(|rx| untrack(|| rx.rect()));
        order
            .into_iter()
            .filter(|id| is_small || selected.contains(id) || rect(id).is_some_and(|rect| rect.touches(&area)))
            .collect()
    })
}

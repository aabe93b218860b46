//! Notes on the canvas: seen, moved with the steps that lie on them, resized, coloured, written in place.

use std::collections::BTreeSet;

use editor::geometry::{Point, Rect, snap};
use editor::insert::place_for_note;
use editor::selection::on_note;
use editor::{Edit, Selection};
use leptos::html::Textarea;
use leptos::prelude::*;
use model::{NodeId, Note};

use super::Canvas;
use super::gesture::Gesture;
use crate::i18n::tr;

/// How large a new note is, in the world.
const NOTE_WIDTH: f64 = 240.0;
const NOTE_HEIGHT: f64 = 120.0;

/// The colours a note can have, as the style sheets name them; the first is its own.
const COLOURS: [(&str, &str, &str); 6] = [
    ("", "黄色", "Yellow"),
    ("say", "蓝色", "Blue"),
    ("ask", "绿色", "Green"),
    ("understand", "紫色", "Violet"),
    ("people", "红色", "Red"),
    ("set", "灰色", "Grey"),
];

/// A note under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NoteDrag {
    id: String,
    from: Point,
    place: [i32; 4],
    is_resize: bool,
    /// The cards on it, each with where it was.
    cards: Vec<(NodeId, Point)>,
}

impl Canvas {
    /// A note is dragged, or its corner.
    pub(super) fn begin_note(self, id: String, from: Point, is_resize: bool) -> Gesture {
        self.cx.selection.set(Selection { note: Some(id.clone()), ..Selection::default() });
        let (place, cards) = self.cx.with_document(|document| {
            let place = document.flow.notes.iter().find(|note| note.id == id).map(|note| note.place);
            let place = place.unwrap_or_default();
            let carried = if is_resize { BTreeSet::new() } else { on_note(document, place) };
            (place, carried.into_iter().map(|id| (id.clone(), document.position(&id))).collect())
        });
        Gesture::Note(NoteDrag { id, from, place, is_resize, cards })
    }

    /// The pointer is here now.
    pub(super) fn drag_note(self, drag: &NoteDrag, world: Point) {
        let [dx, dy] = snap(Point::new(world.x - drag.from.x, world.y - drag.from.y));
        let [x, y, w, h] = drag.place;
        let place = if drag.is_resize { [x, y, (w + dx).max(120), (h + dy).max(64)] } else { [x + dx, y + dy, w, h] };
        self.note_place.set(Some((drag.id.clone(), place)));
        for (id, start) in &drag.cards {
            if let Some(rx) = self.cx.card(id) {
                rx.place.set(Point::new(start.x + f64::from(dx), start.y + f64::from(dy)));
            }
        }
    }

    /// It is let go here.
    pub(super) fn drop_note(self, drag: &NoteDrag, at: Option<(String, [i32; 4])>) {
        let Some((note, place)) = at else { return };
        let there = |id: &NodeId| {
            let at = self.cx.card(id)?.place.get_untracked();
            Some([at.x.round() as i32, at.y.round() as i32])
        };
        let to = drag.cards.iter().filter_map(|(id, _)| Some((id.clone(), there(id)?))).collect();
        self.cx.run(Edit::MoveNote { note, place, to });
    }

    /// It goes back to where it was, with what it carries.
    pub(super) fn cancel_note(self, drag: &NoteDrag) {
        self.put_back(&drag.cards);
    }

    /// A new note in the middle of what is seen, or below the cards there.
    pub(crate) fn add_note(self) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let middle = self.to_world(Point::new(width / 2.0, height / 2.0));
        let wanted = Point::new(middle.x - NOTE_WIDTH / 2.0, middle.y - NOTE_HEIGHT / 2.0);
        let at = self.cx.with_document(|document| place_for_note(document, wanted, NOTE_WIDTH, NOTE_HEIGHT));
        self.write_note(at, String::new());
        let rect = Rect::new(at[0].into(), at[1].into(), NOTE_WIDTH, NOTE_HEIGHT);
        self.cx.view.update(|view| *view = view.revealing(&rect, width, height, 48.0));
    }

    /// A new note with these words at a place; it is selected then.
    pub(super) fn write_note(self, [x, y]: [i32; 2], text: String) {
        let mut notes = self.cx.with_flow(|flow| flow.notes.clone());
        let id = (1..)
            .map(|number| format!("note_{number}"))
            .find(|id| notes.iter().all(|note| note.id != *id))
            .expect("there are more numbers than notes");
        let place = [x, y, NOTE_WIDTH as i32, NOTE_HEIGHT as i32];
        notes.push(Note { id: id.clone(), text, place, colour: String::new() });
        self.cx.run(Edit::SetNotes(notes));
        self.cx.selection.set(Selection { note: Some(id), ..Selection::default() });
    }

    /// Changes one note.
    pub(super) fn change_note(self, id: &str, change: impl FnOnce(&mut Note)) {
        let mut notes = self.cx.with_flow(|flow| flow.notes.clone());
        if let Some(note) = notes.iter_mut().find(|note| note.id == id) {
            change(note);
        }
        self.cx.run(Edit::SetNotes(notes));
    }

    /// Takes a note away.
    pub(crate) fn remove_note(self, id: &str) {
        let notes = self.cx.with_flow(|flow| flow.notes.iter().filter(|note| note.id != id).cloned().collect());
        self.cx.run(Edit::SetNotes(notes));
    }
}

/// All notes, under the cards.
#[component]
pub(super) fn Notes(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let ids = Memo::new(move |_| {
        cx.track_document(|document| document.flow.notes.iter().map(|note| note.id.clone()).collect::<Vec<_>>())
    });
    view! {
        <For each=move || ids.get() key=Clone::clone let:id>
            <OneNote canvas id />
        </For>
    }
}

#[component]
fn OneNote(canvas: Canvas, id: String) -> impl IntoView {
    let cx = canvas.cx;
    let note = {
        let id = id.clone();
        Memo::new(move |_| cx.track_document(|document| document.flow.notes.iter().find(|note| note.id == id).cloned()))
    };
    let dragged = id.clone();
    let place = move || {
        let under_way = canvas
            .note_place
            .with(|under_way| under_way.as_ref().filter(|(id, _)| *id == dragged).map(|(_, place)| *place));
        under_way.unwrap_or_else(|| note.with(|note| note.as_ref().map(|note| note.place).unwrap_or_default()))
    };
    let colour = move || {
        let name = note.with(|note| note.as_ref().map(|note| note.colour.clone()).unwrap_or_default());
        // What is none of the theme's colours is the note's own.
        let known = COLOURS.iter().find(|(known, ..)| *known == name).map_or("", |(known, ..)| *known);
        if known.is_empty() { String::new() } else { format!(";--note:var(--{known})") }
    };
    let is_selected = {
        let id = id.clone();
        move || cx.selection.with(|selection| selection.note.as_deref() == Some(id.as_str()))
    };
    let (written, painted) = (id.clone(), id.clone());
    let field = NodeRef::<Textarea>::new();
    // A new note waits for its words.
    Effect::new({
        let is_selected = is_selected.clone();
        move |_| {
            let is_empty = note.with_untracked(|note| note.as_ref().is_some_and(|note| note.text.is_empty()));
            if let (Some(field), true) = (field.get(), is_empty && untrack(&is_selected)) {
                request_animation_frame(move || drop(field.focus()));
            }
        }
    });
    view! {
        <div
            class="note"
            class:sel=is_selected.clone()
            data-note=id
            style=move || {
                let [x, y, w, h] = place();
                format!("transform:translate({x}px,{y}px);width:{w}px;height:{h}px{}", colour())
            }
        >
            <textarea
                node_ref=field
                prop:value=move || note.with(|note| note.as_ref().map(|note| note.text.clone()).unwrap_or_default())
                placeholder=move || tr("写给同事的便签…", "A note for colleagues…")
                aria-label=move || tr("便签", "Note")
                on:pointerdown=|event| event.stop_propagation()
                on:keydown=move |event| {
                    event.stop_propagation();
                    if event.key() == "Escape" {
                        canvas.focus();
                    }
                }
                on:input=move |event| canvas.change_note(&written, |note| note.text = event_target_value(&event))
            ></textarea>
            {
                let (is_shown, id) = (is_selected.clone(), painted);
                move || is_shown().then(|| view! { <Colours canvas id=id.clone() /> })
            }
            <i data-resize="" aria-hidden="true"></i>
        </div>
    }
}

/// The colours of the selected note.
#[component]
fn Colours(canvas: Canvas, id: String) -> impl IntoView {
    let buttons = COLOURS.map(|(colour, zh, en)| {
        let id = id.clone();
        let style = format!("--note:var(--{})", if colour.is_empty() { "warn" } else { colour });
        view! {
            <button
                type="button"
                class="note-colour"
                style=style
                data-colour=colour
                aria-label=move || tr(zh, en)
                title=move || tr(zh, en)
                on:pointerdown=|event| event.stop_propagation()
                on:click=move |_| canvas.change_note(&id, |note| note.colour = colour.to_owned())
            ></button>
        }
    });
    view! { <span class="note-colours" role="group" aria-label=move || tr("颜色", "Colour")>{buttons.collect_view()}</span> }
}

//! Notes on the canvas: seen, moved, resized, written in place.

use editor::geometry::{Point, Rect};
use editor::insert::place_for_note;
use editor::{Edit, Selection};
use leptos::html::Textarea;
use leptos::prelude::*;
use model::Note;

use super::Canvas;
use crate::i18n::tr;

impl Canvas {
    /// A new note in the middle of what is seen, or below the cards there.
    pub(crate) fn add_note(self) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let middle = self.to_world(Point::new(width / 2.0, height / 2.0));
        let wanted = Point::new(middle.x - 120.0, middle.y - 60.0);
        let [x, y] = self.cx.with_document(|document| place_for_note(document, wanted, 240.0, 120.0));
        let mut notes = self.cx.with_flow(|flow| flow.notes.clone());
        let id = (1..)
            .map(|number| format!("note_{number}"))
            .find(|id| notes.iter().all(|note| note.id != *id))
            .expect("there are more numbers than notes");
        notes.push(Note { id: id.clone(), text: String::new(), place: [x, y, 240, 120], colour: String::new() });
        self.cx.run(Edit::SetNotes(notes));
        self.cx.selection.set(Selection { note: Some(id), ..Selection::default() });
        let rect = Rect::new(x.into(), y.into(), 240.0, 120.0);
        self.cx.view.update(|view| *view = view.revealing(&rect, width, height, 48.0));
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
    let place = move || note.with(|note| note.as_ref().map(|note| note.place).unwrap_or_default());
    let is_selected = {
        let id = id.clone();
        move || cx.selection.with(|selection| selection.note.as_deref() == Some(id.as_str()))
    };
    let written = id.clone();
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
            class:sel=is_selected
            data-note=id
            style=move || {
                let [x, y, w, h] = place();
                format!("transform:translate({x}px,{y}px);width:{w}px;height:{h}px")
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
            <i data-resize="" aria-hidden="true"></i>
        </div>
    }
}

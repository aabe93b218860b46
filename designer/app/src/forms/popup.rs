//! A list that floats at a field: completion, variable search, pickers. The field keeps the focus and sends it keys.

use leptos::attr::Attribute;
use leptos::prelude::*;

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What the list's owner knows it by.
    pub(crate) key: String,
    /// What people read.
    pub(crate) label: String,
    /// In small beside it.
    pub(crate) detail: String,
    /// The heading it stands under.
    pub(crate) group: String,
    /// Is it among the chosen ones?
    pub(crate) is_chosen: bool,
}

/// A floating list: where it is, what it shows, which row is next.
#[derive(Clone, Copy)]
pub(crate) struct Popup {
    /// The id of the list, for `aria-controls`.
    pub(crate) id: StoredValue<String>,
    /// The rows; `None` is closed.
    pub(crate) rows: RwSignal<Option<Vec<Row>>>,
    /// The row that Enter takes.
    pub(crate) active: RwSignal<usize>,
    place: RwSignal<String>,
}

impl Popup {
    /// A closed list.
    pub(crate) fn new(id: String) -> Self {
        Self {
            id: StoredValue::new(id),
            rows: RwSignal::new(None),
            active: RwSignal::new(0),
            place: RwSignal::new(String::new()),
        }
    }

    /// Is it open?
    pub(crate) fn is_open(&self) -> bool {
        self.rows.with(Option::is_some)
    }

    /// Shows rows at a field; no rows close it.
    pub(crate) fn show(&self, rows: Vec<Row>, at: &web_sys::Element) {
        if rows.is_empty() {
            self.close();
            return;
        }
        if self.rows.with_untracked(Option::is_none) {
            self.place.set(place_at(at));
        }
        if self.rows.with_untracked(|old| old.as_ref() != Some(&rows)) {
            self.active.set(0);
            self.rows.set(Some(rows));
        }
    }

    /// Closes it.
    pub(crate) fn close(&self) {
        if self.rows.with_untracked(Option::is_some) {
            self.rows.set(None);
        }
    }

    /// The id of the active row, for `aria-activedescendant`.
    pub(crate) fn active_id(&self) -> Option<String> {
        self.is_open().then(|| format!("{}-{}", self.id.get_value(), self.active.get()))
    }

    /// What a one-line field says of its list to those who cannot see it.
    pub(crate) fn combobox(self) -> impl Attribute {
        view! {
            <{..}
                role="combobox"
                autocomplete="off"
                aria-autocomplete="list"
                aria-expanded=move || self.is_open().to_string()
                aria-controls=move || self.is_open().then(|| self.id.get_value())
                aria-activedescendant=move || self.active_id()
            />
        }
    }

    /// Moves with the arrows, takes with Enter or Tab, closes with Escape; says whether the list had a use for the key.
    /// Keys of an input method are never used.
    pub(crate) fn uses(&self, event: &web_sys::KeyboardEvent, take: Callback<String>) -> bool {
        if event.is_composing() || event.key_code() == 229 {
            return false;
        }
        let Some(rows) = self.rows.get_untracked() else { return false };
        let last = rows.len() - 1;
        let active = self.active.get_untracked().min(last);
        match event.key().as_str() {
            "ArrowDown" => self.active.set(if active == last { 0 } else { active + 1 }),
            "ArrowUp" => self.active.set(if active == 0 { last } else { active - 1 }),
            "Escape" => {
                self.close();
                event.stop_propagation();
            }
            "Enter" | "Tab" => {
                event.prevent_default();
                take.run(rows[active].key.clone());
                return true;
            }
            _ => return false,
        }
        event.prevent_default();
        self.scroll_to_active();
        true
    }

    fn scroll_to_active(&self) {
        let row = format!("{}-{}", self.id.get_value(), self.active.get_untracked());
        if let Some(row) = document().get_element_by_id(&row) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}

/// Below the field where there is room, else above it, as wide as the field.
fn place_at(field: &web_sys::Element) -> String {
    let rect = field.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
    let width = rect.width().max(220.0);
    let below = height - rect.bottom();
    if below >= 240.0 || below >= rect.top() {
        let room = (below - 12.0).clamp(120.0, 320.0);
        format!("left:{}px;top:{}px;width:{width}px;max-height:{room}px", rect.left(), rect.bottom() + 4.0)
    } else {
        let room = (rect.top() - 12.0).clamp(120.0, 320.0);
        format!("left:{}px;bottom:{}px;width:{width}px;max-height:{room}px", rect.left(), height - rect.top() + 4.0)
    }
}

/// The list itself. Mount it beside its field.
#[component]
pub(crate) fn PopupList(popup: Popup, take: Callback<String>) -> impl IntoView {
    // It floats where its field was: when the form is scrolled, it goes.
    let listener = window_event_listener(leptos::ev::wheel, move |event| {
        let is_inside = event
            .target()
            .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok())
            .is_some_and(|element| element.closest(".pop").ok().flatten().is_some());
        if !is_inside {
            popup.close();
        }
    });
    on_cleanup(move || listener.remove());
    move || {
        popup.rows.get().map(|rows| {
            let mut heading = String::new();
            let list = rows
                .into_iter()
                .enumerate()
                .map(|(at, row)| {
                    let title = (row.group != heading && !row.group.is_empty()).then(|| row.group.clone());
                    heading.clone_from(&row.group);
                    let key = row.key.clone();
                    view! {
                        {title.map(|title| view! { <div class="pop-head" role="presentation">{title}</div> })}
                        <div
                            class="pop-row"
                            role="option"
                            id=format!("{}-{at}", popup.id.get_value())
                            aria-selected=move || (popup.active.get() == at).to_string()
                            class:on=move || popup.active.get() == at
                            class:chosen=row.is_chosen
                            on:pointermove=move |_| popup.active.set(at)
                            on:pointerdown=move |event| {
                                event.prevent_default();
                                take.run(key.clone());
                            }
                        >
                            <span class="pop-label">{row.label}</span>
                            <span class="pop-detail">{row.detail}</span>
                        </div>
                    }
                })
                .collect_view();
            view! {
                <div class="pop" role="listbox" id=popup.id.get_value() style=move || popup.place.get()>
                    {list}
                </div>
            }
        })
    }
}

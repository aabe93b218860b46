//! What every field of a form can reach: the settings, the flow around them, and the one way to change them.

use leptos::prelude::*;
use model::{Language, Problem, Resources, Variable};
use serde_json::Value;

/// A form's surroundings. Copy it freely; all parts are signals.
#[derive(Clone, Copy)]
pub(crate) struct FormCx {
    /// Begins the ids of the form's elements.
    pub(crate) name: StoredValue<String>,
    /// The settings as a whole.
    pub(crate) config: Memo<Value>,
    /// Writes a value at a JSON pointer; `Null` removes it.
    pub(crate) write: Callback<(String, Value)>,
    /// What the flow remembers.
    pub(crate) variables: Signal<Vec<Variable>>,
    /// Adds a variable to the flow.
    pub(crate) add_variable: Callback<Variable>,
    /// A variable of this name becomes this one.
    pub(crate) change_variable: Callback<Variable>,
    /// The languages customers are served in, the main one first.
    pub(crate) languages: Signal<Vec<Language>>,
    /// The language whose texts the form shows now: one choice for all fields.
    pub(crate) shown: RwSignal<Language>,
    /// The findings on these settings, places relative to them.
    pub(crate) problems: Signal<Vec<Problem>>,
    /// What the workspace has.
    pub(crate) resources: RwSignal<Resources>,
    /// The steps of the flow a field may point to: id and title.
    pub(crate) steps: Signal<Vec<(String, String)>>,
}

impl FormCx {
    /// The place that is the settings as a whole.
    pub(crate) fn root(self) -> Setting {
        Setting { cx: self, pointer: StoredValue::new(String::new()), value: self.config }
    }
}

/// One place in the settings: its value, and how to change it.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    /// The form it belongs to.
    pub(crate) cx: FormCx,
    pointer: StoredValue<String>,
    /// What stands there; `Null` when nothing does.
    pub(crate) value: Memo<Value>,
}

impl Setting {
    /// A field of the object here.
    pub(crate) fn field(self, name: &str) -> Setting {
        let (parent, key) = (self.value, name.to_owned());
        Setting {
            cx: self.cx,
            pointer: StoredValue::new(format!("{}/{}", self.pointer.get_value(), escaped(name))),
            value: Memo::new(move |_| parent.with(|value| value.get(&key).cloned().unwrap_or(Value::Null))),
        }
    }

    /// An item of the list here.
    pub(crate) fn item(self, at: usize) -> Setting {
        let parent = self.value;
        Setting {
            cx: self.cx,
            pointer: StoredValue::new(format!("{}/{at}", self.pointer.get_value())),
            value: Memo::new(move |_| parent.with(|value| value.get(at).cloned().unwrap_or(Value::Null))),
        }
    }

    /// The same place, where a missing value means `default`.
    pub(crate) fn or_default(self, default: Value) -> Setting {
        if default.is_null() {
            return self;
        }
        let value = self.value;
        Setting {
            value: Memo::new(move |_| {
                value.with(|value| if value.is_null() { default.clone() } else { value.clone() })
            }),
            ..self
        }
    }

    /// The JSON pointer into the settings.
    pub(crate) fn pointer(self) -> String {
        self.pointer.get_value()
    }

    /// An id for the element that shows this place.
    pub(crate) fn id(self) -> String {
        let pointer = self.pointer.get_value();
        format!("{}{}", self.cx.name.get_value(), pointer.replace(['/', '~'], "-"))
    }

    /// Writes a new value; the same value again is no change.
    pub(crate) fn set(self, value: Value) {
        if self.value.with_untracked(|old| *old != value) {
            self.cx.write.run((self.pointer.get_value(), value));
        }
    }

    /// The value as a string; "" when it is none.
    pub(crate) fn text(self) -> String {
        self.value.with(|value| value.as_str().unwrap_or_default().to_owned())
    }

    /// The strings of the list here.
    pub(crate) fn strings(self) -> Vec<String> {
        self.value.with(strings_of)
    }

    /// How many items the list here has.
    pub(crate) fn len(self) -> usize {
        self.value.with(|value| value.as_array().map_or(0, Vec::len))
    }

    /// The list here as it stands, for a change of it.
    pub(crate) fn items_now(self) -> Vec<Value> {
        self.value.with_untracked(|value| value.as_array().cloned().unwrap_or_default())
    }

    /// Adds an item at the end of the list.
    pub(crate) fn push(self, item: Value) {
        let mut items = self.items_now();
        items.push(item);
        self.set(Value::Array(items));
    }

    /// Takes an item out of the list.
    pub(crate) fn remove(self, at: usize) {
        let mut items = self.items_now();
        if at < items.len() {
            items.remove(at);
            self.set(Value::Array(items));
        }
    }

    /// Moves an item of the list to another place.
    pub(crate) fn shift(self, from: usize, to: usize) {
        let mut items = self.items_now();
        if from < items.len() && to < items.len() && from != to {
            let item = items.remove(from);
            items.insert(to, item);
            self.set(Value::Array(items));
        }
    }

    /// The findings at this place, and below it when `with_inner`.
    pub(crate) fn problems(self, with_inner: bool) -> Signal<Vec<Problem>> {
        let (pointer, all) = (self.pointer.get_value(), self.cx.problems);
        let below = format!("{pointer}/");
        Signal::derive(move || {
            all.with(|all| {
                let here = |problem: &&Problem| {
                    problem
                        .place
                        .field
                        .as_deref()
                        .is_some_and(|field| field == pointer || (with_inner && field.starts_with(&below)))
                };
                all.iter().filter(here).cloned().collect()
            })
        })
    }
}

/// The strings of a list.
pub(crate) fn strings_of(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A name as JSON pointers write it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

//! The settings form of a step, made from its kind's schema: a real widget for every field.

mod caret;
mod choice;
mod code;
mod conditions;
mod context;
mod control;
mod field;
mod focus;
mod fresh;
mod functions;
mod key_values;
mod list;
mod node;
mod paths;
mod pickers;
mod popup;
mod problem;
mod template;
mod texts;
mod variable;
mod words;

use editor::widgets::fields;
use leptos::prelude::*;
use serde_json::Value;

pub(crate) use context::FormCx;
use field::FieldsView;
pub(crate) use node::{NodeForm, form_cx};
pub(crate) use problem::line as problem_line;
pub(crate) use texts::language_name;
pub(crate) use words::words_for;

/// The fields of a schema over any settings.
#[component]
pub(crate) fn SchemaForm(schema: Value, form: FormCx) -> impl IntoView {
    view! { <FieldsView fields=fields(&schema) setting=form.root() /> }
}

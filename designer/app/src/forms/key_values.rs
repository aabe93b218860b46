//! Rows of key and value, kept as an object; and, for what no widget fits, the value as JSON.

use editor::widgets::Field;
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::context::Setting;
use super::fresh::fresh;
use super::template::{TemplateInput, Writing};
use crate::i18n::{tr, tr_string};

/// An object as rows: a key that can be renamed, and its value by the widget of values.
#[component]
pub(crate) fn KeyValuesField(setting: Setting, item: Field, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let keys = Memo::new(move |_| {
        setting.value.with(|value| {
            value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    // A row without a key is not kept in the flow: it lives here until it has one.
    let is_adding = RwSignal::new(false);
    let write = move |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut object = setting.value.with_untracked(|value| value.as_object().cloned().unwrap_or_default());
        change(&mut object);
        setting.set(Value::Object(object));
    };
    let rename = move |from: String, to: String| {
        let to = to.trim().to_owned();
        if to.is_empty() || to == from {
            return;
        }
        write(&|object| {
            if !object.contains_key(&to)
                && let Some(value) = object.remove(&from)
            {
                object.insert(to.clone(), value);
            }
        });
    };
    let empty = fresh(&item.schema);
    let item = StoredValue::new(item);
    let row = move |key: String| {
        let (old, removed) = (key.clone(), key.clone());
        view! {
            <div class="f-kv-row">
                <div class="f-kv">
                    <input
                        type="text"
                        class="f-key nokey"
                        spellcheck="false"
                        aria-label=move || tr("名称", "Name")
                        prop:value=key.clone()
                        on:change=move |event| rename(old.clone(), event_target_value(&event))
                    />
                    <span class="f-arrow" aria-hidden="true">"="</span>
                    <super::field::FieldView field=item.get_value() parent=setting.field(&key) />
                </div>
                <button
                    type="button"
                    class="f-remove"
                    aria-label=tr_string(|| format!("移除 {removed}"), || format!("Remove {removed}"))
                    on:click=move |_| write(&|object| { object.remove(&removed); })
                >
                    <span aria-hidden="true">"×"</span>
                </button>
            </div>
        }
    };
    let add = move |event: web_sys::Event| {
        let key = event_target_value(&event).trim().to_owned();
        is_adding.set(false);
        if !key.is_empty() {
            let empty = empty.clone();
            write(&|object| {
                object.entry(key.clone()).or_insert_with(|| empty.clone());
            });
        }
    };
    view! {
        <div class="f-list" id=setting.id() role="group" aria-label=move || label.get()>
            <div class="f-items"><For each=move || keys.get() key=Clone::clone children=row /></div>
            {move || if is_adding.get() {
                let add = add.clone();
                view! {
                    <input
                        type="text"
                        class="f-key nokey"
                        autofocus
                        spellcheck="false"
                        placeholder=tr("名称，然后按回车", "Name, then Enter")
                        aria-label=tr("新的名称", "New name")
                        on:change=add
                        on:keydown=move |event| if event.key() == "Escape" {
                            event.stop_propagation();
                            is_adding.set(false);
                        }
                    />
                }.into_any()
            } else {
                view! {
                    <button type="button" class="f-add" on:click=move |_| is_adding.set(true)>
                        <span aria-hidden="true">"+"</span>{tr("添加一行", "Add a row")}
                    </button>
                }.into_any()
            }}
        </div>
    }
}

/// The value as JSON: only for add-ons whose settings no widget fits. It is kept when it can be read.
#[component]
pub(crate) fn JsonField(setting: Setting, #[prop(into)] label: Signal<String>, described_by: String) -> impl IntoView {
    let draft = RwSignal::new(None::<String>);
    let mistake = RwSignal::new(None::<String>);
    let shown = move || {
        draft
            .get()
            .unwrap_or_else(|| setting.value.with(|value| serde_json::to_string_pretty(value).unwrap_or_default()))
    };
    let change = Callback::new(move |text: String| {
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => {
                mistake.set(None);
                setting.set(value);
            }
            Err(error) => mistake.set(Some(tr_string(
                || format!("第 {} 行第 {} 列不是有效的 JSON", error.line(), error.column()),
                || format!("not valid JSON at line {}, column {}", error.line(), error.column()),
            ))),
        }
        draft.set(Some(text));
    });
    view! {
        <div class="f-raw">
            <TemplateInput
                cx=setting.cx
                id=setting.id()
                writing=Writing::PlainLines
                value=Signal::derive(shown)
                change
                label
                described_by
                invalid=Signal::derive(move || mistake.with(Option::is_some))
            />
            {move || mistake.get().map(|words| view! { <p class="f-problem">{words}</p> })}
        </div>
    }
}

//! What the conversation remembers: made, named, typed, renamed everywhere at once.

use editor::Edit;
use editor::variables::uses;
use leptos::prelude::*;
use model::{Language, NodeId, Scope, VarName, VarType, Variable};
use serde_json::Value;

use crate::canvas::Canvas;
use crate::i18n::{counted, language_code, tr, tr_string, words};
use crate::ui::{Icon, IconButton, is_composing, toast, toast_undo};

const TYPES: [(VarType, &str, &str, &str); 6] = [
    (VarType::Text, "text", "文字", "Text"),
    (VarType::Number, "number", "数字", "Number"),
    (VarType::YesNo, "yes_no", "是/否", "Yes/no"),
    (VarType::Date, "date", "日期", "Date"),
    (VarType::List, "list", "列表", "List"),
    (VarType::Object, "object", "对象", "Object"),
];

/// The panel.
#[component]
pub(super) fn Variables(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let query = RwSignal::new(String::new());
    let names = Memo::new(move |_| {
        let query = query.get().trim().to_lowercase();
        cx.track_document(|document| {
            let found = document.flow.variables.iter().filter(|variable| {
                let labels = variable.label.iter().map(|(_, label)| label.to_lowercase());
                labels.chain([variable.name.0.to_lowercase()]).any(|words| words.contains(&query))
            });
            found.map(|variable| variable.name.clone()).collect::<Vec<_>>()
        })
    });
    let wanted = move || query.get().trim().to_owned();
    let can_create = move || {
        let name = VarName::from(wanted());
        name.is_valid() && cx.track_document(|document| document.variable(name.as_str()).is_none())
    };
    let create = move || {
        let name = VarName::from(untrack(wanted));
        if !untrack(can_create) {
            return;
        }
        cx.run(Edit::AddVariable(Variable {
            name,
            kind: VarType::Text,
            scope: Scope::Conversation,
            label: model::Texts::default(),
            initial: Value::Null,
        }));
        query.set(String::new());
    };
    view! {
        <label class="picker-search nokey">
            <Icon name="search" />
            <input
                type="search"
                placeholder=move || tr("查找，或输入新变量名", "Find, or name a new one")
                aria-label=move || tr("查找或新建变量", "Find or create a variable")
                data-test="variable-search"
                prop:value=move || query.get()
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=move |event| if event.key() == "Enter" && !is_composing(&event) { create() }
            />
        </label>
        <div class="panel-scroll">
            {move || can_create().then(|| view! {
                <button type="button" class="variable-new" data-test="variable-create" on:click=move |_| create()>
                    <Icon name="plus" />
                    {tr_string(|| format!("新建变量 {}", wanted()), || format!("Create {}", wanted()))}
                </button>
            })}
            <For each=move || names.get() key=Clone::clone let:name>
                <OneVariable canvas name />
            </For>
            {move || names.with(Vec::is_empty).then(|| view! {
                <p class="panel-hint">{tr(
                    "变量是会话里记住的内容，例如订单号。输入英文名即可新建。",
                    "Variables are what a conversation remembers, for example an order number. Type a name to create one.",
                )}</p>
            })}
        </div>
    }
}

#[component]
fn OneVariable(canvas: Canvas, name: VarName) -> impl IntoView {
    let cx = canvas.cx;
    let name = StoredValue::new(name);
    let variable =
        Memo::new(move |_| cx.track_document(|document| document.variable(name.get_value().as_str()).cloned()));
    let used = Memo::new(move |_| cx.track_document(|document| uses(document, &name.get_value())));
    let label = move || {
        let language = Language::from(language_code());
        variable.with(|variable| {
            variable.as_ref().and_then(|variable| variable.label.0.get(&language).cloned()).unwrap_or_default()
        })
    };
    let change = move |change: &dyn Fn(&mut Variable)| {
        let Some(mut to) = variable.get_untracked() else { return };
        change(&mut to);
        let outcome = cx.run(Edit::ChangeVariable { name: name.get_value(), to });
        if let Some(note) = outcome.note {
            toast(words(&note));
        }
    };
    let rename = move |text: String| {
        let to = VarName::from(text.trim());
        if to == name.get_value() {
            return;
        }
        if to.is_valid() {
            change(&|variable| variable.name = to.clone());
        } else {
            toast(tr(
                "变量名用英文字母开头，只含字母、数字和下划线",
                "A name begins with a letter and has only letters, digits and _",
            ));
        }
    };
    let remove = move || {
        let outcome = cx.run(Edit::RemoveVariable(name.get_value()));
        toast_undo(words(&outcome.label), move || {
            cx.undo();
        });
    };
    let show_use = move || {
        let used = used.get_untracked();
        let here = cx.selection.with_untracked(|selection| selection.single().cloned());
        let at = used.iter().position(|id| Some(id) == here.as_ref()).map_or(0, |at| (at + 1) % used.len());
        let next: Option<&NodeId> = used.get(at);
        if let Some(next) = next {
            cx.reveal(next);
        }
    };
    view! {
        <div class="variable" data-variable=name.get_value().0>
            <div class="variable-line">
                <input
                    class="variable-name nokey"
                    aria-label=move || tr("变量名", "Name")
                    prop:value=name.get_value().0
                    on:change=move |event| rename(event_target_value(&event))
                />
                <IconButton icon="trash-2" danger=true label=move || tr("删除变量", "Delete the variable") on_press=move |()| remove() />
            </div>
            <div class="variable-line">
                <input
                    class="variable-label nokey"
                    placeholder=move || tr("显示名，例如 订单号", "Name people see")
                    aria-label=move || tr("显示名", "Name people see")
                    prop:value=label
                    on:change=move |event| {
                        let text = event_target_value(&event);
                        change(&|variable| variable.label.set(Language::from(language_code()), text.trim()));
                    }
                />
                <select
                    aria-label=move || tr("类型", "Type")
                    prop:value=move || {
                        let kind = variable.with(|variable| variable.as_ref().map(|variable| variable.kind).unwrap_or_default());
                        TYPES.iter().find(|(known, ..)| *known == kind).map_or("text", |(_, value, ..)| *value)
                    }
                    on:change=move |event| {
                        let value = event_target_value(&event);
                        if let Some((kind, ..)) = TYPES.iter().find(|(_, known, ..)| *known == value) {
                            change(&|variable| variable.kind = *kind);
                        }
                    }
                >
                    {TYPES.map(|(kind, value, zh, en)| view! {
                        <option value=value selected=variable.get_untracked().is_some_and(|variable| variable.kind == kind)>{move || tr(zh, en)}</option>
                    })}
                </select>
            </div>
            <button type="button" class="variable-uses" disabled=move || used.with(Vec::is_empty) on:click=move |_| show_use()>
                {move || match used.with(Vec::len) {
                    0 => tr("还没有步骤用到", "Not used yet").to_owned(),
                    n => tr_string(|| format!("{n} 个步骤用到"), || format!("Used in {}", counted(n, "step"))),
                }}
            </button>
        </div>
    }
}

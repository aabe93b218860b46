//! A list whose items can be added, removed and moved: by the handle with the mouse, by the arrows on the handle.

use leptos::html::Div;
use leptos::prelude::*;
use model::Texts;
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::context::Setting;
use crate::i18n::{tr, tr_string, words};
use crate::ui::Icon;

/// What a list is made of.
#[derive(Clone)]
pub(crate) struct ListLook {
    /// The word for one item.
    pub(crate) item: Texts,
    /// What a new item is, given the list as it stands.
    pub(crate) fresh: Callback<Vec<Value>, Value>,
    /// The fewest items.
    pub(crate) min: usize,
    /// The most items.
    pub(crate) max: usize,
    /// Rows in a frame each (items with several fields), or bare lines.
    pub(crate) is_framed: bool,
}

/// The list; `row` shows one item.
#[component]
pub(crate) fn ItemList(
    setting: Setting,
    look: ListLook,
    row: Callback<Setting, AnyView>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let held = RwSignal::new(None::<usize>);
    let target = RwSignal::new(None::<usize>);
    let name = setting.id();
    let word = StoredValue::new(look.item.clone());
    let item_word = move || word.with_value(words);

    let focus_handle = {
        let name = name.clone();
        move |at: usize| {
            let id = format!("{name}-handle-{at}");
            request_animation_frame(move || {
                if let Some(element) =
                    document().get_element_by_id(&id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    let _ = element.focus();
                }
            });
        }
    };
    let over = move |y: f64| {
        let rows = frame.get_untracked()?.children();
        (0..rows.length()).filter_map(|at| rows.item(at)).position(|row| y < row.get_bounding_client_rect().bottom())
    };
    let let_go = move || {
        if let (Some(from), Some(to)) = (held.get_untracked(), target.get_untracked()) {
            setting.shift(from, to);
        }
        held.set(None);
        target.set(None);
    };
    let is_framed = look.is_framed;
    let (min, max, fresh) = (look.min, look.max, look.fresh);
    let handle_name = name.clone();
    let rows = move |at: usize| {
        let item = setting.item(at);
        let focus = focus_handle.clone();
        let handle = view! {
            <button
                type="button"
                class="f-handle"
                id=format!("{handle_name}-handle-{at}")
                title=move || tr("拖动排序，或按上下键", "Drag to reorder, or press the arrow keys")
                aria-label=move || tr_string(|| format!("移动第 {} 项", at + 1), || format!("Move item {}", at + 1))
                on:pointerdown=move |event| {
                    if let Some(element) = event.current_target().and_then(|e| e.dyn_into::<web_sys::Element>().ok()) {
                        let _ = element.set_pointer_capture(event.pointer_id());
                        held.set(Some(at));
                    }
                }
                on:pointermove=move |event| if held.get_untracked().is_some() {
                    target.set(over(f64::from(event.client_y())));
                }
                on:pointerup=move |_| let_go()
                on:pointercancel=move |_| { held.set(None); target.set(None); }
                on:keydown=move |event| {
                    let to = match event.key().as_str() {
                        "ArrowUp" if at > 0 => at - 1,
                        "ArrowDown" if at + 1 < setting.len() => at + 1,
                        _ => return,
                    };
                    event.prevent_default();
                    event.stop_propagation();
                    setting.shift(at, to);
                    focus(to);
                }
            >
                <Icon name="grip-vertical" />
            </button>
        };
        view! {
            <div
                class="f-item"
                class:framed=is_framed
                class:held=move || held.get() == Some(at)
                class:before=move || target.get() == Some(at) && held.get().is_some_and(|from| from > at)
                class:after=move || target.get() == Some(at) && held.get().is_some_and(|from| from < at)
                role="group"
                aria-label=move || format!("{} {}", item_word(), at + 1)
            >
                {handle}
                <div class="f-item-body">{row.run(item)}</div>
                <button
                    type="button"
                    class="f-remove"
                    disabled=move || setting.len() <= min
                    title=move || tr("移除", "Remove")
                    aria-label=move || format!("{} {}", tr("移除", "Remove"), at + 1)
                    on:click=move |_| setting.remove(at)
                >
                    <Icon name="x" />
                </button>
            </div>
        }
    };
    view! {
        <div class="f-list" id=name role="group" aria-label=move || label.get()>
            <div class="f-items" node_ref=frame>
                <For each=move || 0..setting.len() key=|at| *at children=rows />
            </div>
            {move || (setting.len() < max).then(|| view! {
                <button type="button" class="f-add" on:click=move |_| setting.push(fresh.run(setting.items_now()))>
                    <Icon name="plus" />
                    {format!("{}{}", tr("添加", "Add "), item_word())}
                </button>
            })}
        </div>
    }
}

/// Short words as tags in one field: Enter or a comma adds, Backspace takes the last away.
#[component]
pub(crate) fn TagField(
    setting: Setting,
    #[prop(into)] label: Signal<String>,
    described_by: String,
    #[prop(optional)] is_compact: bool,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let add = move |words: &str| {
        let mut items = setting.value.with_untracked(super::context::strings_of);
        for word in words.split([',', '，', '、', ';', '；', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
            if !items.iter().any(|item| item == word) {
                items.push(word.to_owned());
            }
        }
        setting.set(Value::from(items));
        text.set(String::new());
    };
    let tags = move || {
        setting.strings()
            .into_iter()
            .enumerate()
            .map(|(at, word)| {
                let name = word.clone();
                view! {
                    <span class="f-tag">
                        {word}
                        <button type="button" aria-label=format!("{} {name}", tr("移除", "Remove")) on:click=move |_| setting.remove(at)>"×"</button>
                    </span>
                }
            })
            .collect_view()
    };
    view! {
        <div class="f-tags">
            {tags}
            <input
                id=setting.id()
                type="text"
                class="nokey"
                aria-label=move || label.get()
                aria-describedby=described_by
                placeholder=move || match (setting.len(), is_compact) {
                    (0, true) => label.get(),
                    (0, false) => tr("输入后按回车", "Type, then Enter").to_owned(),
                    _ => String::new(),
                }
                prop:value=move || text.get()
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    let is_composing = event.unchecked_ref::<web_sys::InputEvent>().is_composing();
                    if !is_composing && typed.contains([',', '，', '、', '；']) { add(&typed) } else { text.set(typed) }
                }
                on:keydown=move |event| {
                    if event.is_composing() || event.key_code() == 229 {
                        return;
                    }
                    match event.key().as_str() {
                        "Enter" => {
                            event.prevent_default();
                            let typed = text.get_untracked();
                            add(&typed);
                        }
                        "Backspace" if text.with_untracked(String::is_empty) && untrack(move || setting.len()) > 0 => {
                            setting.remove(untrack(move || setting.len()) - 1);
                        }
                        _ => {}
                    }
                }
                on:blur=move |_| if text.with_untracked(|words| !words.trim().is_empty()) {
                    let words = text.get_untracked();
                    add(&words);
                }
            />
        </div>
    }
}

//! The form of one step: name, what it does, its settings, a note for colleagues.

use editor::Edit;
use leptos::html::Div;
use leptos::prelude::*;
use model::{Language, NodeId, Problem, VarName, Variable};
use serde_json::Value;

use super::SchemaForm;
use super::context::FormCx;
use super::focus::show_field;
use super::problem::line;
use super::template::{TemplateInput, Writing};
use crate::designer::DesignerCx;
use crate::i18n::{language_code, tr, words};
use crate::ui::{Icon, is_composing};

/// The surroundings of a form on the canvas screen; `write` has to be given by who knows what is written to.
pub(crate) fn form_cx(cx: DesignerCx, name: &str, config: Memo<Value>, problems: Signal<Vec<Problem>>) -> FormCx {
    let languages = Memo::new(move |_| cx.track_document(|document| document.flow.languages.clone()));
    // A language that customers are no longer served in has no tab to leave it by.
    Effect::new(move |_| {
        let shown = cx.content_language.get();
        if let Some(main) = languages.with(|all| (!all.contains(&shown)).then(|| all.first().cloned()).flatten()) {
            cx.content_language.set(main);
        }
    });
    FormCx {
        name: StoredValue::new(name.to_owned()),
        config,
        write: Callback::new(|_| {}),
        variables: Memo::new(move |_| cx.track_document(|document| document.flow.variables.clone())).into(),
        add_variable: Callback::new(move |variable: Variable| {
            cx.run(Edit::AddVariable(variable));
        }),
        change_variable: Callback::new(move |to: Variable| {
            let name: VarName = to.name.clone();
            cx.run(Edit::ChangeVariable { name, to });
        }),
        languages: languages.into(),
        shown: cx.content_language,
        problems,
        resources: cx.resources,
        steps: Memo::new(move |_| {
            let language = Language::from(language_code());
            cx.track_document(|document| {
                let nodes = document.flow.nodes.iter().filter(|node| document.is_enterable(&node.id));
                nodes.map(|node| (node.id.to_string(), document.title(&node.id, &language))).collect::<Vec<_>>()
            })
        })
        .into(),
    }
}

/// The form. Mount it anew for another step.
#[component]
pub(crate) fn NodeForm(cx: DesignerCx, node: NodeId) -> impl IntoView {
    let Some(kind) = cx.with_flow(|flow| flow.node(&node).map(|node| node.kind.clone())) else {
        return ().into_any();
    };
    let id = StoredValue::new(node.clone());
    let config = Memo::new(move |_| {
        cx.track_document(|document| {
            document.flow.node(&id.get_value()).map(|node| node.config.clone()).unwrap_or_default()
        })
    });
    let problems = Memo::new(move |_| {
        let node = id.get_value();
        cx.problems.with(|all| {
            all.iter().filter(|problem| problem.place.node.as_ref() == Some(&node)).cloned().collect::<Vec<_>>()
        })
    });
    let form = FormCx {
        write: Callback::new(move |(pointer, value): (String, Value)| {
            let value = Some(value).filter(|value| !value.is_null());
            cx.run(Edit::SetConfig { node: id.get_value(), pointer, value });
        }),
        ..form_cx(cx, &format!("f-{node}"), config, problems.into())
    };
    let frame = NodeRef::<Div>::new();
    // A finding that was pressed brings its field here.
    Effect::new(move |_| {
        let (Some(frame), Some((node, pointer))) = (frame.get(), cx.focus_field.get()) else { return };
        if node == id.get_value() {
            // A text that is wrong in one language is shown in that language.
            let language = Language::from(pointer.rsplit('/').next().unwrap_or_default());
            if form.languages.with_untracked(|languages| languages.contains(&language)) {
                form.shown.set(language);
            }
            // The dialog it was pressed in gives the focus back first.
            set_timeout(
                move || {
                    show_field(&frame, &pointer);
                },
                std::time::Duration::from_millis(120),
            );
            cx.focus_field.set(None);
        }
    });
    let spec = cx.spec(&kind);
    let about = spec.as_ref().map(|spec| spec.description.clone()).unwrap_or_default();
    let has_about = !about.is_empty();
    let body = match spec.clone() {
        Some(spec) => view! { <SchemaForm schema=spec.schema form /> }.into_any(),
        None => view! {
            <p class="f-problem">{tr("这个版本不认识这种步骤，设置原样保留。", "This release does not know this kind of step; its settings are kept as they are.")}</p>
        }
        .into_any(),
    };
    // Findings without a field of their own: the step as a whole, its exits.
    let others = move || {
        problems.with(|all| {
            all.iter()
                .filter(|problem| problem.place.field.as_deref().is_none_or(str::is_empty))
                .cloned()
                .map(line)
                .collect_view()
        })
    };
    view! {
        <div
            class="f"
            node_ref=frame
            data-form=node.to_string()
            on:keydown=|event| {
                if event.key() == "Escape" && !is_composing(&event) && !event.default_prevented() {
                    back_to_canvas();
                }
            }
        >
            <div class="f-head">
                <Title cx id label=spec.as_ref().map(|spec| spec.label.clone()).unwrap_or_default() />
                {spec.map(|spec| view! {
                    <div class="f-kind">
                        <span class="f-icon" style=format!("--c:var(--{})", spec.family.name())><Icon name=spec.icon.clone() /></span>
                        <span>{move || words(&spec.label)}</span>
                    </div>
                })}
                {has_about.then(|| view! { <p class="f-about">{move || words(&about)}</p> })}
                {others}
            </div>
            {body}
            <Note cx id form />
        </div>
    }
    .into_any()
}

/// Escape in a field goes back to the step on the canvas.
fn back_to_canvas() {
    let canvas = document().query_selector("[role=application]").ok().flatten();
    if let Some(canvas) = canvas.and_then(|canvas| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(canvas).ok())
    {
        // A canvas that cannot be focused leaves the focus where it is.
        let _ = canvas.focus();
    }
}

/// The step's name in the language that the form shows; empty gives the kind's name back.
#[component]
fn Title(cx: DesignerCx, id: StoredValue<NodeId>, label: model::Texts) -> impl IntoView {
    let draft = RwSignal::new(None::<String>);
    let title = move || {
        let language = cx.content_language.get();
        draft.get().unwrap_or_else(|| {
            cx.track_document(|document| {
                document
                    .flow
                    .node(&id.get_value())
                    .and_then(|node| node.title.0.get(&language).cloned())
                    .unwrap_or_default()
            })
        })
    };
    let write = move |text: String| {
        cx.run(Edit::SetTitle { node: id.get_value(), language: cx.content_language.get_untracked(), title: text });
    };
    view! {
        <input
            type="text"
            class="f-title nokey"
            data-test="step-title"
            maxlength="80"
            aria-label=move || tr("步骤名称", "Name of the step")
            placeholder=move || {
                let language = cx.content_language.get();
                cx.changes.track();
                let own = cx.with_document(|document| document.titles(&id.get_value()));
                let words = own.get(&language, &[]);
                if words.is_empty() { label.get(&language, &[]).to_owned() } else { words.to_owned() }
            }
            prop:value=title
            on:input=move |event| {
                let text = event_target_value(&event);
                let is_composing = wasm_bindgen::JsCast::dyn_ref::<web_sys::InputEvent>(&event).is_some_and(web_sys::InputEvent::is_composing);
                if is_composing {
                    draft.set(Some(text));
                } else {
                    draft.set(None);
                    write(text);
                }
            }
            on:compositionend=move |event| {
                draft.set(None);
                let field = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(target).ok());
                if let Some(field) = field {
                    write(field.value());
                }
            }
        />
    }
}

/// A note for colleagues; customers never see it.
#[component]
fn Note(cx: DesignerCx, id: StoredValue<NodeId>, form: FormCx) -> impl IntoView {
    let note = move || {
        cx.track_document(|document| {
            document.flow.node(&id.get_value()).map(|node| node.note.clone()).unwrap_or_default()
        })
    };
    let has_note = !untrack(note).is_empty();
    view! {
        <details class="f-fold" open=has_note>
            <summary>{move || tr("给同事的备注", "Note for colleagues")}</summary>
            <div class="f-fold-body">
                <TemplateInput
                    cx=form
                    id=format!("{}-note", form.name.get_value())
                    writing=Writing::PlainLines
                    value=Signal::derive(note)
                    change=Callback::new(move |note: String| {
                        cx.run(Edit::SetNote { node: id.get_value(), note });
                    })
                    label=Signal::derive(|| tr("给同事的备注", "Note for colleagues").to_owned())
                    placeholder=Signal::derive(|| tr("客户看不到", "Customers do not see it").to_owned())
                />
            </div>
        </details>
    }
}

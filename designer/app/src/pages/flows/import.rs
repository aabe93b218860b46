//! Bringing in flows: by a button, or by dropping a file anywhere on the page; what came of it is told in full.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{Problem, Texts};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::api::{self, ApiError, FlowSummary, Imported};
use crate::i18n::{tr, tr_string, words};
use crate::pages::load::Remote;
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Icon, Pill, Tone};

/// An import at work, or what came of the last one. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Importing {
    flows: Remote<Vec<FlowSummary>>,
    busy: RwSignal<bool>,
    is_told: RwSignal<bool>,
    result: RwSignal<Option<Result<Imported, ApiError>>>,
}

impl Importing {
    pub(super) fn new(flows: Remote<Vec<FlowSummary>>) -> Self {
        Self { flows, busy: RwSignal::new(false), is_told: RwSignal::new(false), result: RwSignal::new(None) }
    }

    fn read(self, file: web_sys::File) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let result = match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => api::import(&js_sys::Uint8Array::new(&buffer).to_vec()).await,
                Err(_) => Err(ApiError::unreadable(0, &file.name())),
            };
            let _ = self.busy.try_set(false);
            if result.is_ok() {
                self.flows.reload();
            }
            let _ = self.result.try_set(Some(result));
            let _ = self.is_told.try_set(true);
        });
    }
}

/// Chooses a file.
#[component]
pub(super) fn ImportButton(importing: Importing) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    view! {
        <input
            node_ref=input
            type="file"
            accept=".json,application/json"
            hidden
            data-test="import-file"
            on:change=move |_| {
                let Some(input) = input.get_untracked() else { return };
                if let Some(file) = input.files().and_then(|files| files.item(0)) {
                    importing.read(file);
                }
                // The same file again is a change again.
                input.set_value("");
            }
        />
        <Button
            icon="upload"
            busy=importing.busy
            label=move || tr("导入", "Import")
            test="import"
            on_press=move |()| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }
        />
    }
}

/// Takes files that are dropped on the child.
#[component]
pub(super) fn DropZone(importing: Importing, children: Children) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let carries_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    view! {
        <div
            class="drop-zone"
            on:dragover=move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    is_over.set(true);
                }
            }
            on:dragleave=move |event| {
                // Leaving for a child is not leaving.
                let inside = event.related_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                    .is_some_and(|element| element.closest(".drop-zone").ok().flatten().is_some());
                if !inside {
                    is_over.set(false);
                }
            }
            on:drop=move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    is_over.set(false);
                    if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.item(0)) {
                        importing.read(file);
                    }
                }
            }
        >
            {children()}
            <Show when=move || is_over.get()>
                <div class="drop-veil"><div><Icon name="file-up" /><b>{move || tr("松开即可导入", "Drop to import")}</b></div></div>
            </Show>
        </div>
    }
}

/// What came of it.
#[component]
pub(super) fn ImportDialog(importing: Importing) -> impl IntoView {
    let title = move || match importing.result.get() {
        Some(Err(_)) => tr("没有导入", "Nothing was imported"),
        _ => tr("已导入", "Imported"),
    };
    view! {
        <Dialog open=importing.is_told size=DialogSize::Medium title>
            <div class="dialog-body">
                {move || match importing.result.get() {
                    Some(Ok(imported)) => view! { <Came imported /> }.into_any(),
                    Some(Err(error)) => view! { <Refused error /> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            <footer class="dialog-foot">
                <Button kind=ButtonKind::Primary label=move || tr("知道了", "Got it") on_press=move |()| importing.is_told.set(false) />
            </footer>
        </Dialog>
    }
}

#[component]
fn Came(imported: Imported) -> impl IntoView {
    let also: Vec<String> = imported
        .created
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(what, n)| format!("{n} {}", name_of(what)))
        .collect();
    let flows = imported
        .flows
        .into_iter()
        .map(|flow| {
            let n_errors = flow.problems.iter().filter(|problem| problem.is_error()).count();
            let n_problems = flow.problems.len();
            view! {
                <li class="row">
                    <Icon name="workflow" />
                    <A href=format!("/flows/{}", flow.id)>{words(&flow.name)}</A>
                    <code>{flow.key}</code>
                    <span class="space"></span>
                    {(flow.action == "renamed").then(|| view! { <Pill tone=Tone::Accent text=tr("已改名，避免重名", "Renamed, the key was taken") /> })}
                    {(n_problems > 0).then(|| view! {
                        <Pill
                            tone={if n_errors > 0 { Tone::Bad } else { Tone::Warn }}
                            text=tr_string(|| format!("{n_problems} 个问题"), || format!("{n_problems} problem{}", if n_problems == 1 { "" } else { "s" }))
                        />
                    })}
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="plain-list">{flows}</ul>
        {(!also.is_empty()).then(|| view! { <p class="quiet">{tr("同时带来：", "Along with: ")}{also.join(" · ")}</p> })}
        {imported.notes.iter().map(|note: &Texts| view! { <p class="quiet">{words(note)}</p> }).collect_view()}
    }
}

#[component]
fn Refused(error: ApiError) -> impl IntoView {
    let problems: Vec<Problem> = error.said("problems").unwrap_or_default();
    let excerpt: Option<String> = error.said("excerpt");
    view! {
        <div class="notice bad" role="alert">
            <Icon name="circle-alert" />
            <div><b>{error.title}</b><span>{error.detail}</span></div>
        </div>
        {excerpt.map(|excerpt| view! { <pre class="excerpt">{excerpt}</pre> })}
        <ul class="plain-list">
            {problems.into_iter().map(|problem| view! {
                <li class="import-problem">
                    {place_of(&problem).map(|place| view! { <code>{place}</code> })}
                    <div><b>{words(&problem.message)}</b><span class="quiet">{words(&problem.advice)}</span></div>
                </li>
            }).collect_view()}
        </ul>
    }
}

fn place_of(problem: &Problem) -> Option<String> {
    match (problem.place.line, problem.place.column, &problem.place.field) {
        (Some(line), Some(column), _) => Some(tr_string(|| format!("第 {line} 行，第 {column} 列"), || format!("line {line}, column {column}"))),
        (Some(line), None, _) => Some(tr_string(|| format!("第 {line} 行"), || format!("line {line}"))),
        (None, _, Some(field)) => Some(field.clone()),
        (None, _, None) => None,
    }
}

fn name_of(what: &str) -> String {
    match what {
        "intents" => tr("个意图", "topics").to_owned(),
        "libraries" => tr("个知识库", "libraries").to_owned(),
        "articles" => tr("篇知识", "articles").to_owned(),
        "teams" => tr("个团队", "teams").to_owned(),
        "calendars" => tr("个服务时间", "calendars").to_owned(),
        "connectors" => tr("个连接", "connections").to_owned(),
        other => other.to_owned(),
    }
}

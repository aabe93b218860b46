//! Import: a file in, everything checked first, a report of what came of it; mistakes at their line with an arrow.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Problem;
use wasm_bindgen::JsCast;

use crate::api::{self, ApiError, Imported, ImportedFlow};
use crate::forms::problem_line;
use crate::i18n::{tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Icon, Pill, Tone};

/// The dialog. `done` is called after a file came in.
#[component]
pub(crate) fn ImportDialog(
    open: RwSignal<bool>,
    /// A file that was dropped elsewhere on the page; it is read at once.
    dropped: RwSignal<Option<web_sys::File>, LocalStorage>,
    #[prop(optional, into)] done: Option<Callback<Imported>>,
) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<Imported, ApiError>>);
    let is_busy = RwSignal::new(false);
    let is_over = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if open.get() {
            answer.set(None);
            is_busy.set(false);
        }
    });
    let read = move |file: web_sys::File| {
        name.set(file.name());
        is_busy.set(true);
        spawn_local(async move {
            let bytes = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
            let found = match bytes {
                Ok(buffer) => api::import(&js_sys::Uint8Array::new(&buffer).to_vec()).await,
                Err(_) => Err(ApiError::offline(tr("读不了这个文件", "the file cannot be read"))),
            };
            is_busy.try_set(false);
            if let (Ok(imported), Some(done)) = (&found, done) {
                done.run(imported.clone());
            }
            answer.try_set(Some(found));
        });
    };
    Effect::new(move |_| {
        if let (true, Some(file)) = (open.get(), dropped.get()) {
            dropped.set(None);
            read(file);
        }
    });
    let choose = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            field.click();
        }
    };
    let body = move || {
        match answer.get() {
        None => view! {
            <div
                class="dl-drop"
                class:over=move || is_over.get()
                on:dragover=move |event| { event.prevent_default(); is_over.set(true); }
                on:dragleave=move |_| is_over.set(false)
                on:drop=move |event| {
                    event.prevent_default();
                    is_over.set(false);
                    if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
                        read(file);
                    }
                }
            >
                <Icon name="file-json" />
                <p>{tr("把流程文件（.json）拖到这里", "Drop a flow file (.json) here")}</p>
                <Button label=move || tr("选择文件", "Choose a file") icon="upload" busy=is_busy on_press=move |()| choose() />
                <small>{tr("先全部检查，有错就什么都不改动。", "Everything is checked first; with a mistake in it, nothing is touched.")}</small>
            </div>
        }
        .into_any(),
        Some(Ok(imported)) => view! { <Report imported /> }.into_any(),
        Some(Err(error)) => view! { <Refused name=name.get() error /> }.into_any(),
    }
    };
    view! {
        <Dialog open title=move || tr("导入", "Import") size=DialogSize::Medium>
            <div class="dialog-body dl">
                <input
                    node_ref=field
                    type="file"
                    accept=".json,application/json"
                    class="visually-hidden"
                    tabindex="-1"
                    data-test="import-file"
                    aria-label=move || tr("流程文件", "Flow file")
                    on:change=move |event| {
                        let file = event
                            .target()
                            .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
                            .and_then(|input| input.files())
                            .and_then(|files| files.get(0));
                        if let Some(file) = file {
                            read(file);
                        }
                    }
                />
                {body}
            </div>
            {move || answer.with(Option::is_some).then(|| view! {
                <footer class="dialog-foot">
                    <Button label=move || tr("再选一个文件", "Another file") on_press=move |()| { answer.set(None); } />
                    <Button label=move || tr("完成", "Done") kind=ButtonKind::Primary on_press=move |()| open.set(false) />
                </footer>
            })}
        </Dialog>
    }
}

/// What came in.
#[component]
fn Report(imported: Imported) -> impl IntoView {
    let flows = imported.flows.into_iter().map(|flow| view! { <ReportedFlow flow /> }).collect_view();
    let made: Vec<String> =
        imported.created.iter().filter(|(_, count)| **count > 0).map(|(what, count)| counted(what, *count)).collect();
    let notes = imported.notes.iter().map(|note| view! { <li>{words(note)}</li> }).collect_view();
    view! {
        <div class="dl-report" data-test="import-report">
            <h3><Icon name="circle-check" />{tr("已导入", "Imported")}</h3>
            <ul class="dl-flows">{flows}</ul>
            {(!made.is_empty()).then(|| view! {
                <p class="dl-quiet">{tr("同时新建：", "Also created: ")}{made.join(tr("、", ", "))}</p>
            })}
            <ul class="dl-notes">{notes}</ul>
        </div>
    }
}

#[component]
fn ReportedFlow(flow: ImportedFlow) -> impl IntoView {
    let (errors, warnings) = (
        flow.problems.iter().filter(|problem| problem.is_error()).count(),
        flow.problems.iter().filter(|problem| !problem.is_error()).count(),
    );
    let lines =
        flow.problems.iter().filter(|problem| problem.is_error()).take(8).cloned().map(problem_line).collect_view();
    view! {
        <li>
            <div class="dl-flow-row">
                <a href=format!("/flows/{}", flow.id)>{words(&flow.name)}</a>
                <code>{flow.key}</code>
                {(flow.action == "renamed").then(|| view! {
                    <Pill text=move || tr("键已被占用，换了新的", "Key was taken: renamed") tone=Tone::Warn />
                })}
                {(errors > 0).then(|| view! {
                    <Pill tone=Tone::Bad text=move || tr_string(|| format!("{errors} 处要改"), || format!("{errors} to fix")) />
                })}
                {(errors == 0 && warnings > 0).then(|| view! {
                    <Pill tone=Tone::Warn text=move || tr_string(|| format!("{warnings} 处提醒"), || format!("{warnings} to look at")) />
                })}
                {(errors + warnings == 0).then(|| view! { <Pill tone=Tone::Ok text=move || tr("没有问题", "No problems") /> })}
            </div>
            {lines}
        </li>
    }
}

/// Nothing was touched: the mistakes, with line, column and the place in the file.
#[component]
fn Refused(name: String, error: ApiError) -> impl IntoView {
    let problems: Vec<Problem> = error.said("problems").unwrap_or_default();
    let excerpt: Option<String> = error.said("excerpt");
    view! {
        <div class="dl-refused" role="alert" data-test="import-refused">
            <b>{error.title}</b>
            <p>{name}{(!error.detail.is_empty()).then(|| format!(" · {}", error.detail))}</p>
            {excerpt.filter(|text| !text.is_empty()).map(|text| view! { <pre class="dl-excerpt">{text}</pre> })}
            {problems.into_iter().map(problem_line).collect_view()}
            <small>{tr("什么都没有改动。", "Nothing was touched.")}</small>
        </div>
    }
}

fn counted(what: &str, count: u64) -> String {
    let (zh, en) = match what {
        "flows" => ("个流程", "flows"),
        "intents" => ("个意图", "topics"),
        "details" => ("个信息项", "details"),
        "libraries" => ("个知识库", "libraries"),
        "articles" => ("篇知识", "articles"),
        "teams" => ("个小组", "teams"),
        "calendars" => ("份服务时间", "calendars"),
        "connectors" => ("个连接", "connections"),
        "talks" => ("份测试对话", "talks"),
        other => return format!("{count} {other}"),
    };
    tr_string(|| format!("{count} {zh}"), || format!("{count} {en}"))
}

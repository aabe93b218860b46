//! Import: a file in, everything checked first, a report of what came of it; mistakes at their line with an arrow.

use leptos::prelude::*;
use model::Problem;

use crate::api::{self, ApiError, Imported, ImportedFlow};
use crate::forms::problem_line;
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, FileLook, FileLookView, Icon, Pill, Tone};

/// The dialog. `done` is called after a file came in.
#[component]
pub(crate) fn ImportDialog(
    open: RwSignal<bool>,
    /// A file that was dropped elsewhere on the page; it is read at once.
    dropped: RwSignal<Option<web_sys::File>, LocalStorage>,
    #[prop(optional, into)] done: Option<Callback<Imported>>,
) -> impl IntoView {
    let file = FileLook::new(move |bytes: Vec<u8>| async move {
        let imported = api::import(&bytes).await?;
        if let Some(done) = done {
            done.run(imported.clone());
        }
        Ok(imported)
    });
    Effect::new(move |_| {
        if open.get() {
            file.forget();
        }
    });
    Effect::new(move |_| {
        if let (true, Some(first)) = (open.get(), dropped.get()) {
            dropped.set(None);
            file.take(first);
        }
    });
    view! {
        <Dialog open title=move || tr("导入", "Import") size=DialogSize::Medium>
            <div class="dialog-body dl">
                <FileLookView
                    file
                    icon="file-json"
                    accept=".json,application/json"
                    label=move || tr("流程文件", "Flow file")
                    prompt=move || tr("把流程文件（.json）拖到这里", "Drop a flow file (.json) here")
                    hint=move || tr("先全部检查，有错就什么都不改动。", "Everything is checked first; with a mistake in it, nothing is touched.")
                    test="import-file"
                    show=move |imported: Imported| view! { <Report imported /> }.into_any()
                    refused=move |error: ApiError| view! { <Refused name=file.name.get() error /> }.into_any()
                />
            </div>
            {move || file.is_answered().then(|| view! {
                <footer class="dialog-foot">
                    <Button label=move || tr("再选一个文件", "Another file") on_press=move |()| file.forget() />
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
    let made: Vec<String> = imported
        .created
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(what, count)| made_words(what, *count))
        .collect();
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

fn made_words(what: &str, n: u64) -> String {
    let (zh, en) = match what {
        "flows" => ("个流程", "flow"),
        "intents" => ("个意图", "topic"),
        "details" => ("个信息项", "detail"),
        "libraries" if n == 1 => ("个知识库", "library"),
        "libraries" => return tr_string(|| format!("{n} 个知识库"), || format!("{n} libraries")),
        "articles" => ("篇知识", "article"),
        "teams" => ("个小组", "team"),
        "calendars" => ("份服务时间", "calendar"),
        "connectors" => ("个连接", "connection"),
        "talks" => ("份测试对话", "talk"),
        other => return format!("{n} {other}"),
    };
    tr_string(|| format!("{n} {zh}"), || counted(n, en))
}

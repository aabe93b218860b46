//! A table file in: its encoding and columns are shown before anything changes.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::DetailEntry;
use wasm_bindgen::JsCast;

use crate::api::{self, ApiError, TableRead};
use crate::i18n::{counted, tr, tr_string};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Field, Icon, Select};

const ENCODINGS: [&str; 5] = ["", "utf-8", "gbk", "big5", "utf-16le"];

/// The dialog: a file, its preview, then add or replace.
#[component]
pub(super) fn ImportTable(
    open: RwSignal<bool>,
    add: Callback<Vec<DetailEntry>>,
    replace: Callback<Vec<DetailEntry>>,
) -> impl IntoView {
    let bytes = RwSignal::new(Vec::<u8>::new());
    let name = RwSignal::new(String::new());
    let encoding = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<TableRead, ApiError>>);
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if open.get() {
            answer.set(None);
            encoding.set(String::new());
        }
    });
    let read = move || {
        let (content, wanted) = (bytes.get_untracked(), encoding.get_untracked());
        is_busy.set(true);
        spawn_local(async move {
            let found = api::read_table(&content, &wanted).await;
            is_busy.try_set(false);
            answer.try_set(Some(found));
        });
    };
    let take = move |file: web_sys::File| {
        name.set(file.name());
        spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    bytes.set(js_sys::Uint8Array::new(&buffer).to_vec());
                    read();
                }
                Err(_) => {
                    answer.try_set(Some(Err(ApiError::offline(tr("读不了这个文件", "the file cannot be read")))));
                }
            }
        });
    };
    let choose = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            field.click();
        }
    };
    let entries = move || {
        answer.with_untracked(|answer| match answer {
            Some(Ok(table)) => table.entries.clone(),
            _ => Vec::new(),
        })
    };
    let has_entries =
        Signal::derive(move || answer.with(|answer| matches!(answer, Some(Ok(table)) if !table.entries.is_empty())));
    let encodings = Signal::derive(|| {
        let words =
            |code: &str| if code.is_empty() { tr("自动识别", "Detect").to_owned() } else { code.to_uppercase() };
        ENCODINGS.iter().map(|code| ((*code).to_owned(), words(code))).collect::<Vec<_>>()
    });
    view! {
        <Dialog open title=move || tr("导入 CSV", "Import CSV") size=DialogSize::Large>
            <div class="dialog-body stack">
                <input
                    node_ref=field
                    type="file"
                    accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
                    class="visually-hidden"
                    tabindex="-1"
                    data-test="csv-file"
                    aria-label=move || tr("CSV 文件", "CSV file")
                    on:change=move |event| {
                        let file = event
                            .target()
                            .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
                            .and_then(|input| input.files())
                            .and_then(|files| files.get(0));
                        if let Some(file) = file {
                            take(file);
                        }
                    }
                />
                <div class="row">
                    <Button icon="upload" label=move || tr("选择文件", "Choose a file") busy=is_busy on_press=move |()| choose() />
                    <span class="quiet">{move || {
                        let name = name.get();
                        if name.is_empty() { tr("第一列是值，其余列是同义词；可以有标题行。", "The first column is the value, the others are synonyms; a heading is fine.").to_owned() } else { name }
                    }}</span>
                </div>
                {move || answer.get().map(|answer| match answer {
                    Err(error) => view! { <p class="notice bad" role="alert"><Icon name="circle-alert" />{format!("{} {}", error.title, error.detail)}</p> }.into_any(),
                    Ok(table) => view! { <Preview table /> }.into_any(),
                })}
                {move || answer.with(Option::is_some).then(|| view! {
                    <Field label=move || tr("编码", "Encoding") help=move || tr("文字是乱码时换一个", "Choose another one when the words are garbled")>
                        <Select value=encoding options=encodings on_change=move |chosen| { encoding.set(chosen); read(); } />
                    </Field>
                })}
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                <Button label=move || tr("替换全部", "Replace all") disabled=Signal::derive(move || !has_entries.get()) on_press=move |()| { replace.run(entries()); open.set(false); } />
                <Button kind=ButtonKind::Primary test="csv-add" label=move || tr("添加", "Add") disabled=Signal::derive(move || !has_entries.get()) on_press=move |()| { add.run(entries()); open.set(false); } />
            </footer>
        </Dialog>
    }
}

/// The first rows, and what they come to.
#[component]
fn Preview(table: TableRead) -> impl IntoView {
    let (n_rows, n_values, encoding) = (table.n_rows, table.entries.len(), table.encoding.clone());
    let columns = (!table.columns.is_empty()).then(|| {
        view! {
            <thead><tr>{table.columns.iter().map(|name| view! { <th>{name.clone()}</th> }).collect_view()}</tr></thead>
        }
    });
    let rows = table
        .rows
        .into_iter()
        .map(|row| view! { <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> });
    view! {
        <p class="quiet" data-test="csv-summary">{tr_string(
            || format!("{n_rows} 行，{n_values} 个值，编码 {encoding}"),
            || format!("{}, {}, {encoding}", counted(n_rows, "row"), counted(n_values, "value")),
        )}</p>
        <div class="preview-table"><table>{columns}<tbody>{rows.collect_view()}</tbody></table></div>
    }
}

//! A table file in, CSV or Excel: its encoding and columns are shown before anything changes.

use leptos::prelude::*;
use model::DetailEntry;

use crate::api::{self, TableRead};
use crate::i18n::{counted, tr, tr_string};
use crate::pages::table_import::{TableLook, TableNotes, WORKBOOK};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Field, FileLook, Icon, Select};

const ENCODINGS: [&str; 5] = ["", "utf-8", "gbk", "big5", "utf-16le"];

/// The dialog: a file, its preview, then add or replace.
#[component]
pub(super) fn ImportTable(
    open: RwSignal<bool>,
    add: Callback<Vec<DetailEntry>>,
    replace: Callback<Vec<DetailEntry>>,
) -> impl IntoView {
    let encoding = RwSignal::new(String::new());
    let file =
        FileLook::new(move |bytes: Vec<u8>| async move { api::read_table(&bytes, &encoding.get_untracked()).await });
    Effect::new(move |_| {
        if open.get() {
            file.forget();
            encoding.set(String::new());
        }
    });
    let entries = move || file.seen().map(|table| table.entries).unwrap_or_default();
    // A workbook says itself how it is encoded.
    let is_text = move || file.is_answered() && file.seen().is_none_or(|table| table.encoding != WORKBOOK);
    let has_none = Signal::derive(move || entries().is_empty());
    let encodings = Signal::derive(|| {
        let words =
            |code: &str| if code.is_empty() { tr("自动识别", "Detect").to_owned() } else { code.to_uppercase() };
        ENCODINGS.iter().map(|code| ((*code).to_owned(), words(code))).collect::<Vec<_>>()
    });
    view! {
        <Dialog open title=move || tr("导入表格", "Import a table") size=DialogSize::Large>
            <div class="dialog-body dl stack">
                <TableLook
                    file
                    hint=move || tr("第一列是值，其余列是同义词；可以有标题行。", "The first column is the value, the others are synonyms; a heading is fine.")
                    test="csv-file"
                    show=move |table: TableRead| view! { <Preview table name=file.name.get() /> }.into_any()
                />
                {move || is_text().then(|| view! {
                    <Field label=move || tr("编码", "Encoding") help=move || tr("文字是乱码时换一个", "Choose another one when the words are garbled")>
                        <Select value=encoding options=encodings on_change=move |chosen| { encoding.set(chosen); file.again(); } />
                    </Field>
                })}
            </div>
            <footer class="dialog-foot">
                {move || if file.is_answered() {
                    view! { <Button label=move || tr("再选一个文件", "Another file") on_press=move |()| file.choose() /> }.into_any()
                } else {
                    view! { <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) /> }.into_any()
                }}
                <Button label=move || tr("替换全部", "Replace all") disabled=has_none on_press=move |()| { replace.run(untrack(entries)); open.set(false); } />
                <Button kind=ButtonKind::Primary test="csv-add" label=move || tr("添加", "Add") disabled=has_none on_press=move |()| { add.run(untrack(entries)); open.set(false); } />
            </footer>
        </Dialog>
    }
}

/// The first rows, and what they come to.
#[component]
fn Preview(table: TableRead, name: String) -> impl IntoView {
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
        <p class="row quiet" data-test="csv-summary"><Icon name="file-text" /><b>{name}</b>{tr_string(
            || format!("{encoding}，{n_rows} 行，{n_values} 个值"),
            || format!("{encoding}, {}, {}", counted(n_rows, "row"), counted(n_values, "value")),
        )}</p>
        <TableNotes notes=table.notes />
        <div class="preview-table"><table>{columns}<tbody>{rows.collect_view()}</tbody></table></div>
    }
}

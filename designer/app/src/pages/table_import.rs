//! What the imports of tables share: the place for a file, and what the server says of one as a whole.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use model::Texts;

use crate::i18n::{sentence, tr};
use crate::ui::{FileLook, FileLookView, Icon};

/// Files that hold a table.
const TABLE_FILES: &str = ".xlsx,.xlsm,.csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain,\
     application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What the server calls the encoding of a workbook.
pub(crate) const WORKBOOK: &str = "Excel";

/// The place to drop a table; then what was seen in it.
#[component]
pub(crate) fn TableLook<T: Clone + Send + Sync + 'static>(
    file: FileLook<T>,
    /// What its columns should hold.
    #[prop(into)]
    hint: TextProp,
    test: &'static str,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <FileLookView
            file
            icon="file-text"
            accept=TABLE_FILES
            label=move || tr("表格文件", "Table file")
            prompt=move || tr("把 Excel（.xlsx）或 CSV 表格拖到这里", "Drop an Excel (.xlsx) or CSV table here")
            hint
            test
            show
        />
    }
}

/// What the author should know, a line each.
#[component]
pub(crate) fn TableNotes(notes: Vec<Texts>) -> impl IntoView {
    let line = |note: Texts| view! { <p class="row quiet"><Icon name="info" />{move || sentence(&note)}</p> };
    notes.into_iter().map(line).collect_view()
}

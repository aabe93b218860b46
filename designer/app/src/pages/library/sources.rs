//! The documents of a library: upload, watch how far each is, choose one.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::LibraryCx;
use super::document::DocumentDetail;
use super::mapping::MappingDialog;
use crate::api::{self, Document};
use crate::i18n::{counted, tr, tr_string};
use crate::pages::act::act;
use crate::pages::picking::show_chosen;
use crate::pages::when::every_second;
use crate::ui::{
    Button, ButtonKind, Dialog, DropPlace, EmptyState, Field, Icon, Pill, Select, TextInput, Tone, files_of_field,
    toast, toast_error,
};

const ACCEPTED: &str = ".pdf,.docx,.xlsx,.csv,.tsv,.md,.markdown,.html,.htm,.txt";

/// What the parts of the tab share.
#[derive(Clone, Copy)]
pub(super) struct SourcesCx {
    pub(super) library: LibraryCx,
    /// The sheet whose columns are asked for.
    pub(super) mapping: RwSignal<Option<Document>>,
    /// The document that was uploaded last: a sheet asks for its columns at once.
    uploaded: RwSignal<Option<String>>,
}

/// The tab.
#[component]
pub(super) fn Sources(cx: LibraryCx) -> impl IntoView {
    let sources = SourcesCx { library: cx, mapping: RwSignal::new(None), uploaded: RwSignal::new(None) };
    let is_address_open = RwSignal::new(false);
    let seconds = every_second();
    let is_at_work = Memo::new(move |_| {
        cx.documents.with(|documents| documents.is_some_and(|all| all.iter().any(Document::is_at_work)))
    });
    Effect::new(move |_| {
        seconds.track();
        if is_at_work.get_untracked() {
            cx.documents.reload();
        }
    });
    Effect::new(move |_| {
        let documents = cx.documents.get().unwrap_or_default();
        let uploaded = sources.uploaded.get();
        let Some(document) = documents.into_iter().find(|document| Some(&document.id) == uploaded.as_ref()) else {
            return;
        };
        if !document.is_at_work() {
            sources.uploaded.set(None);
            if document.state == "asks_columns" {
                sources.mapping.set(Some(document));
            }
        }
    });
    // Counts of articles follow when sheets become ready.
    Effect::new(move |was_at_work: Option<bool>| {
        let now = is_at_work.get();
        if was_at_work == Some(true) && !now {
            cx.listing.all.reload();
            cx.articles.reload();
        }
        now
    });
    view! {
        <div class="columns panes">
            <section class="panel column-list" aria-label=move || tr("文档列表", "Documents")>
                <DropZone sources is_address_open />
                {cx.documents.show(4, move || view! {
                    <ul class="pick-list" data-test="documents">
                        {move || cx.documents.get().unwrap_or_default().into_iter().map(|document| view! { <Row sources document /> }).collect_view()}
                    </ul>
                })}
            </section>
            <section class="panel column-main">
                {move || match sources.library.document.get().and_then(|id| cx.documents.get()?.into_iter().find(|it| it.id == id)) {
                    Some(document) => view! { <DocumentDetail sources document /> }.into_any(),
                    None => view! {
                        <EmptyState
                            icon="file-text"
                            title=move || tr("文档也能回答问题", "Documents answer questions, too")
                            detail=move || tr(
                                "上传退换货政策、产品手册或常见问题表格，机器人会找到相关段落并注明出处。选一份文档查看它的段落。",
                                "Upload a returns policy, a manual or a sheet of questions; the bot finds the passage and says where it stands. Choose a document to see its passages.",
                            )
                        />
                    }
                    .into_any(),
                }}
            </section>
        </div>
        <AddressDialog cx open=is_address_open />
        <MappingDialog sources />
    }
}

#[component]
fn DropZone(sources: SourcesCx, is_address_open: RwSignal<bool>) -> impl IntoView {
    let cx = sources.library;
    let field = NodeRef::<html::Input>::new();
    let n_uploading = RwSignal::new(0_usize);
    let upload = move |files: Vec<web_sys::File>| {
        let Some(library) = cx.listing.chosen.get_untracked() else { return };
        for file in files {
            let library = library.clone();
            n_uploading.update(|n| *n += 1);
            spawn_local(async move {
                match api::upload_document(&library, &file).await {
                    Ok(document) => {
                        if document.is_known {
                            let name = document.name.clone();
                            toast(tr_string(
                                || format!("内容相同的文档已经有了：“{name}”"),
                                || format!("The same content is there already: “{name}”"),
                            ));
                        }
                        sources.library.document.set(Some(document.id.clone()));
                        sources.uploaded.set(Some(document.id));
                        cx.documents.reload();
                        cx.listing.all.reload();
                    }
                    Err(mut error) => {
                        error.title = format!("{}{}{}", file.name(), tr("：", ": "), error.title);
                        toast_error(&error);
                    }
                }
                n_uploading.update(|n| *n = n.saturating_sub(1));
            });
        }
    };
    view! {
        <DropPlace class="upload-zone" on_files=upload>
            <input
                node_ref=field
                type="file"
                multiple
                accept=ACCEPTED
                class="visually-hidden"
                tabindex="-1"
                data-test="document-file"
                aria-label=move || tr("文档文件", "Document files")
                on:change=move |event| {
                    upload(files_of_field(&event));
                    if let Some(field) = field.get_untracked() {
                        field.set_value("");
                    }
                }
            />
            <p>{move || tr("把文件拖到这里", "Drop files here")}</p>
            <div class="row">
                <Button
                    small=true
                    icon="upload"
                    busy=Signal::derive(move || n_uploading.get() > 0)
                    label=move || tr("选择文件", "Choose files")
                    test="choose-document"
                    on_press=move |()| if let Some(field) = field.get_untracked() { field.click() }
                />
                <Button small=true icon="globe" label=move || tr("添加网址", "Add an address") test="add-address" on_press=move |()| is_address_open.set(true) />
            </div>
            <small>{move || tr("PDF、Word、Excel、CSV、Markdown、HTML、文本，每份最多 20 MB", "PDF, Word, Excel, CSV, Markdown, HTML, text; 20 MB each at most")}</small>
        </DropPlace>
    }
}

#[component]
fn Row(sources: SourcesCx, document: Document) -> impl IntoView {
    let (id, compared) = (document.id.clone(), document.id.clone());
    let is_chosen = Memo::new(move |_| sources.library.document.get().as_ref() == Some(&compared));
    let icon = match document.kind.as_str() {
        "url" => "globe",
        "csv" | "xlsx" => "list-checks",
        _ => "file-text",
    };
    let progress = document.is_at_work().then(|| share(&document));
    view! {
        <li>
            <button
                type="button"
                class="pick document"
                class:on=move || is_chosen.get()
                class:dimmed=document.is_off
                data-state=document.state.clone()
                on:click=move |event| {
                    sources.library.document.set(Some(id.clone()));
                    show_chosen(&event);
                }
            >
                <Icon name=icon />
                <span class="pick-words">
                    <b class="ellipsis">{document.name.clone()}</b>
                    <small>{state_words(&document)}</small>
                    {progress.map(|share| view! {
                        <span class="bar"><i class:endless=share.is_none() style=format!("width:{:.0}%", share.unwrap_or(1.0) * 100.0)></i></span>
                    })}
                </span>
                {tone(&document).map(|(tone, icon)| view! { <Pill tone icon text=move || String::new() /> })}
            </button>
        </li>
    }
}

/// The share that is done, where it is known.
fn share(document: &Document) -> Option<f64> {
    (document.total > 0.0).then(|| (document.done / document.total).clamp(0.0, 1.0))
}

fn tone(document: &Document) -> Option<(Tone, &'static str)> {
    match document.state.as_str() {
        "failed" => Some((Tone::Bad, "circle-alert")),
        "asks_columns" => Some((Tone::Warn, "circle-help")),
        "ready" if document.problem.is_some() => Some((Tone::Warn, "triangle-alert")),
        _ => None,
    }
}

/// How far a document is, in a few words.
pub(super) fn state_words(document: &Document) -> String {
    let n = document.passages;
    let (done, total) = (document.done, document.total);
    let steps = if total > 0.0 { format!(" {done}/{total}") } else { String::new() };
    match document.state.as_str() {
        "queued" => tr("排队中", "in line").to_owned(),
        "reading" => format!("{}{steps}", tr("读取中", "reading")),
        "splitting" => format!("{}{steps}", tr("分段中", "splitting")),
        "indexing" => tr("建立索引", "indexing").to_owned(),
        "failed" => tr("读取失败", "could not be read").to_owned(),
        "canceled" => tr("已停止", "stopped").to_owned(),
        "asks_columns" => tr("请选择列", "choose the columns").to_owned(),
        _ if document.is_off => tr("已停用", "off").to_owned(),
        _ if document.is_sheet() => tr_string(|| format!("{n} 条知识"), || counted(n, "article")),
        _ => tr_string(|| format!("{n} 段"), || counted(n, "passage")),
    }
}

/// Adds an address with its pages.
#[component]
fn AddressDialog(cx: LibraryCx, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=move || tr("添加网址", "Add an address")>
            {
                let (url, pages, busy) = (RwSignal::new(String::new()), RwSignal::new("1".to_owned()), RwSignal::new(false));
                let options = Signal::derive(move || [("1", tr("只读这一页", "this page only")), ("20", tr("同一网站最多 20 页", "up to 20 pages of the site")), ("100", tr("同一网站最多 100 页", "up to 100 pages of the site"))]
                    .map(|(value, words)| (value.to_owned(), words.to_owned()))
                    .to_vec());
                view! {
                    <form on:submit=move |event| {
                        event.prevent_default();
                        let Some(library) = cx.listing.chosen.get_untracked() else { return };
                        let (wanted, pages) = (url.get_untracked(), pages.get_untracked().parse().unwrap_or(1));
                        let depth = if pages == 1 { 0 } else { 3 };
                        act(busy, async move { api::add_address(&library, &wanted, pages, depth).await }, move |document| {
                            let _ = open.try_set(false);
                            cx.document.set(Some(document.id));
                            cx.documents.reload();
                            cx.listing.all.reload();
                        });
                    }>
                        <div class="dialog-body stack">
                            <Field label=move || tr("网址", "Address") help=move || tr("公开的网页；内网地址需要管理员放行。", "A public page; private addresses must be allowed by the operator.")>
                                <TextInput value=url kind="url" placeholder="https://example.com/help" autofocus=true test="address" />
                            </Field>
                            <Field label=move || tr("读多少", "How much")>
                                <Select value=pages options on_change=move |value: String| pages.set(value) />
                            </Field>
                        </div>
                        <footer class="dialog-foot">
                            <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                            <Button kind=ButtonKind::Primary submit=true busy=busy disabled=Signal::derive(move || url.with(|url| url.trim().is_empty())) label=move || tr("添加", "Add") test="save-address" />
                        </footer>
                    </form>
                }
            }
        </Dialog>
    }
}

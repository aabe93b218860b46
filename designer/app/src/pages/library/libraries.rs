//! The libraries: choose one, make one, rename or delete one.

use leptos::prelude::*;
use model::Texts;

use super::LibraryCx;
use crate::api::{self, LibrarySummary, Meaning};
use crate::i18n::{counted, tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::name_pair::NamePair;
use crate::pages::picking::{Listing, NameDialog, Pick};
use crate::pages::when::every_second;
use crate::ui::{Button, ButtonKind, Dialog, Icon, Menu, MenuItem, toast};

/// The left column.
#[component]
pub(super) fn LibraryColumn(cx: LibraryCx) -> impl IntoView {
    let renaming = RwSignal::new(None::<LibrarySummary>);
    let deleting = RwSignal::new(None::<LibrarySummary>);
    let seconds = every_second();
    Effect::new(move |n: Option<u32>| {
        seconds.track();
        let n = n.unwrap_or(0).wrapping_add(1);
        let is_at_work = untrack(|| {
            cx.listing.all.with(|libraries| {
                libraries.is_some_and(|all| all.iter().filter_map(|it| it.meaning.as_ref()).any(Meaning::is_at_work))
            })
        });
        if is_at_work && n.is_multiple_of(3) {
            cx.listing.all.reload();
        }
        n
    });
    view! {
        <nav class="panel column-list" aria-label=move || tr("知识库列表", "Libraries")>
            <ul class="pick-list">
                {move || cx.listing.all.get().unwrap_or_default().into_iter().map(|library| {
                    let (key, compared) = (library.key.clone(), library.key.clone());
                    let (renamed, deleted, meant) = (library.clone(), library.clone(), library.key.clone());
                    let meaning = library.meaning.clone();
                    let is_meant = meaning.is_some();
                    let (n_articles, n_documents) = (library.articles, library.documents);
                    let is_chosen = Memo::new(move |_| cx.listing.chosen.get().as_ref() == Some(&compared));
                    view! {
                        <li class="pick-with-menu">
                            <Pick is_on=is_chosen on_press=move |()| cx.listing.choose.run(Some(key.clone()))>
                                <Icon name="book-open" />
                                <span class="pick-words">
                                    <b>{words(&library.name)}</b>
                                    <small>{tr_string(|| format!("{n_articles} 篇 · {n_documents} 份文档"), || format!("{} · {}", counted(n_articles, "article"), counted(n_documents, "doc")))}</small>
                                    {meaning.map(|meaning| view! { <MeaningLine meaning /> })}
                                </span>
                            </Pick>
                            <Menu label=move || tr("知识库的更多操作", "More for this library")>
                                {
                                    let (renamed, deleted, meant) = (renamed.clone(), deleted.clone(), meant.clone());
                                    let busy = RwSignal::new(false);
                                    view! {
                                        <MenuItem
                                            icon=if is_meant { "circle-x" } else { "sparkles" }
                                            label=move || if is_meant { tr("不再按意思查找", "Stop searching by meaning") } else { tr("也按意思查找", "Search by meaning, too") }
                                            on_press=move |()| {
                                                let key = meant.clone();
                                                act(busy, async move { api::set_library_meaning(&key, !is_meant).await }, move |_| cx.listing.all.reload());
                                            }
                                        />
                                        <MenuItem icon="pencil" label=move || tr("改名", "Rename") on_press=move |()| renaming.set(Some(renamed.clone())) />
                                        <MenuItem icon="trash-2" danger=true label=move || tr("删除…", "Delete…") on_press=move |()| deleting.set(Some(deleted.clone())) />
                                    }
                                }
                            </Menu>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </nav>
        <RenameDialog cx renaming />
        <DeleteDialog cx deleting />
    }
}

/// How far the vectors are, or why they do not go on.
#[component]
fn MeaningLine(meaning: Meaning) -> impl IntoView {
    let is_at_work = meaning.is_at_work();
    let Meaning { total, done, problem, .. } = meaning;
    view! {
        <small data-test="meaning">{match problem {
            Some(problem) => tr_string(|| format!("按意思查找：{}", words(&problem)), || format!("By meaning: {}", words(&problem))),
            None if is_at_work => tr_string(|| format!("按意思查找：{done} / {total}"), || format!("By meaning: {done} of {total}")),
            None => tr("也按意思查找", "Searched by meaning, too").to_owned(),
        }}</small>
    }
}

#[component]
fn RenameDialog(cx: LibraryCx, renaming: RwSignal<Option<LibrarySummary>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(renaming.with(Option::is_some)));
    let busy = RwSignal::new(false);
    move || {
        renaming.get().map(|LibrarySummary { key, name, .. }| {
            let rename = move |texts: Texts| {
                let key = key.clone();
                act(busy, async move { api::rename_library(&key, &texts).await }, move |_| {
                    let _ = open.try_set(false);
                    cx.listing.all.reload();
                });
            };
            view! {
                <NameDialog
                    open
                    title=move || tr("知识库改名", "Rename the library")
                    name=NamePair::new(&name)
                    zh_placeholder=zh_example
                    en_placeholder=en_example
                    busy
                    submit=move || tr("保存", "Save")
                    test="save-library"
                    on_submit=rename
                />
            }
        })
    }
}

/// Makes a library.
#[component]
pub(super) fn NewLibraryDialog(listing: Listing<LibrarySummary>) -> impl IntoView {
    let name = NamePair::new(&Texts::default());
    let busy = RwSignal::new(false);
    let create = move |texts: Texts| {
        act(busy, async move { api::create_library(&texts).await }, move |library| {
            name.clear();
            listing.made(library);
        });
    };
    view! {
        <NameDialog
            open=listing.is_new_open
            title=move || tr("新建知识库", "New library")
            name
            zh_placeholder=zh_example
            en_placeholder=en_example
            busy
            test="save-library"
            on_submit=create
        />
    }
}

fn zh_example() -> &'static str {
    tr("例如：售后问答", "for example 售后问答")
}

fn en_example() -> &'static str {
    tr("例如：After-sales", "for example After-sales")
}

/// A library goes with all its articles, so this one asks.
#[component]
fn DeleteDialog(cx: LibraryCx, deleting: RwSignal<Option<LibrarySummary>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    Effect::new(move |_| open.set(deleting.with(Option::is_some)));
    view! {
        <Dialog open title=move || tr("删除知识库", "Delete the library")>
            {move || deleting.get().map(|library| {
                let (key, n_articles, name) = (library.key.clone(), library.articles, words(&library.name));
                view! {
                    <div class="dialog-body"><p>{tr_string(
                        || format!("“{name}”和其中的 {n_articles} 篇知识、全部文档会一起删除，无法恢复。用到它的流程会报错。"),
                        || format!("“{name}” goes with its {} and all documents, for good. Flows that use it will report a problem.", counted(n_articles, "article")),
                    )}</p></div>
                    <footer class="dialog-foot">
                        <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                        <Button kind=ButtonKind::Danger busy=busy label=move || tr("删除", "Delete") on_press=move |()| {
                            let key = key.clone();
                            act(busy, async move { api::delete_library(&key).await }, move |()| {
                                let _ = open.try_set(false);
                                toast(tr("知识库已删除", "The library has been deleted"));
                                cx.listing.choose.try_run(None);
                                cx.listing.all.reload();
                            });
                        } />
                    </footer>
                }
            })}
        </Dialog>
    }
}

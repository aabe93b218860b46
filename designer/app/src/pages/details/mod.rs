//! Details: what the bot looks for in sentences. Dictionaries, patterns, lists of services, built-in kinds.

mod editor;
mod entries;
mod import;
mod kinds;
mod new;
mod trial;

use leptos::prelude::*;

use self::editor::DetailEditor;
use self::kinds::{source_icon, source_words};
use self::new::NewDetailDialog;
use self::trial::DetailTrialBox;
use super::load::Remote;
use super::picking::{Pick, PickColumn, chosen, goes};
use crate::api::{self, DetailShown};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, EmptyState, Icon};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct DetailsCx {
    details: Remote<Vec<DetailShown>>,
    chosen: Memo<Option<String>>,
    choose: Callback<Option<String>>,
    is_new_open: RwSignal<bool>,
    /// Counts what was saved, so that what was tried is tried again.
    saved: RwSignal<u32>,
}

/// The page: list, editor, "try it".
#[component]
pub(crate) fn DetailsPage() -> impl IntoView {
    let details = Remote::new(api::details);
    let go = goes();
    let cx = DetailsCx {
        details,
        chosen: chosen(details, "detail", |detail| detail.key.as_str()),
        choose: Callback::new(move |key: Option<String>| {
            go.run(key.map_or_else(|| "/details".to_owned(), |key| format!("/details?detail={key}")));
        }),
        is_new_open: RwSignal::new(false),
        saved: RwSignal::new(0),
    };
    let is_empty = Memo::new(move |_| details.with(|details| details.is_some_and(Vec::is_empty)));

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("信息项", "Details")}</h1>
                <p class="quiet">{move || tr(
                    "从客户的话里找出的值：商品、门店、会员号……流程里的“收集信息”和“提问”会用到。",
                    "Values found in what customers write: products, shops, member numbers… “Collect details” and “Ask” use them.",
                )}</p>
                <span class="space"></span>
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建信息项", "New detail") test="new-detail" on_press=move |()| cx.is_new_open.set(true) />
            </header>
            {details.show(6, move || view! {
                <div class="columns three">
                    {move || if is_empty.get() {
                        view! { <NoDetails cx /> }.into_any()
                    } else {
                        view! {
                            <DetailList cx />
                            <section class="panel column-main">
                                {move || cx.chosen.get().map(|key| view! { <DetailEditor cx key=key /> })}
                            </section>
                        }.into_any()
                    }}
                    <aside class="panel column-side"><DetailTrialBox cx /></aside>
                </div>
            })}
        </main>
        <NewDetailDialog cx />
    }
}

#[component]
fn DetailList(cx: DetailsCx) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let is_found = |detail: &DetailShown| {
            search.is_empty()
                || detail.key.contains(&search)
                || detail.name.iter().any(|(_, name)| name.to_lowercase().contains(&search))
        };
        cx.details.with(|details| {
            details.map(|all| all.iter().filter(|one| is_found(one)).cloned().collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    view! {
        <PickColumn
            label=move || tr("信息项列表", "Details")
            search
            search_label=move || tr("查找信息项", "Find a detail")
            is_empty=Signal::derive(move || found.with(Vec::is_empty))
        >
            {move || found.get().into_iter().map(|detail| {
                let (key, compared) = (detail.key.clone(), detail.key.clone());
                let is_on = Memo::new(move |_| cx.chosen.get().as_deref() == Some(&compared));
                let trouble = detail.trouble.as_ref().map(words);
                view! {
                    <li>
                        <Pick is_on attr:data-detail=key.clone() on_press={ let key = key.clone(); move |()| cx.choose.run(Some(key.clone())) }>
                            <Icon name=source_icon(&detail.source) />
                            <span class="pick-words">
                                <b>{words(&detail.name)}</b>
                                <small>{short_words(&detail)}</small>
                            </span>
                            {trouble.map(|why| view! { <span class="warn-mark" title=why><Icon name="triangle-alert" /></span> })}
                        </Pick>
                    </li>
                }
            }).collect_view()}
        </PickColumn>
    }
}

/// What the list says of a detail: its sort, and how many values it has.
fn short_words(detail: &DetailShown) -> String {
    let sort = source_words(&detail.source);
    match &detail.source {
        model::DetailSource::Dictionary { .. } | model::DetailSource::Service { .. } => {
            let n = detail.n_entries;
            tr_string(|| format!("{sort} · {n} 个值"), || format!("{sort} · {}", counted(n, "value")))
        }
        _ => sort.to_owned(),
    }
}

#[component]
fn NoDetails(cx: DetailsCx) -> impl IntoView {
    view! {
        <div class="panel span-two">
            <EmptyState
                icon="scan-text"
                title=move || tr("还没有信息项", "No details yet")
                detail=move || tr(
                    "数字、日期、电话、地址等已内置。商品名、门店这类自己的词，请建一个词典：从表格粘贴即可。",
                    "Numbers, dates, phones and addresses are built in. For words of your own, such as products or shops, make a dictionary: paste it from a spreadsheet.",
                )
            >
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建信息项", "New detail") on_press=move |()| cx.is_new_open.set(true) />
            </EmptyState>
        </div>
    }
}

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
use super::picking::{Columns, Listing, NoneYet, Picks, is_named};
use crate::api::{self, DetailShown};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Icon};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct DetailsCx {
    listing: Listing<DetailShown>,
    /// Counts what was saved, so that what was tried is tried again.
    saved: RwSignal<u32>,
}

/// The page: list, editor, "try it".
#[component]
pub(crate) fn DetailsPage() -> impl IntoView {
    let listing = Listing::new(Remote::new(api::details), "/details", "detail", |detail| detail.key.as_str());
    let cx = DetailsCx { listing, saved: RwSignal::new(0) };
    let is_empty = Memo::new(move |_| listing.is_empty());

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("信息项", "Details")}</h1>
                <p class="quiet">{move || tr(
                    "从客户的话里找出的值：商品、门店、会员号……流程里的“收集信息”和“提问”会用到。",
                    "Values found in what customers write: products, shops, member numbers… “Collect details” and “Ask” use them.",
                )}</p>
                <span class="space"></span>
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建信息项", "New detail") test="new-detail" on_press=move |()| listing.is_new_open.set(true) />
            </header>
            {listing.all.show(6, move || view! {
                <Columns chosen=listing.chosen main=move || tr("信息项", "The detail") side=move || tr("试一试", "Try it")>
                    {move || if is_empty.get() {
                        view! { <NoDetails cx /> }.into_any()
                    } else {
                        view! {
                            <Picks
                                listing
                                label=move || tr("信息项列表", "Details")
                                search_label=move || tr("查找信息项", "Find a detail")
                                is_found=|detail, search| is_named(search, &detail.key, detail.name.iter().map(|(_, name)| name))
                                mark="data-detail"
                                line=detail_line
                            />
                            <section class="panel column-main">
                                {move || listing.chosen.get().map(|key| view! { <DetailEditor cx key=key /> })}
                            </section>
                        }.into_any()
                    }}
                    <aside class="panel column-side"><DetailTrialBox cx /></aside>
                </Columns>
            })}
        </main>
        <NewDetailDialog listing />
    }
}

fn detail_line(detail: DetailShown) -> AnyView {
    let trouble = detail.trouble.as_ref().map(words);
    view! {
        <Icon name=source_icon(&detail.source) />
        <span class="pick-words">
            <b>{words(&detail.name)}</b>
            <small>{short_words(&detail)}</small>
        </span>
        {trouble.map(|why| view! { <span class="warn-mark" title=why><Icon name="triangle-alert" /></span> })}
    }
    .into_any()
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
        <NoneYet
            icon="scan-text"
            title=move || tr("还没有信息项", "No details yet")
            detail=move || tr(
                "数字、日期、电话、地址等已内置。商品名、门店这类自己的词，请建一个词典：从表格粘贴即可。",
                "Numbers, dates, phones and addresses are built in. For words of your own, such as products or shops, make a dictionary: paste it from a spreadsheet.",
            )
            make=move || tr("新建信息项", "New detail")
            is_new_open=cx.listing.is_new_open
        />
    }
}

//! Pages with a list at the left: which one is chosen stands in the address; a search, the lines, a dialog for a new one.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::Texts;

use super::load::Remote;
use super::name_pair::{NameFields, NamePair};
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, Dialog, SearchInput};

/// Which one the address says, by this word of its query; without one it is the first.
pub(crate) fn chosen<T: Clone + Send + Sync + 'static>(
    all: Remote<Vec<T>>,
    word: &'static str,
    key: fn(&T) -> &str,
) -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| {
        let wanted = query.with(|query| query.get(word));
        all.with(|all| {
            let all = all?;
            let named = all.iter().find(|one| Some(key(one)) == wanted.as_deref());
            named.or(all.first()).map(|one| key(one).to_owned())
        })
    })
}

/// Goes to an address of the same page: no new entry in the history, no scrolling.
pub(crate) fn goes() -> Callback<String> {
    let navigate = use_navigate();
    Callback::new(move |address: String| {
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    })
}

/// The column: a search, what else narrows it, the lines in `children`, or that nothing was found.
#[component]
pub(crate) fn PickColumn(
    #[prop(into)] label: TextProp,
    search: RwSignal<String>,
    #[prop(into)] search_label: TextProp,
    /// Nothing is left to show.
    #[prop(into)]
    is_empty: Signal<bool>,
    /// What is said then.
    #[prop(optional, into)]
    none: Option<TextProp>,
    /// Stands below the search.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let none = move || none.as_ref().map_or_else(|| tr("没有找到。", "Nothing found.").into(), TextProp::get);
    view! {
        <nav class="panel column-list" aria-label=move || label.get()>
            <div class="column-tools stack-small">
                <SearchInput value=search label=search_label />
                {tools.map(|tools| tools.run())}
            </div>
            <ul class="pick-list">{children()}</ul>
            {move || is_empty.get().then(|| view! { <p class="quiet column-note">{none()}</p> })}
        </nav>
    }
}

/// A line of the column.
#[component]
pub(crate) fn Pick(
    #[prop(into)] is_on: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="pick"
            class:on=move || is_on.get()
            aria-current=move || is_on.get().then_some("true")
            on:click=move |_| on_press.run(())
        >
            {children()}
        </button>
    }
}

/// The dialog for a new one: its name, what else it needs, and the button that makes it.
#[component]
pub(crate) fn NewDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    name: NamePair,
    #[prop(into)] zh_placeholder: TextProp,
    #[prop(into)] en_placeholder: TextProp,
    #[prop(into)] busy: Signal<bool>,
    test: &'static str,
    #[prop(into)] on_create: Callback<Texts>,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let texts = untrack(|| name.texts());
        if !texts.is_empty() {
            on_create.run(texts);
        }
    };
    view! {
        <Dialog open title>
            <form on:submit=submit>
                <div class="dialog-body stack">
                    <NameFields pair=name autofocus=true zh_placeholder=zh_placeholder.clone() en_placeholder=en_placeholder.clone() />
                    {children.clone().map(|children| children())}
                </div>
                <footer class="dialog-foot">
                    <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy
                        disabled=Signal::derive(move || name.is_empty())
                        label=move || tr("创建", "Create")
                        test
                    />
                </footer>
            </form>
        </Dialog>
    }
}

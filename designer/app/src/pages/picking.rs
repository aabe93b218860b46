//! Pages with a list at the left: which one is chosen stands in the address; a search, the lines, a dialog for a new one,
//! what is said where there is none yet, and columns that take turns where there is no room for three.

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::Texts;
use wasm_bindgen::JsCast;

use super::load::Remote;
use super::name_pair::{NameFields, NamePair};
use crate::browser;
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, Dialog, EmptyState, SearchInput, Segments};

/// What such a page is about: all of them, the chosen one, and whether a new one is being made. Copy it freely.
pub(crate) struct Listing<T: 'static> {
    pub(crate) all: Remote<Vec<T>>,
    /// The key of the chosen one; the address says it, without it is the first.
    pub(crate) chosen: Memo<Option<String>>,
    /// Chooses one, or the first.
    pub(crate) choose: Callback<Option<String>>,
    pub(crate) is_new_open: RwSignal<bool>,
    key: fn(&T) -> &str,
}

impl<T: 'static> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Listing<T> {}

impl<T: Clone + Send + Sync + 'static> Listing<T> {
    /// Of a page at this path; the word of its query says which one is chosen.
    pub(crate) fn new(all: Remote<Vec<T>>, path: &'static str, word: &'static str, key: fn(&T) -> &str) -> Self {
        let go = goes();
        Self {
            all,
            chosen: chosen(all, word, key),
            choose: Callback::new(move |key: Option<String>| {
                go.run(key.map_or_else(|| path.to_owned(), |key| format!("{path}?{word}={key}")));
            }),
            is_new_open: RwSignal::new(false),
            key,
        }
    }

    /// Is there none, as far as is known? Reading it subscribes.
    pub(crate) fn is_empty(self) -> bool {
        self.all.with(|all| all.is_some_and(Vec::is_empty))
    }

    /// A new one was made: the dialog closes, and it is the chosen one.
    pub(crate) fn made(self, one: T) {
        let key = (self.key)(&one).to_owned();
        let _ = self.is_new_open.try_set(false);
        self.all.update(|all| all.push(one));
        self.choose.try_run(Some(key));
    }

    /// The one with this key.
    pub(crate) fn one(self, key: &str) -> Option<T> {
        self.all.now()?.into_iter().find(|one| (self.key)(one) == key)
    }

    /// One was changed, here or on the server.
    pub(crate) fn changed(self, changed: T) {
        let is_it = |other: &&mut T| (self.key)(other) == (self.key)(&changed);
        self.all.update(|all| {
            if let Some(place) = all.iter_mut().find(is_it) {
                *place = changed.clone();
            }
        });
    }

    /// One was deleted; the first is chosen.
    pub(crate) fn deleted(self, key: &str) {
        self.all.update(|all| all.retain(|other| (self.key)(other) != key));
        self.choose.try_run(None);
    }
}

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

/// Does what was searched for stand in the key or in any of the texts? Both in small letters.
pub(crate) fn is_named<'t>(search: &str, key: &str, texts: impl IntoIterator<Item = &'t str>) -> bool {
    search.is_empty() || key.contains(search) || texts.into_iter().any(|text| text.to_lowercase().contains(search))
}

/// The list, what is chosen and a side; where there is no room for three, the chosen and the side take turns.
#[component]
pub(crate) fn Columns(
    /// Another one brings the chosen back into sight.
    chosen: Memo<Option<String>>,
    /// What the middle is called.
    #[prop(into)]
    main: TextProp,
    /// What the side is called.
    #[prop(into)]
    side: TextProp,
    children: Children,
) -> impl IntoView {
    let is_on_side = RwSignal::new(false);
    Effect::new(move |before: Option<Option<String>>| {
        let now = chosen.get();
        if before.is_some_and(|before| before != now) {
            is_on_side.set(false);
        }
        now
    });
    let options = Signal::derive(move || {
        vec![("main".to_owned(), main.get().to_string()), ("side".to_owned(), side.get().to_string())]
    });
    // The chosen one may be pressed again to come back to it.
    let pressed = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.closest(".column-list .pick").is_ok_and(|pick| pick.is_some())) {
            is_on_side.set(false);
        }
    };
    view! {
        <div class="columns three" class:on-side=move || is_on_side.get() on:click=pressed>
            <div class="column-switch" data-test="column-switch">
                <Segments
                    value=Signal::derive(move || if is_on_side.get() { "side" } else { "main" }.to_owned())
                    options
                    label=move || tr("显示哪一栏", "Which column to show")
                    on_change=move |value: String| is_on_side.set(value == "side")
                />
            </div>
            {children()}
        </div>
    }
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

/// A column of a listing: a search over it, and a line each.
#[component]
pub(crate) fn Picks<T: Clone + PartialEq + Send + Sync + 'static>(
    listing: Listing<T>,
    #[prop(into)] label: TextProp,
    #[prop(into)] search_label: TextProp,
    /// Is it what was searched for, in small letters?
    is_found: fn(&T, &str) -> bool,
    /// The attribute of a line that holds its key.
    mark: &'static str,
    /// What stands in a line.
    line: fn(T) -> AnyView,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let found = |all: &Vec<T>| all.iter().filter(|one| is_found(one, &search)).cloned().collect::<Vec<_>>();
        listing.all.with(|all| all.map(found).unwrap_or_default())
    });
    view! {
        <PickColumn label search search_label is_empty=Signal::derive(move || found.with(Vec::is_empty))>
            {move || found.get().into_iter().map(|one| {
                let key = (listing.key)(&one).to_owned();
                let (compared, marked) = (key.clone(), key.clone());
                let is_on = Memo::new(move |_| listing.chosen.get().as_deref() == Some(&compared));
                let pick = view! { <Pick is_on on_press=move |()| listing.choose.run(Some(key.clone()))>{line(one)}</Pick> };
                view! { <li>{pick.add_any_attr(custom_attribute(mark, marked))}</li> }
            }).collect_view()}
        </PickColumn>
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
            on:click=move |event| {
                on_press.run(());
                show_chosen(&event);
            }
        >
            {children()}
        </button>
    }
}

/// Where the list stands above what it chooses, as on a phone, what was chosen comes into sight.
pub(crate) fn show_chosen(event: &web_sys::MouseEvent) {
    let pressed = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(columns) = pressed.filter(|_| browser::is_phone()).and_then(|it| it.closest(".columns").ok().flatten())
    else {
        return;
    };
    // It is drawn with the next frame.
    request_animation_frame(move || {
        if let Ok(Some(chosen)) = columns.query_selector(":scope > .column-main") {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_behavior(web_sys::ScrollBehavior::Smooth);
            options.set_block(web_sys::ScrollLogicalPosition::Start);
            chosen.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Instead of the list where there is none yet: what it is for, and the button that makes the first.
#[component]
pub(crate) fn NoneYet(
    icon: &'static str,
    #[prop(into)] title: TextProp,
    #[prop(into)] detail: TextProp,
    #[prop(into)] make: TextProp,
    is_new_open: RwSignal<bool>,
    /// Another way to begin.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="panel column-main none-yet">
            <EmptyState icon title detail>
                <Button kind=ButtonKind::Primary icon="plus" label=make on_press=move |()| is_new_open.set(true) />
                {children.map(|children| children())}
            </EmptyState>
        </div>
    }
}

/// The dialog for a name: of a new one, with what else it needs, or another name.
#[component]
pub(crate) fn NameDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    name: NamePair,
    #[prop(into)] zh_placeholder: TextProp,
    #[prop(into)] en_placeholder: TextProp,
    #[prop(into)] busy: Signal<bool>,
    /// The word on the button; it creates where nothing else is said.
    #[prop(optional, into)]
    submit: Option<TextProp>,
    test: &'static str,
    #[prop(into)] on_submit: Callback<Texts>,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let texts = untrack(|| name.texts());
        if !texts.is_empty() {
            on_submit.run(texts);
        }
    };
    let submit = submit.unwrap_or_else(|| TextProp::from(|| tr("创建", "Create")));
    view! {
        <Dialog open title>
            <form on:submit=submitted>
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
                        label=submit.clone()
                        test
                    />
                </footer>
            </form>
        </Dialog>
    }
}

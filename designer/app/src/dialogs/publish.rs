//! Publishing: what keeps the flow back, what customers will notice, a note, and then the link.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Flow, Problem};

use super::parts::{ChangeList, Findings, changes_since, open_with};
use crate::api::{self, ApiError, Live};
use crate::browser;
use crate::designer::{DesignerCx, Overlay, flush};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Icon, Skeleton, TextArea, toast};

/// What is known of the live version while the dialog is open.
#[derive(Clone)]
enum Before {
    Loading,
    Nothing,
    Flow(Box<Flow>),
}

/// The dialog.
#[component]
pub(crate) fn PublishDialog(cx: DesignerCx) -> impl IntoView {
    let open = open_with(cx, Overlay::Publish);
    let note = RwSignal::new(String::new());
    let before = RwSignal::new(Before::Nothing);
    let is_busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let published = RwSignal::new(None::<u64>);
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        note.set(String::new());
        refused.set(None);
        published.set(None);
        // The note is what there is to write; the first thing to press would be "close".
        set_timeout(focus_note, std::time::Duration::from_millis(80));
        let Some(live) = cx.live.get_untracked() else { return before.set(Before::Nothing) };
        before.set(Before::Loading);
        spawn_local(async move {
            let found = api::version(&cx.flow_id.get_value(), live.version).await;
            before.try_set(found.map_or(Before::Nothing, |version| Before::Flow(Box::new(version.flow))));
        });
    });
    let publish = move || {
        let words = note.get_untracked().trim().to_owned();
        if words.is_empty() || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        refused.set(None);
        let id = cx.flow_id.get_value();
        spawn_local(async move {
            let answer = match flush(cx).await {
                Ok(revision) => api::publish_flow(&id, &words, revision).await,
                Err(error) => Err(error),
            };
            is_busy.try_set(false);
            match answer {
                Ok(done) => {
                    published.try_set(Some(done.version));
                    cx.live.set(Some(Live { version: done.version, published_at: done.published_at, note: words }));
                    cx.draft_differs.set(false);
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    view! {
        <Dialog open title=move || tr("发布流程", "Publish the flow") size=DialogSize::Medium>
            {move || match published.get() {
                Some(version) => view! { <Published cx open version /> }.into_any(),
                None => view! { <Preparation cx open note before is_busy refused publish=Callback::new(move |()| publish()) /> }.into_any(),
            }}
        </Dialog>
    }
}

fn focus_note() {
    let note = document().query_selector("[data-test=publish-note]").ok().flatten();
    if let Some(note) = note.and_then(|note| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(note).ok()) {
        // A note that is gone again needs no focus.
        let _ = note.focus();
    }
}

/// Before: findings, differences, the note.
#[component]
fn Preparation(
    cx: DesignerCx,
    open: RwSignal<bool>,
    note: RwSignal<String>,
    before: RwSignal<Before>,
    is_busy: RwSignal<bool>,
    refused: RwSignal<Option<ApiError>>,
    publish: Callback<()>,
) -> impl IntoView {
    let of = move |want_errors: bool| -> Vec<Problem> {
        cx.problems.with(|all| all.iter().filter(|one| one.is_error() == want_errors).cloned().collect())
    };
    let has_errors = move || cx.problems.with(|all| all.iter().any(Problem::is_error));
    let findings = move || {
        let (errors, warnings) = (of(true), of(false));
        let (n_errors, n_warnings) = (errors.len(), warnings.len());
        view! {
            {(n_errors > 0).then(|| view! {
                <section>
                    <h3 class="dl-bad">
                        {tr_string(
                            || format!("发布前要改好 {n_errors} 处"),
                            || format!("{} to fix before publishing", counted(n_errors, "thing")),
                        )}
                    </h3>
                    <Findings cx problems=errors open />
                </section>
            })}
            {(n_warnings > 0).then(|| view! {
                <section>
                    <details class="dl-fold" open=n_errors == 0 && n_warnings <= 3>
                        <summary>
                            {tr_string(
                                || format!("{n_warnings} 处值得看一眼（不影响发布）"),
                                || format!("{n_warnings} worth a look (you can still publish)"),
                            )}
                        </summary>
                        <Findings cx problems=warnings open />
                    </details>
                </section>
            })}
        }
    };
    let changes = move || {
        match before.get() {
        Before::Loading => view! { <Skeleton /> }.into_any(),
        Before::Nothing => view! {
            <p class="dl-quiet">{tr("第一次发布：客户将能使用这个流程。", "The first version: customers will be able to use this flow.")}</p>
        }
        .into_any(),
        Before::Flow(older) => {
            let changes = changes_since(cx, &older);
            view! { <ChangeList changes /> }.into_any()
        }
    }
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); publish.run(()); }>
            <div class="dialog-body dl">
                {findings}
                <section>
                    <h3>{move || cx.live.get().map_or_else(
                        || tr("客户将得到", "What customers get").to_owned(),
                        |live| tr_string(|| format!("与第 {} 版相比", live.version), || format!("Compared with version {}", live.version)),
                    )}</h3>
                    {changes}
                </section>
                <section>
                    <h3>{move || tr("这一版改了什么", "What is this version for?")}</h3>
                    <TextArea value=note rows=2 test="publish-note" label=move || tr("这一版改了什么", "What is this version for?")
                        placeholder=move || tr("写给同事看，例如：超过 500 元的退款转人工", "For colleagues, e.g. refunds above 500 go to a person") />
                    <p class="dl-help">{move || tr(
                        "进行中的对话会留在它们开始时的版本，新的对话用新版本。",
                        "Conversations that are going on stay on the version they began with; new ones use the new version.",
                    )}</p>
                </section>
                {move || refused.get().map(|error| view! { <Refused cx open error /> })}
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                <Button
                    label=move || tr("发布", "Publish")
                    kind=ButtonKind::Primary
                    icon="rocket"
                    submit=true
                    test="publish-confirm"
                    busy=is_busy
                    disabled=Signal::derive(move || has_errors() || note.with(|note| note.trim().is_empty()))
                />
            </footer>
        </form>
    }
}

/// The server said no: its findings, or its words.
#[component]
fn Refused(cx: DesignerCx, open: RwSignal<bool>, error: ApiError) -> impl IntoView {
    let problems: Vec<Problem> = error.said("problems").unwrap_or_default();
    view! {
        <div class="dl-refused" role="alert">
            <b>{error.title}</b>
            <p>{error.detail}</p>
            <Findings cx problems open />
        </div>
    }
}

/// After: it is live, and where to see it.
#[component]
fn Published(cx: DesignerCx, open: RwSignal<bool>, version: u64) -> impl IntoView {
    let path = cx.with_flow(|flow| format!("/chat/web?flow={}", flow.key));
    let address = format!("{}{path}", browser::origin());
    let copied = address.clone();
    let name = cx.with_flow(|flow| words(&flow.name));
    view! {
        <div class="dialog-body dl dl-done">
            <span class="dl-tick"><Icon name="circle-check" /></span>
            <h3 data-test="published">
                {tr_string(|| format!("“{name}”第 {version} 版已上线"), || format!("Version {version} of “{name}” is live"))}
            </h3>
            <p class="dl-quiet">{tr("新的对话从现在起使用这一版。", "New conversations use it from now on.")}</p>
            <div class="dl-link">
                <code>{address}</code>
                <button type="button" class="btn plain small" on:click=move |_| { browser::copy(&copied); toast(tr("已复制", "Copied")); }>
                    <Icon name="copy" /><span>{tr("复制", "Copy")}</span>
                </button>
            </div>
        </div>
        <footer class="dialog-foot">
            <Button label=move || tr("完成", "Done") on_press=move |()| open.set(false) />
            <a class="btn primary" href=path target="_blank" rel="noopener" data-test="open-chat">
                <Icon name="external-link" /><span>{tr("打开聊天页面", "Open the chat page")}</span>
            </a>
        </footer>
    }
}

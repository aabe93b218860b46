//! The screen before the door: one panel in the middle, language and theme above it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::frame::choose_language;
use crate::api::ApiError;
use crate::i18n::{UiLanguage, language, tr};
use crate::theme::{Theme, is_dark, set_theme};
use crate::ui::{Icon, IconButton, Segments};

/// Title, words and the form of a door.
#[component]
pub(crate) fn Door(#[prop(into)] title: TextProp, #[prop(into)] words: TextProp, children: Children) -> impl IntoView {
    let languages =
        || [UiLanguage::Zh, UiLanguage::En].map(|choice| (choice.code().to_owned(), choice.name().to_owned())).to_vec();
    view! {
        <main class="door">
            <div class="door-tools">
                <Segments
                    label=move || tr("界面语言", "Language")
                    value=Signal::derive(|| language().code().to_owned())
                    options=Signal::derive(languages)
                    on_change=|code: String| choose_language(UiLanguage::of(&code))
                />
                <IconButton
                    icon=Signal::derive(|| if is_dark() { "sun".to_owned() } else { "moon".to_owned() })
                    label=move || if is_dark() { tr("浅色", "Light") } else { tr("深色", "Dark") }
                    on_press=|()| set_theme(if untrack(is_dark) { Theme::Light } else { Theme::Dark })
                />
            </div>
            <section class="door-panel">
                <div class="door-brand"><span class="door-mark"><Icon name="git-merge" /></span><b>"合流 Heliu"</b></div>
                <h1>{move || title.get()}</h1>
                <p class="quiet">{move || words.get()}</p>
                {children()}
            </section>
            <p class="door-foot">{move || tr("客服对话流程，拖拽即成", "Customer conversations, built by dragging")}</p>
        </main>
    }
}

/// What the server objected to.
#[component]
pub(crate) fn DoorError(error: RwSignal<Option<ApiError>>) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <div class="notice bad" role="alert">
                    <Icon name="circle-alert" />
                    <div><b>{error.title}</b><span>{error.detail}</span></div>
                </div>
            }
        })
    }
}

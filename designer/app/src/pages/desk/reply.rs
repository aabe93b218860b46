//! Where an agent writes: Enter sends, Shift+Enter makes a line, Enter that ends pinyin does neither.

use leptos::prelude::*;

use super::state::Desk;
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, TextArea};

/// The box; what is not sent is kept for this conversation.
#[component]
pub(super) fn ReplyBox(desk: Desk) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let shown = StoredValue::new(None::<String>);
    // Another conversation brings its own unsent words.
    Effect::new(move |_| {
        let chosen = desk.chosen.get();
        if shown.get_value() != chosen {
            text.set(chosen.as_deref().map(|id| desk.draft(id)).unwrap_or_default());
            shown.set_value(chosen);
        }
    });
    Effect::new(move |_| {
        let written = text.get();
        if let Some(id) = shown.get_value() {
            desk.keep_draft(&id, written);
        }
    });
    let send = Callback::new(move |()| {
        let words = text.get_untracked().trim().to_owned();
        if !words.is_empty() {
            text.set(String::new());
            desk.say(words);
            desk.focus_reply();
        }
    });
    view! {
        <footer class="reply">
            <TextArea
                value=text
                rows=2
                node=desk.reply
                placeholder=move || tr("回复客户…", "Answer the customer…")
                label=move || tr("回复", "Answer")
                test="reply"
                on_enter=send
            />
            <div class="reply-foot">
                <small class="quiet">{move || tr("回车发送，Shift+回车换行", "Enter sends, Shift+Enter makes a line")}</small>
                <span class="space"></span>
                <Button
                    kind=ButtonKind::Primary
                    icon="send"
                    label=move || tr("发送", "Send")
                    disabled=Signal::derive(move || text.with(|text| text.trim().is_empty()))
                    test="send"
                    on_press=send
                />
            </div>
        </footer>
    }
}

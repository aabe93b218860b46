//! How long a customer waits for an answer: grey, amber from a minute on, red when it hurts.

use leptos::prelude::*;

use super::state::Desk;
use crate::i18n::tr;
use crate::pages::when::{instant_ms, stop_watch};
use crate::ui::Icon;

const AMBER_FROM_S: f64 = 60.0;
const RED_FROM_S: f64 = 100.0;

/// The clock of a row. Only crossing a limit changes its class, so nothing is read out every second.
#[component]
pub(super) fn WaitClock(desk: Desk, since: String) -> impl IntoView {
    let since_ms = instant_ms(&since);
    let seconds = move || since_ms.map(|since| (desk.now.get() - since) / 1000.0);
    let class = Memo::new(move |_| match seconds() {
        Some(seconds) if seconds >= RED_FROM_S => "wait red",
        Some(seconds) if seconds >= AMBER_FROM_S => "wait amber",
        _ => "wait",
    });
    view! {
        <span class=move || class.get() title=move || tr("客户已等待", "The customer has waited")>
            <Icon name="timer" />
            <span class="num">{move || seconds().map(stop_watch).unwrap_or_default()}</span>
        </span>
    }
}

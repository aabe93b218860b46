//! Instants in the words of people: "3 minutes ago", "00:42".

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser;
use crate::i18n::{UiLanguage, counted, language};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Milliseconds since 1970 of an RFC 3339 text.
pub(crate) fn instant_ms(text: &str) -> Option<f64> {
    let ms = js_sys::Date::parse(text);
    (!ms.is_nan()).then_some(ms)
}

/// How long ago it was, for lists.
pub(crate) fn ago(text: &str) -> String {
    let Some(ms) = instant_ms(text) else { return String::new() };
    let seconds = ((browser::now_ms() - ms) / 1000.0).max(0.0);
    let zh = language() == UiLanguage::Zh;
    let many = |n: f64, zh_unit: &str, en_unit: &str| {
        let n = n.floor();
        if zh { format!("{n} {zh_unit}前") } else { format!("{} ago", counted(n, en_unit)) }
    };
    if seconds < MINUTE {
        if zh { "刚刚".to_owned() } else { "just now".to_owned() }
    } else if seconds < HOUR {
        many(seconds / MINUTE, "分钟", "minute")
    } else if seconds < DAY {
        many(seconds / HOUR, "小时", "hour")
    } else if seconds < 7.0 * DAY {
        many(seconds / DAY, "天", "day")
    } else {
        date(ms)
    }
}

fn date(ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms));
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// Day and time, in the reader's zone: the whole truth for a tip.
pub(crate) fn exact(text: &str) -> String {
    match instant_ms(text) {
        Some(ms) => format!("{} {}", date(ms), clock_of(ms)),
        None => String::new(),
    }
}

/// The time of day, in the reader's zone.
pub(crate) fn clock(text: &str) -> String {
    instant_ms(text).map(clock_of).unwrap_or_default()
}

fn clock_of(ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// A span as a stop-watch shows it: `00:42`, `12:05`, `1:02:03`.
pub(crate) fn stop_watch(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes:02}:{rest:02}") }
}

/// A signal that ticks every second while its owner lives.
pub(crate) fn every_second() -> ReadSignal<f64> {
    let (now, set_now) = signal(browser::now_ms());
    if let Ok(handle) =
        set_interval_with_handle(move || set_now.set(browser::now_ms()), std::time::Duration::from_secs(1))
    {
        on_cleanup(move || handle.clear());
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_watch_shows_hours_only_when_there_are_some() {
        assert_eq!(stop_watch(42.9), "00:42");
        assert_eq!(stop_watch(725.0), "12:05");
        assert_eq!(stop_watch(3723.0), "1:02:03");
        assert_eq!(stop_watch(-5.0), "00:00");
    }
}

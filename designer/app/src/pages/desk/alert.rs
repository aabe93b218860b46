//! New customers in line are announced: a sound, and the number in the title of the page.

use leptos::prelude::*;
use web_sys::AudioContext;

use super::state::Desk;
use crate::browser;
use crate::i18n::tr;

const REMEMBERED_AS: &str = "heliu.desk-sound";

thread_local! {
    static SOUND: ArcRwSignal<bool> = ArcRwSignal::new(browser::remembered(REMEMBERED_AS).as_deref() != Some("off"));
}

/// Is the sound on? Reading it subscribes.
pub(super) fn is_sound_on() -> bool {
    SOUND.with(Get::get)
}

/// Turns the sound on or off, and remembers it.
pub(super) fn set_sound(on: bool) {
    browser::remember(REMEMBERED_AS, if on { "on" } else { "off" });
    SOUND.with(|sound| sound.set(on));
    if on {
        ring();
    }
}

/// Announces for as long as the page is there.
pub(super) fn announce(desk: Desk) {
    Effect::new(move |before: Option<Option<u64>>| {
        let counted = desk.counts.get().map(|counts| counts.queued);
        let n_queued = counted.unwrap_or(0);
        let name = tr("工作台", "Desk");
        browser::set_title(&if n_queued > 0 {
            format!("({n_queued}) {name} · Heliu")
        } else {
            format!("{name} · Heliu")
        });
        // Whoever waits when the page opens is seen at once; only those who come later ring.
        if before.flatten().is_some_and(|before| n_queued > before) && untrack(is_sound_on) {
            ring();
        }
        counted
    });
}

/// Two short tones. A browser that wants a press first stays silent.
fn ring() {
    let Ok(audio) = AudioContext::new() else { return };
    let tone = |at: f64, frequency: f32| -> Option<()> {
        let (source, volume) = (audio.create_oscillator().ok()?, audio.create_gain().ok()?);
        source.frequency().set_value(frequency);
        volume.gain().set_value(0.06);
        source.connect_with_audio_node(&volume).ok()?;
        volume.connect_with_audio_node(&audio.destination()).ok()?;
        source.start_with_when(audio.current_time() + at).ok()?;
        source.stop_with_when(audio.current_time() + at + 0.12).ok()
    };
    let _ = tone(0.0, 660.0).and_then(|()| tone(0.14, 880.0));
    set_timeout(move || drop(audio.close()), std::time::Duration::from_secs(1));
}

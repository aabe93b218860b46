//! Light, dark, or as the system has it; remembered in the browser.

use leptos::prelude::*;

use crate::browser;

const REMEMBERED_AS: &str = "heliu.theme";

/// Which theme was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All choices in the order of the menu.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word it is remembered by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

thread_local! {
    static THEME: ArcRwSignal<Theme> = ArcRwSignal::new(Theme::default());
    static SYSTEM_IS_DARK: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Shows the remembered choice and follows the system from here on.
pub(crate) fn begin() {
    THEME.with(|theme| theme.set(Theme::of(&browser::remembered(REMEMBERED_AS).unwrap_or_default())));
    SYSTEM_IS_DARK.with(|dark| dark.set(browser::prefers_dark()));
    browser::on_prefers_dark(|is_dark| {
        SYSTEM_IS_DARK.with(|dark| dark.set(is_dark));
        show();
    });
    show();
}

/// What was chosen; reading it subscribes.
pub(crate) fn theme() -> Theme {
    THEME.with(Get::get)
}

/// Is the dark theme on the screen? Reading it subscribes.
pub(crate) fn is_dark() -> bool {
    let system = SYSTEM_IS_DARK.with(Get::get);
    match theme() {
        Theme::System => system,
        Theme::Light => false,
        Theme::Dark => true,
    }
}

/// Chooses a theme and remembers it.
pub(crate) fn set_theme(theme: Theme) {
    browser::remember(REMEMBERED_AS, theme.name());
    THEME.with(|signal| signal.set(theme));
    show();
}

fn show() {
    let name = if untrack(is_dark) { Theme::Dark } else { Theme::Light };
    browser::set_root_attribute("data-theme", name.name());
}

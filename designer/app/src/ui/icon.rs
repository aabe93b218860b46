//! Icons: Lucide's shapes, once in the page, used by name.

use std::collections::BTreeSet;

use leptos::prelude::*;

const SPRITE: &str = include_str!("icons.svg");

thread_local! {
    static NAMES: BTreeSet<&'static str> =
        SPRITE.split("id=\"i-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
}

/// All icons, invisible; stands once at the start of the page.
#[component]
pub(crate) fn IconSprite() -> impl IntoView {
    view! { <div class="sprite" aria-hidden="true" inner_html=SPRITE></div> }
}

/// One icon, 16 px, in the colour of the text around it. A name that is not in the set shows a circle.
#[component]
pub(crate) fn Icon(#[prop(into)] name: Signal<String>) -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
            <use href=move || name.with(|name| format!("#i-{}", known(name))) />
        </svg>
    }
}

fn known(name: &str) -> &str {
    if NAMES.with(|names| names.contains(name)) { name } else { "circle" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_of_the_sprite_is_known_and_others_are_a_circle() {
        assert_eq!(known("plus"), "plus");
        assert_eq!(known("no-such-icon"), "circle");
        assert!(NAMES.with(BTreeSet::len) >= 90);
    }
}

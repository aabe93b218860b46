//! A person as a circle with the first character of the name; the colour belongs to the name.

use leptos::prelude::*;

const N_COLOURS: u32 = 8;

/// The circle.
#[component]
pub(crate) fn Avatar(#[prop(into)] name: Signal<String>, #[prop(optional)] large: bool) -> impl IntoView {
    view! {
        <span class=move || format!("avatar c{}", name.with(|name| colour(name))) class:large=large aria-hidden="true">
            {move || name.with(|name| initial(name))}
        </span>
    }
}

fn initial(name: &str) -> String {
    name.trim().chars().next().map_or_else(|| "?".to_owned(), |first| first.to_uppercase().collect())
}

fn colour(name: &str) -> u32 {
    name.chars().fold(7_u32, |sum, character| sum.wrapping_mul(31).wrapping_add(character.into())) % N_COLOURS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_stands_for_the_name() {
        assert_eq!(initial("李雷"), "李");
        assert_eq!(initial(" wang"), "W");
        assert_eq!(initial(""), "?");
    }
}

//! The designer: what opens in the browser at `/`.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <h1>"Heliu 合流"</h1> });
}

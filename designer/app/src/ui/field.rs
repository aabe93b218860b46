//! A field: the label above an input, help or the finding below it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Label, input, help. The input is the child; a finding takes the place of the help.
#[component]
pub(crate) fn Field(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: Option<TextProp>,
    /// What is wrong; empty when nothing is.
    #[prop(optional, into)]
    problem: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <label class="field" class:wrong=move || problem.with(|problem| !problem.is_empty())>
            <span class="field-label">{move || label.get()}</span>
            {children()}
            {move || {
                let problem = problem.get();
                if problem.is_empty() {
                    help.clone().map(|help| view! { <small>{move || help.get()}</small> }.into_any())
                } else {
                    Some(view! { <small class="wrong" role="alert">{problem}</small> }.into_any())
                }
            }}
        </label>
    }
}

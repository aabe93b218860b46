//! What is wrong with a field, beneath it: at line and column, with what to do.

use leptos::prelude::*;
use model::Problem;

use crate::i18n::{sentence, tr_string, words};
use crate::ui::Icon;

/// The lines; the element stays so that `aria-describedby` can point to it.
#[component]
pub(crate) fn ProblemLines(#[prop(into)] problems: Signal<Vec<Problem>>, id: String) -> impl IntoView {
    view! {
        <div id=id class="f-problems">
            {move || problems.get().into_iter().map(line).collect_view()}
        </div>
    }
}

/// One finding.
pub(crate) fn line(problem: Problem) -> impl IntoView {
    let place = match (problem.place.line, problem.place.column) {
        (Some(line), Some(column)) => {
            Some(tr_string(|| format!("第 {line} 行第 {column} 列："), || format!("Line {line}:{column}: ")))
        }
        (Some(line), None) => Some(tr_string(|| format!("第 {line} 行："), || format!("Line {line}: "))),
        _ => None,
    };
    let message = if place.is_some() { words(&problem.message) } else { sentence(&problem.message) };
    let advice = words(&problem.advice);
    view! {
        <p class="f-problem" class:warning=!problem.is_error() data-problem=problem.code.clone()>
            <Icon name="triangle-alert" />
            <span>
                {place.map(|place| view! { <b>{place}</b> })}
                {message}
                {(!advice.is_empty()).then(|| format!(" · {advice}"))}
            </span>
        </p>
    }
}

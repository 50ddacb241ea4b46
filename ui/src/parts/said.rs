//! A sentence that was told: what stands in backticks in it was said by a machine or is
//! meant for one, and is set so.

use leptos::prelude::*;

use crate::text::said::{Part, parts};

/// A sentence as text and machine text.
#[component]
pub fn Said(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let shown = move || {
        let part = |part: Part| match part {
            Part::Words(words) => words.into_any(),
            Part::Machine(code) => view! { <code class="said-code">{code}</code> }.into_any(),
        };
        text.with(|text| parts(text)).into_iter().map(part).collect_view()
    };
    view! { <span class="said words">{shown}</span> }
}

//! "4 min ago", with the exact moment when the pointer rests on it.

use leptos::prelude::*;

use crate::state::State;
use crate::text::time;

/// How long ago a moment (Unix milliseconds) was. Never put it into a live region.
#[component]
pub fn RelativeTime(#[prop(into)] at: Signal<i64>) -> impl IntoView {
    let now = State::here().clock.minutes();
    view! { <time class="ago" title=move || time::full(at.get())>{move || time::ago(at.get(), now.get())}</time> }
}

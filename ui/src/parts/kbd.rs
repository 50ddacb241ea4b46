//! A key or a chord, as it stands on a keyboard.

use leptos::prelude::*;

/// A chord: "Ctrl K".
#[component]
pub fn Kbd(keys: &'static str) -> impl IntoView {
    view! { <kbd class="kbd">{keys}</kbd> }
}

//! On or off, with what it means under its name.

use leptos::prelude::*;

/// A switch.
#[component]
pub fn Switch(
    label: &'static str,
    /// Unique in the page.
    id: &'static str,
    on: RwSignal<bool>,
    /// What it means to have it on.
    hint: &'static str,
) -> impl IntoView {
    view! {
        <div class="switch">
            <input
                id=id class="switch-box" type="checkbox" role="switch" aria-describedby=format!("{id}-note")
                prop:checked=move || on.get()
                on:change=move |event| on.set(event_target_checked(&event))
            />
            <label class="switch-label" for=id>{label}</label>
            <p class="switch-note" id=format!("{id}-note")>{hint}</p>
        </div>
    }
}

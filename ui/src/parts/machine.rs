//! A text that is a machine's: to compare, to run or to follow, with a button that copies it.

use leptos::prelude::*;

use super::copy_button::CopyButton;

/// The text. `name`: what the button does, in words.
#[component]
pub fn Machine(#[prop(into)] text: Signal<String>, #[prop(into)] name: String) -> impl IntoView {
    view! {
        <div class="machine">
            <code class="mono words machine-text">{move || text.get()}</code>
            <CopyButton text name />
        </div>
    }
}

//! Copies a text and says that it did.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::icon::{Drawing, Icon};

/// A small button that copies `text`; its drawing is a tick for a moment after.
#[component]
pub fn CopyButton(#[prop(into)] text: Signal<String>, #[prop(into)] name: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let write = window().navigator().clipboard().write_text(&text.get_untracked());
        spawn_local(async move {
            if JsFuture::from(write).await.is_ok() {
                copied.set(true);
                set_timeout(move || _ = copied.try_set(false), Duration::from_millis(1_600));
            }
        });
    };
    let says = move || {
        if copied.get() { "Copied".to_owned() } else { name.clone() }
    };
    view! {
        <button type="button" class="icon-button copy" class=("copy-done", copied) title=says.clone() aria-label=says on:click=copy>
            <Drawing of=Signal::derive(move || if copied.get() { Icon::Check } else { Icon::Copy }) />
        </button>
    }
}

//! Notes in the corner. What is heard of them stands in the frame's one status region.

use leptos::prelude::*;

use super::button::{Button, IconButton, Look};
use super::icon::Icon;
use super::said::Said;
use crate::state::State;
use crate::state::toasts::{Toast, Tone};

/// All notes, the newest below.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = State::here().toasts;
    view! {
        <div class="toasts">
            <For each=move || toasts.all() key=|toast| toast.id let:toast>
                <One toast />
            </For>
        </div>
    }
}

#[component]
fn One(toast: Toast) -> impl IntoView {
    let toasts = State::here().toasts;
    let (id, text, fault) = (toast.id, toast.text.clone(), toast.tone == Tone::Fault);
    let undo = toast.undo.map(|_| {
        view! { <Button look=Look::Quiet press=move |()| toasts.undo(&toast)>"Undo"</Button> }
    });
    view! {
        <div class="toast" class=("toast-fault", fault)>
            <p class="toast-text"><Said text=text /></p>
            {undo}
            <IconButton icon=Icon::Close name="Dismiss" press=move |()| toasts.dismiss(id) />
        </div>
    }
}

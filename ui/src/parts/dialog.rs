//! What covers the window and keeps the keyboard until it is closed: the browser's own modal
//! dialog, so that focus stays inside, the rest is inert and Esc closes.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::button::IconButton;
use super::icon::Icon;

/// What a press beside the dialog does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Closes it: nothing is lost.
    Closes,
    /// Nothing: something may have been typed.
    Stays,
}

/// A dialog with a title. It is open for as long as it is mounted; `close` must unmount it.
#[component]
pub fn Dialog(
    #[prop(into)] title: Signal<String>,
    beside: Beside,
    /// A class for its size.
    class: &'static str,
    #[prop(into)] close: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <Modal name=title beside class close>
            <header class="dialog-head">
                <h2>{move || title.get()}</h2>
                <IconButton icon=Icon::Close name="Close" press=close />
            </header>
            {children()}
        </Modal>
    }
}

/// A dialog without a head.
#[component]
pub fn Modal(
    #[prop(into)] name: Signal<String>,
    beside: Beside,
    class: &'static str,
    close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let before = StoredValue::new_local(focused());
    Effect::new(move |_| {
        if let Some(dialog) = element.get()
            && !dialog.open()
        {
            let _already_open = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        // Nothing beside an open dialog takes the focus: only once it is gone.
        if let Some(element) = before.try_with_value(Clone::clone).flatten() {
            queue_microtask(move || give_back(&element));
        }
    });
    let pressed = move |event: web_sys::MouseEvent| {
        let itself = element.get_untracked().is_some_and(|dialog| {
            event.target().is_some_and(|target| target == *dialog.unchecked_ref::<web_sys::EventTarget>())
        });
        if itself && beside == Beside::Closes {
            close.run(());
        }
    };
    view! {
        <dialog
            class=format!("dialog {class}")
            // The first field takes the focus by itself; without one the dialog has it, not its Close button.
            autofocus=true
            node_ref=element
            aria-label=move || name.get()
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                close.run(());
            }
            on:mousedown=pressed
        >
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
}

/// Gives the focus back to where it was, unless what was chosen took it elsewhere.
fn give_back(element: &HtmlElement) {
    if focused().is_none_or(|now| now.tag_name() == "BODY") {
        let _unfocused = element.focus();
    }
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

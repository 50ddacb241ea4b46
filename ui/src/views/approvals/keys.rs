//! Walking through the cards with j and k. Answers are given on the card itself.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::parts::walk::{by, walk};
use crate::state::State;

/// Listens for as long as the calling component lives.
pub fn listen(state: State, list: NodeRef<html::Div>) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let Some(step) = step(&event) else { return };
        let covered = state.frame.dialog.with_untracked(Option::is_some);
        if let Some(list) = list.get_untracked().filter(|_| !covered) {
            walk(&list, ":scope > *", by(step));
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn step(event: &KeyboardEvent) -> Option<isize> {
    let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented());
    let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| {
        target.closest("input:not([type=radio]), textarea, [contenteditable]").ok().flatten().is_some()
    });
    match event.key().as_str() {
        "j" if plain && !typing => Some(1),
        "k" if plain && !typing => Some(-1),
        _ => None,
    }
}

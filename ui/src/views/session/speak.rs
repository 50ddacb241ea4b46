//! Sends what was typed. The core shows it at once, as queued; if it refuses, the words come back.

use contract::calls::SendMessage;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

use super::seat::Seat;
use crate::core;
use crate::state::clock::now;

/// Sends a text to the pane's session.
pub fn speak(seat: Seat, text: String) {
    let state = seat.state;
    let Some(of) = seat.of.get_untracked() else { return };
    let shown = state.panes.with_untracked(|panes| panes.get(seat.pane).cloned().unwrap_or_default());
    let agent = shown.agent.or_else(|| untrack(|| state.told.agent_of(&of)));
    let call = SendMessage { of: of.clone(), agent, text: text.clone(), client_id: fresh_id() };
    state.drafts.of(&of).set(String::new());
    seat.latest.update(|latest| *latest += 1);
    spawn_local(async move {
        if let Err(fault) = core::call(call).await {
            state.toasts.fault(&fault);
            // Nothing of what is typed meanwhile is lost.
            state.drafts.of(&of).update(|draft| {
                *draft = if draft.is_empty() { text } else { format!("{text}\n\n{draft}") };
            });
        }
    });
}

/// An id that no other message has: it makes a repetition harmless.
fn fresh_id() -> String {
    random_uuid().unwrap_or_else(|| format!("{:x}-{:x}", now(), (js_sys::Math::random() * 1e15) as u64))
}

fn random_uuid() -> Option<String> {
    let crypto = Reflect::get(&window(), &JsValue::from_str("crypto")).ok()?;
    // It is there in a secure page only.
    let make: Function = Reflect::get(&crypto, &JsValue::from_str("randomUUID")).ok()?.dyn_into().ok()?;
    make.call0(&crypto).ok()?.as_string()
}

//! Answers an approval. What comes of it the core tells; nothing is assumed.

use contract::approval::Decision;
use contract::calls::Decide;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::order::Key;
use crate::core;
use crate::state::State;

/// Sends an answer. `busy` holds it until the answer is refused; when it is taken the card changes.
pub fn answer(state: State, (node, id): Key, decision: Decision, busy: RwSignal<Option<Decision>>) {
    busy.set(Some(decision));
    spawn_local(async move {
        if let Err(fault) = core::call(Decide { node, id, decision }).await {
            state.toasts.fault(&fault);
            _ = busy.try_set(None);
        }
    });
}

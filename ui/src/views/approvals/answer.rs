//! Answers an approval. What comes of it the core tells; nothing is assumed.

use contract::approval::{Answer, Approval, Decision};
use contract::calls::Decide;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::State;

/// Sends an answer. `busy` holds it until the answer is refused; when it is taken the card changes.
pub fn answer(state: State, of: Approval, decision: Decision, busy: RwSignal<Option<Decision>>) {
    let answer = match (decision, of.rule) {
        (Decision::Once, _) => Answer::Once,
        (Decision::Always, Some(rule)) => Answer::Always { rule },
        (Decision::Deny, _) => Answer::Deny,
        // Nothing a person says.
        (Decision::Always, None) | (Decision::Expired | Decision::Unknown, _) => return,
    };
    busy.set(Some(decision));
    spawn_local(async move {
        if let Err(fault) = core::call(Decide { node: of.node, id: of.id, digest: of.digest, answer }).await {
            state.toasts.fault(&fault);
            _ = busy.try_set(None);
        }
    });
}

//! What is done to a node from its card.

use contract::Call;
use contract::calls::{NodePause, NodeRemove, NodeRestore, NodeRetry, NodeTrust, NodeUnlock};
use contract::node::Node;
use leptos::task::spawn_local;

use crate::core;
use crate::state::State;

/// Tries at once instead of waiting.
pub fn retry(state: State, id: &str) {
    ask(state, NodeRetry { id: id.to_owned() });
}

/// Disconnects and stays away.
pub fn pause(state: State, id: &str) {
    ask(state, NodePause { id: id.to_owned(), paused: true });
}

/// Comes back after a pause.
pub fn resume(state: State, id: &str) {
    ask(state, NodePause { id: id.to_owned(), paused: false });
}

/// The person compared the fingerprint and trusts it.
pub fn trust(state: State, id: &str, fingerprint: &str) {
    ask(state, NodeTrust { id: id.to_owned(), fingerprint: fingerprint.to_owned() });
}

/// Unlocks a production node for so many minutes; 0 locks it.
pub fn unlock(state: State, id: &str, minutes: u32) {
    ask(state, NodeUnlock { id: id.to_owned(), minutes });
}

/// Takes a node away and offers the way back.
pub fn remove(state: State, node: &Node) {
    let (id, name) = (node.id.clone(), node.name.clone());
    spawn_local(async move {
        match core::call(NodeRemove { id: id.clone() }).await {
            Ok(()) => state.toasts.undoable(format!("Removed {name}."), move || {
                ask(state, NodeRestore { id: id.clone() });
            }),
            Err(fault) => state.toasts.fault(&fault),
        }
    });
}

/// Asks and says so if it is refused; what changes comes with the next batch.
fn ask<C: Call<Reply = ()> + 'static>(state: State, call: C) {
    spawn_local(async move {
        if let Err(fault) = core::call(call).await {
            state.toasts.fault(&fault);
        }
    });
}

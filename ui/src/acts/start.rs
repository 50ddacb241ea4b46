//! Starts the window: opens the channel, greets the core, puts back what was kept.

use std::time::Duration;

use contract::calls::Hi;
use contract::settings::Hello;
use contract::{Batch, Fault, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::State;
use crate::state::frame::CoreState;
use crate::state::layout::Kept;

/// Tries to reach the core; how it went stands in `state.frame.core`.
pub fn start(state: State) {
    state.frame.core.set(CoreState::Starting);
    spawn_local(async move {
        let came = connect(state).await;
        state.frame.core.set(match came {
            Ok(()) => CoreState::Here,
            Err(fault) => CoreState::Away(fault.message),
        });
    });
}

/// What every window shows whatever the screen: call it once, in the frame.
pub fn want_always(state: State) {
    for topic in [Topic::Nodes, Topic::Approvals, Topic::Vitals] {
        state.topics.want(topic, state.told, state.toasts);
    }
}

/// Once the nodes are on the screen, the shell hears of it: the start is measured by that.
pub fn say_when_painted(state: State) {
    Effect::new(move |said: Option<bool>| {
        if said == Some(true) || !state.told.nodes_known() {
            return said == Some(true);
        }
        // The frame's own callbacks come before it is painted, and a task set from there after.
        request_animation_frame(|| set_timeout(|| spawn_local(core::painted()), Duration::ZERO));
        true
    });
}

async fn connect(state: State) -> Result<(), Fault> {
    state.told.renumber();
    core::attach(move |batch| took(state, batch)).await?;
    let hello = core::call(Hi {}).await?;
    greeted(state, hello);
    state.topics.opened(state.told, state.toasts);
    Ok(())
}

fn took(state: State, batch: Result<Batch, Fault>) {
    let batch = match batch {
        Ok(batch) => batch,
        Err(fault) => return state.toasts.fault(&fault),
    };
    let applied = state.told.take(batch);
    for note in applied.notes {
        state.toasts.note(note);
    }
    if applied.missed {
        state.topics.resync(state.toasts);
    }
}

fn greeted(state: State, hello: Hello) {
    let frame = state.frame;
    frame.theme.set(hello.settings.theme);
    frame.version.set(hello.version);
    frame.keyring_fault.set(hello.keyring_fault);
    frame.start_faults.set(hello.start_faults);
    if let Some(kept) = hello.layout.as_ref().and_then(Kept::read) {
        kept.restore(state);
    }
}

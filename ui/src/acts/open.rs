//! Brings an agent or a session into a pane.

use contract::calls::SessionCreate;
use contract::transcript::SessionRef;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::panes::Cut;
use crate::state::{PaneId, PaneState, Route, State};

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The focused pane, or wherever it already is.
    Here,
    /// Another pane than the focused one.
    Beside,
    /// This pane.
    Pane(PaneId),
}

/// Opens an agent in its main or newest session; makes one when it has none.
pub fn agent(state: State, node: &str, agent: &str, place: Where) {
    let session =
        state.told.peek(|model| model.node(node)?.agents.iter().find(|known| known.id == agent)?.session.clone());
    match session {
        Some(session) => self::session(state, node, Some(agent), &session, place),
        None => new_session(state, node, agent, place),
    }
}

/// Opens a session.
pub fn session(state: State, node: &str, agent: Option<&str>, session: &str, place: Where) {
    let shown =
        PaneState { node: Some(node.to_owned()), agent: agent.map(str::to_owned), session: Some(session.to_owned()) };
    state.route.set(Route::Split);
    state.panes.update(|panes| {
        let there = panes.showing(node, session).filter(|_| place == Where::Here);
        let id = there.unwrap_or_else(|| pane_for(panes, place));
        if panes.get(id) != Some(&shown) {
            panes.show(id, shown);
        }
        panes.focus_on(id);
    });
    fold_overlays(state);
}

/// Opens an agent in a session that is made for it.
pub fn new_session(state: State, node: &str, agent: &str, place: Where) {
    let waits = PaneState { node: Some(node.to_owned()), agent: Some(agent.to_owned()), session: None };
    state.route.set(Route::Split);
    let id = state.panes.try_update(|panes| {
        let id = pane_for(panes, place);
        panes.show(id, waits.clone());
        panes.focus_on(id);
        id
    });
    fold_overlays(state);
    let Some(id) = id else { return };
    let call = SessionCreate { node: node.to_owned(), agent: Some(agent.to_owned()), title: None };
    spawn_local(async move {
        let made = core::call(call).await;
        // The person may have gone on to something else in that pane.
        if state.panes.with_untracked(|panes| panes.get(id) != Some(&waits)) {
            return;
        }
        let shown = match made {
            Ok(SessionRef { session, .. }) => PaneState { session: Some(session), ..waits },
            Err(fault) => {
                state.toasts.fault(&fault);
                PaneState::default()
            }
        };
        state.panes.update(|panes| panes.show(id, shown));
    });
}

fn pane_for(panes: &mut crate::state::Panes, place: Where) -> PaneId {
    match place {
        Where::Here => panes.focus(),
        Where::Pane(id) => id,
        Where::Beside => match panes.empty().filter(|id| *id != panes.focus()) {
            Some(id) => id,
            None => panes.split(panes.focus(), Cut::Right),
        },
    }
}

fn fold_overlays(state: State) {
    state.frame.sidebar_over.set(false);
    state.frame.stream_over.set(false);
}

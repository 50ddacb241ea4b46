//! Runs: one turn of an agent, from a message to its answer. A session has one
//! lane, so that its runs follow each other; sessions run beside each other.

mod lanes;
mod life;

mod history;
mod round;
mod tooling;

use std::convert::Infallible;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use wire::chat_event::{ChatEvent, ChatState};
use wire::{Code, Error, event};

use crate::state::{State, note, store_error};
use crate::table::runs;

pub(crate) use lanes::{Aborted, Lanes};

/// A message that was accepted, to be run. While it waits it is kept in this form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub run_id: String,
    pub session_key: String,
    pub text: String,
    /// The sender's `_seq`, echoed in every event of the run.
    pub seq: Option<u64>,
    pub idempotency_key: Option<String>,
    /// For this run only.
    pub model: Option<String>,
}

/// What became of an order.
pub(crate) enum Offered {
    Started,
    Queued,
    Full,
}

/// Starts a run, or puts it behind the one that is active.
///
/// # Errors
/// When the message could not be stored: then it does not run.
pub(crate) async fn offer(state: &Arc<State>, order: Order) -> Result<Offered, Error> {
    let limit = state.setup().config.file.limits.queue;
    enter(state, order, limit).await
}

async fn enter(state: &Arc<State>, order: Order, limit: usize) -> Result<Offered, Error> {
    match state.lanes.enter(order, limit) {
        lanes::Entered::First(order, active) => {
            let (begun, beginning) = oneshot::channel();
            let lane = Arc::clone(state);
            let name = format!("session {}", order.session_key);
            state.scope.spawn(&name, async move {
                life::lane(lane, order, active, begun).await;
                Ok::<(), Infallible>(())
            });
            match beginning.await {
                Ok(Ok(())) => Ok(Offered::Started),
                Ok(Err(error)) => Err(error),
                Err(_) => Err(Error::new(Code::Unavailable, "The gateway is stopping.")),
            }
        }
        lanes::Entered::Behind { order, position } => {
            let mode = "followup".to_owned();
            tell(state, &order, ChatState::Queued { mode, position });
            Ok(Offered::Queued)
        }
        lanes::Entered::Full => Ok(Offered::Full),
    }
}

/// Takes up what waited when the gateway was last stopped, in its order.
pub(crate) async fn take_up(state: &Arc<State>) {
    let waiting = match state.store.read(runs::waiting).await {
        Ok(waiting) => waiting,
        Err(error) => return note(&error, "what waits could not be read"),
    };
    for order in waiting {
        let run_id = order.run_id.clone();
        // It was accepted, so it runs even where more wait than would be accepted now.
        if let Err(error) = enter(state, order, usize::MAX).await {
            tracing::error!(run_id, error = error.message, "a message that waited could not be run");
        }
    }
}

/// Forgets what never began: it will not run, and its key may be sent again.
///
/// # Errors
/// The database cannot be written: then it is still there, and runs after the next start.
pub(crate) async fn forget(state: &State, run_ids: Vec<String>) -> Result<(), Error> {
    state.store.write(move |tx| runs::forget_waiting(tx, &run_ids)).await.map_err(store_error)
}

/// Tells what happened to a run.
pub(crate) fn tell(state: &State, order: &Order, chat_state: ChatState) {
    let event = ChatEvent {
        run_id: Some(order.run_id.clone()),
        session_key: order.session_key.clone(),
        seq: order.seq,
        state: chat_state,
    };
    state.hub.broadcast(event::name::CHAT, &event);
}

/// Tells what happened to a session as a whole.
pub(crate) fn tell_session(state: &State, session_key: &str, chat_state: ChatState) {
    let event = ChatEvent { run_id: None, session_key: session_key.to_owned(), seq: None, state: chat_state };
    state.hub.broadcast(event::name::CHAT, &event);
}

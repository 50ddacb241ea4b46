//! The life of a lane and of each run in it: begun, worked, ended in exactly
//! one of three ways, and everybody told.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
use wire::Error;
use wire::chat_event::{ChatError, ChatErrorKind, ChatState, Final};
use wire::event::SessionChangeKind;
use wire::message::{Assistant, Body, Message, User};

use super::lanes::Active;
use super::{Order, forget, round, tell};
use crate::agent::Agent;
use crate::model::{Chosen, ModelError};
use crate::state::{State, note, store_error};
use crate::table::{self, messages, runs, sessions};

/// One active run with all that it needs.
pub(super) struct Run {
    pub state: Arc<State>,
    pub order: Order,
    pub active: Arc<Active>,
    pub agent: Arc<Agent>,
    pub chosen: Chosen,
    pub started: Instant,
}

/// How a run ended.
enum Ending {
    Final(Box<Final>),
    Failed(ModelError),
    Aborted,
}

/// Takes a lane away when its task goes, even by a panic, and lets those go on
/// who wait for the run's end.
struct Tidy {
    state: Arc<State>,
    session_key: String,
    active: Arc<Active>,
}

impl Drop for Tidy {
    fn drop(&mut self) {
        self.state.lanes.close(&self.session_key);
        self.active.ended.cancel();
    }
}

/// Runs `order` and whatever is put behind it. `begun` hears when the first
/// message was stored and told, or why not.
pub(super) async fn lane(
    state: Arc<State>,
    order: Order,
    active: Arc<Active>,
    begun: oneshot::Sender<Result<(), Error>>,
) {
    let session_key = order.session_key.clone();
    let mut tidy = Tidy { state: Arc::clone(&state), session_key: session_key.clone(), active: Arc::clone(&active) };
    let mut begun = Some(begun);
    let mut next = Some((order, active));
    while let Some((order, active)) = next {
        tidy.active = Arc::clone(&active);
        let beginning = begin(&state, &order).await;
        let stored = beginning.is_ok();
        if let Err(error) = &beginning {
            // Whoever sent it hears that it failed. So it must not run one day all the same.
            let mut why = error.message.clone();
            if let Err(stays) = forget(&state, vec![order.run_id.clone()]).await {
                tracing::error!(run_id = order.run_id, error = stays.message, "a message that failed stays accepted");
                why.push_str(
                    " It could not be taken back either, so it may be answered after the gateway's next start.",
                );
            }
            tell(&state, &order, ChatState::Error { error: unstored(why) });
        }
        if let Some(begun) = begun.take() {
            // Whoever sent it may be gone; it runs all the same.
            let _ = begun.send(beginning);
        }
        if stored {
            live(&state, order, &active).await;
        }
        next = match state.scope.is_cancelled() {
            true => None,
            false => state.lanes.next(&session_key),
        };
        active.ended.cancel();
        tell_session(&state, &session_key).await;
    }
}

/// Stores the message and tells it.
async fn begin(state: &State, order: &Order) -> Result<(), Error> {
    let stored = order.clone();
    let body = Body::User(User {
        content: order.text.clone(),
        seq: order.seq,
        idempotency_key: order.idempotency_key.clone(),
    });
    let message = state
        .store
        .write(move |tx| {
            runs::set_state(tx, &stored.run_id, runs::RunState::Active)?;
            messages::append(tx, &stored.session_key, Some(&stored.run_id), body, table::now_ms())
        })
        .await
        .map_err(store_error)?;
    let state_told = ChatState::UserMessage {
        text: order.text.clone(),
        idempotency_key: order.idempotency_key.clone(),
        message_id: message.message_id,
    };
    tell(state, order, state_told);
    tell_session(state, &order.session_key).await;
    Ok(())
}

/// From the stored message to the end that everybody is told of.
async fn live(state: &Arc<State>, order: Order, active: &Arc<Active>) {
    let ending = match prepare(state, &order, active).await {
        Ok(run) => worked(&run).await,
        Err(error) => Ending::Failed(error),
    };
    let (run_state, told) = match ending {
        Ending::Final(told) => (runs::RunState::Done, ChatState::Final(told)),
        Ending::Failed(error) => (runs::RunState::Failed, failed(state, &order, error).await),
        Ending::Aborted => (runs::RunState::Aborted, aborted(state, &order, active).await),
    };
    let run_id = order.run_id.clone();
    if let Err(error) = state.store.write(move |tx| runs::set_state(tx, &run_id, run_state)).await {
        note(&error, "the end of a run could not be stored");
    }
    tell(state, &order, told);
}

/// Finds the session's agent and the model that answers for it.
async fn prepare(state: &Arc<State>, order: &Order, active: &Arc<Active>) -> Result<Run, ModelError> {
    let refuse = |detail: String| ModelError::new(ChatErrorKind::Unknown, detail);
    let key = order.session_key.clone();
    let entry = state.store.read(move |db| sessions::get(db, &key)).await.map_err(|error| refuse(error.to_string()))?;
    let entry = entry.ok_or_else(|| refuse("The session was removed.".to_owned()))?;
    let agent_id = entry.agent_id.unwrap_or_default();
    let agent = state.agent(&agent_id).map_err(|error| refuse(error.message))?;
    let wanted = order.model.as_deref().or(entry.model.as_deref()).or(agent.model.as_deref());
    let mut chosen = state.setup().catalogue.choose(wanted)?;
    if wanted.is_none() && chosen.is_demo() {
        // Perhaps a real one was started since.
        state.look_for_models().await;
        chosen = state.setup().catalogue.choose(wanted)?;
    }
    Ok(Run {
        state: Arc::clone(state),
        order: order.clone(),
        active: Arc::clone(active),
        agent,
        chosen,
        started: Instant::now(),
    })
}

async fn worked(run: &Run) -> Ending {
    let rounds = timeout(run.agent.timeout, round::rounds(run));
    tokio::select! {
        biased;
        () = run.active.stop.cancelled() => Ending::Aborted,
        () = run.state.scope.cancelled() => Ending::Aborted,
        done = rounds => match done {
            Ok(Ok(told)) => Ending::Final(told),
            Ok(Err(error)) => Ending::Failed(error),
            Err(_) => Ending::Failed(ModelError::new(
                ChatErrorKind::Timeout,
                format!("The run took longer than its {} seconds and was ended.", run.agent.timeout.as_secs()),
            )),
        },
    }
}

/// Keeps the reason in the history, where the person looks later.
async fn failed(state: &State, order: &Order, error: ModelError) -> ChatState {
    append(state, order, Body::Notice { content: error.detail.clone() }).await;
    ChatState::Error { error: chat_error(&error, None) }
}

/// Keeps what was said until then.
async fn aborted(state: &State, order: &Order, active: &Active) -> ChatState {
    let text = std::mem::take(&mut active.progress.lock().text);
    let partial = Assistant { content: text, partial: true, ..Assistant::default() };
    let message = match partial.content.is_empty() {
        true => None,
        false => append(state, order, Body::Assistant(Box::new(partial))).await,
    };
    ChatState::Aborted {
        message_index: message.as_ref().and_then(|message| message.history_index),
        partial_message: message.and_then(|message| serde_json::to_value(message).ok()),
    }
}

/// Adds to the session; a failure is logged, for the run must end in any case.
async fn append(state: &State, order: &Order, body: Body) -> Option<Message> {
    let (key, run_id) = (order.session_key.clone(), order.run_id.clone());
    let added = state.store.write(move |tx| messages::append(tx, &key, Some(&run_id), body, table::now_ms())).await;
    added.inspect_err(|error| note(error, "a message could not be stored")).ok()
}

async fn tell_session(state: &State, session_key: &str) {
    let key = session_key.to_owned();
    match state.store.write(move |tx| sessions::touch(tx, &key)).await {
        Ok(Some(entry)) => state.tell_session(SessionChangeKind::Patched, entry),
        Ok(None) => {}
        Err(error) => note(&error, "a session could not be told"),
    }
}

fn unstored(why: String) -> ChatError {
    chat_error(&ModelError::new(ChatErrorKind::Unknown, why), None)
}

/// A failure as clients are told of it.
pub(super) fn chat_error(error: &ModelError, provider: Option<&str>) -> ChatError {
    let title = match error.kind {
        ChatErrorKind::UsageLimitReached => "Usage limit reached",
        ChatErrorKind::RateLimitExceeded => "Rate limited",
        ChatErrorKind::AuthError => "Key missing or refused",
        ChatErrorKind::ServerError => "Provider unwell",
        ChatErrorKind::ModelNotFound => "Model not found",
        ChatErrorKind::UnsupportedModel => "Model not supported",
        ChatErrorKind::BillingExhausted => "No credit left",
        ChatErrorKind::MaxIterationsReached => "Too many rounds",
        ChatErrorKind::Timeout => "Took too long",
        ChatErrorKind::ApiError | ChatErrorKind::Unknown => "Error",
    };
    ChatError {
        kind: error.kind,
        icon: "⚠️".to_owned(),
        title: title.to_owned(),
        detail: error.detail.clone(),
        provider: provider.map(str::to_owned),
        retry_after_ms: error.retry_after.and_then(|wait| u64::try_from(wait.as_millis()).ok()),
    }
}

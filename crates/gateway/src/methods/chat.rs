//! `chat.*`: what may be asked of a session. What then happens is in `run`.

use store::rusqlite::Transaction;
use wire::chat::{
    AbortParams, AbortReply, Block, CancelQueuedReply, HistoryParams, PeekReply, SendParams, SendReply, SessionParams,
};
use wire::chat_event::ChatState;
use wire::message::Message;
use wire::{Code, Error};

use super::{no_session, session_key};
use crate::router::Context;
use crate::run::{self, Aborted, Offered, Order};
use crate::state::store_error;
use crate::table::{self, messages, runs, sessions};

/// Messages that one call gives at most.
const PAGE: u64 = 10_000;
/// How queued messages are worked off: each as a run of its own.
const MODE: &str = "followup";

pub(crate) async fn history(cx: &Context, params: HistoryParams) -> Result<Vec<Message>, Error> {
    let key = session_key(params.session_key)?;
    let (before, limit) = (params.before.unwrap_or(u64::MAX), params.limit.unwrap_or(PAGE).min(PAGE));
    let missing = no_session(&key);
    cx.state
        .store
        .read(move |db| match sessions::get(db, &key)? {
            Some(_) => messages::page(db, &key, before, limit).map(Some),
            None => Ok(None),
        })
        .await
        .map_err(store_error)?
        .ok_or(missing)
}

/// Accepts a message; its run begins at once or when its turn comes.
pub(crate) async fn send(cx: &Context, params: SendParams) -> Result<SendReply, Error> {
    let order = ordered(cx, params.clone())?;
    bound_agent(cx, &order.session_key, params.agent_id.as_deref()).await?;
    let reply = |run_id: &str| SendReply { ok: true, run_id: Some(run_id.to_owned()), ..SendReply::default() };
    if let Some(known) = accepted(cx, &order).await? {
        let duplicate = true;
        return Ok(SendReply { duplicate, ..reply(&known) });
    }
    let run_id = order.run_id.clone();
    match run::offer(&cx.state, order).await? {
        Offered::Started => Ok(reply(&run_id)),
        Offered::Queued => {
            let mode = Some(MODE.to_owned());
            Ok(SendReply { queued: true, mode, ..reply(&run_id) })
        }
        Offered::Full => {
            run::forget(&cx.state, vec![run_id]).await?;
            let message = "Too many messages wait in this session already.";
            let retryable = Some(true);
            Err(Error { retryable, ..Error::new(Code::Unavailable, message) })
        }
    }
}

/// The message as an order, if it can be one.
fn ordered(cx: &Context, params: SendParams) -> Result<Order, Error> {
    let text = text_of(&params)?;
    if params.idempotency_key.as_ref().is_some_and(|key| !(1..=128).contains(&key.len())) {
        let message = "An idempotencyKey has 1 to 128 characters.";
        return Err(Error::new(Code::InvalidRequest, message));
    }
    if let Some(model) = &params.model {
        let chosen = cx.state.setup().catalogue.choose(Some(model));
        chosen.map_err(|error| Error::new(Code::NotFound, error.detail))?;
    }
    Ok(Order {
        run_id: uuid::Uuid::new_v4().to_string(),
        session_key: session_key(params.session_key)?,
        text,
        seq: params.seq,
        idempotency_key: params.idempotency_key,
        model: params.model,
    })
}

/// Ends a run and answers when it has ended.
pub(crate) async fn abort(cx: &Context, params: AbortParams) -> Result<AbortReply, Error> {
    if params.session_key.is_none() && params.run_id.is_none() {
        return Err(Error::new(Code::InvalidRequest, "missing 'runId' or 'sessionKey'"));
    }
    let reply = |aborted, run_id, session_key| AbortReply { aborted, run_id, session_key };
    match cx.state.lanes.abort(params.session_key.as_deref(), params.run_id.as_deref()) {
        Aborted::Nothing => Ok(reply(false, params.run_id, params.session_key)),
        Aborted::Waiting { order } => {
            run::forget(&cx.state, vec![order.run_id.clone()]).await?;
            let state = ChatState::Aborted { message_index: None, partial_message: None };
            run::tell(&cx.state, &order, state);
            Ok(reply(true, Some(order.run_id), Some(order.session_key)))
        }
        Aborted::Active { run_id, session_key, ended } => {
            ended.cancelled().await;
            Ok(reply(true, Some(run_id), Some(session_key)))
        }
    }
}

pub(crate) async fn cancel_queued(cx: &Context, params: SessionParams) -> Result<CancelQueuedReply, Error> {
    let key = session_key(params.session_key)?;
    let cleared = cx.state.lanes.clear_queue(&key);
    let count = cleared.len() as u64;
    if let Some(first) = cleared.front() {
        run::tell_session(&cx.state, &first.session_key, ChatState::QueueCleared { count });
    }
    run::forget(&cx.state, cleared.into_iter().map(|order| order.run_id).collect()).await?;
    Ok(CancelQueuedReply { cleared: count })
}

pub(crate) async fn peek(cx: &Context, params: SessionParams) -> Result<PeekReply, Error> {
    let key = session_key(params.session_key)?;
    Ok(cx.state.lanes.peek(&key))
}

fn text_of(params: &SendParams) -> Result<String, Error> {
    let refuse = |message: &str| Err(Error::new(Code::InvalidRequest, message));
    let blocks = params.content.as_deref().unwrap_or_default();
    if blocks.contains(&Block::Other) {
        return refuse("Only text can be sent to this gateway yet.");
    }
    let texts = blocks.iter().filter_map(|block| match block {
        Block::Text { text } => Some(text.as_str()),
        Block::Other => None,
    });
    let text = params.text.clone().unwrap_or_else(|| texts.collect::<Vec<_>>().join("\n"));
    match text.trim().is_empty() {
        true => refuse("missing 'text', 'message', or 'content' parameter"),
        false => Ok(text),
    }
}

/// Makes the session if it is missing. One that exists keeps its agent.
async fn bound_agent(cx: &Context, key: &str, agent_id: Option<&str>) -> Result<(), Error> {
    let (_, entry) = super::sessions::made(cx, key.to_owned(), agent_id, None, None).await?;
    match (agent_id, entry.agent_id) {
        (Some(wanted), Some(bound)) if wanted != bound => Err(Error::new(
            Code::Conflict,
            format!(
                "The session {key:?} belongs to the agent {bound:?}. Send to another session, or bind this one anew."
            ),
        )),
        _ => Ok(()),
    }
}

/// Records the run; gives the run that this key already made, if it did.
async fn accepted(cx: &Context, order: &Order) -> Result<Option<String>, Error> {
    let order = order.clone();
    let accept = move |tx: &Transaction<'_>| runs::accept(tx, &order, table::now_ms());
    Ok(match cx.state.store.write(accept).await.map_err(store_error)? {
        runs::Accepted::New => None,
        runs::Accepted::Known { run_id } => Some(run_id),
    })
}

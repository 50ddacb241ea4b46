//! Sessions: list, create, rename, reset and delete.

use wire::event::{self, SessionChange, SessionChangeKind};
use wire::sessions::{
    CreateParams, EntryReply, KeyParams, ListParams, PatchParams, SessionEntry, SwitchParams, SwitchReply,
};
use wire::{Code, Done, Empty, Error};

use super::{no_session, session_key};
use crate::router::Context;
use crate::state::store_error;
use crate::table::{self, messages, sessions};

/// Messages that opening a session gives at once.
const OPENING: u64 = 200;
/// Characters of a label.
const LABEL: usize = 200;

pub(crate) async fn list(cx: &Context, params: ListParams) -> Result<Vec<SessionEntry>, Error> {
    let limit = params.limit.unwrap_or(u64::MAX);
    let entries = cx
        .state
        .store
        .read(move |db| sessions::list(db, params.agent_id.as_deref(), limit))
        .await
        .map_err(store_error)?;
    Ok(entries.into_iter().map(|entry| cx.state.dressed(entry)).collect())
}

pub(crate) async fn create(cx: &Context, params: CreateParams) -> Result<EntryReply, Error> {
    let key = match params.key {
        Some(key) => session_key(Some(key))?,
        None => format!("session:{}", uuid::Uuid::new_v4()),
    };
    let model = chosen(cx, params.model)?.flatten();
    let label = labelled(params.label)?.flatten();
    let entry = made(cx, key.clone(), params.agent_id.as_deref(), label, model).await?;
    match entry {
        (true, entry) => Ok(EntryReply { entry }),
        (false, _) => Err(Error::new(Code::Conflict, format!("There is already a session {key:?}."))),
    }
}

/// Opens a session, making it if it is missing, and marks it as seen.
pub(crate) async fn switch(cx: &Context, params: SwitchParams) -> Result<SwitchReply, Error> {
    let key = session_key(Some(params.key))?;
    let (_, entry) = made(cx, key.clone(), None, None, None).await?;
    let limit = if params.include_history { OPENING } else { 0 };
    let history = cx
        .state
        .store
        .write(move |tx| {
            sessions::see(tx, &key)?;
            messages::page(tx, &key, u64::MAX, limit)
        })
        .await
        .map_err(store_error)?;
    let dropped = history.first().and_then(|message| message.history_index).unwrap_or(0);
    let peek = cx.state.lanes.peek(&entry.key);
    Ok(SwitchReply {
        history_truncated: dropped > 0,
        history_dropped_count: dropped,
        replying: peek.active,
        thinking_text: peek.thinking_text,
        history,
        entry,
    })
}

pub(crate) async fn patch(cx: &Context, params: PatchParams) -> Result<SessionEntry, Error> {
    let key = session_key(Some(params.key))?;
    let patch = sessions::Patch {
        label: labelled(params.label)?,
        model: chosen(cx, params.model)?,
        archived: params.archived,
        agent_id: None,
    };
    let missing = no_session(&key);
    let entry = cx
        .state
        .store
        .write(move |tx| sessions::patch(tx, &key, &patch, table::now_ms()))
        .await
        .map_err(store_error)?
        .ok_or(missing)?;
    cx.state.tell_session(SessionChangeKind::Patched, entry.clone());
    Ok(cx.state.dressed(entry))
}

pub(crate) async fn reset(cx: &Context, params: KeyParams) -> Result<Empty, Error> {
    let key = session_key(Some(params.key))?;
    refuse_while_replying(cx, &key)?;
    let missing = no_session(&key);
    let entry = cx
        .state
        .store
        .write(move |tx| sessions::reset(tx, &key, table::now_ms()))
        .await
        .map_err(store_error)?
        .ok_or(missing)?;
    cx.state.tell_session(SessionChangeKind::Patched, entry);
    Ok(Empty {})
}

pub(crate) async fn delete(cx: &Context, params: KeyParams) -> Result<Done, Error> {
    let key = session_key(Some(params.key))?;
    refuse_while_replying(cx, &key)?;
    let removed = key.clone();
    let existed = cx.state.store.write(move |tx| sessions::delete(tx, &removed)).await.map_err(store_error)?;
    if !existed {
        return Err(no_session(&key));
    }
    cx.state.approvals.forget_session(&key);
    let change = SessionChange { kind: SessionChangeKind::Deleted, session_key: key, entry: None, version: None };
    cx.state.hub.broadcast(event::name::SESSION, &change);
    Ok(Done::OK)
}

/// The session of that key, made if it is missing; true when it was.
pub(super) async fn made(
    cx: &Context,
    key: String,
    agent_id: Option<&str>,
    label: Option<String>,
    model: Option<String>,
) -> Result<(bool, SessionEntry), Error> {
    let agent_id = match agent_id {
        Some(id) => cx.state.agent(id)?.id.clone(),
        None => cx.state.setup().agents.default_id().to_owned(),
    };
    let missing = no_session(&key);
    let new = sessions::New { key, agent_id, label, model };
    let (made, entry) = cx
        .state
        .store
        .write(move |tx| Ok((sessions::create(tx, &new, table::now_ms())?, sessions::get(tx, &new.key)?)))
        .await
        .map_err(store_error)?;
    let entry = entry.ok_or(missing)?;
    if made {
        cx.state.tell_session(SessionChangeKind::Created, entry.clone());
    }
    Ok((made, cx.state.dressed(entry)))
}

/// A new label; an empty one takes the label away.
fn labelled(label: Option<String>) -> Result<Option<Option<String>>, Error> {
    let Some(label) = label.map(|label| label.trim().to_owned()) else {
        return Ok(None);
    };
    if label.chars().count() > LABEL {
        return Err(Error::new(Code::InvalidRequest, format!("A label has at most {LABEL} characters.")));
    }
    Ok(Some(Some(label).filter(|label| !label.is_empty())))
}

/// A new model, which must have a provider; an empty one takes it away.
fn chosen(cx: &Context, model: Option<String>) -> Result<Option<Option<String>>, Error> {
    match model {
        None => Ok(None),
        Some(none) if none.is_empty() => Ok(Some(None)),
        Some(model) => match cx.state.setup().catalogue.choose(Some(&model)) {
            Ok(chosen) => Ok(Some(Some(chosen.id()))),
            Err(error) => Err(Error::new(Code::NotFound, error.detail)),
        },
    }
}

fn refuse_while_replying(cx: &Context, key: &str) -> Result<(), Error> {
    match cx.state.lanes.standing(key).0 {
        true => Err(Error::new(Code::Conflict, "The session's agent is answering. Abort it first.")),
        false => Ok(()),
    }
}

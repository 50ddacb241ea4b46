//! The agents a client may see, choose and bind to a session.

use wire::agents::{AgentsList, PresetsList, SetSessionParams, SetSessionReply};
use wire::event::SessionChangeKind;
use wire::{Code, Error};

use super::session_key;
use crate::router::Context;
use crate::state::store_error;
use crate::table::{self, sessions};

pub(crate) async fn list(cx: &Context) -> Result<AgentsList, Error> {
    Ok(cx.state.agents_list())
}

pub(crate) async fn presets(cx: &Context) -> Result<PresetsList, Error> {
    Ok(cx.state.setup().agents.presets())
}

/// Binds a session to an agent; makes the session if it is missing.
pub(crate) async fn set_session(cx: &Context, params: SetSessionParams) -> Result<SetSessionReply, Error> {
    let key = session_key(Some(params.session_key))?;
    let agent_id = cx.state.agent(&params.agent_id)?.id.clone();
    if cx.state.lanes.standing(&key).0 {
        return Err(Error::new(Code::Conflict, "The session's agent is answering. Abort it first."));
    }
    let bound = agent_id.clone();
    let (made, entry) = cx
        .state
        .store
        .write(move |tx| {
            let now = table::now_ms();
            let new = sessions::New { key: key.clone(), agent_id: bound.clone(), label: None, model: None };
            let made = sessions::create(tx, &new, now)?;
            let patch = sessions::Patch { agent_id: Some(bound), ..sessions::Patch::default() };
            Ok((made, sessions::patch(tx, &key, &patch, now)?))
        })
        .await
        .map_err(store_error)?;
    if let Some(entry) = entry {
        let kind = if made { SessionChangeKind::Created } else { SessionChangeKind::Patched };
        cx.state.tell_session(kind, entry);
    }
    Ok(SetSessionReply { ok: true, agent_id })
}

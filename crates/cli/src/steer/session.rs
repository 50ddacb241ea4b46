//! Whole sessions: renamed, copied, emptied, removed, shortened, searched, steered.

use std::process::ExitCode;

use link::call::{Call, Reply, Steering};
use link::event::Body;

use super::{ask, objects, order};
use crate::args::steer::SessionVerb;
use crate::desk::Desk;
use crate::out::{Form, Numbered, line, note, short, table, time};

pub async fn run(desk: &Desk, verb: SessionVerb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        SessionVerb::Rename { node, session, title, .. } => {
            order(desk, &node, Call::RenameSession { session, title }, "Renamed.").await
        }
        SessionVerb::Fork { node, session, title, .. } => fork(desk, &node, session, title, form).await,
        SessionVerb::Reset { node, session, .. } => {
            order(desk, &node, Call::ResetSession { session }, "Emptied.").await
        }
        SessionVerb::Delete { node, session, .. } => {
            order(desk, &node, Call::DeleteSession { session }, "Deleted.").await
        }
        SessionVerb::Compact { node, session, .. } => {
            order(desk, &node, Call::CompactSession { session }, "Shortened.").await
        }
        SessionVerb::Switch { node, session, .. } => {
            order(desk, &node, Call::SwitchSession { session }, "Switched.").await
        }
        SessionVerb::Search { node, text, limit, .. } => search(desk, &node, text, limit, form).await,
        SessionVerb::Steer { node, session, text, interrupt, .. } => {
            let how = if interrupt { Steering::Interrupt } else { Steering::Steer };
            let client_id = uuid::Uuid::now_v7().to_string();
            order(desk, &node, Call::Steer { session, text, client_id, how }, "Said.").await
        }
    }
}

async fn fork(desk: &Desk, node: &str, session: String, title: Option<String>, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let copy = ask(desk, &head, Call::ForkSession { session, title }, Reply::session).await?;
    match form {
        Form::Json => {
            let (agent, key) = (copy.agent_id.clone(), copy.key.clone());
            Numbered::new(&head.name).print(agent.as_deref(), Some(&key), Body::SessionChanged(copy))?;
        }
        Form::Text => line(&copy.key)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn search(desk: &Desk, node: &str, text: String, limit: u32, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let hits = ask(desk, &head, Call::SearchSessions { text, limit }, Reply::found).await?;
    if form == Form::Json {
        objects(&hits)?;
        return Ok(ExitCode::SUCCESS);
    }
    if hits.is_empty() {
        note("Nothing was found.");
    }
    let row = |hit: &link::call::Hit| {
        let at = hit.at.map(time).unwrap_or_default();
        vec![hit.session.clone(), at, hit.role.clone(), short(&hit.snippet, 80)]
    };
    table(&hits.iter().map(row).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

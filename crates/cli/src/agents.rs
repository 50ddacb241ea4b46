//! Agents of all nodes, and sessions of one.

use std::process::ExitCode;

use link::event::{Agent, Body, Session};

use crate::desk::Desk;
use crate::out::{Form, Numbered, problem, short, table, time};

/// The agents of a node, or of all; a node that does not answer is told and fails the verb at the end.
pub async fn agents(desk: &Desk, node: Option<&str>, form: Form) -> anyhow::Result<ExitCode> {
    let names: Vec<_> = node.map(str::to_owned).into_iter().collect();
    let (mut rows, mut end) = (Vec::new(), ExitCode::SUCCESS);
    for head in desk.all_connected(&names).await? {
        match desk.fleet.agents(&head.id).await {
            Ok(agents) if form == Form::Json => {
                let mut events = Numbered::new(&head.name);
                for agent in agents {
                    events.print(Some(&agent.id.clone()), None, Body::AgentChanged(agent))?;
                }
            }
            Ok(agents) => rows.extend(agents.iter().map(|agent| agent_row(&head.name, agent))),
            Err(error) => {
                problem(&format!("{}: {error}", head.name));
                end = ExitCode::FAILURE;
            }
        }
    }
    table(&rows)?;
    Ok(end)
}

fn agent_row(node: &str, agent: &Agent) -> Vec<String> {
    let name = match &agent.emoji {
        Some(emoji) => format!("{} {emoji}", agent.name),
        None => agent.name.clone(),
    };
    let default = if agent.default { "default" } else { "" };
    vec![node.to_owned(), agent.id.clone(), name, agent.model.clone().unwrap_or_default(), default.to_owned()]
}

/// The sessions of a node, the newest first.
pub async fn sessions(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let sessions = desk.fleet.sessions(&head.id).await?;
    if form == Form::Json {
        let mut events = Numbered::new(&head.name);
        for session in sessions {
            let agent = session.agent_id.clone();
            events.print(agent.as_deref(), Some(&session.key.clone()), Body::SessionChanged(session))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    table(&sessions.iter().map(session_row).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

fn session_row(session: &Session) -> Vec<String> {
    let title = session.title.as_deref().or(session.preview.as_deref()).unwrap_or_default();
    vec![
        session.key.clone(),
        session.agent_id.clone().unwrap_or_default(),
        session.updated_at.map(time).unwrap_or_default(),
        if session.running == Some(true) { "running".to_owned() } else { String::new() },
        short(title, 60),
    ]
}

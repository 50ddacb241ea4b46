//! Nodes: list, show, pause, resume, remove; the other verbs have files of their own.

use std::process::ExitCode;

use contract::calls::{Handler, NodePause, NodeRemove};
use contract::node::Vendor;
use fleet::truth::{NodeHead, PILOT};
use link::event::{Body, NodeState};

use crate::args::{Kind, NodeVerb, Switch};
use crate::desk::{Desk, why};
use crate::out::{Form, Numbered, note, table};

mod keep;
mod near;
mod test;
mod trust;
mod way;

mod guard;

/// Answers a verb about nodes.
pub async fn run(desk: &Desk, verb: NodeVerb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        NodeVerb::Add { name, url, kind, trust, way, .. } => {
            keep::add(desk, keep::Wanted { name, url, kind, trust, way }, form).await
        }
        NodeVerb::Edit { node, name, url, kind, trust, way, .. } => {
            keep::edit(desk, &node, keep::Changes { name, url, kind, trust, way }, form).await
        }
        NodeVerb::List => list(desk, form).await,
        NodeVerb::Show { node, .. } => show(desk, &node, form).await,
        NodeVerb::Test { node, kind, trust, way, .. } => {
            test::test(desk, &node, test::Given { kind, trust, way }, form).await
        }
        NodeVerb::Discover => near::discover(desk, form).await,
        NodeVerb::Import { address, name, yes } => {
            let asked = if yes { near::Asked::Already } else { near::Asked::Each };
            near::import(desk, address, name, asked).await
        }
        NodeVerb::Trust { node, fingerprint, .. } => trust::trust(desk, &node, fingerprint, form).await,
        NodeVerb::Ca { file } => trust::authorities(desk, file.as_deref(), form).await,
        NodeVerb::Pause { node } => pause(desk, &node, true).await,
        NodeVerb::Resume { node } => pause(desk, &node, false).await,
        NodeVerb::Production { node, set } => guard::production(desk, &kept(desk, &node)?, set == Switch::On).await,
        NodeVerb::Unlock { node, length } => guard::unlock(desk, &kept(desk, &node)?, &length).await,
        NodeVerb::Lock { node } => guard::lock(desk, &kept(desk, &node)?).await,
        NodeVerb::Limit { node, per_minute, burst } => guard::limit(desk, &kept(desk, &node)?, per_minute, burst).await,
        NodeVerb::Remove { node } => {
            let head = kept(desk, &node)?;
            desk.fleet.node_remove(PILOT, NodeRemove { id: head.id }).await?;
            note(&format!("{} is removed. The window brings it back within ten minutes.", head.name));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn list(desk: &Desk, form: Form) -> anyhow::Result<ExitCode> {
    let heads = desk.fleet.nodes();
    if form == Form::Json {
        for head in &heads {
            Numbered::new(&head.name).print(None, None, Body::NodeState(state(desk, head)))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if heads.is_empty() {
        note("No node is kept yet. `pilot node add NAME URL` keeps one; `local` is always there.");
    }
    let row = |head: &NodeHead| {
        let paused = (state(desk, head) == NodeState::Paused).then(|| "paused".to_owned());
        let marks: Vec<_> = [paused, guard::mark(desk, head)].into_iter().flatten().collect();
        let further = match head.reach.routes.len() {
            0 => head.address.clone(),
            more => format!("{} (+{more})", head.address),
        };
        vec![head.name.clone(), called(head.vendor).to_owned(), further, marks.join(", ")]
    };
    table(&heads.iter().map(row).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

fn state(desk: &Desk, head: &NodeHead) -> NodeState {
    desk.fleet.core().read(&head.id, |truth| truth.link.state.clone()).unwrap_or(NodeState::Idle)
}

async fn show(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.find(node).await?;
    let state = desk.reach(&head.id).await?;
    let ready = matches!(state, NodeState::Ready { .. });
    if form == Form::Json {
        Numbered::new(&head.name).print(None, None, Body::NodeState(state))?;
        return Ok(code(ready));
    }
    let mut rows = vec![vec!["name".to_owned(), head.name.clone()], vec!["address".to_owned(), head.address.clone()]];
    rows.extend(head.reach.routes.iter().map(|route| vec!["then".to_owned(), route.clone()]));
    rows.push(vec!["state".to_owned(), word(&state)]);
    rows.extend(by(desk, &head));
    if let NodeState::Ready { scopes, .. } = &state {
        let (agents, sessions) = (desk.fleet.agents(&head.id).await?, desk.fleet.sessions(&head.id).await?);
        rows.push(vec!["may".to_owned(), scopes.join(", ")]);
        rows.push(vec![
            "agents".to_owned(),
            agents.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>().join(", "),
        ]);
        rows.push(vec!["sessions".to_owned(), sessions.len().to_string()]);
    }
    table(&rows)?;
    Ok(code(ready))
}

/// By which of several routes it is connected, and why not by those before.
fn by(desk: &Desk, head: &NodeHead) -> Vec<Vec<String>> {
    if head.reach.routes.is_empty() {
        return Vec::new();
    }
    let Some(Some(taken)) = desk.fleet.core().read(&head.id, |truth| truth.link.route.clone()) else {
        return Vec::new();
    };
    let all: Vec<_> = std::iter::once(&head.address).chain(&head.reach.routes).collect();
    let by = all.get(taken.number).map(|route| vec!["by".to_owned(), (*route).clone()]);
    let not = taken.passed.iter().map(|one| vec!["not by".to_owned(), format!("{}: {}", one.route, one.reason)]);
    by.into_iter().chain(not).collect()
}

async fn pause(desk: &Desk, node: &str, paused: bool) -> anyhow::Result<ExitCode> {
    let head = kept(desk, node)?;
    desk.fleet.node_pause(PILOT, NodePause { id: head.id, paused }).await?;
    note(&format!("{} is {}.", head.name, if paused { "paused" } else { "resumed" }));
    Ok(ExitCode::SUCCESS)
}

fn kept(desk: &Desk, node: &str) -> anyhow::Result<NodeHead> {
    desk.fleet.node(node).ok_or_else(|| anyhow::anyhow!("There is no node named “{node}”. `pilot node list` shows all"))
}

fn code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn word(state: &NodeState) -> String {
    match state {
        NodeState::Ready { version, product, .. } => {
            let who: Vec<_> = [product, version].into_iter().flatten().map(String::as_str).collect();
            format!("Ready: {}.", if who.is_empty() { "connected".to_owned() } else { who.join(" ") })
        }
        other => why(other),
    }
}

fn vendor(kind: Kind) -> Vendor {
    match kind {
        Kind::Auto => Vendor::Auto,
        Kind::Moltis => Vendor::Moltis,
        Kind::Openclaw => Vendor::Openclaw,
        Kind::McpDashboard => Vendor::McpDashboard,
    }
}

fn called(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Auto => "found out",
        Vendor::Pilothouse => "Pilothouse",
        Vendor::Moltis => "Moltis",
        Vendor::Openclaw => "OpenClaw",
        Vendor::McpDashboard => "mcp-cli",
    }
}

//! Nodes: add, list, show, test, pause, resume, remove.

use std::process::ExitCode;

use contract::calls::{Handler, NodeAdd, NodePause, NodeProbe, NodeRemove};
use contract::node::{NodeForm, Probe, Vendor};
use contract::{Code, Fault, Secret};
use fleet::truth::NodeHead;
use link::event::{Body, NodeState};

use crate::args::{Kind, NodeVerb, Switch};
use crate::desk::{Desk, secret, why};
use crate::out::{Form, Numbered, line, note, table};

mod guard;

/// The window's label of this program, where a call asks for one.
const WINDOW: &str = "pilot";

/// Answers a verb about nodes.
pub async fn run(desk: &Desk, verb: NodeVerb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        NodeVerb::Add { name, url, kind, trust, .. } => {
            let key = desk.given.of(&name).as_ref().map(secret);
            let filled = NodeForm { name, address: url, vendor: vendor(kind), key, trust, session_only: false };
            add(desk, filled, form).await
        }
        NodeVerb::List => list(desk, form).await,
        NodeVerb::Show { node, .. } => show(desk, &node, form).await,
        NodeVerb::Test { node, kind, trust, .. } => test(desk, &node, vendor(kind), trust, form).await,
        NodeVerb::Pause { node } => pause(desk, &node, true).await,
        NodeVerb::Resume { node } => pause(desk, &node, false).await,
        NodeVerb::Production { node, set } => guard::production(desk, &kept(desk, &node)?, set == Switch::On).await,
        NodeVerb::Unlock { node, length } => guard::unlock(desk, &kept(desk, &node)?, &length).await,
        NodeVerb::Lock { node } => guard::lock(desk, &kept(desk, &node)?).await,
        NodeVerb::Limit { node, per_minute, burst } => guard::limit(desk, &kept(desk, &node)?, per_minute, burst).await,
        NodeVerb::Remove { node } => {
            let head = kept(desk, &node)?;
            desk.fleet.node_remove(WINDOW, NodeRemove { id: head.id }).await?;
            note(&format!("{} is removed. The window brings it back within ten minutes.", head.name));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn add(desk: &Desk, filled: NodeForm, form: Form) -> anyhow::Result<ExitCode> {
    let name = filled.name.clone();
    let id = match desk.fleet.node_add(WINDOW, NodeAdd { form: filled.clone() }).await {
        // Without a keyring the key serves for this run only; the node is kept all the same.
        Err(Fault { code: Code::NoKeyring, message, .. }) => {
            note(&format!("{message} The key is not stored; give it again with --key-stdin."));
            let again = NodeForm { session_only: true, ..filled };
            desk.fleet.node_add(WINDOW, NodeAdd { form: again }).await?
        }
        other => other?,
    };
    let state = desk.reach(&id).await?;
    match form {
        Form::Json => Numbered::new(&name).print(None, None, Body::NodeState(state))?,
        Form::Text => line(&format!("{name} is kept. {}", word(&state)))?,
    }
    Ok(ExitCode::SUCCESS)
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
        vec![head.name.clone(), called(head.vendor).to_owned(), head.address.clone(), marks.join(", ")]
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
    let mut rows = vec![
        vec!["name".to_owned(), head.name.clone()],
        vec!["address".to_owned(), head.address.clone()],
        vec!["state".to_owned(), word(&state)],
    ];
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

async fn test(desk: &Desk, node: &str, vendor: Vendor, trust: Option<String>, form: Form) -> anyhow::Result<ExitCode> {
    let known = desk.fleet.node(node);
    let key: Option<Secret> = desk.given.of(node).as_ref().map(secret);
    let filled = match &known {
        Some(head) => NodeForm {
            name: head.name.clone(),
            address: head.address.clone(),
            vendor: head.vendor,
            key,
            trust,
            session_only: true,
        },
        None => NodeForm { name: node.to_owned(), address: node.to_owned(), vendor, key, trust, session_only: true },
    };
    let probe = desk.fleet.node_probe(WINDOW, NodeProbe { form: filled, id: known.map(|head| head.id) }).await?;
    match form {
        Form::Json => line(&serde_json::to_string(&probe)?)?,
        Form::Text => steps(&probe)?,
    }
    Ok(code(probe.fault.is_none()))
}

fn steps(probe: &Probe) -> anyhow::Result<()> {
    for step in &probe.steps {
        let mark = match step.ok {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "·",
        };
        line(&format!("{mark} {:<12} {}", step.name, step.detail))?;
    }
    if let Some(fault) = &probe.fault {
        line(&format!("\n{}", fault.message))?;
        if let Some(details) = &fault.details {
            line(&format!("  {details}"))?;
        }
    }
    Ok(())
}

async fn pause(desk: &Desk, node: &str, paused: bool) -> anyhow::Result<ExitCode> {
    let head = kept(desk, node)?;
    desk.fleet.node_pause(WINDOW, NodePause { id: head.id, paused }).await?;
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

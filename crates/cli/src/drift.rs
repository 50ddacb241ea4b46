//! What a node's gateway does that this program does not know.

use std::process::ExitCode;
use std::time::Duration;

use contract::calls::{Handler, NodeDrift};
use contract::record::{Drift, Unknown, What};
use fleet::truth::PILOT;
use tokio::time::sleep;

use crate::args::DriftWanted;
use crate::desk::Desk;
use crate::out::{Form, json, line, note, problem, table};
use crate::when::length;

/// Connects, listens if that is wanted, and lists it. A node that is away is answered from what was kept.
pub async fn drift(desk: &Desk, wanted: &DriftWanted, form: Form) -> anyhow::Result<ExitCode> {
    let limit = wanted.length.as_deref().map(length).transpose()?;
    let head = desk.find(&wanted.node).await?;
    let reached = desk.ready(&head).await;
    let is_away = reached.is_err();
    if let Err(error) = reached {
        problem(&error.to_string());
    } else if let Some(ms) = limit {
        sleep(Duration::from_millis(ms.unsigned_abs())).await;
    }
    let found = desk.fleet.node_drift(PILOT, NodeDrift { node: head.id.clone() }).await?;
    match form {
        Form::Json => rows(&head.name, &found)?,
        Form::Text if found.unknown.is_empty() && is_away => note("Nothing of it was kept."),
        Form::Text => told(&found)?,
    }
    Ok(if is_away && found.unknown.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn rows(node: &str, found: &Drift) -> anyhow::Result<()> {
    for Unknown { what, name, times } in &found.unknown {
        json(&serde_json::json!({
            "node": node, "gateway": found.gateway, "what": what, "name": name, "times": times,
        }))?;
    }
    Ok(())
}

fn told(found: &Drift) -> anyhow::Result<()> {
    if found.unknown.is_empty() {
        return Ok(line(&format!("{} does nothing that is not known here.", found.gateway))?);
    }
    line(&format!("{} does this that is not known here; nothing is wrong with it.", found.gateway))?;
    let row = |one: &Unknown| {
        let times = if one.what == What::Method { "offered".to_owned() } else { format!("met {}×", one.times) };
        vec![word(one.what).to_owned(), one.name.clone(), times]
    };
    Ok(table(&found.unknown.iter().map(row).collect::<Vec<_>>())?)
}

fn word(what: What) -> &'static str {
    match what {
        What::Method => "method",
        What::Event => "event",
        What::Field => "field",
    }
}

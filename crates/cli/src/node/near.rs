//! `pilot node discover` and `pilot node import`: gateways nobody has set up here yet.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use contract::calls::{Handler, NodeImport, NodesNearby};
use contract::node::{Import, ImportKey, Nearby};
use contract::{Code, Fault};
use fleet::truth::PILOT;

use super::{called, word};
use crate::desk::Desk;
use crate::out::{Form, json, line, note, piece};
use crate::run::Misused;

/// When the person says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// On the command line, to all.
    Already,
    /// At the terminal, to each.
    Each,
}

/// Lists what is near, with how it was found and the command that keeps it.
pub async fn discover(desk: &Desk, form: Form) -> anyhow::Result<ExitCode> {
    let all = desk.fleet.nodes_nearby(PILOT, NodesNearby {}).await?;
    if form == Form::Json {
        for one in &all {
            json(one)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    tell_of_odd_files();
    if all.is_empty() {
        note("No gateway was found on this computer, on the network or in a configuration.");
    }
    for one in &all {
        told(one)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(one: &Nearby) -> anyhow::Result<()> {
    let version = one.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    line(&format!("{}  {}{version}", one.address, called(one.vendor)))?;
    for how in &one.how {
        line(&format!("  {how}"))?;
    }
    let next = match (&one.kept_as, &one.import) {
        (Some(name), _) => format!("  kept already as {name}"),
        (None, Some(import)) if import.key == ImportKey::There => {
            format!("  pilot node import {}   (with the key from there)", one.address)
        }
        (None, _) => format!("  pilot node add '{}' {} --key-stdin < KEYFILE", one.name, one.address),
    };
    Ok(line(&next)?)
}

fn tell_of_odd_files() {
    fleet::nearby::offers().1.iter().for_each(|fault| note(fault));
}

/// Keeps what configurations offer: all of it, or what is at one address.
pub async fn import(
    desk: &Desk,
    address: Option<String>,
    name: Option<String>,
    asked: Asked,
) -> anyhow::Result<ExitCode> {
    tell_of_odd_files();
    let all = desk.fleet.nodes_nearby(PILOT, NodesNearby {}).await?;
    let wanted: Vec<_> = all
        .into_iter()
        .filter(|one| one.import.is_some() && address.as_ref().is_none_or(|address| *address == one.address))
        .collect();
    if wanted.is_empty() {
        anyhow::bail!("No configuration of OpenClaw or Moltis offers that. `pilot node discover` shows what there is");
    }
    for one in wanted {
        if let Some(kept) = &one.kept_as {
            note(&format!("{} is kept already as {kept}.", one.address));
            continue;
        }
        let name = name.clone().unwrap_or_else(|| one.name.clone());
        let Some(offer) = &one.import else { continue };
        if asked == Asked::Already || yes(&question(&one, &name, offer))? {
            keep(desk, &name, offer).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn question(one: &Nearby, name: &str, offer: &Import) -> String {
    let key = match &offer.key {
        ImportKey::There => ", with the key that stands there,".to_owned(),
        ImportKey::None => ", without a key,".to_owned(),
        ImportKey::Elsewhere(why) => format!(", without its key ({why})"),
    };
    format!("Keep {} at {} as “{name}”{key} from {}? [y/N] ", called(one.vendor), one.address, offer.file)
}

/// The person's word, at the terminal.
fn yes(question: &str) -> anyhow::Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Misused("Nobody is there to be asked; say yes with --yes".to_owned()).into());
    }
    piece(question)?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

async fn keep(desk: &Desk, name: &str, offer: &Import) -> anyhow::Result<()> {
    let asked = NodeImport { id: offer.id.clone(), name: name.to_owned(), session_only: false };
    let id = match desk.fleet.node_import(PILOT, asked.clone()).await {
        Err(Fault { code: Code::NoKeyring, message, .. }) => {
            note(&format!("{message} The node is kept without its key."));
            desk.fleet.node_import(PILOT, NodeImport { session_only: true, ..asked }).await?
        }
        other => other?,
    };
    let state = desk.reach(&id).await?;
    Ok(line(&format!("{name} is kept. {}", word(&state)))?)
}

//! `pilot node add` and `pilot node edit`: a node kept or changed, and how it stands then.

use std::process::ExitCode;

use contract::calls::{Handler, NodeAdd, NodeEdit};
use contract::node::NodeForm;
use contract::{Code, Fault};
use fleet::truth::PILOT;
use link::event::{Body, NodeState};

use super::{kept, vendor, way, word};
use crate::args::{Kind, Way};
use crate::desk::{Desk, secret};
use crate::out::{Form, Numbered, line, note};

/// A new node.
pub struct Wanted {
    pub name: String,
    pub url: String,
    pub kind: Kind,
    pub trust: Option<String>,
    pub way: Way,
}

/// What is to change; `None` stays.
pub struct Changes {
    pub name: Option<String>,
    pub url: Option<String>,
    pub kind: Option<Kind>,
    pub trust: Option<String>,
    pub way: Way,
}

pub async fn add(desk: &Desk, wanted: Wanted, form: Form) -> anyhow::Result<ExitCode> {
    let Wanted { name, url, kind, trust, way } = wanted;
    let filled = NodeForm {
        address: way::address(&url, &way)?,
        vendor: vendor(kind),
        key: desk.given.of(&name).as_ref().map(secret),
        trust,
        session_only: false,
        reach: way::reach(&way, None)?,
        name: name.clone(),
    };
    let id = match desk.fleet.node_add(PILOT, NodeAdd { form: filled.clone() }).await {
        // Without a keyring the key serves for this run only; the node is kept all the same.
        Err(Fault { code: Code::NoKeyring, message, .. }) => {
            note(&format!("{message} The key is not stored; give it again with --key-stdin."));
            let again = NodeForm { session_only: true, ..filled };
            desk.fleet.node_add(PILOT, NodeAdd { form: again }).await?
        }
        other => other?,
    };
    told(&name, "kept", desk.reach(&id).await?, form)
}

pub async fn edit(desk: &Desk, node: &str, changes: Changes, form: Form) -> anyhow::Result<ExitCode> {
    let head = kept(desk, node)?;
    let Changes { name, url, kind, trust, way } = changes;
    let address = way::address(url.as_deref().unwrap_or(&head.address), &way)?;
    let filled = NodeForm {
        name: name.unwrap_or_else(|| head.name.clone()),
        address,
        vendor: kind.map_or(head.vendor, vendor),
        key: desk.given.of(node).as_ref().map(secret),
        trust,
        session_only: false,
        reach: way::reach(&way, Some(&head.reach))?,
    };
    let name = filled.name.clone();
    let id = head.id;
    match desk.fleet.node_edit(PILOT, NodeEdit { id: id.clone(), form: filled.clone() }).await {
        Err(Fault { code: Code::NoKeyring, message, .. }) => {
            note(&format!("{message} The key is not stored; give it again with --key-stdin."));
            let again = NodeForm { session_only: true, ..filled };
            desk.fleet.node_edit(PILOT, NodeEdit { id: id.clone(), form: again }).await?;
        }
        other => other?,
    }
    told(&name, "changed", desk.reach(&id).await?, form)
}

fn told(name: &str, done: &str, state: NodeState, form: Form) -> anyhow::Result<ExitCode> {
    match form {
        Form::Json => Numbered::new(name).print(None, None, Body::NodeState(state))?,
        Form::Text => line(&format!("{name} is {done}. {}", word(&state)))?,
    }
    Ok(ExitCode::SUCCESS)
}

//! `pilot node trust` and `pilot node ca`: certificates that a person vouches for.

use std::process::ExitCode;

use contract::calls::{Handler, NodeTrust};
use fleet::truth::PILOT;
use link::event::{Body, NodeState};
use link::{Certificate, Pin};

use super::way::{NONE, absolute};
use super::{code, kept, word};
use crate::desk::Desk;
use crate::out::{Form, Numbered, json, line, note, table, time};

/// Shows what the node presents; with a fingerprint that is it, trusts it and connects.
pub async fn trust(desk: &Desk, node: &str, fingerprint: Option<String>, form: Form) -> anyhow::Result<ExitCode> {
    kept(desk, node)?;
    let head = desk.find(node).await?;
    let state = desk.reach(&head.id).await?;
    let Some(fingerprint) = fingerprint else {
        return look(&head.name, state, form);
    };
    if matches!(state, NodeState::Untrusted { .. }) {
        desk.fleet.node_trust(PILOT, NodeTrust { id: head.id.clone(), fingerprint }).await?;
    } else {
        note("The node waits for no certificate to be trusted; nothing was changed.");
    }
    let after = desk.reach(&head.id).await?;
    let ready = matches!(after, NodeState::Ready { .. });
    match form {
        Form::Json => Numbered::new(&head.name).print(None, None, Body::NodeState(after))?,
        Form::Text => line(&word(&after))?,
    }
    Ok(code(ready))
}

fn look(name: &str, state: NodeState, form: Form) -> anyhow::Result<ExitCode> {
    let NodeState::Untrusted { reason, certificate, authority, trusted, .. } = &state else {
        let ready = matches!(state, NodeState::Ready { .. });
        match form {
            Form::Json => Numbered::new(name).print(None, None, Body::NodeState(state))?,
            Form::Text => line(&word(&state))?,
        }
        return Ok(code(ready));
    };
    if form == Form::Json {
        Numbered::new(name).print(None, None, Body::NodeState(state))?;
        return Ok(ExitCode::FAILURE);
    }
    line(reason)?;
    line("")?;
    table(&side_by_side(trusted.as_deref(), certificate.as_deref()))?;
    line("")?;
    if let Some(shown) = certificate {
        line(&format!("When you have compared it:  pilot node trust {name} {}", shown.fingerprint))?;
    }
    if let Some(authority) = authority {
        line(&format!(
            "Or trust the authority it came with ({}), and what that signs for this node later:\n  pilot node trust \
             {name} {}",
            authority.subject, authority.fingerprint
        ))?;
    }
    Ok(ExitCode::FAILURE)
}

/// What is known of each, a row a fact.
fn side_by_side(old: Option<&Pin>, new: Option<&Certificate>) -> Vec<Vec<String>> {
    let known = old.and_then(|pin| pin.about.as_ref());
    let row = |what: &str, before: Option<String>, now: Option<String>| {
        let mut cells = vec![what.to_owned()];
        if old.is_some() {
            cells.push(before.unwrap_or_else(|| "?".to_owned()));
        }
        cells.push(now.unwrap_or_else(|| "?".to_owned()));
        cells
    };
    let fact = |what: &str, of: fn(&Certificate) -> String| row(what, known.map(of), new.map(of));
    vec![
        row("", Some("trusted".to_owned()), Some("shown now".to_owned())),
        fact("for", |one| one.subject.clone()),
        fact("names", |one| one.names.join(", ")),
        fact("by", |one| if one.is_self_signed() { "itself".to_owned() } else { one.issuer.clone() }),
        fact("from", |one| time(one.from)),
        fact("until", |one| time(one.until)),
        row("trusted", old.and_then(|pin| pin.since).map(time), Some("never".to_owned())),
        row("fingerprint", old.map(|pin| pin.fingerprint.to_string()), new.map(|one| one.fingerprint.to_string())),
    ]
}

/// Shows or sets the file of authorities for every node.
pub async fn authorities(desk: &Desk, file: Option<&str>, form: Form) -> anyhow::Result<ExitCode> {
    if let Some(file) = file {
        let file = if file == NONE { None } else { Some(absolute(file)?) };
        desk.fleet.set_ca_file(file).await?;
    }
    let file = desk.fleet.ca_file();
    if form == Form::Json {
        json(&serde_json::json!({ "ca_file": file }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(file) = file else {
        line("No file is set; the computer's own authorities are trusted.")?;
        return Ok(ExitCode::SUCCESS);
    };
    line(&file)?;
    let held = link::authorities_in(std::path::Path::new(&file)).await.map_err(anyhow::Error::msg)?;
    table(&held.iter().map(|one| vec![format!("  {}", one.subject), one.fingerprint.to_string()]).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

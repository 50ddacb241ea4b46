//! What a node can be asked.

use std::process::ExitCode;

use serde_json::json;

use crate::desk::Desk;
use crate::out::{Form, json, table};

/// Every kind of call, with the reason where the node cannot and what to know where it can.
pub async fn run(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let abilities = desk.fleet.link(&head.id).map(|link| link.abilities()).unwrap_or_default();
    let mut rows = Vec::new();
    for ability in abilities.iter() {
        let verb = serde_json::to_value(ability.verb)?;
        let cannot = ability.cannot.as_ref().map(|why| fleet::calls::sentence(&why.to_string()));
        if form == Form::Json {
            json(&json!({"verb": verb, "cannot": cannot, "caution": ability.caution}))?;
            continue;
        }
        let mark = if cannot.is_some() { "no" } else { "yes" };
        let why = cannot.or_else(|| ability.caution.map(str::to_owned)).unwrap_or_default();
        rows.push(vec![mark.to_owned(), verb.as_str().unwrap_or_default().replace('_', " "), why]);
    }
    table(&rows)?;
    Ok(ExitCode::SUCCESS)
}

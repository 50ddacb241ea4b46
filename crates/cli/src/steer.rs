//! Questions and orders to one node besides talking. One file a subject; here is what they share.

use std::process::ExitCode;

use anyhow::bail;
use fleet::truth::NodeHead;
use link::call::{Call, CallError, Reply, Verb};
use serde::Serialize;

use crate::args::steer::SteerVerb;
use crate::desk::Desk;
use crate::out::{Form, json, note};

mod can;
mod config;
mod cron;
mod devices;
mod logs;
mod models;
mod session;

/// Answers the verb.
pub async fn run(desk: &Desk, verb: SteerVerb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        SteerVerb::Session(verb) => session::run(desk, verb, form).await,
        SteerVerb::Models { node, model: Some(model), session, .. } => {
            models::switch(desk, &node, session, model).await
        }
        SteerVerb::Models { node, .. } => models::list(desk, &node, form).await,
        SteerVerb::Presets { node, .. } => models::presets(desk, &node, form).await,
        SteerVerb::Logs { node, follow: false, lines, .. } => logs::last(desk, &node, lines, form).await,
        SteerVerb::Logs { node, lines, .. } => logs::follow(desk, &node, lines, form).await,
        SteerVerb::Cron { node, verb, .. } => cron::run(desk, &node, verb, form).await,
        SteerVerb::Devices { node, verb, .. } => devices::run(desk, &node, verb, form).await,
        SteerVerb::Config { node, verb, .. } => config::run(desk, &node, verb, form).await,
        SteerVerb::Can { node, .. } => can::run(desk, &node, form).await,
    }
}

/// Asks a node, and takes what was `wanted` out of its answer; whoever changes something is told first what this vendor
/// makes of it.
pub async fn ask<T>(
    desk: &Desk,
    head: &NodeHead,
    call: Call,
    wanted: fn(Reply) -> Result<T, CallError>,
) -> anyhow::Result<T> {
    warn(desk, head, call.verb());
    match desk.fleet.ask(&head.id, call).await.and_then(wanted) {
        Ok(wanted) => Ok(wanted),
        Err(error) => bail!("{}: {}", head.name, fleet::calls::sentence(&error.to_string())),
    }
}

/// Has a node do something.
async fn order(desk: &Desk, node: &str, call: Call, done: &str) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    ask(desk, &head, call, |_| Ok(())).await?;
    note(done);
    Ok(ExitCode::SUCCESS)
}

fn warn(desk: &Desk, head: &NodeHead, verb: Verb) {
    let abilities = desk.fleet.link(&head.id).map(|link| link.abilities()).unwrap_or_default();
    let caution = abilities.iter().find(|ability| ability.verb == verb && ability.cannot.is_none());
    if let Some(caution) = caution.and_then(|ability| ability.caution) {
        note(&format!("Note: {caution}"));
    }
}

/// Prints one object a line.
fn objects<T: Serialize>(rows: &[T]) -> anyhow::Result<()> {
    for row in rows {
        json(row)?;
    }
    Ok(())
}

/// The one whose id or name is meant: all of it, or an id's unique beginning.
fn meant<'a, T>(rows: &'a [T], word: &str, names: impl Fn(&T) -> [&str; 2]) -> anyhow::Result<&'a T> {
    let exact = rows.iter().filter(|row| names(row).contains(&word));
    let begins = rows.iter().filter(|row| names(row)[0].starts_with(word));
    for found in [exact.collect::<Vec<_>>(), begins.collect()] {
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one),
            several => bail!("“{word}” fits {} of them; write more of the id", several.len()),
        }
    }
    bail!("Nothing here is called “{word}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_meant_by_its_id_its_name_or_a_unique_beginning() {
        let rows = [("abc1", "nightly"), ("abd2", "hourly")];
        let find = |word: &str| meant(&rows, word, |row| [row.0, row.1]).map(|row| row.0).ok();
        assert_eq!(find("nightly"), Some("abc1"));
        assert_eq!(find("abd"), Some("abd2"));
        assert_eq!((find("ab"), find("night")), (None, None));
    }
}

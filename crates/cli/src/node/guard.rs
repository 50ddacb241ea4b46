//! Production, unlocked for a while, and how fast.

use std::process::ExitCode;

use contract::calls::{Handler, NodeLimit, NodeProduction, NodeUnlock};
use contract::node::{USUAL_BURST, USUAL_PER_MINUTE};
use fleet::truth::{NodeHead, PILOT};

use crate::desk::Desk;
use crate::out::{note, now, time};
use crate::when;

/// Marks a node as production, or takes the mark away.
pub async fn production(desk: &Desk, head: &NodeHead, production: bool) -> anyhow::Result<ExitCode> {
    desk.fleet.node_production(PILOT, NodeProduction { id: head.id.clone(), production }).await?;
    let name = &head.name;
    note(&match production {
        true => format!("{name} is production now: read-only until `pilot node unlock {name}`, and nothing “always”."),
        false => format!("{name} is not production any more."),
    });
    Ok(ExitCode::SUCCESS)
}

/// Unlocks a production node for a while.
pub async fn unlock(desk: &Desk, head: &NodeHead, length: &str) -> anyhow::Result<ExitCode> {
    let minutes = when::length(length)?.div_euclid(60_000).max(1);
    let minutes = u32::try_from(minutes)?;
    desk.fleet.node_unlock(PILOT, NodeUnlock { id: head.id.clone(), minutes }).await?;
    note(&format!("{} is unlocked until {}.", head.name, time(now() + i64::from(minutes) * 60_000)));
    Ok(ExitCode::SUCCESS)
}

/// Locks a production node before its time.
pub async fn lock(desk: &Desk, head: &NodeHead) -> anyhow::Result<ExitCode> {
    desk.fleet.node_unlock(PILOT, NodeUnlock { id: head.id.clone(), minutes: 0 }).await?;
    note(&format!("{} is locked.", head.name));
    Ok(ExitCode::SUCCESS)
}

/// How fast the node may be asked.
pub async fn limit(
    desk: &Desk,
    head: &NodeHead,
    per_minute: Option<u32>,
    burst: Option<u32>,
) -> anyhow::Result<ExitCode> {
    desk.fleet.node_limit(PILOT, NodeLimit { id: head.id.clone(), per_minute, burst }).await?;
    let told = |set: Option<u32>, usual: u32| set.map_or(format!("{usual} (as usual)"), |set| set.to_string());
    let (per_minute, burst) = (told(per_minute, USUAL_PER_MINUTE), told(burst, USUAL_BURST));
    note(&format!("{} is asked {per_minute} times a minute at most, {burst} at once.", head.name));
    Ok(ExitCode::SUCCESS)
}

/// A word for the list, where the node is production.
pub fn mark(desk: &Desk, head: &NodeHead) -> Option<String> {
    let guard = desk.fleet.core().read(&head.id, |truth| truth.guard)?;
    let until = guard.unlocked_until.filter(|_| !guard.is_locked(now()));
    guard.production.then(|| match until {
        Some(until) => format!("production, unlocked until {}", time(until)),
        None => "production, locked".to_owned(),
    })
}

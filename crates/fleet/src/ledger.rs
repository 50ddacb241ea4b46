//! What the tables must hear of the live state: noted under a node's lock in a moment, written by a task of its own.
//! Notes are of what changed, not what it was: whoever writes looks, so that a burst about one thing is one row.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use contract::node::NodeId;
use parking_lot::Mutex;
use store::StoreError;
use supervise::{Restart, Scope};
use tokio::sync::Notify;

use crate::inbox;
use crate::nodes::Parts;
use crate::table::usage::Run;
use crate::{table, usage};

/// How often what is too old is forgotten, milliseconds.
const PRUNE_MS: i64 = 3600 * 1000;
/// How many notes wait at most; more come only when the database refuses for long.
const MOST: usize = 100_000;

/// What is to be written.
#[derive(Default)]
pub(crate) struct Ledger {
    asked: Mutex<HashSet<(NodeId, Box<str>)>>,
    spent: Mutex<Vec<Run>>,
    bell: Notify,
}

impl Ledger {
    /// These approvals of the node are new or changed.
    pub fn asked(&self, node: &NodeId, ids: &[Box<str>]) {
        if ids.is_empty() {
            return;
        }
        let mut asked = self.asked.lock();
        if asked.len() < MOST {
            asked.extend(ids.iter().map(|id| (node.clone(), id.clone())));
        }
        drop(asked);
        self.bell.notify_one();
    }

    /// A run ended and used this.
    pub fn spent(&self, run: Run) {
        let mut spent = self.spent.lock();
        if spent.len() < MOST {
            spent.push(run);
        }
        drop(spent);
        self.bell.notify_one();
    }
}

/// Starts the task that writes.
pub(crate) fn start(scope: &Scope, parts: &Arc<Parts>) {
    let (parts, stop) = (parts.clone(), scope.clone());
    let back = Restart::Backoff { first: Duration::from_millis(500), cap: Duration::from_secs(30) };
    scope.spawn_forever("ledger", back, move || {
        let (parts, stop) = (parts.clone(), stop.clone());
        async move {
            let end = tokio::select! {
                end = keep(&parts) => end,
                () = stop.cancelled() => Ok(()),
            };
            // The last words of a life are written too.
            let last = write(&parts).await;
            end.and(last).map_err(|error| error.to_string())
        }
    });
}

async fn keep(parts: &Parts) -> Result<(), StoreError> {
    let mut pruned = i64::MIN;
    loop {
        let now = parts.now();
        if pruned.saturating_add(PRUNE_MS) <= now && !parts.shared {
            pruned = now;
            forget(parts, now).await?;
        }
        write(parts).await?;
        parts.core.inner.ledger.bell.notified().await;
    }
}

async fn forget(parts: &Parts, now: i64) -> Result<(), StoreError> {
    let work = move |tx: &rusqlite::Transaction<'_>| {
        table::approval::expire(tx, now)?;
        table::approval::prune(tx, now - inbox::KEPT_MS)?;
        table::rule::prune(tx, now).map(drop)
    };
    parts.store.write(work).await
}

async fn write(parts: &Parts) -> Result<(), StoreError> {
    write_asked(parts).await?;
    write_spent(parts).await
}

async fn write_spent(parts: &Parts) -> Result<(), StoreError> {
    let ledger = &parts.core.inner.ledger;
    let runs = std::mem::take(&mut *ledger.spent.lock());
    if runs.is_empty() {
        return Ok(());
    }
    let rows = runs.clone();
    let kept = parts.store.write(move |tx| rows.iter().try_for_each(|run| table::usage::put(tx, run))).await;
    if let Err(error) = kept {
        ledger.spent.lock().extend(runs);
        return Err(error);
    }
    let nodes: HashSet<String> = runs.into_iter().map(|run| run.node).collect();
    for node in nodes {
        usage::tell_today(parts, Some(node)).await?;
    }
    Ok(())
}

async fn write_asked(parts: &Parts) -> Result<(), StoreError> {
    let ledger = &parts.core.inner.ledger;
    let asked = std::mem::take(&mut *ledger.asked.lock());
    let rows: Vec<_> = asked
        .iter()
        .filter_map(|(node, id)| parts.core.read(node, |truth| Some(inbox::row(node, truth.approval(id)?)))?)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let kept = parts.store.write(move |tx| rows.iter().try_for_each(|row| table::approval::note(tx, row))).await;
    if kept.is_err() {
        // It is tried again with what comes next.
        ledger.asked.lock().extend(asked);
    }
    kept
}

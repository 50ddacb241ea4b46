//! The table `run`: every message that was accepted, so that the same key never
//! runs twice, and so that a run that a stop of the gateway cut off is said to
//! be.

use store::Migration;
use store::rusqlite::{Connection, OptionalExtension, Result, Transaction};
use wire::message::Body;

use super::messages;
use crate::run::Order;

pub(crate) const CREATE: Migration = Migration {
    name: "runs",
    sql: "CREATE TABLE run (
        id TEXT PRIMARY KEY,
        session_key TEXT NOT NULL,
        idempotency_key TEXT,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX run_by_key ON run (session_key, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE INDEX run_unfinished ON run (state) WHERE state IN ('waiting', 'active')",
};

pub(crate) const KEEP_ORDERS: Migration = Migration {
    name: "messages that wait",
    // A message that was accepted is in no history before its run begins: here it outlives a stop of the gateway.
    sql: "ALTER TABLE run ADD COLUMN waiting TEXT;
    ALTER TABLE run ADD COLUMN place INTEGER",
};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunState {
    Waiting,
    Active,
    Done,
    Failed,
    Aborted,
}

impl RunState {
    const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        }
    }
}

/// What became of an offered run.
pub(crate) enum Accepted {
    New,
    /// This key was accepted before, as this run.
    Known {
        run_id: String,
    },
}

/// Records an order, unless its key was accepted before.
pub(crate) fn accept(tx: &Transaction<'_>, order: &Order, now: u64) -> Result<Accepted> {
    let Order { run_id, session_key, idempotency_key, .. } = order;
    if let Some(key) = idempotency_key {
        let known = tx
            .query_row(
                "SELECT id FROM run WHERE session_key = ?1 AND idempotency_key = ?2",
                (session_key, key),
                |row| row.get(0),
            )
            .optional()?;
        if let Some(run_id) = known {
            return Ok(Accepted::Known { run_id });
        }
    }
    // What is made of strings and numbers can be written.
    let waiting = serde_json::to_string(order).unwrap_or_default();
    tx.execute(
        "INSERT INTO run (id, session_key, idempotency_key, state, created_at, waiting, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(place), 0) + 1 FROM run))",
        (run_id, session_key, idempotency_key, RunState::Waiting.name(), now, waiting),
    )?;
    Ok(Accepted::New)
}

/// A run comes further. Its order is in the history from then on.
pub(crate) fn set_state(tx: &Transaction<'_>, run_id: &str, state: RunState) -> Result<()> {
    tx.execute("UPDATE run SET state = ?2, waiting = NULL WHERE id = ?1", (run_id, state.name()))?;
    Ok(())
}

/// What waits to be run, in the order it was accepted.
pub(crate) fn waiting(db: &Connection) -> Result<Vec<Order>> {
    let mut query =
        db.prepare("SELECT waiting FROM run WHERE state = 'waiting' AND waiting IS NOT NULL ORDER BY place")?;
    let orders = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>>>()?;
    Ok(orders.iter().filter_map(|order| serde_json::from_str(order).ok()).collect())
}

/// Forgets runs that never began, so that the same key may be sent again.
pub(crate) fn forget_waiting(tx: &Transaction<'_>, run_ids: &[String]) -> Result<()> {
    for run_id in run_ids {
        tx.execute("DELETE FROM run WHERE id = ?1 AND state = 'waiting'", [run_id])?;
    }
    Ok(())
}

/// After a start: what ran is said to be cut off in its session's history. What waited goes on waiting, as far as its
/// words were kept.
pub(crate) fn settle_after_start(tx: &Transaction<'_>, now: u64) -> Result<()> {
    tx.execute("DELETE FROM run WHERE state = 'waiting' AND waiting IS NULL", [])?;
    let mut query = tx.prepare(
        "SELECT run.id, run.session_key FROM run JOIN session ON session.key = run.session_key
         WHERE run.state = 'active'",
    )?;
    let cut_off: Vec<(String, String)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
    for (run_id, session_key) in cut_off {
        let content = "The gateway was stopped while this was being answered. Send the message again if you still \
                       want an answer.";
        messages::append(tx, &session_key, Some(&run_id), Body::Notice { content: content.to_owned() }, now)?;
    }
    tx.execute("UPDATE run SET state = 'failed' WHERE state = 'active'", [])?;
    Ok(())
}

//! What a person said and what became of it. A row is written before anything is sent, and its fate only moves along
//! the arrows that the statements here allow: two changes at once never make a message go out twice.

use contract::transcript::Fate;
use store::rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "outbox",
    sql: "CREATE TABLE outbox (
              n         INTEGER PRIMARY KEY,
              client_id TEXT    NOT NULL UNIQUE,
              node      TEXT    NOT NULL,
              session   TEXT    NOT NULL,
              agent     TEXT,
              text      TEXT    NOT NULL,
              wire_id   TEXT    NOT NULL,
              fate      TEXT    NOT NULL,
              run       TEXT,
              fault     TEXT,
              made_at   INTEGER NOT NULL,
              fate_at   INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX outbox_open ON outbox (node, n) WHERE fate NOT IN ('done', 'acknowledged', 'running');",
};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its place: what was said first goes first.
    pub n: i64,
    /// The window's id of it.
    pub client_id: String,
    pub node: String,
    pub session: String,
    pub agent: Option<String>,
    pub text: String,
    /// The idempotency key it goes out under.
    pub wire_id: String,
    pub fate: Fate,
    /// The run that answers it, once known.
    pub run: Option<String>,
    /// Why it failed.
    pub fault: Option<String>,
    /// Unix milliseconds.
    pub made_at: i64,
    /// Unix milliseconds of the fate.
    pub fate_at: i64,
}

/// What came of a try to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub fate: Fate,
    pub run: Option<String>,
    pub fault: Option<String>,
    /// Unix milliseconds.
    pub at: i64,
}

/// Queues a message. `false` when one of that id is there already: then nothing changed.
pub fn add(tx: &Transaction<'_>, parcel: &Parcel) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO outbox (client_id, node, session, agent, text, wire_id, fate, made_at, fate_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?7) ON CONFLICT DO NOTHING";
    let p = parcel;
    let added = tx.execute(sql, params![p.client_id, p.node, p.session, p.agent, p.text, p.wire_id, p.made_at])?;
    Ok(added == 1)
}

/// One message by the window's id.
pub fn get(db: &Connection, node: &str, client_id: &str) -> rusqlite::Result<Option<Parcel>> {
    let sql = "SELECT * FROM outbox WHERE node = ?1 AND client_id = ?2";
    db.query_row(sql, [node, client_id], read).optional()
}

/// The queued messages of a node, the oldest first.
pub fn queued(db: &Connection, node: &str) -> rusqlite::Result<Vec<Parcel>> {
    let sql = "SELECT * FROM outbox WHERE node = ?1 AND fate = 'queued' ORDER BY n";
    db.prepare(sql)?.query_map([node], read)?.collect()
}

/// The messages of a node that a person should still see: queued, failed and unknown ones.
pub fn open(db: &Connection, node: &str) -> rusqlite::Result<Vec<Parcel>> {
    let sql = "SELECT * FROM outbox WHERE node = ?1 AND fate NOT IN ('done', 'acknowledged', 'running') ORDER BY n";
    db.prepare(sql)?.query_map([node], read)?.collect()
}

/// The messages of a node whose fate only its history tells.
pub fn unknown(db: &Connection, node: &str) -> rusqlite::Result<Vec<Parcel>> {
    let sql = "SELECT * FROM outbox WHERE node = ?1 AND fate = 'unknown' ORDER BY n";
    db.prepare(sql)?.query_map([node], read)?.collect()
}

/// Queued → sent. `false` when it is not queued any more: then it must not go out.
pub fn take(tx: &Transaction<'_>, client_id: &str, at: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE outbox SET fate = 'sent', fault = NULL, fate_at = ?2 WHERE client_id = ?1 AND fate = 'queued'";
    Ok(tx.execute(sql, params![client_id, at])? == 1)
}

/// Sent → what came of it; back to queued too, when it never left. One that was refused before it left is queued still.
pub fn settle(tx: &Transaction<'_>, client_id: &str, outcome: &Outcome) -> rusqlite::Result<bool> {
    let sql = "UPDATE outbox SET fate = ?2, run = ?3, fault = ?4, fate_at = ?5
               WHERE client_id = ?1 AND fate IN ('queued', 'sent')";
    let o = outcome;
    Ok(tx.execute(sql, params![client_id, fate_text(o.fate), o.run, o.fault, o.at])? == 1)
}

/// Unknown → acknowledged: the node's history turned out to hold it.
pub fn found(tx: &Transaction<'_>, client_id: &str, at: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE outbox SET fate = 'acknowledged', fault = NULL, fate_at = ?2
               WHERE client_id = ?1 AND fate = 'unknown'";
    Ok(tx.execute(sql, params![client_id, at])? == 1)
}

/// Acknowledged → done or failed, when the run that answers it ended. The messages it ended for.
pub fn run_ended(tx: &Transaction<'_>, node: &str, run: &str, end: &Outcome) -> rusqlite::Result<Vec<String>> {
    let sql = "UPDATE outbox SET fate = ?3, fault = ?4, fate_at = ?5
               WHERE node = ?1 AND run = ?2 AND fate IN ('acknowledged', 'running') RETURNING client_id";
    tx.prepare(sql)?.query_map(params![node, run, fate_text(end.fate), end.fault, end.at], |row| row.get(0))?.collect()
}

/// Queued → gone. `false` when it is not queued any more.
pub fn cancel(tx: &Transaction<'_>, node: &str, client_id: &str) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM outbox WHERE node = ?1 AND client_id = ?2 AND fate = 'queued'";
    Ok(tx.execute(sql, [node, client_id])? == 1)
}

/// Failed or unknown → queued again, at the end of the queue, to go out under `wire_id`.
pub fn requeue(tx: &Transaction<'_>, client_id: &str, wire_id: &str, at: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE outbox SET fate = 'queued', fault = NULL, run = NULL, wire_id = ?2, fate_at = ?3,
                   n = (SELECT max(n) + 1 FROM outbox)
               WHERE client_id = ?1 AND fate IN ('failed', 'unknown')";
    Ok(tx.execute(sql, params![client_id, wire_id, at])? == 1)
}

/// Sent → unknown: what was being sent when the worker ended may or may not have left. The messages it met.
pub fn recover(tx: &Transaction<'_>, node: &str, fault: &str, at: i64) -> rusqlite::Result<Vec<Parcel>> {
    let sql = "UPDATE outbox SET fate = 'unknown', fault = ?2, fate_at = ?3
               WHERE node = ?1 AND fate = 'sent' RETURNING *";
    tx.prepare(sql)?.query_map(params![node, fault, at], read)?.collect()
}

/// Drops what is over since that time, and everything of the nodes that are gone.
pub fn prune(tx: &Transaction<'_>, settled_before: i64) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM outbox WHERE (fate IN ('done', 'acknowledged', 'running', 'failed') AND fate_at < ?1)
                   OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = outbox.node) AND node <> 'local'";
    tx.execute(sql, [settled_before])
}

fn read(row: &Row<'_>) -> rusqlite::Result<Parcel> {
    Ok(Parcel {
        n: row.get("n")?,
        client_id: row.get("client_id")?,
        node: row.get("node")?,
        session: row.get("session")?,
        agent: row.get("agent")?,
        text: row.get("text")?,
        wire_id: row.get("wire_id")?,
        fate: fate_of(&row.get::<_, String>("fate")?),
        run: row.get("run")?,
        fault: row.get("fault")?,
        made_at: row.get("made_at")?,
        fate_at: row.get("fate_at")?,
    })
}

fn fate_text(fate: Fate) -> &'static str {
    match fate {
        Fate::Queued => "queued",
        Fate::Sent => "sent",
        Fate::Acknowledged => "acknowledged",
        Fate::Running => "running",
        Fate::Done => "done",
        Fate::Failed => "failed",
        Fate::Unknown => "unknown",
    }
}

/// A word that only a later version knows: nobody here knows how it fares.
fn fate_of(text: &str) -> Fate {
    match text {
        "queued" => Fate::Queued,
        "sent" => Fate::Sent,
        "acknowledged" => Fate::Acknowledged,
        "running" => Fate::Running,
        "done" => Fate::Done,
        "failed" => Fate::Failed,
        _ => Fate::Unknown,
    }
}

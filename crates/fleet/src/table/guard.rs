//! What a person set to guard a node: whether it is production, until when it is unlocked, how fast it may be asked.

use store::rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "guards",
    sql: "CREATE TABLE guard (
              node           TEXT    NOT NULL PRIMARY KEY,
              production     INTEGER NOT NULL DEFAULT 0,
              unlocked_until INTEGER,
              per_minute     INTEGER,
              burst          INTEGER
          ) STRICT;",
};

/// A node's guard. A node without a row has the default one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guard {
    pub production: bool,
    /// Unix milliseconds.
    pub unlocked_until: Option<i64>,
    /// Calls a minute; `None`: the usual.
    pub per_minute: Option<u32>,
    /// Calls at once after a rest; `None`: the usual.
    pub burst: Option<u32>,
}

impl Guard {
    /// Whether nothing may be changed on the node at that time (Unix milliseconds).
    pub fn is_locked(&self, now: i64) -> bool {
        self.production && self.unlocked_until.is_none_or(|until| until <= now)
    }
}

/// The node's guard.
pub fn get(db: &Connection, node: &str) -> rusqlite::Result<Guard> {
    let sql = "SELECT * FROM guard WHERE node = ?1";
    Ok(db.query_row(sql, [node], read).optional()?.unwrap_or_default())
}

/// All guards that were set, by node.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<(String, Guard)>> {
    db.prepare("SELECT * FROM guard")?.query_map([], |row| Ok((row.get("node")?, read(row)?)))?.collect()
}

/// Sets it.
pub fn put(tx: &Transaction<'_>, node: &str, guard: &Guard) -> rusqlite::Result<()> {
    let sql = "INSERT INTO guard (node, production, unlocked_until, per_minute, burst) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (node) DO UPDATE SET production = ?2, unlocked_until = ?3, per_minute = ?4, burst = ?5";
    let g = guard;
    tx.execute(sql, params![node, g.production, g.unlocked_until, g.per_minute, g.burst]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Guard> {
    Ok(Guard {
        production: row.get("production")?,
        unlocked_until: row.get("unlocked_until")?,
        per_minute: row.get("per_minute")?,
        burst: row.get("burst")?,
    })
}

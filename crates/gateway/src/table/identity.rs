//! The table `identity`: who this gateway is, the same after every restart.

use store::Migration;
use store::rusqlite::{Result, Transaction};

pub(crate) const CREATE: Migration = Migration {
    name: "identity",
    sql: "CREATE TABLE identity (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        gateway_id TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT",
};

/// The id of this gateway; made at the first start.
pub(crate) fn gateway_id(tx: &Transaction<'_>, now: u64) -> Result<String> {
    tx.execute(
        "INSERT INTO identity (one, gateway_id, created_at) VALUES (1, ?1, ?2) ON CONFLICT DO NOTHING",
        (uuid::Uuid::new_v4().to_string(), now),
    )?;
    tx.query_row("SELECT gateway_id FROM identity", [], |row| row.get(0))
}

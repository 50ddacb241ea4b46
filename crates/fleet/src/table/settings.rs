//! Settings as JSON texts under a name, so that a newer version can add some without a migration.

use store::rusqlite::{Connection, OptionalExtension, Transaction};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "settings",
    sql: "CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, json TEXT NOT NULL) STRICT;",
};

/// The text under that name.
pub fn get(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT json FROM setting WHERE name = ?1";
    db.query_row(sql, [name], |row| row.get(0)).optional()
}

/// Keeps it; replaces what was there.
pub fn put(tx: &Transaction<'_>, name: &str, json: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET json = ?2";
    tx.execute(sql, [name, json]).map(drop)
}

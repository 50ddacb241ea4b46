//! The arrangement of panes, one text a window.

use store::rusqlite::{Connection, OptionalExtension, Transaction};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "layouts",
    sql: "CREATE TABLE layout (window TEXT NOT NULL PRIMARY KEY, json TEXT NOT NULL) STRICT;",
};

/// What the window last kept.
pub fn get(db: &Connection, window: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT json FROM layout WHERE window = ?1";
    db.query_row(sql, [window], |row| row.get(0)).optional()
}

/// Keeps it; replaces what was there.
pub fn put(tx: &Transaction<'_>, window: &str, json: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO layout VALUES (?1, ?2) ON CONFLICT (window) DO UPDATE SET json = ?2";
    tx.execute(sql, [window, json]).map(drop)
}

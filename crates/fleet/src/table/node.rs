//! The nodes a person keeps. A removed one stays for a while, so that a removal can be undone.

use contract::node::{Reach, Vendor};
use link::Pin;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use store::rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "nodes",
    sql: "CREATE TABLE node (
              id         TEXT    NOT NULL PRIMARY KEY,
              name       TEXT    NOT NULL COLLATE NOCASE,
              vendor     TEXT    NOT NULL,
              address    TEXT    NOT NULL,
              pin        TEXT,
              place      INTEGER NOT NULL,
              paused     INTEGER NOT NULL,
              key        TEXT    NOT NULL,
              device     TEXT    NOT NULL,
              revision   INTEGER NOT NULL,
              added_at   INTEGER NOT NULL,
              removed_at INTEGER
          ) STRICT;
          CREATE UNIQUE INDEX node_name ON node (name) WHERE removed_at IS NULL;",
};

/// What there is to reaching a node besides its address: JSON of [`Reach`].
pub const REACH: Migration =
    Migration { name: "routes", sql: "ALTER TABLE node ADD COLUMN reach TEXT NOT NULL DEFAULT '{}';" };

/// The trusted certificates with what is known of each: JSON of a list of [`Pin`]s, in place of a lone fingerprint.
pub const PINS: Migration = Migration {
    name: "trusted certificates",
    sql: "ALTER TABLE node ADD COLUMN pins TEXT NOT NULL DEFAULT '[]';
          UPDATE node SET pins = json_array(json_object('fingerprint', pin)) WHERE pin IS NOT NULL;
          ALTER TABLE node DROP COLUMN pin;",
};

/// Where a secret of a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// There is none.
    None,
    /// In the keyring.
    Keyring,
    /// It was given for one session only and is gone with that.
    Session,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    pub id: String,
    /// The person's name for it; unique among those not removed, case ignored.
    pub name: String,
    pub vendor: Vendor,
    /// Its first route, as completed by `link`.
    pub address: String,
    /// The further routes, and what TLS needs.
    pub reach: Reach,
    /// The certificates the person trusts.
    pub pins: Vec<Pin>,
    /// Rises in the person's order.
    pub place: i64,
    pub paused: bool,
    pub key: Kept,
    /// The device identity's.
    pub device: Kept,
    /// Rises with every change, a new key's too, which stands in no table.
    pub revision: i64,
    /// Unix milliseconds.
    pub added_at: i64,
    /// Unix milliseconds of the removal, while it can be undone.
    pub removed_at: Option<i64>,
}

const COLUMNS: &str =
    "id, name, vendor, address, pins, place, paused, key, device, revision, added_at, removed_at, reach";

/// The nodes that are not removed, in the person's order.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<NodeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM node WHERE removed_at IS NULL ORDER BY place, added_at");
    db.prepare(&sql)?.query_map([], read)?.collect()
}

/// One node, removed or not.
pub fn get(db: &Connection, id: &str) -> rusqlite::Result<Option<NodeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM node WHERE id = ?1");
    db.query_row(&sql, [id], read).optional()
}

/// The id of the node of that name, if one is there.
pub fn named(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT id FROM node WHERE name = ?1 AND removed_at IS NULL";
    db.query_row(sql, [name], |row| row.get(0)).optional()
}

/// Writes a node; a new one goes to the end of the order.
pub fn put(tx: &Transaction<'_>, node: &NodeRow) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO node ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT coalesce(max(place), 0) + 1 FROM node), ?6, ?7, ?8, 1, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET name = ?2, vendor = ?3, address = ?4, pins = ?5, paused = ?6, key = ?7,
             device = ?8, revision = revision + 1, removed_at = ?10, reach = ?11"
    );
    let vendor = vendor_text(node.vendor);
    let (reach, pins) = (text(&node.reach)?, text(&node.pins)?);
    tx.execute(
        &sql,
        params![
            node.id,
            node.name,
            vendor,
            node.address,
            pins,
            node.paused,
            node.key,
            node.device,
            node.added_at,
            node.removed_at,
            reach
        ],
    )?;
    Ok(())
}

/// The nodes removed before that time.
pub fn removed(db: &Connection, before: i64) -> rusqlite::Result<Vec<NodeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM node WHERE removed_at < ?1");
    db.prepare(&sql)?.query_map([before], read)?.collect()
}

/// When the first of the removed nodes that are kept was removed.
pub fn first_removed(db: &Connection) -> rusqlite::Result<Option<i64>> {
    db.query_row("SELECT min(removed_at) FROM node", [], |row| row.get(0))
}

/// Deletes a removed node for good.
pub fn purge(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM node WHERE id = ?1 AND removed_at IS NOT NULL", [id]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<NodeRow> {
    Ok(NodeRow {
        id: row.get("id")?,
        name: row.get("name")?,
        vendor: vendor_of(&row.get::<_, String>("vendor")?),
        address: row.get("address")?,
        pins: of_text(row, "pins")?,
        place: row.get("place")?,
        paused: row.get("paused")?,
        key: row.get("key")?,
        device: row.get("device")?,
        revision: row.get("revision")?,
        added_at: row.get("added_at")?,
        removed_at: row.get("removed_at")?,
        reach: of_text(row, "reach")?,
    })
}

fn text(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn of_text<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| FromSqlError::other(error).into())
}

fn vendor_text(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Auto => "auto",
        Vendor::Pilothouse => "pilothouse",
        Vendor::Moltis => "moltis",
        Vendor::Openclaw => "openclaw",
        Vendor::McpDashboard => "mcp-dashboard",
    }
}

/// A word that only a later version knows is found out anew.
fn vendor_of(text: &str) -> Vendor {
    match text {
        "pilothouse" => Vendor::Pilothouse,
        "moltis" => Vendor::Moltis,
        "openclaw" => Vendor::Openclaw,
        "mcp-dashboard" => Vendor::McpDashboard,
        _ => Vendor::Auto,
    }
}

impl ToSql for Kept {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = match self {
            Kept::None => "none",
            Kept::Keyring => "keyring",
            Kept::Session => "session",
        };
        Ok(text.into())
    }
}

impl FromSql for Kept {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "none" => Ok(Kept::None),
            "keyring" => Ok(Kept::Keyring),
            "session" => Ok(Kept::Session),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_that_was_trusted_before_stays_trusted() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(CREATE.sql).unwrap();
        let fingerprint = format!("sha256:{}", "a".repeat(64));
        let row =
            "INSERT INTO node VALUES ('n1', 'homelab', 'moltis', 'wss://x:1', ?1, 1, 0, 'none', 'none', 1, 5, NULL)";
        db.execute(row, [&fingerprint]).unwrap();
        db.execute_batch(REACH.sql).unwrap();
        db.execute_batch(PINS.sql).unwrap();
        let node = get(&db, "n1").unwrap().unwrap();
        assert_eq!(node.pins, [Pin::everywhere(fingerprint.parse().unwrap())]);
        assert_eq!((node.reach, node.address.as_str()), (Reach::default(), "wss://x:1"));
    }
}

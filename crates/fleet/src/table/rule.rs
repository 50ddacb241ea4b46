//! The rules that are kept here: what a person said "always" to.

use contract::approval::{Keeper, Rule, StandingRule};
use store::rusqlite::{Connection, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "rules",
    sql: "CREATE TABLE rule (
              id         INTEGER PRIMARY KEY AUTOINCREMENT,
              node       TEXT    NOT NULL,
              agent      TEXT,
              session    TEXT,
              kind       TEXT    NOT NULL,
              text       TEXT    NOT NULL,
              cwd        TEXT,
              expires_at INTEGER,
              made_at    INTEGER NOT NULL,
              used       INTEGER NOT NULL DEFAULT 0
          ) STRICT;",
};

/// Keeps a rule; its number.
pub fn add(tx: &Transaction<'_>, rule: &Rule, now: i64) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO rule (node, agent, session, kind, text, cwd, expires_at, made_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let r = rule;
    tx.execute(sql, params![r.node, r.agent, r.session, r.kind, r.text, r.cwd, r.expires_at, now])?;
    Ok(tx.last_insert_rowid())
}

/// The rules that hold at that time, the oldest first.
pub fn all(db: &Connection, now: i64) -> rusqlite::Result<Vec<StandingRule>> {
    let sql = "SELECT * FROM rule WHERE expires_at IS NULL OR expires_at > ?1 ORDER BY id";
    db.prepare(sql)?.query_map([now], read)?.collect()
}

/// Whether a rule is there and has not expired.
pub fn holds(db: &Connection, id: i64, now: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM rule WHERE id = ?1 AND (expires_at IS NULL OR expires_at > ?2)";
    db.prepare_cached(sql)?.exists([id, now])
}

/// Counts that a rule answers.
pub fn used(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    tx.execute("UPDATE rule SET used = used + 1 WHERE id = ?1", [id]).map(drop)
}

/// Takes a rule away; whether it was there.
pub fn remove(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<bool> {
    Ok(tx.execute("DELETE FROM rule WHERE id = ?1", [id])? == 1)
}

/// Takes away what has expired, and the rules of nodes that are gone.
pub fn prune(tx: &Transaction<'_>, now: i64) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM rule WHERE expires_at <= ?1
                   OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = rule.node) AND node <> 'local'";
    tx.execute(sql, [now])
}

fn read(row: &Row<'_>) -> rusqlite::Result<StandingRule> {
    let rule = Rule {
        node: row.get("node")?,
        agent: row.get("agent")?,
        session: row.get("session")?,
        kind: row.get("kind")?,
        text: row.get("text")?,
        cwd: row.get("cwd")?,
        expires_at: row.get("expires_at")?,
        keeper: Keeper::Here,
    };
    let used: i64 = row.get("used")?;
    Ok(StandingRule { id: row.get("id")?, rule, made_at: row.get("made_at")?, used: used.unsigned_abs() })
}

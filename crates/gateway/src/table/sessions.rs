//! The table `session`: one conversation with one agent a row.

use store::Migration;
use store::rusqlite::{Connection, OptionalExtension, Result, Row, Transaction};
use wire::sessions::SessionEntry;

pub(crate) const CREATE: Migration = Migration {
    name: "sessions",
    sql: "CREATE TABLE session (
        key TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        agent_id TEXT NOT NULL,
        label TEXT,
        model TEXT,
        archived INTEGER NOT NULL DEFAULT 0,
        preview TEXT,
        message_count INTEGER NOT NULL DEFAULT 0,
        seen_count INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        version INTEGER NOT NULL DEFAULT 1
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_by_time ON session (updated_at DESC)",
};

const COLUMNS: &str = "key, id, agent_id, label, model, archived, preview, message_count, seen_count, \
                       created_at, updated_at, version";

/// A session to be made.
pub(crate) struct New {
    pub key: String,
    pub agent_id: String,
    pub label: Option<String>,
    pub model: Option<String>,
}

/// What changes of a session; `Some(None)` takes a value away.
#[derive(Default)]
pub(crate) struct Patch {
    pub label: Option<Option<String>>,
    pub model: Option<Option<String>>,
    pub archived: Option<bool>,
    pub agent_id: Option<String>,
}

/// Makes a session unless there is one of that key; true when it was made.
pub(crate) fn create(tx: &Transaction<'_>, new: &New, now: u64) -> Result<bool> {
    let made = tx.execute(
        "INSERT INTO session (key, id, agent_id, label, model, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO NOTHING",
        (&new.key, uuid::Uuid::new_v4().to_string(), &new.agent_id, &new.label, &new.model, now),
    )?;
    Ok(made == 1)
}

pub(crate) fn get(db: &Connection, key: &str) -> Result<Option<SessionEntry>> {
    db.query_row(&format!("SELECT {COLUMNS} FROM session WHERE key = ?1"), [key], entry).optional()
}

/// The latest first, of one agent or of all.
pub(crate) fn list(db: &Connection, agent_id: Option<&str>, limit: u64) -> Result<Vec<SessionEntry>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM session WHERE ?1 IS NULL OR agent_id = ?1 ORDER BY updated_at DESC, key LIMIT ?2"
    ))?;
    query.query_map((agent_id, i64::try_from(limit).unwrap_or(i64::MAX)), entry)?.collect()
}

/// Changes a session; `None` when there is none of that key.
pub(crate) fn patch(tx: &Transaction<'_>, key: &str, patch: &Patch, now: u64) -> Result<Option<SessionEntry>> {
    tx.execute(
        "UPDATE session SET
            label = CASE WHEN ?2 THEN ?3 ELSE label END,
            model = CASE WHEN ?4 THEN ?5 ELSE model END,
            archived = coalesce(?6, archived),
            agent_id = coalesce(?7, agent_id),
            updated_at = ?8,
            version = version + 1
         WHERE key = ?1",
        (
            key,
            patch.label.is_some(),
            patch.label.as_ref().and_then(Option::as_ref),
            patch.model.is_some(),
            patch.model.as_ref().and_then(Option::as_ref),
            patch.archived,
            &patch.agent_id,
            now,
        ),
    )?;
    get(tx, key)
}

/// Marks everything in it as seen.
pub(crate) fn see(tx: &Transaction<'_>, key: &str) -> Result<()> {
    tx.execute("UPDATE session SET seen_count = message_count WHERE key = ?1", [key])?;
    Ok(())
}

/// A new version without another change, for what is not in the table.
pub(crate) fn touch(tx: &Transaction<'_>, key: &str) -> Result<Option<SessionEntry>> {
    tx.execute("UPDATE session SET version = version + 1 WHERE key = ?1", [key])?;
    get(tx, key)
}

/// Forgets its messages; `None` when there is none of that key.
pub(crate) fn reset(tx: &Transaction<'_>, key: &str, now: u64) -> Result<Option<SessionEntry>> {
    tx.execute("DELETE FROM message WHERE session_key = ?1", [key])?;
    tx.execute(
        "UPDATE session SET message_count = 0, seen_count = 0, preview = NULL, updated_at = ?2,
            version = version + 1 WHERE key = ?1",
        (key, now),
    )?;
    get(tx, key)
}

/// Removes it with all that belongs to it; true when there was one.
pub(crate) fn delete(tx: &Transaction<'_>, key: &str) -> Result<bool> {
    tx.execute("DELETE FROM message WHERE session_key = ?1", [key])?;
    tx.execute("DELETE FROM run WHERE session_key = ?1", [key])?;
    Ok(tx.execute("DELETE FROM session WHERE key = ?1", [key])? == 1)
}

fn entry(row: &Row<'_>) -> Result<SessionEntry> {
    let agent_id: String = row.get("agent_id")?;
    Ok(SessionEntry {
        id: row.get("id")?,
        key: row.get("key")?,
        label: row.get("label")?,
        model: row.get("model")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        message_count: row.get("message_count")?,
        last_seen_message_count: row.get("seen_count")?,
        archived: row.get("archived")?,
        preview: row.get("preview")?,
        agent_id: Some(agent_id.clone()),
        agent_id_snake: Some(agent_id),
        version: row.get("version")?,
        replying: false,
        queued: 0,
    })
}

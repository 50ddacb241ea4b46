//! The table `message`: what was said, in order; never changed, only added to.

use store::Migration;
use store::rusqlite::types::Type;
use store::rusqlite::{Connection, Error, Result, Row, Transaction};
use wire::message::{Body, Message};

pub(crate) const CREATE: Migration = Migration {
    name: "messages",
    sql: "CREATE TABLE message (
        session_key TEXT NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        run_id TEXT,
        body TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (session_key, position)
    ) STRICT, WITHOUT ROWID",
};

/// Characters of a user's message that lists show.
const PREVIEW: usize = 160;

/// Adds `body` at the end of a session.
pub(crate) fn append(
    tx: &Transaction<'_>,
    session_key: &str,
    run_id: Option<&str>,
    body: Body,
    now: u64,
) -> Result<Message> {
    let position: u64 =
        tx.query_row("SELECT message_count FROM session WHERE key = ?1", [session_key], |row| row.get(0))?;
    let id = uuid::Uuid::now_v7().to_string();
    let text = serde_json::to_string(&body).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    tx.execute(
        "INSERT INTO message (session_key, position, id, run_id, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (session_key, position, &id, run_id, text, now),
    )?;
    let preview = match &body {
        Body::User(user) => Some(user.content.chars().take(PREVIEW).collect::<String>()),
        _ => None,
    };
    tx.execute(
        "UPDATE session SET message_count = message_count + 1, updated_at = ?2, version = version + 1,
            preview = coalesce(preview, ?3) WHERE key = ?1",
        (session_key, now, preview),
    )?;
    Ok(Message {
        body,
        created_at: now,
        run_id: run_id.map(str::to_owned),
        history_index: Some(position),
        message_id: Some(id),
    })
}

/// The newest `limit` messages below `before`, oldest first.
pub(crate) fn page(db: &Connection, session_key: &str, before: u64, limit: u64) -> Result<Vec<Message>> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut query = db.prepare_cached(
        "SELECT position, id, run_id, body, created_at FROM message
         WHERE session_key = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3",
    )?;
    let rows = query.query_map((session_key, whole(before), whole(limit)), message)?;
    let mut messages = rows.collect::<Result<Vec<_>>>()?;
    messages.reverse();
    Ok(messages)
}

fn message(row: &Row<'_>) -> Result<Message> {
    let body: String = row.get("body")?;
    let body =
        serde_json::from_str(&body).map_err(|error| Error::FromSqlConversionFailure(3, Type::Text, error.into()))?;
    Ok(Message {
        body,
        created_at: row.get("created_at")?,
        run_id: row.get("run_id")?,
        history_index: Some(row.get("position")?),
        message_id: Some(row.get("id")?),
    })
}

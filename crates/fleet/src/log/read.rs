//! Reading the log: lines that pass a filter, entries that hold words, a node's events in their order.

use contract::activity::{Filter, Line};
use link::event::{Event, Stamped};
use rusqlite::{Connection, Row, params};

use super::table::{line_of, together};
use crate::view;

/// An entry that holds the words that were looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its place in the log of all nodes.
    pub n: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    /// The node's id.
    pub node: String,
    /// The event's name in the vocabulary.
    pub event: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    /// The words it was found by, whole.
    pub text: String,
}

/// The last `limit` lines before `before` that pass the filter, oldest first.
pub(super) fn lines(db: &Connection, filter: &Filter, before: u64, limit: u32) -> rusqlite::Result<Vec<Line>> {
    let mut entries = db.prepare_cached(
        "SELECT entry.id, at, node.name, line FROM entry JOIN node ON node.id = entry.node
         WHERE line IS NOT NULL AND entry.id < ?1 ORDER BY entry.id DESC",
    )?;
    let mut rows = entries.query([i64::try_from(before).unwrap_or(i64::MAX)])?;
    let mut lines = Vec::new();
    while lines.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        lines.extend(line(row)?.filter(|line| passes(filter, line)));
    }
    lines.reverse();
    Ok(lines)
}

/// Whether a line passes.
pub(crate) fn passes(filter: &Filter, line: &Line) -> bool {
    let among =
        |wanted: &[String], has: Option<&str>| wanted.is_empty() || wanted.iter().any(|one| Some(&**one) == has);
    among(&filter.nodes, Some(&line.node))
        && among(&filter.agents, line.agent.as_deref())
        && among(&filter.sessions, line.session.as_deref())
        && (filter.text.is_empty() || folded(line).contains(&filter.text.to_lowercase()))
}

/// Entries that hold all the words, newest first.
pub(super) fn search(db: &Connection, words: &str, limit: u32) -> rusqlite::Result<Vec<Found>> {
    let query = query(words);
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = db.prepare_cached(
        "SELECT entry.id, at, node.name, line, body
         FROM found JOIN entry ON entry.id = found.rowid JOIN node ON node.id = entry.node
         WHERE found MATCH ?1 ORDER BY found.rowid DESC LIMIT ?2",
    )?;
    let rows = found.query_map(params![query, limit], |row| {
        let Ok(event) = serde_json::from_str::<Event>(row.get_ref(4)?.as_str()?) else {
            return Ok(None);
        };
        let agent = line(row)?.and_then(|line| line.agent);
        Ok(Some(Found {
            n: row.get::<_, i64>(0)?.cast_unsigned(),
            at: row.get(1)?,
            node: row.get(2)?,
            event: view::line::name(&event.body).to_owned(),
            agent: agent.or_else(|| event.agent.map(String::from)),
            session: event.session.map(String::from),
            text: view::line::findable(&event.body).unwrap_or_default(),
        }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// The node's events after that number, as they were kept.
pub(super) fn replay(db: &Connection, node: &str, after: u64, limit: u32) -> rusqlite::Result<Vec<Stamped>> {
    let mut found = db.prepare_cached(
        "SELECT seq, body, deltas FROM entry JOIN (SELECT id AS one FROM node WHERE name = ?1) ON one = entry.node
         WHERE seq > ?2 ORDER BY entry.id LIMIT ?3",
    )?;
    let rows = found.query_map(params![node, after.cast_signed(), limit], |row| {
        let seq: i64 = row.get(0)?;
        let event = together(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str_or_null()?);
        Ok(event.map(|event| Stamped { node: node.into(), seq: seq.cast_unsigned(), event }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// The line of an entry whose number, time, node and words come first.
fn line(row: &Row<'_>) -> rusqlite::Result<Option<Line>> {
    let words = row.get_ref(3)?.as_str_or_null()?.unwrap_or_default();
    Ok(line_of(words, row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?, row.get(2)?))
}

/// A line's text as the filter sees it.
fn folded(line: &Line) -> String {
    let mut text = line.what.to_lowercase();
    if let Some(code) = &line.code {
        text.push(' ');
        text.push_str(&code.to_lowercase());
    }
    text
}

/// A person's words as a query: every one of them must be there, or the beginning of a longer one. Quotes keep what
/// means something to the index from meaning it.
fn query(words: &str) -> String {
    let quoted = words.split_whitespace().map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

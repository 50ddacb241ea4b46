//! Reading the log: lines that pass a filter, entries that hold words, a node's events in their order.

use contract::activity::{Filter, Line};
use link::event::{Event, Stamped};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

use super::table::{folded, mark_of};
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
    let mut sql = String::from(
        "SELECT entry.id, at, node.name, event, agent, session, mark, what, code, figure
         FROM entry JOIN node ON node.id = entry.node WHERE mark IS NOT NULL AND entry.id < ?",
    );
    let mut values = vec![Value::from(i64::try_from(before).unwrap_or(i64::MAX))];
    for (column, wanted) in [("node.name", &filter.nodes), ("agent", &filter.agents), ("session", &filter.sessions)] {
        if !wanted.is_empty() {
            let marks = vec!["?"; wanted.len()].join(", ");
            sql.push_str(&format!(" AND {column} IN ({marks})"));
            values.extend(wanted.iter().cloned().map(Value::from));
        }
    }
    if !filter.text.is_empty() {
        sql.push_str(" AND instr(folded, ?) > 0");
        values.push(filter.text.to_lowercase().into());
    }
    sql.push_str(" ORDER BY entry.id DESC LIMIT ?");
    values.push(i64::from(limit).into());
    let mut found = db.prepare_cached(&sql)?;
    let mut lines = found.query_map(params_from_iter(values), line)?.collect::<Result<Vec<_>, _>>()?;
    lines.reverse();
    Ok(lines)
}

/// Whether a line passes, by the same rule as in the database.
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
        "SELECT entry.id, at, node.name, event, agent, session, body
         FROM found JOIN entry ON entry.id = found.rowid JOIN node ON node.id = entry.node
         WHERE found MATCH ?1 ORDER BY found.rowid DESC LIMIT ?2",
    )?;
    let rows = found.query_map(params![query, limit], |row| {
        let body: String = row.get(6)?;
        let event = serde_json::from_str::<Event>(&body).ok();
        Ok(Found {
            n: row.get::<_, i64>(0)?.cast_unsigned(),
            at: row.get(1)?,
            node: row.get(2)?,
            event: row.get(3)?,
            agent: row.get(4)?,
            session: row.get(5)?,
            text: event.and_then(|event| view::line::findable(&event.body)).unwrap_or_default(),
        })
    })?;
    rows.collect()
}

/// The node's events after that number, as they were kept.
pub(super) fn replay(db: &Connection, node: &str, after: u64, limit: u32) -> rusqlite::Result<Vec<Stamped>> {
    let mut found = db.prepare_cached(
        "SELECT seq, body FROM entry JOIN (SELECT id AS one FROM node WHERE name = ?1) ON one = entry.node
         WHERE seq > ?2 ORDER BY entry.id LIMIT ?3",
    )?;
    let rows = found.query_map(params![node, after.cast_signed(), limit], |row| {
        let seq: i64 = row.get(0)?;
        let body: String = row.get(1)?;
        let event = serde_json::from_str::<Event>(&body).ok();
        Ok(event.map(|event| Stamped { node: node.into(), seq: seq.cast_unsigned(), event }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        n: row.get::<_, i64>(0)?.cast_unsigned(),
        at: row.get(1)?,
        node: row.get(2)?,
        event: row.get(3)?,
        agent: row.get(4)?,
        session: row.get(5)?,
        mark: mark_of(&row.get::<_, String>(6)?),
        what: row.get(7)?,
        code: row.get(8)?,
        figure: row.get(9)?,
    })
}

/// A person's words as a query: every one of them must be there, or the beginning of a longer one. Quotes keep what
/// means something to the index from meaning it.
fn query(words: &str) -> String {
    let quoted = words.split_whitespace().map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

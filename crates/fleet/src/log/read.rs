//! Reading the log: lines that pass a filter, entries that hold words, a node's events in their order.

use std::collections::HashMap;

use contract::activity::{Filter, Line};
use link::event::Stamped;
use rusqlite::{Connection, params};

use super::page::{Record, records};
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
    let nodes = nodes(db)?;
    // The page that holds the number, and all before it.
    let mut pages = db.prepare_cached(
        "SELECT entries FROM page
         WHERE id <= coalesce((SELECT min(id) FROM page WHERE id >= ?1), ?1) ORDER BY id DESC",
    )?;
    let mut rows = pages.query([i64::try_from(before).unwrap_or(i64::MAX)])?;
    let mut lines = Vec::new();
    while lines.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let passing = records(row.get_ref(0)?.as_blob()?).filter(|record| record.n < before);
        let mut passing: Vec<Line> =
            passing.filter_map(|record| line(&record, &nodes)).filter(|line| passes(filter, line)).collect();
        passing.reverse();
        lines.append(&mut passing);
    }
    lines.truncate(limit as usize);
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
    let nodes = nodes(db)?;
    let mut found = db.prepare_cached(
        "SELECT found.rowid, entries
         FROM found JOIN page ON page.id = (SELECT min(id) FROM page WHERE id >= found.rowid)
         WHERE found MATCH ?1 ORDER BY found.rowid DESC LIMIT ?2",
    )?;
    let rows = found.query_map(params![query, limit], |row| {
        let n = row.get::<_, i64>(0)?.cast_unsigned();
        let record = records(row.get_ref(1)?.as_blob()?).find(|record| record.n == n);
        Ok(record.and_then(|record| found_in(&record, &nodes)))
    })?;
    rows.filter_map(Result::transpose).collect()
}

fn found_in(record: &Record<'_>, nodes: &Nodes) -> Option<Found> {
    let event = record.event()?;
    let agent = record.line.as_ref().and_then(|line| line.agent).or(record.agent);
    Some(Found {
        n: record.n,
        at: record.at,
        node: nodes.get(&record.node)?.clone(),
        event: view::line::name(&event.body).to_owned(),
        agent: agent.map(str::to_owned),
        session: record.session.map(str::to_owned),
        text: view::line::findable(&event.body).unwrap_or_default(),
    })
}

/// The node's events after that number, as they were kept.
pub(super) fn replay(db: &Connection, node: &str, after: u64, limit: u32) -> rusqlite::Result<Vec<Stamped>> {
    let Some(id) = nodes(db)?.into_iter().find_map(|(id, name)| (name == node).then_some(id)) else {
        return Ok(Vec::new());
    };
    let mut pages = db.prepare_cached("SELECT entries FROM page ORDER BY id")?;
    let mut rows = pages.query([])?;
    let mut events = Vec::new();
    while events.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let own = records(row.get_ref(0)?.as_blob()?).filter(|record| record.node == id && record.seq > after);
        let stamp =
            |record: Record<'_>| record.event().map(|event| Stamped { node: node.into(), seq: record.seq, event });
        events.extend(own.filter_map(stamp).take(limit as usize - events.len()));
    }
    Ok(events)
}

/// The names of nodes by their rows.
type Nodes = HashMap<u32, String>;

fn nodes(db: &Connection) -> rusqlite::Result<Nodes> {
    db.prepare_cached("SELECT id, name FROM node")?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The line of an entry, where it is one.
fn line(record: &Record<'_>, nodes: &Nodes) -> Option<Line> {
    let words = record.line.as_ref()?;
    Some(words.line(record.n, record.at, nodes.get(&record.node)?.clone()))
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

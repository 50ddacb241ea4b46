//! Reading the log: lines and entries that pass a filter, forwards and backwards, and a node's events in their order.

use std::collections::HashMap;

use contract::activity::{Filter, Line};
use link::event::Stamped;
use rusqlite::{Connection, params};

use super::page::{Record, records};

/// An entry as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its place in the log of all nodes.
    pub n: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    /// The event; `node` is the node's id.
    pub event: Stamped,
    /// What it is as a line of the stream, where it is one.
    pub line: Option<Line>,
}

/// The last `limit` lines before `before` that pass the filter, oldest first.
pub(super) fn lines(db: &Connection, filter: &Filter, before: u64, limit: u32) -> rusqlite::Result<Vec<Line>> {
    let nodes = nodes(db)?;
    backwards(db, filter, before, limit, |record| line(record, &nodes).filter(|line| passes(filter, line)))
}

/// The last `limit` entries before `before` that pass the filter, oldest first.
pub(super) fn entries(db: &Connection, filter: &Filter, before: u64, limit: u32) -> rusqlite::Result<Vec<Kept>> {
    let nodes = nodes(db)?;
    backwards(db, filter, before, limit, |record| kept(record, filter, &nodes))
}

/// The first `limit` lines after `after` that pass the filter, oldest first.
pub(super) fn lines_after(db: &Connection, filter: &Filter, after: u64, limit: u32) -> rusqlite::Result<Vec<Line>> {
    let nodes = nodes(db)?;
    forwards(db, filter, after, limit, |record| line(record, &nodes).filter(|line| passes(filter, line)))
}

/// The first `limit` entries after `after` that pass the filter, oldest first.
pub(super) fn entries_after(db: &Connection, filter: &Filter, after: u64, limit: u32) -> rusqlite::Result<Vec<Kept>> {
    let nodes = nodes(db)?;
    forwards(db, filter, after, limit, |record| kept(record, filter, &nodes))
}

/// Goes through the pages from behind a number, or from a time, and takes what `take` makes of their records.
fn forwards<T>(
    db: &Connection,
    filter: &Filter,
    after: u64,
    limit: u32,
    take: impl Fn(&Record<'_>) -> Option<T>,
) -> rusqlite::Result<Vec<T>> {
    // The last page that began before the time may reach into it.
    let mut pages = db.prepare_cached(
        "SELECT entries FROM page
         WHERE id > ?1 AND id >= coalesce((SELECT max(id) FROM page WHERE at < ?2), 0) AND at < ?3 ORDER BY id",
    )?;
    let (since, until) = (filter.since.unwrap_or(i64::MIN), filter.until.unwrap_or(i64::MAX));
    let mut rows = pages.query(params![number(after), since, until])?;
    let mut taken = Vec::new();
    while taken.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let behind = records(row.get_ref(0)?.as_blob()?).filter(|record| record.n > after);
        taken.extend(behind.filter_map(|record| take(&record)).take(limit as usize - taken.len()));
    }
    Ok(taken)
}

/// Goes through the pages from before a number, or from before a time, and takes what `take` makes of their records;
/// oldest first.
fn backwards<T>(
    db: &Connection,
    filter: &Filter,
    before: u64,
    limit: u32,
    take: impl Fn(&Record<'_>) -> Option<T>,
) -> rusqlite::Result<Vec<T>> {
    // The page that holds the number, and all before it.
    let mut pages = db.prepare_cached(
        "SELECT at, entries FROM page
         WHERE id <= coalesce((SELECT min(id) FROM page WHERE id >= ?1), ?1) AND at < ?2 ORDER BY id DESC",
    )?;
    let mut rows = pages.query(params![number(before), filter.until.unwrap_or(i64::MAX)])?;
    let mut taken = Vec::new();
    while taken.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let earlier = records(row.get_ref(1)?.as_blob()?).filter(|record| record.n < before);
        let page: Vec<T> = earlier.filter_map(|record| take(&record)).collect();
        taken.extend(page.into_iter().rev());
        // What is on the pages before began before.
        if filter.since.is_some_and(|since| row.get::<_, i64>(0).is_ok_and(|at| at < since)) {
            break;
        }
    }
    taken.truncate(limit as usize);
    taken.reverse();
    Ok(taken)
}

/// The node's events after that number, as they were kept.
pub(super) fn replay(db: &Connection, node: &str, after: u64, limit: u32) -> rusqlite::Result<Vec<Stamped>> {
    let Some(id) = nodes(db)?.into_iter().find_map(|(id, name)| (name == node).then_some(id)) else {
        return Ok(Vec::new());
    };
    forwards(db, &Filter::default(), 0, limit, |record| {
        if record.node != id || record.seq <= after {
            return None;
        }
        record.event().map(|event| Stamped { node: node.into(), seq: record.seq, event })
    })
}

/// Whether a line passes.
pub(crate) fn passes(filter: &Filter, line: &Line) -> bool {
    let Line { at, node, event, agent, session, .. } = line;
    is_wanted(filter, *at, node, event, agent.as_deref(), session.as_deref())
        && (filter.text.is_empty() || folded(line).contains(&filter.text.to_lowercase()))
}

/// Whether something of that time, place and name passes, whatever it says.
pub(super) fn is_wanted(
    filter: &Filter,
    at: i64,
    node: &str,
    event: &str,
    agent: Option<&str>,
    session: Option<&str>,
) -> bool {
    let among =
        |wanted: &[String], has: Option<&str>| wanted.is_empty() || wanted.iter().any(|one| Some(&**one) == has);
    filter.since.is_none_or(|since| at >= since)
        && filter.until.is_none_or(|until| at < until)
        && among(&filter.nodes, Some(node))
        && among(&filter.agents, agent)
        && among(&filter.sessions, session)
        && (filter.events.is_empty() || filter.events.iter().any(|wanted| is_named(event, wanted)))
}

/// Whether an event's name is the one that is wanted, or begins as it does.
fn is_named(event: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => event.starts_with(beginning),
        None => event == wanted,
    }
}

/// The names of nodes by their rows.
pub(super) type Nodes = HashMap<u32, String>;

pub(super) fn nodes(db: &Connection) -> rusqlite::Result<Nodes> {
    db.prepare_cached("SELECT id, name FROM node")?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The line of an entry, where it is one.
fn line(record: &Record<'_>, nodes: &Nodes) -> Option<Line> {
    let words = record.line.as_ref()?;
    Some(words.line(record.n, record.at, nodes.get(&record.node)?.clone()))
}

/// The entry, if it passes. What is no line is looked for by text in its deltas.
fn kept(record: &Record<'_>, filter: &Filter, nodes: &Nodes) -> Option<Kept> {
    let node = nodes.get(&record.node)?;
    if !is_wanted(filter, record.at, node, record.name(), record.agent(), record.session) {
        return None;
    }
    let line = line(record, nodes);
    let wanted = filter.text.to_lowercase();
    let says = || match &line {
        Some(line) => folded(line).contains(&wanted),
        None => record.deltas.is_some_and(|deltas| deltas.to_lowercase().contains(&wanted)),
    };
    if !wanted.is_empty() && !says() {
        return None;
    }
    let event = Stamped { node: node.as_str().into(), seq: record.seq, event: record.event()? };
    Some(Kept { n: record.n, at: record.at, event, line })
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

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

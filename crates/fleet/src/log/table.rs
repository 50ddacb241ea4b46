//! The log's tables, and the statements that fill them.

use std::collections::HashMap;

use contract::activity::{Line, Mark};
use link::event::{Body, Event};
use rusqlite::{Connection, Statement, Transaction, params};
use store::Migration;

use super::Entry;
use super::notebook::{Lost, Pages};
use crate::view;

/// Every step of the schema, in the order of their release; only ever added to at the end.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "the event log",
        sql: "
        CREATE TABLE node (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            seq INTEGER NOT NULL
        ) STRICT;

        -- One event, or the joined deltas of a run: the node's events from first to seq.
        -- mark, what, code and figure are its line; without a mark it has none.
        CREATE TABLE entry (
            id INTEGER PRIMARY KEY,
            node INTEGER NOT NULL REFERENCES node (id),
            first INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL,
            event TEXT NOT NULL,
            agent TEXT,
            session TEXT,
            body TEXT NOT NULL,
            mark TEXT,
            what TEXT,
            code TEXT,
            figure TEXT,
            folded TEXT
        ) STRICT;
        CREATE INDEX entry_of_session ON entry (node, session);

        -- The words of entries up to one number.
        CREATE VIRTUAL TABLE found USING fts5 (
            words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
        );
        CREATE TABLE indexed (upto INTEGER NOT NULL) STRICT;
        INSERT INTO indexed VALUES (0);
    ",
    },
    Migration {
        name: "only lines are looked for by session",
        // An index of all entries cost as much to keep as the entries, and only lines were ever asked for by it.
        sql: "
        DROP INDEX entry_of_session;
        CREATE INDEX line_of_session ON entry (session) WHERE mark IS NOT NULL;
    ",
    },
];

/// The number of the newest entry, and of the last event of each node.
pub(super) fn ends(db: &Connection) -> rusqlite::Result<(u64, HashMap<String, u64>)> {
    let last: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM entry", [], |row| row.get(0))?;
    let indexed: i64 = db.query_row("SELECT upto FROM indexed", [], |row| row.get(0))?;
    let mut nodes = db.prepare("SELECT name, seq FROM node")?;
    let seqs = nodes.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
    Ok((last.max(indexed).cast_unsigned(), seqs.collect::<Result<_, _>>()?))
}

/// Writes what a node's notebook held.
pub(super) fn insert(tx: &Transaction<'_>, node: &str, pages: &Pages) -> rusqlite::Result<()> {
    let mut known = tx.prepare_cached(
        "INSERT INTO node (name, seq) VALUES (?1, 0) ON CONFLICT (name) DO UPDATE SET seq = seq RETURNING id",
    )?;
    let id: i64 = known.query_row([node], |row| row.get(0))?;
    let (mut insert, mut body) = (tx.prepare_cached(INSERT)?, Vec::new());
    let mut last = 0;
    for entry in &pages.entries {
        insert_entry(&mut insert, &mut body, id, entry)?;
        last = last.max(entry.seq);
    }
    if let Some(lost) = &pages.lost {
        insert_entry(&mut insert, &mut body, id, &gap(node, lost))?;
        last = last.max(lost.seq);
    }
    let mut seq = tx.prepare_cached("UPDATE node SET seq = max(seq, ?2) WHERE id = ?1")?;
    seq.execute(params![id, last.cast_signed()])?;
    Ok(())
}

const INSERT: &str =
    "INSERT INTO entry (id, node, first, seq, at, event, agent, session, body, mark, what, code, figure, folded)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Writes one entry; `body` is room for its text.
fn insert_entry(insert: &mut Statement<'_>, body: &mut Vec<u8>, node: i64, entry: &Entry) -> rusqlite::Result<()> {
    body.clear();
    if serde_json::to_writer(&mut *body, &entry.event).is_err() {
        body.clear();
    }
    let event = &entry.event;
    let line = entry.line.as_deref();
    let agent = line.and_then(|line| line.agent.as_deref()).or(event.agent.as_deref());
    insert.execute(params![
        entry.n.cast_signed(),
        node,
        entry.first.cast_signed(),
        entry.seq.cast_signed(),
        entry.at,
        view::line::name(&event.body),
        agent,
        event.session.as_deref(),
        str::from_utf8(body).unwrap_or_default(),
        line.map(|line| mark_name(line.mark)),
        line.map(|line| &*line.what),
        line.and_then(|line| line.code.as_deref()),
        line.and_then(|line| line.figure.as_deref()),
        line.map(folded),
    ])?;
    Ok(())
}

/// What there was no room for, as an entry.
fn gap(node: &str, lost: &Lost) -> Entry {
    let body = Body::Gap { from: lost.first.cast_signed(), to: lost.seq.cast_signed() };
    let mut line = view::line::not_kept(node, lost.count, lost.at);
    line.n = lost.n;
    Entry {
        n: lost.n,
        first: lost.first,
        seq: lost.seq,
        at: lost.at,
        event: Event::new(lost.at, body),
        line: Some(line.into()),
    }
}

/// A line's text as the filter sees it.
pub(super) fn folded(line: &Line) -> String {
    let mut text = line.what.to_lowercase();
    if let Some(code) = &line.code {
        text.push(' ');
        text.push_str(&code.to_lowercase());
    }
    text
}

pub(super) fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Message => "message",
        Mark::Run => "run",
        Mark::Tool => "tool",
        Mark::Asks => "asks",
        Mark::Failed => "failed",
        Mark::Link => "link",
        Mark::Gap => "gap",
        Mark::Other => "other",
    }
}

pub(super) fn mark_of(name: &str) -> Mark {
    match name {
        "message" => Mark::Message,
        "run" => Mark::Run,
        "tool" => Mark::Tool,
        "asks" => Mark::Asks,
        "failed" => Mark::Failed,
        "link" => Mark::Link,
        "gap" => Mark::Gap,
        _ => Mark::Other,
    }
}

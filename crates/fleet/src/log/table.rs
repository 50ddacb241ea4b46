//! The log's tables, and the statements that fill them.

use std::borrow::Cow;
use std::collections::HashMap;

use contract::activity::{Line, Mark};
use link::event::{Body, Event};
use rusqlite::{Connection, Statement, Transaction, params};
use serde::Serialize;
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
    Migration {
        name: "a line in one piece",
        // Every column, check and index of an entry was paid for at each event, and hardly ever used.
        sql: "
        CREATE TABLE slim (
            id INTEGER PRIMARY KEY,
            node INTEGER NOT NULL,
            first INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL,
            -- The event; the text of joined deltas stands beside it, unescaped.
            body TEXT NOT NULL,
            deltas TEXT,
            -- What it is as a line, an array; NULL when it is none.
            line TEXT
        ) STRICT;
        INSERT INTO slim SELECT id, node, first, seq, at, body, NULL,
            CASE WHEN mark IS NOT NULL THEN json_array(mark, event, agent, session, what, code, figure) END
            FROM entry;
        DROP TABLE entry;
        ALTER TABLE slim RENAME TO entry;
    ",
    },
];

/// A line as its entry keeps it, all that does not stand beside it: mark, event, agent, session, what, code, figure.
type Words = (Mark, String, Option<String>, Option<String>, String, Option<String>, Option<String>);

/// The line of an entry again, at its place; `None` when it cannot be read.
pub(super) fn line_of(words: &str, n: u64, at: i64, node: String) -> Option<Line> {
    let (mark, event, agent, session, what, code, figure): Words = serde_json::from_str(words).ok()?;
    Some(Line { n, at, node, event, agent, session, mark, what, code, figure })
}

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
    let (mut insert, mut room) = (tx.prepare_cached(INSERT)?, Room::default());
    let mut last = 0;
    for entry in &pages.entries {
        insert_entry(&mut insert, &mut room, id, entry)?;
        last = last.max(entry.seq);
    }
    if let Some(lost) = &pages.lost {
        insert_entry(&mut insert, &mut room, id, &gap(node, lost))?;
        last = last.max(lost.seq);
    }
    let mut seq = tx.prepare_cached("UPDATE node SET seq = max(seq, ?2) WHERE id = ?1")?;
    seq.execute(params![id, last.cast_signed()])?;
    Ok(())
}

const INSERT: &str = "INSERT INTO entry (id, node, first, seq, at, body, deltas, line)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Room for the texts of an entry.
#[derive(Default)]
struct Room {
    body: Vec<u8>,
    line: Vec<u8>,
}

/// Writes one entry.
fn insert_entry(insert: &mut Statement<'_>, room: &mut Room, node: i64, entry: &Entry) -> rusqlite::Result<()> {
    let (event, deltas) = apart(&entry.event);
    let body = text_of(&*event, &mut room.body).unwrap_or_default();
    let line = entry.line.as_deref().and_then(|line| {
        let Line { mark, event, agent, session, what, code, figure, .. } = line;
        text_of(&(mark, event, agent, session, what, code, figure), &mut room.line)
    });
    insert.execute(params![
        entry.n.cast_signed(),
        node,
        entry.first.cast_signed(),
        entry.seq.cast_signed(),
        entry.at,
        body,
        deltas,
        line,
    ])?;
    Ok(())
}

/// The event without the text of its deltas, and that text: it may be long, and need not be escaped.
fn apart(event: &Event) -> (Cow<'_, Event>, Option<&str>) {
    let (body, text) = match &event.body {
        Body::TextDelta { text } => (Body::TextDelta { text: String::new() }, text),
        Body::ThinkingDelta { text } => (Body::ThinkingDelta { text: String::new() }, text),
        _ => return (Cow::Borrowed(event), None),
    };
    let Event { at, agent, session, run, .. } = event;
    let (agent, session, run) = (agent.clone(), session.clone(), run.clone());
    (Cow::Owned(Event { at: *at, agent, session, run, body }), Some(text))
}

/// The event of an entry; `None` when it cannot be read.
pub(super) fn together(body: &str, deltas: Option<&str>) -> Option<Event> {
    let mut event: Event = serde_json::from_str(body).ok()?;
    if let (Body::TextDelta { text } | Body::ThinkingDelta { text }, Some(deltas)) = (&mut event.body, deltas) {
        text.push_str(deltas);
    }
    Some(event)
}

/// As JSON, in the room there is for it.
fn text_of<'r>(value: &impl Serialize, room: &'r mut Vec<u8>) -> Option<&'r str> {
    room.clear();
    serde_json::to_writer(&mut *room, value).ok()?;
    str::from_utf8(room).ok()
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

//! The log's tables, and the statements that fill them.

use std::collections::HashMap;

use link::event::{Body, Event};
use rusqlite::{Connection, Transaction, params};
use store::Migration;

use super::Entry;
use super::notebook::{Lost, Pages};
use super::page::Page;
use crate::view;

/// Every step of the schema, in the order of their release; only ever added to at the end.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "the event log",
    sql: "
        CREATE TABLE node (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            -- The number of its last event.
            seq INTEGER NOT NULL
        ) STRICT;

        -- The entries of all nodes for a short while. Numbers rise from page to page.
        CREATE TABLE page (
            -- The number of its last entry.
            id INTEGER PRIMARY KEY,
            -- Unix milliseconds its first entry reached us.
            at INTEGER NOT NULL,
            entries BLOB NOT NULL
        ) STRICT;

        -- The words of entries up to the page of one number.
        CREATE VIRTUAL TABLE found USING fts5 (
            words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
        );
        CREATE TABLE indexed (upto INTEGER NOT NULL) STRICT;
        INSERT INTO indexed VALUES (0);
    ",
}];

/// How much a page holds before the next is begun: reading one is nothing, and the last of a thousand is not far.
const ENTRIES: usize = 512;
const BYTES: usize = 256 << 10;

/// The number of the newest entry, and of the last event of each node.
pub(super) fn ends(db: &Connection) -> rusqlite::Result<(u64, HashMap<String, u64>)> {
    let last: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM page", [], |row| row.get(0))?;
    let indexed: i64 = db.query_row("SELECT upto FROM indexed", [], |row| row.get(0))?;
    let mut nodes = db.prepare("SELECT name, seq FROM node")?;
    let seqs = nodes.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
    Ok((last.max(indexed).cast_unsigned(), seqs.collect::<Result<_, _>>()?))
}

/// Writes what the notebooks held.
pub(super) fn insert(tx: &Transaction<'_>, batch: &[(Box<str>, Pages)]) -> rusqlite::Result<()> {
    let mut gaps = Vec::new();
    let mut entries = Vec::with_capacity(batch.iter().map(|(_, pages)| pages.entries.len() + 1).sum());
    for (name, pages) in batch {
        let node = keep_node(tx, name, pages)?;
        entries.extend(pages.entries.iter().map(|entry| (node, entry)));
        gaps.extend(pages.lost.map(|lost| (node, gap(name, &lost))));
    }
    entries.extend(gaps.iter().map(|(node, entry)| (*node, entry)));
    entries.sort_by_key(|(_, entry)| entry.n);
    let mut page = Page::default();
    for (node, entry) in entries {
        page.add(node, entry);
        if page.entries >= ENTRIES || page.bytes.len() >= BYTES {
            insert_page(tx, &mut page)?;
        }
    }
    insert_page(tx, &mut page)
}

/// Notes how far the node's numbers go; its row.
fn keep_node(tx: &Transaction<'_>, name: &str, pages: &Pages) -> rusqlite::Result<u32> {
    let last = pages.entries.iter().map(|entry| entry.seq).chain(pages.lost.map(|lost| lost.seq)).max();
    tx.prepare_cached(
        "INSERT INTO node (name, seq) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq) RETURNING id",
    )?
    .query_row(params![name, last.unwrap_or(0).cast_signed()], |row| row.get(0))
}

/// Writes a page that holds something, and empties it.
fn insert_page(tx: &Transaction<'_>, page: &mut Page) -> rusqlite::Result<()> {
    if page.entries > 0 {
        let mut insert = tx.prepare_cached("INSERT INTO page (id, at, entries) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![page.last.cast_signed(), page.at, page.bytes])?;
        page.clear();
    }
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

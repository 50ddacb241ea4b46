//! The full-text index, built behind what is written.

use rusqlite::{Transaction, params};

use super::page::{Record, records};
use crate::view::line::findable;

/// How many pages one step looks at.
const STEP: u32 = 4;

/// Whether the index is as far as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    More,
}

/// Indexes the next pages.
pub(super) fn step(tx: &Transaction<'_>) -> rusqlite::Result<Step> {
    let from: i64 = tx.prepare_cached("SELECT upto FROM indexed")?.query_row([], |row| row.get(0))?;
    let mut pages = tx.prepare_cached("SELECT id, entries FROM page WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut insert = tx.prepare_cached("INSERT INTO found (rowid, words) VALUES (?1, ?2)")?;
    let mut rows = pages.query(params![from, STEP])?;
    let (mut last, mut count) = (from, 0);
    while let Some(row) = rows.next()? {
        (last, count) = (row.get(0)?, count + 1);
        for record in records(row.get_ref(1)?.as_blob()?) {
            if let Some(words) = words(&record) {
                insert.execute(params![record.n.cast_signed(), words])?;
            }
        }
    }
    if last > from {
        tx.prepare_cached("UPDATE indexed SET upto = ?1")?.execute([last])?;
    }
    Ok(if count == STEP { Step::More } else { Step::Done })
}

fn words(record: &Record<'_>) -> Option<String> {
    // Most entries are deltas, which hold none: they are not taken apart.
    if record.deltas.is_some() {
        return None;
    }
    findable(&record.event()?.body)
}

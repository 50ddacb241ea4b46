//! The full-text index, built behind what is written.

use link::event::Event;
use rusqlite::{Transaction, params};

use crate::view::line::findable;

/// How many entries one step looks at.
const STEP: u32 = 500;

/// Whether the index is as far as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    More,
}

/// Indexes the next entries up to the number `upto`: all those below it have been written.
pub(super) fn step(tx: &Transaction<'_>, upto: u64) -> rusqlite::Result<Step> {
    let from: i64 = tx.prepare_cached("SELECT upto FROM indexed")?.query_row([], |row| row.get(0))?;
    if from >= upto.cast_signed() {
        return Ok(Step::Done);
    }
    let mut entries = tx
        .prepare_cached("SELECT id, deltas IS NULL, body FROM entry WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")?;
    let mut insert = tx.prepare_cached("INSERT INTO found (rowid, words) VALUES (?1, ?2)")?;
    let mut rows = entries.query(params![from, upto.cast_signed(), STEP])?;
    let (mut last, mut count) = (from, 0);
    while let Some(row) = rows.next()? {
        (last, count) = (row.get(0)?, count + 1);
        // Most entries are deltas, which hold none: their bodies are not taken apart.
        let words = if row.get(1)? { words(row.get_ref(2)?.as_str()?) } else { None };
        if let Some(words) = words {
            insert.execute(params![last, words])?;
        }
    }
    let more = count == STEP;
    let reached = if more { last } else { upto.cast_signed() };
    tx.prepare_cached("UPDATE indexed SET upto = ?1")?.execute([reached])?;
    Ok(if more { Step::More } else { Step::Done })
}

fn words(body: &str) -> Option<String> {
    findable(&serde_json::from_str::<Event>(body).ok()?.body)
}

//! How much the log keeps. What is too old or too much goes in small steps, so that nobody waits for it.

use rusqlite::{OptionalExtension, Transaction};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Milliseconds.
    pub age: i64,
    /// Bytes of the database that are in use.
    pub size: i64,
}

impl Default for Bounds {
    /// 90 days, 2 GiB.
    fn default() -> Bounds {
        Bounds { age: 90 * 24 * 3_600_000, size: 2 << 30 }
    }
}

/// Takes out the oldest page if it is beyond the bounds; says whether it was.
pub(super) fn trim(tx: &Transaction<'_>, bounds: Bounds, now: i64) -> rusqlite::Result<bool> {
    let oldest = tx
        .prepare_cached("SELECT id, at FROM page ORDER BY id LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let Some((last, at)) = oldest else {
        return Ok(false);
    };
    if at >= now - bounds.age && used(tx)? <= bounds.size {
        return Ok(false);
    }
    tx.prepare_cached("DELETE FROM found WHERE rowid <= ?1")?.execute([last])?;
    tx.prepare_cached("DELETE FROM page WHERE id = ?1")?.execute([last])?;
    Ok(true)
}

/// Bytes of the file that hold something.
fn used(tx: &Transaction<'_>) -> rusqlite::Result<i64> {
    let pragma = |name: &str| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}

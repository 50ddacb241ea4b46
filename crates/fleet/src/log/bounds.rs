//! How much the log keeps. What is too old or too much goes in small steps, so that nobody waits for it.

use rusqlite::{Transaction, params};

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

/// How many entries go in one step.
const STEP: u32 = 500;

/// Takes out the oldest entries if they are beyond the bounds; says whether it took any.
pub(super) fn trim(tx: &Transaction<'_>, bounds: Bounds, now: i64) -> rusqlite::Result<bool> {
    let oldest = tx
        .prepare_cached("SELECT min(id), at FROM entry")?
        .query_row([], |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?)))?;
    let Some((first, at)) = oldest else {
        return Ok(false);
    };
    if at >= now - bounds.age && used(tx)? <= bounds.size {
        return Ok(false);
    }
    let last: i64 = tx
        .prepare_cached("SELECT max(id) FROM (SELECT id FROM entry ORDER BY id LIMIT ?1)")?
        .query_row([STEP], |row| row.get(0))?;
    tx.prepare_cached("DELETE FROM found WHERE rowid BETWEEN ?1 AND ?2")?.execute(params![first, last])?;
    tx.prepare_cached("DELETE FROM entry WHERE id BETWEEN ?1 AND ?2")?.execute(params![first, last])?;
    Ok(true)
}

/// Bytes of the file that hold something.
fn used(tx: &Transaction<'_>) -> rusqlite::Result<i64> {
    let pragma = |name: &str| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}

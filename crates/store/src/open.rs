//! Opening connections: flags and pragmas, in the order that leaves a foreign file alone. No threads here.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::StoreError;
use crate::migrate::{Migration, known, migrate, refuse_unknown};
use crate::store::Durability;

/// How long a connection waits for a lock that another process holds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What the writer keeps in memory, KiB: a commit of some seconds' events fits, and no page is written twice for it.
const WRITER_CACHE_KIB: i64 = 8 * 1024;

/// How often the log is asked for while others open the same new file.
const ATTEMPTS: usize = 20;

/// The one connection that writes, to a database in the newest format.
pub(crate) fn writer(path: &Path, durability: Durability, steps: &[Migration]) -> Result<Connection, StoreError> {
    refuse_unknown(path, known(steps))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sorted = |error| StoreError::at_opening(path, error);
    let mut db = Connection::open_with_flags(path, flags).map_err(sorted)?;
    prepare(&db, durability).map_err(sorted)?;
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).map_err(sorted)?;
    migrate(&mut db, path, steps)?;
    Ok(db)
}

/// A database that is gone with its connection.
pub(crate) fn in_memory(path: &Path, steps: &[Migration]) -> Result<Connection, StoreError> {
    let sorted = |error| StoreError::sorted(path, error);
    let mut db = Connection::open_in_memory().map_err(sorted)?;
    prepare(&db, Durability::Normal).map_err(sorted)?;
    migrate(&mut db, path, steps)?;
    Ok(db)
}

/// A connection that reads beside the writer.
pub(crate) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(PATIENCE)?;
        Ok(db)
    };
    open().map_err(|error| StoreError::sorted(path, error))
}

fn prepare(db: &Connection, durability: Durability) -> rusqlite::Result<()> {
    db.busy_timeout(PATIENCE)?;
    use_log(db)?;
    db.pragma_update(None, "synchronous", durability.pragma())?;
    db.pragma_update(None, "foreign_keys", true)
}

/// Sets the write-ahead log. The answer is the mode that is set then; a file system without shared memory keeps the
/// old one, and works. Two who make one file at once refuse each other here without waiting: the one who lost waits
/// for the other's lock, as is done everywhere else, and asks again.
fn use_log(db: &Connection) -> rusqlite::Result<()> {
    let set = || db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
    for _ in 0..ATTEMPTS {
        match set() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                db.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            other => return other.map(drop),
        }
    }
    set().map(drop)
}

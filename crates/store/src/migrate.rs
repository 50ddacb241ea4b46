//! Bringing a database to the newest format, one transaction a step. It refuses what it does not know before anything
//! is touched.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::error::StoreError;

/// One step of a schema. Its place in the list plus one is the `user_version` it leads to, so steps are only ever
/// added at the end and a released one never changes.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Names the step in an error: a few words of what it adds.
    pub name: &'static str,
    /// Statements, run in one transaction that is begun and committed for them. Foreign keys are not enforced
    /// between the statements, so that tables can be rebuilt, but checked at the end.
    pub sql: &'static str,
}

/// The part of a database file that is looked at: SQLite's header, 100 bytes.
const HEADER: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the header holds the `user_version`, four bytes, big end first.
const VERSION: std::ops::Range<usize> = 60..64;

/// Refuses a file that is no database or that a newer version wrote. Reads, and touches nothing.
pub(crate) fn refuse_unknown(path: &Path, known: u32) -> Result<(), StoreError> {
    let Some(found) = version_in_header(path)? else {
        return Ok(());
    };
    refuse_newer(path, found, known)?;
    // After a crash the newest pages, and the version with them, can stand in the log beside the file.
    let log = PathBuf::from(format!("{}-wal", path.display()));
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        let found = version_with_log(path).map_err(|error| StoreError::sorted(path, error))?;
        refuse_newer(path, found, known)?;
    }
    Ok(())
}

/// Runs the steps that the database does not have yet.
pub(crate) fn migrate(db: &mut Connection, path: &Path, steps: &[Migration]) -> Result<(), StoreError> {
    let sorted = |error| StoreError::sorted(path, error);
    if version(db).map_err(sorted)? == known(steps) {
        return Ok(());
    }
    db.pragma_update(None, "foreign_keys", false).map_err(sorted)?;
    while next_step(db, path, steps)? {}
    db.pragma_update(None, "foreign_keys", true).map_err(sorted)
}

/// The version the list of steps leads to.
pub(crate) fn known(steps: &[Migration]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

/// Runs one step; false when there was none to run. The version is read inside the transaction, because another
/// process may be migrating the same file.
fn next_step(db: &mut Connection, path: &Path, steps: &[Migration]) -> Result<bool, StoreError> {
    let sorted = |error| StoreError::sorted(path, error);
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sorted)?;
    let at = version(&tx).map_err(sorted)?;
    refuse_newer(path, at, known(steps))?;
    let Some(step) = steps.get(at as usize) else {
        return Ok(false);
    };
    tracing::info!(path = %path.display(), step = step.name, version = at + 1, "migrating");
    run(tx, step, at + 1).map_err(|source| failed(path, step, source))?;
    Ok(true)
}

fn run(tx: Transaction<'_>, step: &Migration, leads_to: u32) -> rusqlite::Result<()> {
    tx.execute_batch(step.sql)?;
    if let Some(table) = broken_reference(&tx)? {
        let says = format!("the step leaves a row of \"{table}\" whose foreign key leads nowhere");
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
        return Err(rusqlite::Error::SqliteFailure(code, Some(says)));
    }
    tx.pragma_update(None, "user_version", leads_to)?;
    tx.commit()
}

fn broken_reference(tx: &Transaction<'_>) -> rusqlite::Result<Option<String>> {
    tx.prepare("PRAGMA foreign_key_check")?
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()
}

/// A full disk or a lock is told as what it is; everything else as the step's failure.
fn failed(path: &Path, step: &Migration, source: rusqlite::Error) -> StoreError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DiskFull | ErrorCode::DatabaseCorrupt) => {
            StoreError::sorted(path, source)
        }
        _ => StoreError::MigrationFailed {
            path: path.to_owned(),
            name: step.name.to_owned(),
            source,
        },
    }
}

fn refuse_newer(path: &Path, found: u32, known: u32) -> Result<(), StoreError> {
    if found > known {
        return Err(StoreError::FromTheFuture {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// The version as the file's own bytes have it; `None` for a file that is absent or empty.
fn version_in_header(path: &Path) -> Result<Option<u32>, StoreError> {
    let cannot = |source: std::io::Error| StoreError::CannotOpen {
        path: path.to_owned(),
        source: source.into(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    let mut header = Vec::with_capacity(HEADER);
    file.take(HEADER as u64)
        .read_to_end(&mut header)
        .map_err(cannot)?;
    if header.is_empty() {
        return Ok(None);
    }
    let version = header.get(VERSION).and_then(|bytes| bytes.try_into().ok());
    match version {
        Some(bytes) if header.starts_with(MAGIC) => Ok(Some(u32::from_be_bytes(bytes))),
        _ => Err(StoreError::NotADatabase {
            path: path.to_owned(),
        }),
    }
}

/// The version with what stands in the log, read so that closing does not fold the log into the file.
fn version_with_log(path: &Path) -> rusqlite::Result<u32> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.busy_timeout(crate::open::PATIENCE)?;
    version(&db)
}

/// A version below zero is no version of ours either; read without its sign it is far in the future.
fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))
        .map(i32::cast_unsigned)
}

//! Bringing a database to the newest format, one transaction a step. It refuses what it does not know before anything
//! is touched.

use std::io::{Error, ErrorKind};
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

/// Refuses a file that is no database or that a newer version wrote. Reads, and touches nothing.
pub(crate) fn refuse_unknown(path: &Path, known: u32) -> Result<(), StoreError> {
    let Some(found) = version_in_file(path)? else {
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
    let sorted = |error| StoreError::at_opening(path, error);
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sorted)?;
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
    tx.prepare("PRAGMA foreign_key_check")?.query_map([], |row| row.get(0))?.next().transpose()
}

/// A full disk or a lock is told as what it is; everything else as the step's failure.
fn failed(path: &Path, step: &Migration, source: rusqlite::Error) -> StoreError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DiskFull | ErrorCode::DatabaseCorrupt) => {
            StoreError::sorted(path, source)
        }
        _ => StoreError::MigrationFailed { path: path.to_owned(), name: step.name.to_owned(), source },
    }
}

fn refuse_newer(path: &Path, found: u32, known: u32) -> Result<(), StoreError> {
    if found > known {
        return Err(StoreError::FromTheFuture { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// The version as the file alone has it; `None` for a file that is absent. SQLite itself must read it: were it opened
/// and closed by other means, this process would lose the locks it holds on the file through another store.
fn version_in_file(path: &Path) -> Result<Option<u32>, StoreError> {
    let refused = |source: Error| {
        let (path, source) = (path.to_owned(), source.into());
        Err(StoreError::CannotOpen { path, source })
    };
    match path.metadata() {
        Ok(found) if found.is_dir() => return refused(ErrorKind::IsADirectory.into()),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return refused(error),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let found = Connection::open_with_flags(immutable(path), flags).and_then(|db| version(&db));
    found.map(Some).map_err(|error| StoreError::sorted(path, error))
}

/// The address under which SQLite reads a file without a lock, a log or any other file beside it.
fn immutable(path: &Path) -> String {
    let mut address = String::from(if cfg!(windows) { "file:/" } else { "file:" });
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => address.push('/'),
            b'/' | b'.' | b'-' | b'_' => address.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "?immutable=1"
}

/// The version with what stands in the log, read so that closing does not fold the log into the file.
fn version_with_log(path: &Path) -> rusqlite::Result<u32> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.busy_timeout(crate::open::PATIENCE)?;
    version(&db)
}

/// A version below zero is no version of ours either; read without its sign it is far in the future.
fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0)).map(i32::cast_unsigned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

//! The threads that read, and how a read looks: one transaction, so that all its statements see the same moment.

use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use rusqlite::{Connection, Transaction};

use crate::error::StoreError;
use crate::flight::Flight;
use crate::inbox::Inbox;
use crate::job::{Answer, caught};

/// A queued read; it answers its caller itself.
pub(crate) type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// Serves the queue until it closes, and lets go of `line` when the connection is closed.
pub(crate) fn serve(mut db: Connection, inbox: Inbox<Read>, line: SyncSender<()>) {
    while let Some(read) = inbox.next() {
        read(&mut db);
    }
    drop(db);
    drop(line);
}

/// Packs the caller's work for the queue.
pub(crate) fn pack<T, F>(path: &Path, work: F, answer: Answer<T>) -> Read
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
{
    let path: PathBuf = path.to_owned();
    let flight = Flight::begin();
    Box::new(move |db| {
        // It lands when the caller has its answer, or will never have one.
        let _flight = flight;
        // A caller that has gone away needs no answer.
        if answer.is_closed() {
            return;
        }
        let outcome = caught(&path, || work(&*db.transaction()?));
        let flat = outcome.and_then(|result| result.map_err(|error| StoreError::sorted(&path, error)));
        let _ = answer.send(flat);
    })
}

/// A read on the connection that also writes: a database in memory has only that one.
pub(crate) fn on_the_writer<T>(
    tx: &Transaction<'_>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let _guard = ReadOnly::set(tx)?;
    work(tx)
}

/// Keeps a connection from writing as long as it lives, through a panic too.
struct ReadOnly<'a>(&'a Connection);

impl<'a> ReadOnly<'a> {
    fn set(db: &'a Connection) -> rusqlite::Result<Self> {
        db.pragma_update(None, "query_only", true)?;
        Ok(ReadOnly(db))
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.pragma_update(None, "query_only", false) {
            tracing::error!(%error, "a database in memory stays read-only");
        }
    }
}

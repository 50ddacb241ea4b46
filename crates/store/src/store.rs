//! The handle on one database: open it, write, read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::available_parallelism;

use rusqlite::{Connection, Transaction};
use supervise::{Lost, Scope};
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::flight::Flight;
use crate::inbox::Inbox;
use crate::job::{Job, Write};
use crate::migrate::Migration;
use crate::{open, reader, writer};

/// What errors call a database that has no file.
const IN_MEMORY: &str = "the database in memory";

/// One open database. Clones are cheap and mean the same one; its threads end with the last clone, or with the
/// shutdown of the scope it was opened in, after the tasks that use it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    /// The file, or what errors say in its stead.
    path: PathBuf,
    writes: mpsc::Sender<Box<dyn Job>>,
    /// `None` for a database in memory: it has one connection, which does both.
    reads: Option<mpsc::Sender<reader::Read>>,
}

/// A state of the whole database, to compare with another: what this process changed, and what others did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(i64, i64);

/// How a store is opened, where the usual way does not do.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    pub durability: Durability,
}

/// What a loss of power may take. A crash of the program or a kill takes nothing that was answered, either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The last writes may be gone after a loss of power; the database is whole.
    #[default]
    Normal,
    /// Nothing that was answered is gone, at the price of waiting for the disk at every commit.
    Full,
}

impl Store {
    /// Opens the file, makes it if there is none, and brings it to the newest format. The folder must exist.
    ///
    /// Errors: all of [`StoreError`] but `Panicked`. A file of a newer version, or one that is no database, is refused
    /// before anything is touched; a migration that fails leaves the file as it was before that step.
    pub async fn open(scope: &Scope, path: &Path, migrations: &[Migration]) -> Result<Store, StoreError> {
        Store::open_with(scope, path, migrations, OpenOptions::default()).await
    }

    /// As [`open`](Store::open), with options.
    pub async fn open_with(
        scope: &Scope,
        path: &Path,
        migrations: &[Migration],
        options: OpenOptions,
    ) -> Result<Store, StoreError> {
        let _flight = Flight::begin();
        let scope = scope.child(&format!("store {}", path.file_name().unwrap_or_default().display()));
        let (file, steps) = (path.to_owned(), migrations.to_vec());
        let connect = move || {
            let writer = open::writer(&file, options.durability, &steps)?;
            let readers = (0..reader_count()).map(|_| open::reader(&file)).collect::<Result<Vec<_>, _>>()?;
            Ok((writer, readers))
        };
        let (db, readers) = opened(&scope, path, connect).await?;
        let (line, hung_up) = sync_channel(0);
        let writes = start_writer(&scope, path, db, hung_up)?;
        let reads = start_readers(&scope, path, readers, line)?;
        Ok(Store { inner: Arc::new(Inner { path: path.to_owned(), writes, reads: Some(reads) }) })
    }

    /// A database that is gone when the store is: for tests, and for a run that leaves no trace.
    pub async fn in_memory(scope: &Scope, migrations: &[Migration]) -> Result<Store, StoreError> {
        let path = Path::new(IN_MEMORY);
        let scope = scope.child("store in memory");
        let steps = migrations.to_vec();
        let db = opened(&scope, path, move || open::in_memory(Path::new(IN_MEMORY), &steps)).await?;
        // Without readers the line is down from the start.
        let writes = start_writer(&scope, path, db, sync_channel(0).1)?;
        Ok(Store { inner: Arc::new(Inner { path: path.to_owned(), writes, reads: None }) })
    }

    /// Runs the work in a transaction on the writer's thread and returns what it returned, once that is committed.
    ///
    /// An error or a panic in the work undoes all it did, and nothing else. Writes that wait at the same time share
    /// one commit; they are run in the order they were queued. Once queued, a write is done even if the future is
    /// dropped. The work must not end the transaction, nor wait for this store. Schemas use no *deferred* foreign
    /// keys: they would be checked only at the shared commit, and fail it for all.
    ///
    /// Errors: `Busy` when another process holds the file for 5 s; `DiskFull`; `Closed` in a shutdown; `Panicked`;
    /// whatever SQLite says to the work's statements, as `Sqlite`.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _flight = Flight::begin();
        let (answer, result) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Write::new(&self.inner.path, work, answer));
        self.inner.writes.send(job).await.map_err(|_| self.closed())?;
        result.await.map_err(|_| self.closed())?
    }

    /// Runs the work on a read-only connection, beside writes and other reads. It sees what was committed when it
    /// began, through all its statements.
    ///
    /// Errors: as [`write`](Store::write)'s; a statement that writes fails.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Some(reads) = &self.inner.reads else {
            return self.write(|tx| reader::on_the_writer(tx, work)).await;
        };
        let _flight = Flight::begin();
        let (answer, result) = oneshot::channel();
        let read = reader::pack(&self.inner.path, work, answer);
        reads.send(read).await.map_err(|_| self.closed())?;
        result.await.map_err(|_| self.closed())?
    }

    /// Stands for all that was written so far: it is another one when anything was, by this process or by another. No
    /// table is looked at.
    ///
    /// Errors: as [`write`](Store::write)'s.
    pub async fn version(&self) -> Result<Version, StoreError> {
        let ask = "SELECT total_changes(), data_version FROM pragma_data_version";
        self.write(move |tx| tx.query_row(ask, [], |row| Ok(Version(row.get(0)?, row.get(1)?)))).await
    }

    /// The database file; `None` for one in memory.
    pub fn path(&self) -> Option<&Path> {
        self.inner.reads.as_ref().map(|_| self.inner.path.as_path())
    }

    fn closed(&self) -> StoreError {
        StoreError::Closed { path: self.inner.path.clone() }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.inner.path.display())
    }
}

impl Durability {
    pub(crate) fn pragma(self) -> &'static str {
        match self {
            Durability::Normal => "NORMAL",
            Durability::Full => "FULL",
        }
    }
}

/// Connects off the runtime's threads: a migration may take long.
async fn opened<T: Send + 'static>(
    scope: &Scope,
    path: &Path,
    connect: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match scope.blocking("open", connect).await {
        Ok(result) => result,
        Err(Lost::Panicked { message, .. }) => Err(StoreError::Panicked { path: path.to_owned(), message }),
        Err(Lost::Cancelled { .. } | Lost::NoRuntime { .. }) => Err(StoreError::Closed { path: path.to_owned() }),
    }
}

fn start_writer(
    scope: &Scope,
    path: &Path,
    db: Connection,
    readers: Receiver<()>,
) -> Result<mpsc::Sender<Box<dyn Job>>, StoreError> {
    let (writes, inbox) = Inbox::new(scope);
    scope.thread("writer", move || writer::serve(db, inbox, readers)).map_err(|error| no_thread(path, error))?;
    Ok(writes)
}

fn start_readers(
    scope: &Scope,
    path: &Path,
    readers: Vec<Connection>,
    line: SyncSender<()>,
) -> Result<mpsc::Sender<reader::Read>, StoreError> {
    let (reads, inbox) = Inbox::new(scope);
    for (number, db) in (1..).zip(readers) {
        let (inbox, line) = (inbox.clone(), line.clone());
        let name = format!("reader {number}");
        scope.thread(&name, move || reader::serve(db, inbox, line)).map_err(|error| no_thread(path, error))?;
    }
    Ok(reads)
}

fn no_thread(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::CannotOpen { path: path.to_owned(), source: source.into() }
}

/// As many readers as can run at once, from two to four.
fn reader_count() -> usize {
    available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod kill_tests;

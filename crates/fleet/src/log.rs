//! The append-only log of all nodes' events: kept in SQLite, searchable, replayable.
//!
//! It never makes anybody wait. While events are applied they are only noted ([`Notebook`]), text deltas joined per
//! run; a task of its own writes the notes a few times a second, and builds the full-text index behind. When it cannot
//! keep up, because the disk is slow or full, it says what it did not keep with a gap.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use contract::activity::{Filter, Found, Line};
use link::event::Stamped;
use parking_lot::Mutex;
use store::{Store, StoreError};
use supervise::Scope;
use tokio::sync::{Notify, mpsc, oneshot, watch};

mod notebook;
mod writer;

mod page;
mod read;
mod search;
mod table;

mod bounds;
mod index;

#[cfg(test)]
mod tests;

pub use bounds::Bounds;
pub use notebook::Notebook;
pub(crate) use notebook::{Entry, Notes};
pub use read::Kept;
pub(crate) use read::passes;
pub use table::MIGRATIONS;

/// The log's file name in the home's data folder.
pub const FILE: &str = "events.db";

/// How many bytes of notes may wait to be written, over all nodes.
const WAITING_BYTES: usize = 32 << 20;

/// The log. Clones are cheap and mean the same.
#[derive(Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    /// The number of the newest entry of all nodes.
    ids: AtomicU64,
    /// Bytes and events noted and not yet written.
    bytes: AtomicUsize,
    events: AtomicUsize,
    /// Told when the first note is made after a time without.
    noted: Notify,
    /// Told when so much waits that it is written at once.
    full: Notify,
    books: Mutex<Vec<Arc<Notebook>>>,
    /// The number of the last event of each node.
    seqs: Mutex<HashMap<String, u64>>,
    /// `None` for a log that is neither written nor read.
    disk: Option<Disk>,
    /// Whether it is written here.
    keeps: bool,
}

struct Disk {
    store: Store,
    flushes: mpsc::Sender<oneshot::Sender<()>>,
    fault: watch::Sender<Option<String>>,
}

impl Log {
    /// Opens the file, makes it if there is none, and starts the writer in `scope`.
    ///
    /// Errors: whatever the store says; a file of a newer version is refused and left as it is.
    pub async fn open(scope: &Scope, path: &Path) -> Result<Log, StoreError> {
        Log::open_with(scope, path, Bounds::default()).await
    }

    /// As [`open`](Log::open), keeping as much as `bounds` say.
    pub async fn open_with(scope: &Scope, path: &Path, bounds: Bounds) -> Result<Log, StoreError> {
        let store = Store::open(scope, path, MIGRATIONS).await?;
        Log::over(scope, store, bounds).await
    }

    /// Opens the file that another process writes, to read it; nothing is kept of what happens here. Without a file
    /// there is nothing to read. A file of an earlier version is brought to this one's form first, and a search adds to
    /// the index what it lacks.
    ///
    /// Errors: whatever the store says.
    pub async fn open_to_read(scope: &Scope, path: &Path) -> Result<Log, StoreError> {
        if !path.exists() {
            return Ok(Log::none());
        }
        let store = Store::open(scope, path, MIGRATIONS).await?;
        let (shared, _) = Shared::over(store, false).await?;
        Ok(Log { shared })
    }

    /// A log over an open database.
    pub(crate) async fn over(scope: &Scope, store: Store, bounds: Bounds) -> Result<Log, StoreError> {
        let (shared, asked) = Shared::over(store, true).await?;
        writer::start(scope, &shared, asked, bounds);
        Ok(Log { shared })
    }

    /// A log that keeps nothing: for a run that leaves no trace, and where no database can be had.
    pub fn none() -> Log {
        Log { shared: Arc::new(Shared::new(0, HashMap::new(), None, false)) }
    }

    /// The number of the newest entry.
    pub fn last(&self) -> u64 {
        self.shared.ids.load(Ordering::Acquire)
    }

    /// The number of the node's last event; 0 for a node never heard of.
    pub fn seq(&self, node: &str) -> u64 {
        self.shared.seqs.lock().get(node).copied().unwrap_or(0)
    }

    /// Writes down all that was noted until now.
    pub async fn flush(&self) {
        let Some(disk) = &self.shared.disk else { return };
        let (done, written) = oneshot::channel();
        if disk.flushes.send(done).await.is_ok() {
            // The writer ends in a shutdown, after a last write.
            let _ = written.await;
        }
    }

    /// Why nothing can be written at the moment, as a sentence; `None` while all is well.
    pub fn fault(&self) -> Option<String> {
        self.shared.disk.as_ref().and_then(|disk| disk.fault.borrow().clone())
    }

    /// Told when writing begins to fail and when it works again. `None` for a log that keeps nothing.
    pub fn faults(&self) -> Option<watch::Receiver<Option<String>>> {
        self.shared.disk.as_ref().map(|disk| disk.fault.subscribe())
    }

    /// Lines with a number below `before` that pass the filter: the last `limit` of them, oldest first.
    ///
    /// Errors: whatever the database says.
    pub async fn lines(&self, filter: &Filter, before: u64, limit: u32) -> Result<Vec<Line>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        let filter = filter.clone();
        disk.store.read(move |db| read::lines(db, &filter, before, limit)).await
    }

    /// Lines with a number above `after` that pass the filter: the first `limit` of them, oldest first.
    ///
    /// Errors: whatever the database says.
    pub async fn lines_after(&self, filter: &Filter, after: u64, limit: u32) -> Result<Vec<Line>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        let filter = filter.clone();
        disk.store.read(move |db| read::lines_after(db, &filter, after, limit)).await
    }

    /// Entries with a number below `before` that pass the filter, whole: the last `limit` of them, oldest first.
    ///
    /// Errors: whatever the database says.
    pub async fn entries(&self, filter: &Filter, before: u64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        let filter = filter.clone();
        disk.store.read(move |db| read::entries(db, &filter, before, limit)).await
    }

    /// Entries with a number above `after` that pass the filter, whole: the first `limit` of them, oldest first.
    ///
    /// Errors: whatever the database says.
    pub async fn entries_after(&self, filter: &Filter, after: u64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        let filter = filter.clone();
        disk.store.read(move |db| read::entries_after(db, &filter, after, limit)).await
    }

    /// Entries that pass the filter and hold all these words, or words that begin so; newest first. Brings the index
    /// up to date first.
    ///
    /// Errors: whatever the database says.
    pub async fn search(&self, words: &str, filter: &Filter, limit: u32) -> Result<Vec<Found>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        self.flush().await;
        while disk.store.write(index::step).await? == index::Step::More {}
        let (words, filter) = (words.to_owned(), filter.clone());
        disk.store.read(move |db| search::search(db, &words, &filter, limit)).await
    }

    /// The node's events after the one of that number, oldest first, with deltas joined as they were kept. Each bears
    /// the number of the last event in it; `node` is the node's id.
    ///
    /// Errors: whatever the database says.
    pub async fn replay(&self, node: &str, after: u64, limit: u32) -> Result<Vec<Stamped>, StoreError> {
        let Some(disk) = &self.shared.disk else {
            return Ok(Vec::new());
        };
        let node = node.to_owned();
        disk.store.read(move |db| read::replay(db, &node, after, limit)).await
    }

    /// Whether there is a file to read.
    pub fn is_there(&self) -> bool {
        self.shared.disk.is_some()
    }

    /// Whether anything is kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.shared.keeps
    }

    /// The page on which a node's events are noted.
    pub(crate) fn notebook(&self, node: &str) -> Arc<Notebook> {
        let book = Arc::new(Notebook::new(node, self.shared.clone()));
        if self.is_kept() {
            self.shared.books.lock().push(book.clone());
        }
        book
    }

    /// The node goes, perhaps to come back: its numbering goes on from here.
    pub(crate) fn left_at(&self, node: &str, seq: u64) {
        self.shared.seqs.lock().insert(node.to_owned(), seq);
    }
}

impl Shared {
    /// Over an open database, with what the writer is asked.
    async fn over(store: Store, keeps: bool) -> Result<(Arc<Shared>, writer::Flushes), StoreError> {
        let (last, seqs) = store.read(table::ends).await?;
        let (flushes, asked) = mpsc::channel(16);
        let disk = Disk { store, flushes, fault: watch::channel(None).0 };
        Ok((Arc::new(Shared::new(last, seqs, Some(disk), keeps)), asked))
    }

    fn new(last: u64, seqs: HashMap<String, u64>, disk: Option<Disk>, keeps: bool) -> Shared {
        Shared {
            ids: AtomicU64::new(last),
            bytes: AtomicUsize::new(0),
            events: AtomicUsize::new(0),
            noted: Notify::new(),
            full: Notify::new(),
            books: Mutex::new(Vec::new()),
            seqs: Mutex::new(seqs),
            disk,
            keeps,
        }
    }

    /// The next entry's number.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::AcqRel) + 1
    }
}

//! The task that writes what was noted: a few times a second, at once when much waits, and a last time at the end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use supervise::{Restart, Scope};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::notebook::{Notebook, Pages};
use super::{Bounds, Disk, Shared, bounds, index, table};

/// How long notes wait for more.
const GATHER: Duration = Duration::from_millis(250);

/// How long after a failed write the next is tried.
const RETRY: Duration = Duration::from_secs(5);

/// How long nothing must have been written before the index is built.
const QUIET: Duration = Duration::from_secs(2);

/// How often old entries are looked for.
const TRIM: Duration = Duration::from_secs(3_600);

/// Whoever waits for a write.
pub(super) type Flushes = mpsc::Receiver<oneshot::Sender<()>>;

/// What a node's notebook held.
type Batch = Vec<(Box<str>, Pages)>;

/// Starts the writer.
pub(super) fn start(scope: &Scope, shared: &Arc<Shared>, flushes: Flushes, bounds: Bounds) {
    let (shared, stop) = (shared.clone(), scope.clone());
    // Its life may be interrupted by a panic; what is asked then waits for the next.
    let flushes = Arc::new(Mutex::new(flushes));
    let restart = Restart::Backoff { first: Duration::from_millis(200), cap: Duration::from_secs(10) };
    scope.spawn_forever("log", restart, move || {
        let (shared, stop, flushes) = (shared.clone(), stop.clone(), flushes.clone());
        async move {
            let mut flushes = flushes.lock().await;
            if let Some(disk) = &shared.disk {
                let mut writer = Writer { shared: &shared, disk, waiting: Vec::new(), bounds };
                writer.run(&stop, &mut flushes).await;
            }
            Ok(())
        }
    });
}

struct Writer<'a> {
    shared: &'a Shared,
    disk: &'a Disk,
    /// Taken from the notebooks and not written yet, because the disk would not.
    waiting: Batch,
    bounds: Bounds,
}

impl Writer<'_> {
    async fn run(&mut self, stop: &Scope, flushes: &mut Flushes) {
        let mut trim_at = Instant::now();
        let mut index_at = None;
        loop {
            let mut asked = None;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                flush = flushes.recv() => asked = flush,
                () = self.noted() => {}
                () = until(index_at) => {
                    index_at = self.index().await;
                    continue;
                }
                () = sleep_until(trim_at) => {
                    self.trim().await;
                    trim_at = Instant::now() + TRIM;
                    continue;
                }
            }
            let done = self.write().await;
            if let Some(asked) = asked {
                // Whoever asked may have gone.
                let _ = asked.send(());
            }
            if !done {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = sleep(RETRY) => {}
                }
            }
            index_at = Some(Instant::now() + QUIET);
        }
        self.write().await;
    }

    /// Something was noted, and had time to gather more.
    async fn noted(&self) {
        if self.waiting.is_empty() {
            // The task may have turned to something else after it was told.
            if self.shared.events.load(Ordering::Acquire) == 0 {
                self.shared.noted.notified().await;
            }
            tokio::select! {
                () = sleep(GATHER) => {}
                () = self.shared.full.notified() => {}
            }
        }
    }

    /// Writes all notes; says whether the disk took them.
    async fn write(&mut self) -> bool {
        self.gather();
        if self.waiting.is_empty() {
            return true;
        }
        let batch = Arc::new(std::mem::take(&mut self.waiting));
        let work = batch.clone();
        let fault = match self.disk.store.write(move |tx| table::insert(tx, &work)).await {
            Ok(()) => None,
            Err(error) => {
                self.waiting = Arc::into_inner(batch).unwrap_or_default();
                Some(format!("Events are not being kept at the moment. {error}."))
            }
        };
        self.tell(fault)
    }

    fn tell(&self, fault: Option<String>) -> bool {
        let well = fault.is_none();
        self.disk.fault.send_if_modified(|known| {
            let changed = *known != fault;
            if changed {
                if let Some(fault) = &fault {
                    tracing::error!("{fault}");
                }
                *known = fault;
            }
            changed
        });
        well
    }

    /// Takes the notes out of all notebooks up to one number, so that numbers rise from page to page, and lets go of the
    /// notebooks of nodes that are gone.
    fn gather(&mut self) {
        let books: Vec<Arc<Notebook>> = self.shared.books.lock().clone();
        // What cannot be written stays within bounds: the notebooks fill up and say what they lost.
        if !self.waiting.is_empty() {
            return;
        }
        self.shared.events.store(0, Ordering::Release);
        self.shared.bytes.store(0, Ordering::Relaxed);
        // What gets a higher number from here on is counted again, and taken the next time.
        let upto = self.shared.ids.load(Ordering::Acquire);
        for book in &books {
            let pages = book.take(upto);
            if !pages.is_empty() {
                self.waiting.push((book.node.clone(), pages));
            }
        }
        drop(books);
        self.shared.books.lock().retain(|book| Arc::strong_count(book) > 1);
    }

    /// Builds the index a step further; says when to go on.
    async fn index(&self) -> Option<Instant> {
        match self.disk.store.write(index::step).await {
            Ok(index::Step::More) => Some(Instant::now()),
            Ok(index::Step::Done) => None,
            Err(error) => {
                tracing::warn!("the search index was not built further: {error}");
                None
            }
        }
    }

    async fn trim(&self) {
        let bounds = self.bounds;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        loop {
            match self.disk.store.write(move |tx| bounds::trim(tx, bounds, now)).await {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!("old entries of the log were not taken out: {error}");
                    return;
                }
            }
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

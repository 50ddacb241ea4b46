//! The fleet: everything of a running house but its window and its own gateway. It starts here, top to bottom, and
//! ends here.

use std::convert::Infallible;
use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use contract::{Batch, Fault};
use link::dialect::ClientInfo;
use link::sentence;
use parking_lot::Mutex;
use serde_json::json;
use store::{Durability, OpenOptions, Store, StoreError};
use supervise::{Restart, Scope};
use tokio::sync::mpsc;
use tokio::time::timeout;

mod authorities;
mod shut;
mod verbs;

pub use shut::shut;
pub use store::{Home, HomeError};

use crate::audit::{self, Audit};
use crate::core::{Clock, Core};
use crate::keys::Keys;
use crate::log::Log;
use crate::nodes::{self, Bucket, Embedded, Nodes, Parts};
use crate::outbox;
use crate::table;
use crate::usage;

/// Who holds this file holds the home.
const LOCK: &str = "pilothouse.lock";
/// The setting that holds this installation's UUID.
const INSTANCE: &str = "instance";
/// How often it is looked whether the database is another: `pilot` may have changed it. Only then are tables read.
const COMPARE: Duration = Duration::from_secs(5);
/// How long the keys of removed nodes may take to leave the keyring at the end.
const LAST_PURGE: Duration = Duration::from_secs(1);

/// How long the fleet's own tasks get to end.
const LAST_GRACE: Duration = Duration::from_secs(1);

/// How a fleet is started.
pub struct Options {
    pub home: Home,
    /// Our own gateway, if this process has one.
    pub embedded: Option<Embedded>,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    /// Beside a running app: no lock is taken, nodes connect on demand, no outbox is worked.
    pub shared: bool,
}

/// Why a fleet does not start. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "Pilothouse is running already with the same data. Close the other one, or set PILOTHOUSE_HOME to another folder"
    )]
    AlreadyRunning,
    #[error("The lock file {path} cannot be used. Check that its folder belongs to you")]
    Lock { path: std::path::PathBuf, source: std::io::Error },
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The fleet. Clones are cheap and mean the same.
#[derive(Clone)]
pub struct Fleet {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub parts: Arc<Parts>,
    pub nodes: Nodes,
    /// Why keys cannot be kept, once that is known.
    pub keyring_fault: ArcSwapOption<String>,
    /// What went wrong at the start, for the window.
    pub start_faults: Mutex<Vec<String>>,
    /// Held until the fleet was shut down.
    lock: Mutex<Option<File>>,
}

impl Fleet {
    /// Opens the database, brings in the nodes and begins to connect them. It waits for none of them.
    ///
    /// # Errors
    /// The home cannot be used, or is in use; the database is refused.
    pub async fn start(scope: &Scope, options: Options) -> Result<Fleet, StartError> {
        let scope = scope.child("fleet");
        options.home.create()?;
        let lock = if options.shared { None } else { Some(lock(&options.home)?) };
        let durable = OpenOptions { durability: Durability::Full };
        let file = options.home.data.join(table::FILE);
        let store = Store::open_with(&scope, &file, table::MIGRATIONS, durable).await?;
        let instance = instance(&store, options.shared).await?;
        let (log, log_fault) = log(&scope, &options).await;
        let core = Core::new(&scope, log, options.clock.clone());
        let audit = Audit::new(store.clone(), options.home.state.join(audit::HEAD));
        let parts = Arc::new(Parts {
            scope: scope.clone(),
            core,
            store,
            keys: options.keys,
            clock: options.clock,
            all: Bucket::of(nodes::ALL_A_MINUTE, nodes::ALL_AT_ONCE),
            ca_file: ArcSwapOption::empty(),
            audit,
            prices: options.home.config.join(usage::FILE),
            ours: ClientInfo::new(env!("CARGO_PKG_VERSION"), &instance),
            shared: options.shared,
        });
        crate::ledger::start(&scope, &parts);
        let fleet = Fleet::of(parts, lock);
        log_fault.into_iter().for_each(|sentence| fleet.note_start_fault(sentence));
        fleet.read_ca_file().await?;
        fleet.fill(options.embedded).await?;
        if !options.shared {
            fleet.look_after(&scope);
        }
        Ok(fleet)
    }

    /// The live state.
    pub fn core(&self) -> &Core {
        &self.inner.parts.core
    }

    /// The channel of a window's batches.
    pub fn attach(&self, window: &str) -> mpsc::Receiver<Batch> {
        self.core().attach(window)
    }

    /// A sentence for the window about something that went wrong at the start.
    pub fn note_start_fault(&self, sentence: String) {
        self.inner.start_faults.lock().push(sentence);
    }

    /// Answers a request of a window by its name.
    ///
    /// # Errors
    /// The fault of the call.
    pub async fn call(&self, request: contract::Request) -> Result<serde_json::Value, Fault> {
        contract::route(self, request).await
    }

    /// Ends all connections, lets go of the nodes that were removed, and ends every task of the fleet. The home is
    /// free then; calls that come later are told that the fleet is closed.
    pub async fn shutdown(&self) {
        self.inner.nodes.stop_all().await;
        if !self.inner.parts.shared {
            self.last_purge().await;
        }
        let drained = self.inner.parts.scope.shutdown(LAST_GRACE).await;
        if !drained.in_time() {
            tracing::warn!("the fleet: {drained}");
        }
        *self.inner.lock.lock() = None;
    }

    async fn last_purge(&self) {
        let purge = nodes::purge(&self.inner.parts, i64::MAX);
        match timeout(LAST_PURGE, purge).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "removed nodes stay in the table for now"),
            Err(_) => {
                tracing::warn!("the keyring is silent; the keys of removed nodes stay in it until the next start");
            }
        }
    }

    fn of(parts: Arc<Parts>, lock: Option<File>) -> Fleet {
        let inner = Inner {
            nodes: Nodes::new(parts.clone()),
            parts,
            keyring_fault: ArcSwapOption::empty(),
            start_faults: Mutex::default(),
            lock: Mutex::new(lock),
        };
        Fleet { inner: Arc::new(inner) }
    }

    async fn fill(&self, embedded: Option<Embedded>) -> Result<(), StoreError> {
        let parts = &self.inner.parts;
        if !parts.shared {
            let before = parts.now() - outbox::KEPT_MS;
            parts.store.write(move |tx| table::outbox::prune(tx, before)).await?;
        }
        if let Some(embedded) = embedded {
            self.inner.nodes.embed(embedded).await?;
        }
        self.inner.nodes.reconcile().await?;
        usage::tell_today(parts, None).await
    }

    /// The tasks that go on beside the nodes' own.
    fn look_after(&self, scope: &Scope) {
        let fleet = self.clone();
        scope.spawn("look at the keyring", async move { fleet.look_at_keyring().await });
        let (fleet, stop) = (self.clone(), scope.clone());
        let back = Restart::Backoff { first: COMPARE, cap: Duration::from_secs(60) };
        scope.spawn_forever("compare with the table", back, move || {
            let (fleet, stop) = (fleet.clone(), stop.clone());
            async move {
                tokio::select! {
                    end = fleet.compare() => end,
                    () = stop.cancelled() => Ok(()),
                }
            }
        });
    }

    async fn look_at_keyring(&self) -> Result<(), Infallible> {
        if let Err(fault) = self.inner.parts.keys.check().await {
            let fault = fault.to_string();
            self.inner.keyring_fault.store(Some(Arc::new(fault)));
        }
        Ok(())
    }

    async fn compare(&self) -> Result<(), String> {
        let parts = &self.inner.parts;
        let mut today = usage::day(parts.now());
        let (mut known, mut removed) = (None, None);
        loop {
            tokio::time::sleep(COMPARE).await;
            let day = usage::day(parts.now());
            if std::mem::replace(&mut today, day.clone()) != day {
                usage::tell_today(parts, None).await.map_err(|error| error.to_string())?;
            }
            let undone_before = parts.now() - nodes::UNDO_MS;
            let version = parts.store.version().await.map_err(|error| error.to_string())?;
            let another = known.replace(version) != Some(version);
            if another || removed.is_some_and(|at| at < undone_before) {
                removed = self.take_over(undone_before).await.map_err(|error| error.to_string())?;
            }
        }
    }

    /// Makes the fleet what the database says now. When the first of the nodes was removed whose removal can be undone.
    async fn take_over(&self, undone_before: i64) -> Result<Option<i64>, StoreError> {
        nodes::purge(&self.inner.parts, undone_before).await?;
        self.read_ca_file().await?;
        self.inner.nodes.reconcile().await?;
        self.inner.parts.store.read(table::node::first_removed).await
    }
}

/// The UUID by which gateways tell this installation from others; a passing process has a passing one.
async fn instance(store: &Store, shared: bool) -> Result<String, StoreError> {
    let fresh = uuid::Uuid::new_v4().to_string();
    if shared {
        return Ok(fresh);
    }
    let kept = move |tx: &rusqlite::Transaction<'_>| match table::settings::get(tx, INSTANCE)? {
        // Earlier builds kept it bare, not as JSON.
        Some(known) => Ok(serde_json::from_str(&known).unwrap_or(known)),
        None => table::settings::put(tx, INSTANCE, &json!(fresh).to_string()).map(|()| fresh),
    };
    store.write(kept).await
}

/// The log, written by the fleet that owns the home and read by others. One that cannot be opened is told, and the
/// rest works without it.
async fn log(scope: &Scope, options: &Options) -> (Log, Option<String>) {
    let path = options.home.data.join(crate::log::FILE);
    let opened = match options.shared {
        true => Log::open_to_read(scope, &path).await,
        false => Log::open(scope, &path).await,
    };
    match opened {
        Ok(log) => (log, None),
        Err(error) => {
            tracing::error!(%error, "the log cannot be opened; nothing is kept of what the nodes say");
            let what = "Until then the activity of earlier sessions is not shown and nothing new is kept.";
            (Log::none(), Some(format!("{} {what}", sentence(&error.to_string()))))
        }
    }
}

/// Takes the home for this process. The lock goes with the process, however it ends.
fn lock(home: &Home) -> Result<File, StartError> {
    let path = home.data.join(LOCK);
    let failed = |source| StartError::Lock { path: path.clone(), source };
    let file = File::options().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::AlreadyRunning),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests;

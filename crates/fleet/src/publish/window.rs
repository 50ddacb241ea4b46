//! A window: what it shows, and the task that tells it what changed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use contract::Batch;
use contract::node::NodeId;
use contract::transcript::SessionRef;
use parking_lot::Mutex;
use supervise::Scope;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

use super::Wanted;
use super::collect::Collector;
use crate::core::Inner;

/// The least time between two batches: one display frame.
pub(super) const FRAME: Duration = Duration::from_millis(16);

/// How many batches may be on their way.
const ON_THE_WAY: usize = 8;

/// A window that does not take a batch for so long gets a snapshot instead of what gathered.
const LATE: Duration = Duration::from_secs(1);

/// A window as the rest of the core knows it.
pub(crate) struct Window {
    pub(super) scope: Scope,
    wake: Notify,
    /// Whether it was woken and has not looked yet.
    woken: AtomicBool,
    /// Whether some node's card changed, and some node's approvals.
    pub(super) cards: AtomicBool,
    pub(super) asks: AtomicBool,
    /// Whether events came in since the figures were told.
    pub(super) figures: AtomicBool,
    pub(super) desk: Mutex<Desk>,
}

/// What a window shows, and what is due to it besides the marks at the nodes.
#[derive(Default)]
pub(super) struct Desk {
    pub wanted: Wanted,
    pub nodes_all: bool,
    pub gone: Vec<NodeId>,
    pub asks_all: bool,
    /// Rises when the stream is to be told anew.
    pub stream: u64,
    /// Sessions on nodes that are not there.
    pub missing: Vec<SessionRef>,
    pub toasts: Vec<String>,
}

impl Window {
    pub fn new(scope: Scope) -> Window {
        Window {
            scope,
            wake: Notify::new(),
            woken: AtomicBool::new(false),
            cards: AtomicBool::new(false),
            asks: AtomicBool::new(false),
            figures: AtomicBool::new(false),
            desk: Mutex::default(),
        }
    }

    /// Something is due to it. Costs one look when it knows already.
    pub fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }

    /// Events came in, and it shows their number.
    pub fn stir(&self) {
        if !self.figures.swap(true, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// Shows other things from now on; gives back what it showed before.
    pub(super) fn take_over(&self, wanted: Wanted) -> Wanted {
        let mut desk = self.desk.lock();
        desk.nodes_all |= wanted.nodes && !desk.wanted.nodes;
        desk.asks_all |= wanted.approvals && !desk.wanted.approvals;
        desk.stream += u64::from(wanted.activity != desk.wanted.activity);
        desk.missing.retain(|of| wanted.rows.contains_key(of));
        if wanted.vitals && !desk.wanted.vitals {
            self.figures.store(true, Ordering::Release);
        }
        std::mem::replace(&mut desk.wanted, wanted)
    }

    /// Everything is to be told anew; gives back the sessions it shows.
    pub(super) fn renew(&self) -> BTreeMap<SessionRef, u32> {
        let mut desk = self.desk.lock();
        desk.nodes_all = desk.wanted.nodes;
        desk.asks_all = desk.wanted.approvals;
        desk.stream += 1;
        desk.missing.clear();
        desk.wanted.rows.clone()
    }
}

/// Starts the window's task.
pub(super) fn start(core: &Arc<Inner>, label: &str, window: Arc<Window>) -> mpsc::Receiver<Batch> {
    let (batches, channel) = mpsc::channel(ON_THE_WAY);
    let teller = Teller { core: Arc::downgrade(core), window: window.clone(), batches, seq: 0 };
    let label = label.to_owned();
    let scope = window.scope.clone();
    let stop = scope.clone();
    scope.spawn("publish", async move {
        let core = teller.core.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = teller.run() => leave(&core, &label, &window),
        }
        Ok::<(), String>(())
    });
    channel
}

/// The window went without a word.
fn leave(core: &Weak<Inner>, label: &str, window: &Arc<Window>) {
    let Some(core) = core.upgrade() else { return };
    let is_still = core.hub.windows.lock().get(label).is_some_and(|known| Arc::ptr_eq(known, window));
    if is_still {
        core.hub.detach(&core, label);
    }
}

/// Tells a window what changed.
struct Teller {
    core: Weak<Inner>,
    window: Arc<Window>,
    batches: mpsc::Sender<Batch>,
    /// The number of the last batch.
    seq: u64,
}

impl Teller {
    /// Ends when the window takes no more batches, or the core is gone.
    async fn run(mut self) {
        let mut collector = Collector::default();
        let mut next = None;
        let mut told: Option<Instant> = None;
        loop {
            tokio::select! {
                () = self.window.wake.notified() => {}
                () = until(next) => {}
                () = self.batches.closed() => return,
            }
            if let Some(told) = told {
                sleep_until(told + FRAME).await;
            }
            let asked = Instant::now();
            let Ok(permit) = self.batches.reserve().await else {
                return;
            };
            let Some(core) = self.core.upgrade() else { return };
            if asked.elapsed() >= LATE {
                super::renew(&core, &self.window);
            }
            self.window.woken.store(false, Ordering::Release);
            let (updates, due) = collector.collect(&core, &self.window).await;
            next = due;
            if !updates.is_empty() {
                self.seq += 1;
                permit.send(Batch { seq: self.seq, updates });
                told = Some(Instant::now());
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

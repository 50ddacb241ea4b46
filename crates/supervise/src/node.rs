//! One node of the tree behind a [`Scope`](crate::Scope): who runs in it, who failed in it, who listens to it.
//! It starts nothing and waits for nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::status::{End, Report, State, TaskStatus};

/// How many failed tasks a node remembers.
pub(crate) const REMEMBERED: usize = 32;
/// How many reports a listener may be behind before it misses the oldest.
const REPORTS: usize = 256;

pub(crate) struct Node {
    id: u64,
    pub path: String,
    parent: Option<Arc<Node>>,
    /// Set when the tasks should end.
    pub stop: CancellationToken,
    /// Set when all tasks have ended and the threads should follow.
    pub closing: CancellationToken,
    runtime: Option<Handle>,
    children: Mutex<BTreeMap<u64, Weak<Node>>>,
    roll: Mutex<Roll>,
    /// Live tasks and blocking work of the whole subtree.
    pub tasks: AtomicUsize,
    /// Live threads of the whole subtree.
    pub threads: AtomicUsize,
    /// Rung at every end in the subtree.
    pub ended: Notify,
    /// Made by the first listener: most nodes never have one.
    reports: OnceLock<broadcast::Sender<Report>>,
}

/// What a node's entry stands for; it decides which phase of a shutdown waits for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Task,
    Blocking,
    Thread,
}

#[derive(Default)]
struct Roll {
    live: BTreeMap<u64, Entry>,
    failed: VecDeque<TaskStatus>,
}

struct Entry {
    kind: Kind,
    status: TaskStatus,
    /// Comes a moment after the entry: the task must be on the roll before it runs.
    handle: Option<AbortHandle>,
    aborted: bool,
}

impl Node {
    pub fn root(name: &str) -> Arc<Node> {
        Node::make(name.to_owned(), None, CancellationToken::new(), CancellationToken::new())
    }

    pub fn child(self: &Arc<Self>, name: &str) -> Arc<Node> {
        let path = format!("{}/{name}", self.path);
        let node = Node::make(path, Some(self.clone()), self.stop.child_token(), self.closing.child_token());
        self.children.lock().insert(node.id, Arc::downgrade(&node));
        node
    }

    fn make(path: String, parent: Option<Arc<Node>>, stop: CancellationToken, closing: CancellationToken) -> Arc<Node> {
        let inherited = parent.as_ref().and_then(|parent| parent.runtime.clone());
        Arc::new(Node {
            id: next_id(),
            path,
            stop,
            closing,
            runtime: inherited.or_else(|| Handle::try_current().ok()),
            parent,
            children: Mutex::default(),
            roll: Mutex::default(),
            tasks: AtomicUsize::new(0),
            threads: AtomicUsize::new(0),
            ended: Notify::new(),
            reports: OnceLock::new(),
        })
    }

    /// The runtime the scope was made on, or else the caller's.
    pub fn runtime(&self) -> Option<Handle> {
        self.runtime.clone().or_else(|| Handle::try_current().ok())
    }

    pub fn listen(&self) -> broadcast::Receiver<Report> {
        self.reports.get_or_init(|| broadcast::channel(REPORTS).0).subscribe()
    }

    /// Puts a task on the roll and returns its number, or `None` when the node is cancelled.
    pub fn enter(&self, kind: Kind, name: &str) -> Option<u64> {
        // Counted before the look at the token: a shutdown that this look misses sees the count.
        self.line().for_each(|node| node.add(kind));
        if self.stop.is_cancelled() {
            self.line().for_each(|node| node.take(kind));
            return None;
        }
        let path = format!("{}/{name}", self.path);
        let status = TaskStatus { path, state: State::Running, since: Instant::now(), restarts: 0, last_end: None };
        let id = next_id();
        self.roll.lock().live.insert(id, Entry { kind, status, handle: None, aborted: false });
        Some(id)
    }

    /// Hands the roll the means to abort a task that is on it.
    pub fn hold(&self, id: u64, handle: AbortHandle) {
        let mut roll = self.roll.lock();
        let Some(entry) = roll.live.get_mut(&id) else {
            return;
        };
        let late = entry.aborted;
        entry.handle = Some(handle.clone());
        drop(roll);
        if late {
            handle.abort();
        }
    }

    /// Changes a live task's status and returns what it is then.
    pub fn change(&self, id: u64, change: impl FnOnce(&mut TaskStatus)) -> Option<TaskStatus> {
        let mut roll = self.roll.lock();
        let status = &mut roll.live.get_mut(&id)?.status;
        change(status);
        Some(status.clone())
    }

    /// Takes a task off the roll, reports its end, and only then counts it as gone.
    pub fn leave(&self, id: u64, kind: Kind, end: End) {
        let entry = self.roll.lock().live.remove(&id);
        if let Some(Entry { mut status, .. }) = entry {
            self.report(Report {
                path: status.path.clone(),
                end: end.clone(),
                restarts: status.restarts,
                restart_in: None,
            });
            if end != End::Finished {
                status.state = end.state();
                status.since = Instant::now();
                status.last_end = Some(end);
                self.remember([status]);
            }
        }
        self.line().for_each(|node| node.take(kind));
    }

    /// Tells everybody who listens to this node or one above it, and the log.
    pub fn report(&self, report: Report) {
        match (&report.end, report.restart_in) {
            (End::Finished, _) => tracing::trace!(task = report.path, "finished"),
            (end, Some(pause)) => {
                tracing::warn!(task = report.path, restarts = report.restarts, ?pause, "{end}; starts again")
            }
            (end, None) => tracing::warn!(task = report.path, restarts = report.restarts, "{end}"),
        }
        for listeners in self.line().filter_map(|node| node.reports.get()) {
            // An error only says that nobody listens just now.
            let _ = listeners.send(report.clone());
        }
    }

    /// Live and failed tasks of the subtree.
    pub fn status(self: &Arc<Self>) -> Vec<TaskStatus> {
        let mut all = Vec::new();
        for node in self.subtree() {
            let roll = node.roll.lock();
            all.extend(roll.live.values().map(|entry| entry.status.clone()));
            all.extend(roll.failed.iter().cloned());
        }
        all
    }

    /// Aborts the subtree's live tasks and returns their paths. Work that cannot be aborted any more is not named.
    pub fn abort(self: &Arc<Self>) -> Vec<String> {
        let mut paths = Vec::new();
        let mut handles = Vec::new();
        for node in self.subtree() {
            for entry in node.roll.lock().live.values_mut().filter(|entry| entry.kind != Kind::Thread) {
                entry.aborted = true;
                handles.extend(entry.handle.clone());
                if entry.kind == Kind::Task {
                    paths.push(entry.status.path.clone());
                }
            }
        }
        // Outside the lock: an abort may drop the task here, and its end wants the roll.
        handles.iter().for_each(AbortHandle::abort);
        paths
    }

    /// Paths of all that is still live in the subtree.
    pub fn live(self: &Arc<Self>) -> Vec<String> {
        let live_in =
            |node: Arc<Node>| node.roll.lock().live.values().map(|e| e.status.path.clone()).collect::<Vec<_>>();
        self.subtree().into_iter().flat_map(live_in).collect()
    }

    /// The subtree, parents first. Collected first, locked after: the last handle of a child may be dropped here,
    /// and that wants the parent's locks.
    fn subtree(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut all = vec![self.clone()];
        let mut next = 0;
        while let Some(node) = all.get(next).cloned() {
            all.extend(node.children.lock().values().filter_map(Weak::upgrade));
            next += 1;
        }
        all
    }

    /// This node and all above it.
    fn line(&self) -> impl Iterator<Item = &Node> {
        std::iter::successors(Some(self), |node| node.parent.as_deref())
    }

    fn remember(&self, failed: impl IntoIterator<Item = TaskStatus>) {
        let mut roll = self.roll.lock();
        roll.failed.extend(failed);
        let surplus = roll.failed.len().saturating_sub(REMEMBERED);
        roll.failed.drain(..surplus);
    }

    fn add(&self, kind: Kind) {
        self.counter(kind).fetch_add(1, Ordering::SeqCst);
    }

    fn take(&self, kind: Kind) {
        self.counter(kind).fetch_sub(1, Ordering::SeqCst);
        self.ended.notify_waiters();
    }

    fn counter(&self, kind: Kind) -> &AtomicUsize {
        match kind {
            Kind::Task | Kind::Blocking => &self.tasks,
            Kind::Thread => &self.threads,
        }
    }
}

impl Drop for Node {
    /// The failures of a node that is gone stay visible in the one above.
    fn drop(&mut self) {
        let Some(parent) = &self.parent else { return };
        parent.children.lock().remove(&self.id);
        parent.remember(self.roll.get_mut().failed.drain(..));
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

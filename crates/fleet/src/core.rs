//! All live state, and the one way into it and out of it.
//!
//! A node's events are applied on its link's own task, under that node's lock: there is no channel between the socket
//! and the state, and one node never waits for another. What windows show is marked while the lock is held and told
//! by a task of the window (`publish`); what is kept is noted and written by the log's own task (`log`).

use std::collections::HashMap;
use std::sync::Arc;

use contract::activity::{Filter, Line};
use contract::node::NodeId;
use contract::transcript::{Row, SessionRef};
use contract::{Batch, Topic};
use link::call::Page;
use link::event::Event;
use parking_lot::RwLock;
use store::StoreError;
use supervise::Scope;
use tokio::sync::{broadcast, mpsc};

mod cell;
mod clock;
mod deadline;
mod faults;
mod live;
mod older;
mod sink;

#[cfg(test)]
mod tests;

pub use clock::{Clock, RealClock, TestClock};
pub use live::Live;
pub use older::Older;

pub(crate) use cell::{Cell, State};

use crate::apply::Fact;
use crate::ledger::Ledger;
use crate::log::Log;
use crate::publish::Hub;
use crate::truth::{NodeHead, Truth};

/// How many events a reader of the live stream may fall behind.
const LIVE_EVENTS: usize = 8_192;

/// All live state. Clones are cheap and mean the same.
#[derive(Clone)]
pub struct Core {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub nodes: RwLock<HashMap<NodeId, Arc<Cell>>>,
    pub hub: Hub,
    pub log: Log,
    pub clock: Arc<dyn Clock>,
    /// What the tables must hear.
    pub ledger: Ledger,
    live: broadcast::Sender<Arc<link::event::Stamped>>,
    /// One more than there are readers of the live stream: looked at with every burst, which asking the stream itself is
    /// too dear for.
    readers: Arc<()>,
    deadline: deadline::Deadline,
}

impl Core {
    /// Starts with no node. The tasks of windows and deadlines run in `scope`.
    pub fn new(scope: &Scope, log: Log, clock: Arc<dyn Clock>) -> Core {
        let inner = Arc::new(Inner {
            nodes: RwLock::new(HashMap::new()),
            hub: Hub::new(scope.child("windows"), log.last()),
            log,
            clock,
            ledger: Ledger::default(),
            live: broadcast::channel(LIVE_EVENTS).0,
            readers: Arc::default(),
            deadline: deadline::Deadline::default(),
        });
        deadline::start(scope, &inner);
        faults::start(scope, &inner);
        Core { inner }
    }

    /// Knows a node from now on; one of the same id is replaced. Its numbering goes on where the log ended.
    pub fn add_node(&self, head: NodeHead) {
        let cell = Cell::new(head, &self.inner.log, self.inner.clock.now());
        self.inner.nodes.write().insert(cell.id.clone(), cell.clone());
        self.inner.hub.node_added(&self.inner, &cell);
    }

    /// Forgets a node. What its link still delivers goes nowhere.
    pub fn remove_node(&self, id: &str) {
        let cell = self.inner.nodes.write().remove(id);
        if let Some(cell) = cell {
            cell.close(&self.inner.log);
            self.inner.hub.node_removed(id);
        }
    }

    /// Where the node's link delivers its events.
    pub fn sink(&self, id: &str) -> Arc<dyn link::Sink> {
        sink::of(&self.inner, id)
    }

    /// Everything besides events that changes what is true of a node. A node that is gone takes nothing.
    pub fn feed(&self, node: &str, facts: impl IntoIterator<Item = Fact>) {
        if let Some(cell) = self.inner.cell(node) {
            self.inner.feed(&cell, facts);
        }
    }

    /// The channel of a window's batches. A window that attaches again replaces its earlier channel, and watches
    /// nothing until it says so.
    pub fn attach(&self, window: &str) -> mpsc::Receiver<Batch> {
        self.inner.hub.attach(&self.inner, window)
    }

    /// What the window shows from now on. Snapshots of what is new follow on its channel.
    pub fn watch(&self, window: &str, topics: Vec<Topic>) {
        self.inner.hub.watch(&self.inner, window, topics);
    }

    /// Sends the window snapshots of all it watches.
    pub fn resync(&self, window: &str) {
        self.inner.hub.resync(&self.inner, window);
    }

    /// The window is gone.
    pub fn detach(&self, window: &str) {
        self.inner.hub.detach(&self.inner, window);
    }

    /// Says a sentence in the corner of every window.
    pub fn toast(&self, text: &str) {
        self.inner.hub.toast(text);
    }

    /// Looks at the state of a node; `None` when there is no such node. `f` runs under the node's lock: keep it short.
    pub fn read<T>(&self, node: &str, f: impl FnOnce(&Truth) -> T) -> Option<T> {
        Some(f(&self.inner.cell(node)?.state().truth))
    }

    /// The ids of all nodes, in the person's order.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.inner.cells().into_iter().map(|cell| cell.id.clone()).collect()
    }

    /// The rows before the row of that order, or how to get them from the node.
    pub fn rows_before(&self, of: &SessionRef, order: i64, limit: u32) -> Older {
        self.inner.cell(&of.node).map_or(Older::Beginning, |cell| cell.rows_before(&of.session, order, limit))
    }

    /// Makes rows of a page that was fetched because [`Core::rows_before`] asked for it, oldest first.
    pub fn older_page(&self, of: &SessionRef, order: i64, page: &Page) -> Vec<Row> {
        self.inner.cell(&of.node).map_or_else(Vec::new, |cell| cell.older_page(&of.session, order, page))
    }

    /// Lines before number `before` that pass the filter, oldest first.
    ///
    /// Errors: whatever the log's database says.
    pub async fn activity_before(&self, filter: &Filter, before: u64, limit: u32) -> Result<Vec<Line>, StoreError> {
        self.inner.hub.lines_before(&self.inner.log, filter, before, limit).await
    }

    /// All events of all nodes from now on.
    pub fn events(&self) -> Live {
        let counted = self.inner.readers.clone();
        Live::new(self.inner.live.subscribe(), counted)
    }

    /// The log, for search and replay.
    pub fn log(&self) -> &Log {
        &self.inner.log
    }
}

impl Inner {
    pub fn cell(&self, node: &str) -> Option<Arc<Cell>> {
        self.nodes.read().get(node).cloned()
    }

    /// All nodes in the person's order.
    pub fn cells(&self) -> Vec<Arc<Cell>> {
        let mut cells: Vec<_> = self.nodes.read().values().cloned().collect();
        cells.sort_by_cached_key(|cell| {
            let head = &cell.state().truth.head;
            (head.order, head.name.clone())
        });
        cells
    }

    /// Applies events in their order and leaves the list empty.
    pub fn deliver(&self, cell: &Cell, events: &mut Vec<Event>) {
        let now = self.clock.now();
        cell.change(self, now, |change| {
            for event in events.drain(..) {
                change.event(event);
            }
        });
        // A node that was removed takes nothing.
        events.clear();
    }

    pub fn feed(&self, cell: &Cell, facts: impl IntoIterator<Item = Fact>) {
        let now = self.clock.now();
        cell.change(self, now, |change| {
            for fact in facts {
                change.fact(fact);
            }
        });
    }
}

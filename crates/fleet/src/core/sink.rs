//! Where a link delivers: the node's cell, or nowhere once the node is gone.

use std::sync::{Arc, Weak};

use link::event::Event;

use super::{Cell, Inner};

/// The sink of the node with that id.
pub(super) fn of(inner: &Arc<Inner>, id: &str) -> Arc<dyn link::Sink> {
    match inner.cell(id) {
        Some(cell) => Arc::new(NodeSink { inner: Arc::downgrade(inner), cell }),
        None => Arc::new(Nowhere),
    }
}

struct NodeSink {
    /// Weak, because a link must not keep the whole core alive.
    inner: Weak<Inner>,
    cell: Arc<Cell>,
}

impl link::Sink for NodeSink {
    fn deliver(&self, events: &mut Vec<Event>) {
        match self.inner.upgrade() {
            Some(inner) => inner.deliver(&self.cell, events),
            None => events.clear(),
        }
    }
}

/// The sink of a node that is not there.
struct Nowhere;

impl link::Sink for Nowhere {
    fn deliver(&self, events: &mut Vec<Event>) {
        events.clear();
    }
}

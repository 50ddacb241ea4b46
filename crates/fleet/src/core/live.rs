//! The live stream of all nodes' events, for readers that want everything.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use link::event::{Body, Event, Stamped};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// A reader of the live stream. One that falls behind misses the oldest events, and is told by a gap for each node.
pub struct Live {
    from: broadcast::Receiver<Arc<Stamped>>,
    /// The last number seen of each node.
    seen: HashMap<Box<str>, u64>,
    ready: VecDeque<Arc<Stamped>>,
    /// By this it is known that somebody reads.
    _counted: Arc<()>,
}

impl Live {
    pub(super) fn new(from: broadcast::Receiver<Arc<Stamped>>, counted: Arc<()>) -> Live {
        Live { from, seen: HashMap::new(), ready: VecDeque::new(), _counted: counted }
    }

    /// The next event; `None` when the core is gone.
    pub async fn next(&mut self) -> Option<Arc<Stamped>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match self.from.recv().await {
                Ok(event) => self.take(event),
                // The gap shows at the node's next event, where it is known what is missing.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, event: Arc<Stamped>) {
        let before = self.seen.insert(event.node.clone(), event.seq);
        if let Some(before) = before.filter(|before| event.seq > before + 1) {
            self.ready.push_back(Arc::new(gap(&event, before)));
        }
        self.ready.push_back(event);
    }
}

/// Says that what is between these two numbers was not read in time.
fn gap(next: &Stamped, before: u64) -> Stamped {
    let body = Body::Gap { from: before.cast_signed(), to: next.seq.cast_signed() };
    Stamped { node: next.node.clone(), seq: next.seq - 1, event: Event::new(next.event.at, body) }
}

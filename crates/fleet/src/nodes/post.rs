//! One node at its post: its row, its link and the tasks that serve it, all in one scope that starts and ends with
//! the connection.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use contract::node::{USUAL_BURST, USUAL_PER_MINUTE};
use contract::{Code, Fault};
use link::Link;
use link::drift::Found;
use link::event::{Body, Event, NodeState};
use link::record::Tape;
use parking_lot::{Mutex, RwLock};
use supervise::Scope;
use tokio::sync::Notify;

use super::{Bucket, Embedded, Parts, Signals, open};
use crate::apply::Fact;
use crate::record::Recorded;
use crate::table::node::NodeRow;
use crate::truth::{Guard, NodeHead};

/// How long a node's tasks get to end.
const GRACE: Duration = Duration::from_secs(2);

/// Where a node comes from.
pub enum Kind {
    /// The gateway inside this process.
    Local(Embedded),
    /// A row of the table.
    Kept,
    /// Given on a command line: gone with this process.
    Once,
}

/// One node.
pub struct Post {
    pub id: String,
    /// The id under which its guard is kept.
    pub guarded_as: String,
    pub(super) kind: Kind,
    row: RwLock<NodeRow>,
    link: ArcSwapOption<Link>,
    /// The scope of its tasks while it is to be connected.
    live: tokio::sync::Mutex<Option<Scope>>,
    /// What the fleet must know of its events.
    pub signals: Arc<Signals>,
    pub(super) bucket: Bucket,
    /// Rung when the outbox has something for it.
    pub bell: Notify,
    /// Where its connections are recorded, while somebody does.
    pub tape: Tape,
    /// Held while a recording begins.
    pub begins_recording: tokio::sync::Mutex<()>,
    /// The recording under way, or the last one.
    pub recorded: Mutex<Option<Recorded>>,
    /// What of it nobody here knows, as its present or last connection shows it.
    pub drift: Arc<Mutex<Found>>,
}

impl Post {
    /// Not connected yet.
    pub fn new(row: NodeRow, kind: Kind, guarded_as: String) -> Post {
        Post {
            id: row.id.clone(),
            guarded_as,
            kind,
            row: RwLock::new(row),
            link: ArcSwapOption::empty(),
            live: tokio::sync::Mutex::default(),
            signals: Arc::new(Signals::default()),
            bucket: Bucket::default(),
            bell: Notify::new(),
            tape: Tape::default(),
            begins_recording: tokio::sync::Mutex::default(),
            recorded: Mutex::default(),
            drift: Arc::default(),
        }
    }

    /// As the table has it.
    pub fn row(&self) -> NodeRow {
        self.row.read().clone()
    }

    pub fn is_local(&self) -> bool {
        matches!(self.kind, Kind::Local(_))
    }

    pub fn is_kept(&self) -> bool {
        matches!(self.kind, Kind::Kept)
    }

    /// What the core shows of it.
    pub fn head(&self) -> NodeHead {
        let row = self.row();
        NodeHead {
            id: row.id,
            name: row.name,
            vendor: row.vendor,
            address: row.address,
            reach: row.reach,
            local: self.is_local(),
            order: row.place,
            pins: row.pins,
        }
    }

    /// The row, unless it is the local node's, which nobody changes by mistake.
    ///
    /// # Errors
    /// It is the local node, or one that no table keeps.
    pub fn changeable(&self) -> Result<NodeRow, Fault> {
        match self.kind {
            Kind::Kept => Ok(self.row()),
            Kind::Local(_) => Err(Fault::new(
                Code::Invalid,
                "The local node is the gateway inside this window: it cannot be edited, paused or removed.",
            )),
            Kind::Once => {
                Err(Fault::new(Code::Invalid, "This node is there for one command only; add it to change it."))
            }
        }
    }

    /// Connects, if it is not connecting already; a paused node only says that it is paused.
    pub async fn start(self: &Arc<Self>, parts: &Arc<Parts>) {
        let mut live = self.live.lock().await;
        if live.is_some() {
            return;
        }
        let row = self.row();
        parts.core.feed(&self.id, [Fact::Head(self.head())]);
        if row.paused {
            return self.stands(parts, NodeState::Paused);
        }
        let scope = parts.scope.child(&format!("node {}", row.name));
        let (post, parts, inner) = (self.clone(), parts.clone(), scope.clone());
        scope.spawn("open", async move { open::open(&parts, &post, &inner).await });
        *live = Some(scope);
    }

    /// Ends the connection and all tasks of this node. It touches no other.
    pub async fn stop(&self) {
        let mut live = self.live.lock().await;
        self.link.store(None);
        if let Some(scope) = live.take() {
            scope.shutdown(GRACE).await;
        }
    }

    /// Takes over a row that may have changed, and connects anew if it did.
    pub async fn change(self: &Arc<Self>, parts: &Arc<Parts>, row: NodeRow) {
        let before = std::mem::replace(&mut *self.row.write(), row.clone());
        if before == row {
            return;
        }
        let was_live = self.live.lock().await.is_some();
        self.stop().await;
        parts.core.feed(&self.id, [Fact::Head(self.head())]);
        if was_live || !parts.shared {
            self.start(parts).await;
        }
    }

    /// Tries at once instead of waiting.
    pub async fn retry(self: &Arc<Self>, parts: &Arc<Parts>) {
        let link = self.link.load_full();
        match link {
            Some(link) => link.retry(),
            None => {
                self.stop().await;
                self.start(parts).await;
            }
        }
    }

    /// The link, once there is one.
    pub fn link(&self) -> Option<Arc<Link>> {
        self.link.load_full()
    }

    pub(super) fn linked(&self, link: Link) {
        self.link.store(Some(Arc::new(link)));
    }

    /// Takes over how it is guarded.
    pub(super) fn guard(&self, parts: &Parts, guard: Guard) {
        let known = parts.core.read(&self.id, |truth| truth.guard);
        if known != Some(guard) {
            self.bucket.set(guard.per_minute.unwrap_or(USUAL_PER_MINUTE), guard.burst.unwrap_or(USUAL_BURST));
            parts.core.feed(&self.id, [Fact::Guard(guard)]);
        }
    }

    /// Says how the node stands when no link is there to say it.
    pub(super) fn stands(&self, parts: &Parts, state: NodeState) {
        self.signals.moved(&state);
        parts.core.feed(&self.id, [Fact::Event(Event::new(parts.now(), Body::NodeState(state)))]);
    }
}

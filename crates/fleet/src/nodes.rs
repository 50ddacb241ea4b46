//! The nodes of the fleet: the table says which there should be, [`Nodes::reconcile`] makes it so. Every verb writes
//! the table and reconciles; nothing reacts to a verb by itself, so a node that another process added (`pilot` beside
//! the app) comes in by the same path.
//!
//! What is absent: no frame, no event, no window. A node's own tasks live in its own scope: one that dies or hangs
//! touches no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use contract::{Code, Fault};
use link::dialect::ClientInfo;
use parking_lot::RwLock;
use store::{Store, StoreError};
use supervise::Scope;
use tokio::io::DuplexStream;

mod bucket;
mod drift;
mod post;

mod form;
mod hand_over;
mod identity;
mod open;
mod pins;
mod places;
mod remove;

mod signals;
mod tap;

pub use bucket::{ALL_A_MINUTE, ALL_AT_ONCE, Bucket, Urgency};
pub use form::{Checked, check, fingerprint, fresh, name_is_free, once};
pub use identity::{Credential, Missing, keep_key, read as credentials};
pub use open::{routes, target};
pub use pins::{pinned, replaced, still_here};
pub use places::{place, places};
pub use post::{Kind, Post};
pub use remove::{UNDO_MS, purge};
pub use signals::{Ended, Signals, Standing};

use crate::audit::Audit;
use crate::core::{Clock, Core};
use crate::keys::Keys;
use crate::table::guard as guards;
use crate::table::node::{self as table, Kept, NodeRow};

/// The local node's id and name.
pub const LOCAL: &str = "local";

/// Our own gateway inside this process: a way to it, made anew for each connection.
#[derive(Clone)]
pub struct Embedded {
    /// Gives our end of a fresh stream to the gateway.
    pub connect: Arc<dyn Fn() -> DuplexStream + Send + Sync>,
    /// The name of its card.
    pub name: String,
}

/// What every part of the fleet works with.
pub struct Parts {
    pub scope: Scope,
    pub core: Core,
    pub store: Store,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    /// What the fleet asks by itself, over all nodes: after a change of network every node reads everything anew, and they
    /// need not do it in the same instant. What a person asks is never held up by it.
    pub all: Bucket,
    /// A file of certificate authorities (PEM) that are trusted for every node.
    pub ca_file: ArcSwapOption<String>,
    pub audit: Audit,
    /// The file of prices.
    pub prices: std::path::PathBuf,
    /// What we say of ourselves to a gateway.
    pub ours: ClientInfo,
    /// Whether another process may own the home: then nodes connect on demand and no outbox is worked here.
    pub shared: bool,
}

impl Parts {
    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// All nodes.
pub struct Nodes {
    parts: Arc<Parts>,
    posts: RwLock<BTreeMap<String, Arc<Post>>>,
    /// One reconciliation at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Nodes {
    /// No node yet.
    pub fn new(parts: Arc<Parts>) -> Nodes {
        Nodes { parts, posts: RwLock::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Brings the embedded gateway in, as a node like any other.
    ///
    /// # Errors
    /// The outbox of the node cannot be read.
    pub async fn embed(&self, embedded: Embedded) -> Result<(), StoreError> {
        let row = NodeRow {
            id: LOCAL.to_owned(),
            name: embedded.name.clone(),
            vendor: contract::node::Vendor::Pilothouse,
            address: "in this window".to_owned(),
            reach: contract::node::Reach::default(),
            pins: Vec::new(),
            place: 0,
            paused: false,
            key: Kept::None,
            device: Kept::None,
            revision: 0,
            added_at: 0,
            removed_at: None,
        };
        self.bring_in(row, Kind::Local(embedded)).await?;
        self.read_guards().await
    }

    /// Brings in a node that no table keeps: it is gone with this process.
    ///
    /// # Errors
    /// The outbox of the node cannot be read.
    pub async fn bring_in_once(&self, row: NodeRow) -> Result<(), StoreError> {
        self.bring_in(row, Kind::Once).await?;
        self.read_guards().await
    }

    /// Makes the fleet what the table says: new nodes come in, changed ones connect anew, removed ones leave.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reconcile(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let rows = self.parts.store.read(table::all).await?;
        for post in self.all() {
            if post.is_kept() && !rows.iter().any(|row| row.id == post.id) {
                self.let_go(&post).await;
            }
        }
        for row in rows {
            match self.find(&row.id) {
                None => self.bring_in(row, Kind::Kept).await?,
                Some(post) => post.change(&self.parts, row).await,
            }
        }
        self.read_guards().await
    }

    /// The node of that id.
    pub fn find(&self, id: &str) -> Option<Arc<Post>> {
        self.posts.read().get(id).cloned()
    }

    /// The node of that id, or the sentence that it is gone.
    ///
    /// # Errors
    /// There is no such node.
    pub fn get(&self, id: &str) -> Result<Arc<Post>, Fault> {
        self.find(id).ok_or_else(|| Fault::new(Code::NotFound, "This node is not there any more. Nothing was done."))
    }

    /// All nodes, in the person's order, the local one first.
    pub fn all(&self) -> Vec<Arc<Post>> {
        let mut all: Vec<_> = self.posts.read().values().cloned().collect();
        all.sort_by_key(|post| (!post.is_local(), post.row().place));
        all
    }

    /// Takes over how the nodes are guarded, as the table has it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn read_guards(&self) -> Result<(), StoreError> {
        let guards = self.parts.store.read(guards::all).await?;
        for post in self.all() {
            let guard = guards.iter().find(|(node, _)| *node == post.guarded_as).map(|(_, guard)| *guard);
            post.guard(&self.parts, guard.unwrap_or_default());
        }
        Ok(())
    }

    /// Ends all connections, side by side.
    pub async fn stop_all(&self) {
        let posts = self.all();
        futures_util::future::join_all(posts.iter().map(|post| post.stop())).await;
    }

    async fn bring_in(&self, row: NodeRow, kind: Kind) -> Result<(), StoreError> {
        let guarded_as = match kind {
            Kind::Once => self.kept_at(&row.address).unwrap_or_else(|| row.id.clone()),
            Kind::Local(_) | Kind::Kept => row.id.clone(),
        };
        let post = Arc::new(Post::new(row, kind, guarded_as));
        self.parts.core.add_node(post.head());
        self.posts.write().insert(post.id.clone(), post.clone());
        if !self.parts.shared {
            crate::outbox::recall(&self.parts, &post.id).await?;
            post.start(&self.parts).await;
        }
        Ok(())
    }

    /// The kept node that a route leads to: who comes to it by an address alone meets its guard, whatever route and
    /// spelling they come by. Of several at one place the guarded one.
    fn kept_at(&self, address: &str) -> Option<String> {
        let at = place(address);
        let production = |post: &Arc<Post>| self.parts.core.read(&post.id, |truth| truth.guard.production);
        let there = self.all().into_iter().filter(|post| post.is_kept() && places(&post.head()).any(|kept| kept == at));
        there.max_by_key(production).map(|post| post.id.clone())
    }

    async fn let_go(&self, post: &Arc<Post>) {
        self.posts.write().remove(&post.id);
        post.stop().await;
        self.parts.core.remove_node(&post.id);
    }
}

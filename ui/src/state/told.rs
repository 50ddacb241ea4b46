//! The model behind triggers: whoever reads a part is woken when that part changes, and
//! for nothing else.
//!
//! A nested reactive store would wake the reader of a list for every token written into
//! one of its rows (its parents are always told). Here a key stands for exactly one part.

use std::collections::{BTreeSet, HashMap};

use contract::Batch;
use contract::activity::Line;
use contract::approval::Approval;
use contract::node::Node;
use contract::transcript::{Row, SessionRef};
use contract::update::Vitals;
use leptos::prelude::*;

use super::apply::{Applied, Key, More, apply_batch, prepend_lines, prepend_rows};
use super::model::{Head, Model, Stream};

/// A handle on what the core told.
#[derive(Clone, Copy)]
pub struct Told {
    model: StoredValue<Model>,
    triggers: StoredValue<HashMap<Key, ArcTrigger>>,
}

impl Told {
    pub fn new() -> Self {
        Self { model: StoredValue::new(Model::default()), triggers: StoredValue::new(HashMap::new()) }
    }

    /// Takes a batch in and wakes whoever shows what it changed.
    pub fn take(self, batch: Batch) -> Applied {
        let applied = self.model.try_update_value(|model| apply_batch(model, batch)).unwrap_or_default();
        self.wake(&applied.touched);
        applied
    }

    /// Puts fetched older rows before the known ones.
    pub fn prepend_rows(self, of: &SessionRef, older: Vec<Row>, more: More) {
        let touched = self.model.try_update_value(|model| prepend_rows(model, of, older, more));
        self.wake(&touched.unwrap_or_default());
    }

    /// Puts fetched older lines of the stream before the known ones.
    pub fn prepend_lines(self, older: Vec<Line>, more: More) {
        let touched = self.model.try_update_value(|model| prepend_lines(model, older, more));
        self.wake(&touched.unwrap_or_default());
    }

    /// Forgets a session that nothing shows any more.
    pub fn forget(self, of: &SessionRef) {
        self.model.update_value(|model| {
            model.transcripts.remove(of);
        });
        self.triggers.update_value(|triggers| {
            triggers.retain(|key, _| !matches!(key, Key::Row(session, _) if session == of));
        });
    }

    /// Forgets the numbering: a new channel counts from its own start.
    pub fn renumber(self) {
        self.model.update_value(|model| model.seq = None);
    }

    /// Reads without being woken, for what a person just did.
    pub fn peek<T>(self, read: impl FnOnce(&Model) -> T) -> T {
        self.model.with_value(read)
    }

    /// Reads and is woken when `key` changes.
    pub fn read<T>(self, key: Key, read: impl FnOnce(&Model) -> T) -> T {
        self.track(key);
        self.model.with_value(read)
    }

    /// The ids of all nodes, in order. Woken when one comes or goes.
    pub fn node_ids(self) -> Vec<String> {
        self.read(Key::Nodes, |model| model.nodes.iter().map(|node| node.id.clone()).collect())
    }

    /// Whether the core has told which nodes there are.
    pub fn nodes_known(self) -> bool {
        self.read(Key::Nodes, |model| model.nodes_known)
    }

    /// One node. Woken when it changes.
    pub fn node<T>(self, id: &str, read: impl FnOnce(&Node) -> T) -> Option<T> {
        self.read(Key::Node(id.to_owned()), |model| model.node(id).map(read))
    }

    /// All nodes, for a sum. Woken by each of them: put it into a memo.
    pub fn all_nodes<T>(self, read: impl FnOnce(&[Node]) -> T) -> T {
        self.read(Key::AnyNode, |model| read(&model.nodes))
    }

    /// All approvals, waiting and answered.
    pub fn approvals<T>(self, read: impl FnOnce(&[Approval]) -> T) -> T {
        self.read(Key::Approvals, |model| read(&model.approvals))
    }

    /// The stream.
    pub fn stream<T>(self, read: impl FnOnce(&Stream) -> T) -> T {
        self.read(Key::Stream, |model| read(&model.stream))
    }

    /// The rows of a session, for their ids and order. Woken when one comes or goes, not when one changes.
    /// `None` until the core has sent them.
    pub fn rows<T>(self, of: &SessionRef, read: impl FnOnce(&[Row]) -> T) -> Option<T> {
        self.read(Key::Rows(of.clone()), |model| model.transcripts.get(of).map(|known| read(&known.rows)))
    }

    /// One row. Woken when it changes.
    pub fn row<T>(self, of: &SessionRef, id: &str, read: impl FnOnce(&Row) -> T) -> Option<T> {
        self.read(Key::Row(of.clone(), id.to_owned()), |model| model.row(of, id).map(read))
    }

    /// What a session says about itself.
    pub fn head(self, of: &SessionRef) -> Option<Head> {
        // Rows as well: the head's first word comes with them.
        self.track(Key::Rows(of.clone()));
        self.read(Key::Head(of.clone()), |model| model.transcripts.get(of).map(|known| known.head.clone()))
    }

    /// The core's own figures.
    pub fn vitals(self) -> Vitals {
        self.read(Key::Vitals, |model| model.vitals.clone())
    }

    fn track(self, key: Key) {
        let trigger = self.triggers.try_update_value(|triggers| triggers.entry(key).or_default().clone());
        if let Some(trigger) = trigger {
            trigger.track();
        }
    }

    fn wake(self, touched: &BTreeSet<Key>) {
        let woken: Vec<ArcTrigger> =
            self.triggers.with_value(|triggers| touched.iter().filter_map(|key| triggers.get(key).cloned()).collect());
        for trigger in woken {
            trigger.notify();
        }
    }
}

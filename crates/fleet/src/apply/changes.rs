//! What a fact changed, as far as a window could show it. Collected over all facts of one delivery.

use std::sync::Arc;

/// What changed in one node since the collection began.
#[derive(Debug, Default)]
pub struct Changes {
    /// Something on the node's card, its agents or its sessions.
    pub node: bool,
    /// Ids of approvals that are new or ended.
    pub approvals: Vec<Box<str>>,
    /// The list of approvals became shorter.
    pub approvals_gone: bool,
    /// Whether the next deadline may have moved.
    pub deadline: bool,
    /// By session that some window shows.
    pub sessions: Vec<SessionChanges>,
}

/// What changed in one session that some window shows.
#[derive(Debug)]
pub struct SessionChanges {
    pub session: Arc<str>,
    /// Its rows, each once.
    pub rows: Vec<(u64, RowChange)>,
    /// Ids of rows that are gone.
    pub gone: Vec<u64>,
    /// Whether it runs, its phase, its freshness.
    pub head: bool,
    /// So much that only a snapshot tells it.
    pub all: bool,
}

/// What changed in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowChange {
    /// It is new, or anything but its text's end changed.
    Whole,
    /// Its text grew from this length in bytes.
    Grew(usize),
}

impl RowChange {
    /// Both changes as one: the older start of growth stays.
    pub fn and(self, later: RowChange) -> RowChange {
        match (self, later) {
            (RowChange::Grew(from), RowChange::Grew(_)) => RowChange::Grew(from),
            _ => RowChange::Whole,
        }
    }
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        !self.node && !self.deadline && !self.approvals_gone && self.approvals.is_empty() && self.sessions.is_empty()
    }

    /// The changes of a session. Deltas come in stretches, so the last one is looked at first.
    pub(super) fn of(&mut self, session: &Arc<str>) -> &mut SessionChanges {
        let found = self.sessions.iter().rposition(|changes| Arc::ptr_eq(&changes.session, session));
        let index = found.unwrap_or_else(|| {
            self.sessions.push(SessionChanges::new(session.clone()));
            self.sessions.len() - 1
        });
        &mut self.sessions[index]
    }

    pub(super) fn approval(&mut self, id: &str) {
        self.node = true;
        self.deadline = true;
        self.approvals.push(id.into());
    }
}

impl SessionChanges {
    fn new(session: Arc<str>) -> SessionChanges {
        SessionChanges { session, rows: Vec::new(), gone: Vec::new(), head: false, all: false }
    }

    pub(super) fn row(&mut self, id: u64, change: RowChange) {
        match self.rows.iter_mut().rev().find(|(known, _)| *known == id) {
            Some((_, known)) => *known = known.and(change),
            None => self.rows.push((id, change)),
        }
    }
}

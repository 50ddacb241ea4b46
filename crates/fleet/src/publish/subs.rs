//! Who shows what of a node, and what they have not been told. It stands under the node's lock, so that a mark and the
//! state it speaks of never differ.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::window::Window;
use crate::apply::{Changes, RowChange, SessionChanges};

/// The windows that show something of a node.
#[derive(Default)]
pub(crate) struct Subs {
    cards: Vec<Card>,
    asks: Vec<Asks>,
    rows: Vec<Rows>,
}

struct Card {
    window: Arc<Window>,
    dirty: bool,
}

struct Asks {
    window: Arc<Window>,
    marks: AskMarks,
}

/// What changed in a node's approvals.
#[derive(Debug, Default)]
pub(super) struct AskMarks {
    pub all: bool,
    pub ids: Vec<Box<str>>,
}

struct Rows {
    window: Arc<Window>,
    session: Arc<str>,
    limit: usize,
    /// The order of the oldest row the window was given: it is not told of what changes before.
    from: i64,
    marks: RowMarks,
}

/// How much of a session a window has.
pub(super) struct Extent<'a> {
    /// How many rows a snapshot has.
    pub limit: usize,
    /// The order of the oldest row it was given.
    pub from: &'a mut i64,
}

/// What changed in a session that is shown.
#[derive(Debug, Default)]
pub(super) struct RowMarks {
    /// A snapshot is due.
    pub all: bool,
    pub head: bool,
    pub rows: BTreeMap<u64, RowChange>,
    pub gone: Vec<u64>,
}

impl Subs {
    /// Marks what changed for everyone who shows it, and wakes them.
    pub fn mark(&mut self, changes: Changes) {
        if changes.is_empty() {
            return;
        }
        if changes.node {
            for card in &mut self.cards {
                card.dirty = true;
                card.window.cards.store(true, Ordering::Release);
                card.window.wake();
            }
        }
        if changes.approvals_gone || !changes.approvals.is_empty() {
            for asks in &mut self.asks {
                asks.marks.all |= changes.approvals_gone;
                asks.marks.ids.extend(changes.approvals.iter().cloned());
                asks.window.asks.store(true, Ordering::Release);
                asks.window.wake();
            }
        }
        for session in &changes.sessions {
            for rows in self.rows.iter_mut().filter(|rows| rows.session == session.session) {
                rows.marks.add(session, rows.limit);
                rows.window.wake();
            }
        }
    }

    /// Whether the window shows the node's card.
    pub(super) fn cards(&mut self, window: &Arc<Window>, shown: bool) {
        self.cards.retain(|card| shown || !Arc::ptr_eq(&card.window, window));
        if shown && !self.cards.iter().any(|card| Arc::ptr_eq(&card.window, window)) {
            self.cards.push(Card { window: window.clone(), dirty: false });
        }
    }

    /// Whether the window shows approvals.
    pub(super) fn asks(&mut self, window: &Arc<Window>, shown: bool) {
        self.asks.retain(|asks| shown || !Arc::ptr_eq(&asks.window, window));
        if shown && !self.asks.iter().any(|asks| Arc::ptr_eq(&asks.window, window)) {
            self.asks.push(Asks { window: window.clone(), marks: AskMarks::default() });
        }
    }

    /// The window shows a session; its snapshot is due.
    pub(super) fn open(&mut self, window: &Arc<Window>, session: &str, limit: usize) {
        let all = RowMarks { all: true, ..RowMarks::default() };
        match self.rows.iter_mut().find(|rows| rows.is(window, session)) {
            Some(rows) => (rows.limit, rows.marks) = (limit, all),
            None => self.rows.push(Rows {
                window: window.clone(),
                session: session.into(),
                limit,
                from: i64::MIN,
                marks: all,
            }),
        }
    }

    /// The window shows a session no longer; says whether nobody does now.
    pub(super) fn shut(&mut self, window: &Arc<Window>, session: &str) -> bool {
        self.rows.retain(|rows| !rows.is(window, session));
        !self.rows.iter().any(|rows| &*rows.session == session)
    }

    /// Rows back to that order were given to whoever asked for older ones.
    pub fn reach(&mut self, session: &str, order: i64) {
        for rows in self.rows.iter_mut().filter(|rows| &*rows.session == session) {
            rows.from = rows.from.min(order);
        }
    }

    /// The window's sessions are to be told anew.
    pub(super) fn renew(&mut self, window: &Arc<Window>) {
        for rows in self.rows.iter_mut().filter(|rows| Arc::ptr_eq(&rows.window, window)) {
            rows.marks = RowMarks { all: true, ..RowMarks::default() };
        }
    }

    /// Whether the node's card changed since this was asked.
    pub(super) fn take_card(&mut self, window: &Arc<Window>) -> bool {
        let card = self.cards.iter_mut().find(|card| Arc::ptr_eq(&card.window, window));
        card.is_some_and(|card| std::mem::take(&mut card.dirty))
    }

    /// Whether the node's card changed.
    pub(super) fn card_is_dirty(&self, window: &Arc<Window>) -> bool {
        self.cards.iter().any(|card| card.dirty && Arc::ptr_eq(&card.window, window))
    }

    pub(super) fn take_asks(&mut self, window: &Arc<Window>) -> AskMarks {
        let asks = self.asks.iter_mut().find(|asks| Arc::ptr_eq(&asks.window, window));
        asks.map(|asks| std::mem::take(&mut asks.marks)).unwrap_or_default()
    }

    /// What changed in the session, with how much of it the window has.
    pub(super) fn take_rows(&mut self, window: &Arc<Window>, session: &str) -> Option<(RowMarks, Extent<'_>)> {
        let rows = self.rows.iter_mut().find(|rows| rows.is(window, session))?;
        let marks = std::mem::take(&mut rows.marks);
        let Rows { limit, from, .. } = rows;
        (!marks.is_empty()).then_some((marks, Extent { limit: *limit, from }))
    }
}

impl Rows {
    fn is(&self, window: &Arc<Window>, session: &str) -> bool {
        &*self.session == session && Arc::ptr_eq(&self.window, window)
    }
}

impl RowMarks {
    fn is_empty(&self) -> bool {
        !self.all && !self.head && self.rows.is_empty() && self.gone.is_empty()
    }

    /// More changes. When more rows changed than a snapshot has, the snapshot is the shorter message.
    fn add(&mut self, changes: &SessionChanges, limit: usize) {
        self.all |= changes.all;
        if self.all {
            return;
        }
        self.head |= changes.head;
        for (id, change) in &changes.rows {
            self.rows.entry(*id).and_modify(|known| *known = known.and(*change)).or_insert(*change);
        }
        for id in &changes.gone {
            self.rows.remove(id);
            self.gone.push(*id);
        }
        if self.rows.len() > limit.max(1) {
            *self = RowMarks { all: true, ..RowMarks::default() };
        }
    }
}

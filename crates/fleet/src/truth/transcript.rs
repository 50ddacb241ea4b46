//! The last rows of a session. Older ones are in the node's history and in the log, not in memory.

use std::collections::VecDeque;

use contract::transcript::Fate;

use super::{Row, RowBody};

/// How many rows of a session that is shown stay in memory.
pub const KEPT_ROWS: usize = 400;

/// How far apart two new rows are, so that rows found later fit between them.
pub const STEP: i64 = 1 << 20;

/// A part of a session's rows: its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// Oldest first.
    pub rows: VecDeque<Row>,
    /// Whether older rows exist.
    pub more: bool,
    /// The cursor of the page before the row of that order.
    pub before: Option<(i64, String)>,
    /// Whether the node's history was merged in.
    pub loaded: bool,
    /// Whether it is being fetched.
    pub loading: bool,
    /// Unix milliseconds up to which the rows are true; `None` while live.
    pub stale_since: Option<i64>,
    /// Why they could not be fetched.
    pub fault: Option<String>,
    /// Whether a message sent from here is or was among the rows.
    pub(crate) owns: bool,
    pub(crate) next_id: u64,
}

impl Transcript {
    /// The row of that id. Rows that change are near the end, so the search begins there.
    pub fn row(&self, id: u64) -> Option<&Row> {
        self.rows.iter().rev().find(|row| row.id == id)
    }

    pub(crate) fn row_mut(&mut self, id: u64) -> Option<&mut Row> {
        self.rows.iter_mut().rev().find(|row| row.id == id)
    }

    /// The rows behind that place, oldest first.
    pub(crate) fn behind(&mut self, order: i64) -> impl DoubleEndedIterator<Item = &mut Row> {
        let start = self.rows.partition_point(|row| row.order <= order);
        self.rows.range_mut(start..)
    }

    /// The rows among which messages sent from here may be: all, or none.
    pub(crate) fn owned(&mut self) -> impl Iterator<Item = &mut Row> {
        let start = if self.owns { 0 } else { self.rows.len() };
        self.rows.range_mut(start..)
    }

    /// The row of the message sent from here with that id.
    pub(crate) fn own_row(&mut self, client_id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().rev().find(|row| row.own().is_some_and(|own| &*own.client_id == client_id))
    }

    /// Appends a row and returns its id. What was said here and has not left stays behind it.
    pub(crate) fn push(&mut self, at: Option<i64>, run: Option<&str>, body: RowBody) -> u64 {
        let id = self.fresh_id();
        self.append(Row { id, order: 0, at, message: None, run: run.map(Into::into), body });
        id
    }

    /// Moves a row to the end.
    pub(crate) fn move_last(&mut self, id: u64) {
        let index = self.rows.iter().rposition(|row| row.id == id).filter(|index| index + 1 < self.rows.len());
        if let Some(row) = index.and_then(|index| self.rows.remove(index)) {
            self.append(row);
        }
    }

    fn append(&mut self, mut row: Row) {
        let last = self.rows.back().map(|last| last.order);
        let waiting = match self.owns && !row.waits() {
            true => self.rows.iter().rev().take_while(|row| row.waits()).count(),
            false => 0,
        };
        let index = self.rows.len() - waiting;
        let before = index.checked_sub(1).map(|before| self.rows[before].order);
        let between = match (before, self.rows.get(index).map(|row| row.order)) {
            (Some(before), Some(after)) if after - before > 1 => Some(before + (after - before) / 2),
            (None, Some(after)) => Some(after - STEP),
            // Nothing waits, or there is no room left before it.
            _ => None,
        };
        row.order = between.unwrap_or_else(|| last.map_or(0, |last| last + STEP));
        self.rows.insert(if between.is_some() { index } else { self.rows.len() }, row);
    }

    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Lets go of the oldest rows beyond `kept`; the node's history has them. What was said here and is in no history
    /// only this row knows of: it goes to the end. The ids of such rows.
    pub(crate) fn trim(&mut self, kept: usize) -> Vec<u64> {
        if self.rows.len() <= kept + kept / 4 {
            return Vec::new();
        }
        let waiting = self.rows.iter().rev().take_while(|row| row.waits()).count();
        let spare = self.rows.len() - kept.max(waiting);
        if spare == 0 {
            return Vec::new();
        }
        let only_here = |row: &Row| row.message.is_none() && row.own().is_some_and(|own| own.fate != Fate::Done);
        if self.rows.iter().take(spare).all(only_here) {
            return Vec::new();
        }
        let old: Vec<Row> = self.rows.drain(..spare).filter(only_here).collect();
        self.more = true;
        let ids = old.iter().map(|row| row.id).collect();
        old.into_iter().for_each(|row| self.append(row));
        ids
    }
}

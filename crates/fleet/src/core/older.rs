//! Rows from before a place in a session: out of memory, or by a page that the node has to give.

use std::collections::BTreeMap;

use contract::transcript::Row;
use link::call::Page;

use super::{Cell, State};
use crate::apply::{Exact, older};
use crate::truth::Transcript;
use crate::view;

/// How many cursors a session remembers.
const CURSORS: usize = 512;

/// Where older rows are.
#[derive(Debug, Clone, PartialEq)]
pub enum Older {
    /// Here, oldest first.
    Rows(Vec<Row>),
    /// On the node: ask it for the messages before this cursor, the last ones without one, and hand the page to
    /// [`Core::older_page`](super::Core::older_page). When that gives no rows and the page has a cursor, ask for the
    /// page before.
    Fetch { before: Option<String> },
    /// Nowhere: the session begins here.
    Beginning,
}

impl Cell {
    /// The rows before the row of that order, or how to get them.
    pub(super) fn rows_before(&self, session: &str, order: i64, limit: u32) -> Older {
        let mut state = self.state();
        let found = find(&state, session, order, limit);
        if let Older::Rows(rows) = &found {
            // The window that asked has these rows from now on, and hears of their changes.
            let first = rows.first().map_or(order, |row| row.order);
            state.subs.reach(session, first);
        }
        found
    }

    /// Makes rows of a page that was asked for, and remembers where the page before begins.
    pub(super) fn older_page(&self, session: &str, order: i64, page: &Page) -> Vec<Row> {
        let mut state = self.state();
        let Some(rows) = state.truth.session(session).and_then(|known| known.transcript.as_ref()) else {
            return Vec::new();
        };
        let exact = match cursor(&state, rows, session, order) {
            Some((at, _)) if at == order => Exact::Yes,
            _ => Exact::No,
        };
        let found = older(rows, order, exact, page);
        let start = found.first().map_or(order, |row| row.order);
        let cursors: &mut BTreeMap<_, _> = state.cursors.entry(session.into()).or_default();
        cursors.insert(start, page.before.clone());
        if cursors.len() > CURSORS {
            cursors.pop_first();
        }
        found.iter().map(|row| view::row::older(&state.truth, row)).collect()
    }
}

/// Where the rows before that order are.
fn find(state: &State, session: &str, order: i64, limit: u32) -> Older {
    let Some(known) = state.truth.session(session) else {
        return Older::Beginning;
    };
    let Some(rows) = &known.transcript else {
        return Older::Fetch { before: None };
    };
    let before = rows.rows.iter().take_while(|row| row.order < order).count();
    if before > 0 {
        let skipped = before.saturating_sub(limit as usize);
        let found = rows.rows.range(skipped..before);
        return Older::Rows(found.map(|row| view::row::row(&state.truth, known, row)).collect());
    }
    match cursor(state, rows, session, order) {
        Some((_, Some(before))) => Older::Fetch { before: Some(before) },
        Some((_, None)) => Older::Beginning,
        None if rows.loaded && !rows.more => Older::Beginning,
        None => Older::Fetch { before: None },
    }
}

/// The cursor of the page that holds the rows before that order, with the order it stands before.
fn cursor(state: &State, rows: &Transcript, session: &str, order: i64) -> Option<(i64, Option<String>)> {
    let paged = state.cursors.get(session).and_then(|cursors| cursors.range(order..).next());
    let paged = paged.map(|(at, cursor)| (*at, cursor.clone()));
    let loaded = rows.before.clone().filter(|(at, _)| *at >= order).map(|(at, cursor)| (at, Some(cursor)));
    match (paged, loaded) {
        (Some(paged), Some(loaded)) => Some(if paged.0 <= loaded.0 { paged } else { loaded }),
        (paged, loaded) => paged.or(loaded),
    }
}

//! Fetches the rows before those that are known, when the person scrolls up to them.

use contract::calls::RowsBefore;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::seat::Talk;
use crate::core;
use crate::state::apply::More;

/// Rows fetched at once.
const PAGE: u32 = 100;

/// How the fetching stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Older {
    /// Nothing goes on.
    Rests,
    Comes,
    /// Why they did not come.
    Failed(String),
}

/// Fetches the page before the first known row, unless one is coming or there is none.
pub fn fetch(talk: Talk, older: RwSignal<Older>) {
    let of = talk.of();
    let first = talk.state.told.peek(|model| {
        let known = model.transcripts.get(&of).filter(|known| known.more)?;
        known.rows.first().map(|row| row.order)
    });
    let Some(order) = first.filter(|_| older.with_untracked(|older| *older != Older::Comes)) else {
        return;
    };
    older.set(Older::Comes);
    spawn_local(async move {
        let state = talk.state;
        let came = core::call(RowsBefore { of: of.clone(), order, limit: PAGE }).await;
        let stands = match came {
            Ok(rows) => {
                let more = if rows.is_empty() { More::No } else { More::Yes };
                state.told.prepend_rows(&of, rows, more);
                Older::Rests
            }
            Err(fault) => Older::Failed(fault.message),
        };
        _ = older.try_set(stands);
    });
}

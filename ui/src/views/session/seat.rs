//! What the parts of one pane share: which session it shows, and how they reach each other.

use std::collections::HashSet;

use contract::transcript::{Row, SessionRef};
use leptos::prelude::*;

use crate::state::model::Head;
use crate::state::{PaneId, State};

/// A pane.
#[derive(Clone, Copy)]
pub struct Seat {
    pub state: State,
    pub pane: PaneId,
    /// The session it shows; `None` while one is being made.
    pub of: Memo<Option<SessionRef>>,
    /// Each change puts the cursor into the composer.
    pub write: RwSignal<u32>,
    /// Each change brings the transcript to its end.
    pub latest: RwSignal<u32>,
}

impl Seat {
    pub fn new(state: State, pane: PaneId) -> Self {
        let shown = state.pane(pane);
        let of = Memo::new(move |_| {
            shown.with(|shown| Some(SessionRef { node: shown.node.clone()?, session: shown.session.clone()? }))
        });
        Self { state, pane, of, write: RwSignal::new(0), latest: RwSignal::new(0) }
    }

    /// The node it shows something of.
    pub fn node(self) -> Memo<String> {
        let shown = self.state.pane(self.pane);
        Memo::new(move |_| shown.with(|shown| shown.node.clone().unwrap_or_default()))
    }

    /// Who is talked to, and on which node, by name.
    pub fn names(self) -> Memo<(String, String)> {
        let shown = self.state.pane(self.pane);
        let told = self.state.told;
        Memo::new(move |_| {
            let (node, agent) = shown.with(|shown| (shown.node.clone().unwrap_or_default(), shown.agent.clone()));
            let of_session = || told.agent_of(self.of.get().as_ref()?);
            let name = agent.or_else(of_session).map(|agent| told.agent_name(&node, &agent));
            (name.unwrap_or_else(|| "this session".to_owned()), told.node_name(&node))
        })
    }

    /// What the session says about itself; quiet until it says something.
    pub fn head(self) -> Memo<Head> {
        let told = self.state.told;
        Memo::new(move |_| self.of.get().and_then(|of| told.head(&of)).unwrap_or_default())
    }

    /// Puts a text into the composer, before what is there.
    pub fn compose(self, text: &str) {
        let Some(of) = self.of.get_untracked() else { return };
        self.state.drafts.of(&of).update(|draft| {
            *draft = match draft.trim().is_empty() {
                true => text.to_owned(),
                false => format!("{text}\n\n{draft}"),
            };
        });
        self.write.update(|write| *write += 1);
    }
}

/// A session in a pane.
#[derive(Clone, Copy)]
pub struct Talk {
    pub seat: Seat,
    pub state: State,
    of: StoredValue<SessionRef>,
    unfolded: RwSignal<HashSet<String>>,
}

/// A row's id, cheap to hand around.
pub type RowId = StoredValue<String>;

impl Talk {
    pub fn new(seat: Seat, of: SessionRef) -> Self {
        Self { seat, state: seat.state, of: StoredValue::new(of), unfolded: RwSignal::new(HashSet::new()) }
    }

    pub fn of(self) -> SessionRef {
        self.of.get_value()
    }

    /// The ids of its rows; `None` until the core has sent them.
    pub fn ids(self) -> Option<Vec<String>> {
        self.of.with_value(|of| self.state.told.rows(of, |rows| rows.iter().map(|row| row.id.clone()).collect()))
    }

    /// Something of a row. Woken when that row changes.
    pub fn row<T>(self, id: RowId, read: impl FnOnce(&Row) -> T) -> Option<T> {
        self.of.with_value(|of| id.with_value(|id| self.state.told.row(of, id, read)))
    }

    /// Something of a row, remembered: who shows it is woken when just that changes.
    pub fn part<T>(self, id: RowId, read: impl Fn(&Row) -> Option<T> + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.row(id, &read).flatten())
    }

    /// Whether the person unfolded a row; it stays so when the row leaves the view.
    pub fn unfolded(self, id: RowId) -> Memo<bool> {
        Memo::new(move |_| self.unfolded.with(|unfolded| id.with_value(|id| unfolded.contains(id))))
    }

    /// Unfolds a row, or folds it.
    pub fn turn(self, id: RowId) {
        self.unfolded.update(|unfolded| {
            let id = id.get_value();
            if !unfolded.remove(&id) {
                unfolded.insert(id);
            }
        });
    }
}

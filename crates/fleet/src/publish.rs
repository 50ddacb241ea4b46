//! What windows are told: a snapshot of what they show, then numbered batches of what changes in it.
//!
//! The cost depends on what is shown. While a node changes, only marks are set, under the node's lock ([`Subs`]); a
//! task of the window turns marks into at most one batch a display frame. Nothing shown changes, nothing wakes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use contract::activity::{Filter, Line};
use contract::transcript::SessionRef;
use contract::{Batch, Topic};
use parking_lot::Mutex;
use store::StoreError;
use supervise::Scope;
use tokio::sync::mpsc;

mod window;

mod subs;
mod wanted;

mod collect;
mod stream;
mod vitals;

#[cfg(test)]
mod tests;

pub(crate) use stream::Stream;
pub(crate) use subs::Subs;
use wanted::Wanted;
use window::Window;

use crate::apply::{Fact, Shown};
use crate::core::{Cell, Inner};
use crate::log::Log;

/// All windows.
pub(crate) struct Hub {
    scope: Scope,
    windows: Mutex<HashMap<String, Arc<Window>>>,
    pub stream: Stream,
    /// The windows that show the stream, and those that show figures: told without a lock.
    lines: ArcSwap<Vec<Arc<Window>>>,
    vitals: ArcSwap<Vec<Arc<Window>>>,
    /// How many events came in since the start.
    events: AtomicU64,
}

impl Hub {
    pub fn new(scope: Scope, last: u64) -> Hub {
        Hub {
            scope,
            windows: Mutex::default(),
            stream: Stream::after(last),
            lines: ArcSwap::default(),
            vitals: ArcSwap::default(),
            events: AtomicU64::new(0),
        }
    }

    pub fn attach(&self, inner: &Arc<Inner>, label: &str) -> mpsc::Receiver<Batch> {
        self.detach(inner, label);
        let window = Arc::new(Window::new(self.scope.child(label)));
        self.windows.lock().insert(label.to_owned(), window.clone());
        window::start(inner, label, window)
    }

    pub fn watch(&self, inner: &Inner, label: &str, topics: Vec<Topic>) {
        let window = self.windows.lock().get(label).cloned();
        if let Some(window) = window {
            self.show(inner, &window, Wanted::new(topics));
        }
    }

    pub fn resync(&self, inner: &Inner, label: &str) {
        let window = self.windows.lock().get(label).cloned();
        if let Some(window) = window {
            renew(inner, &window);
            window.wake();
        }
    }

    pub fn detach(&self, inner: &Inner, label: &str) {
        let window = self.windows.lock().remove(label);
        if let Some(window) = window {
            self.show(inner, &window, Wanted::default());
            window.scope.cancel();
        }
    }

    pub fn toast(&self, text: &str) {
        for window in self.all() {
            window.desk.lock().toasts.push(text.to_owned());
            window.wake();
        }
    }

    /// A node is new: whoever shows all nodes shows it too.
    pub fn node_added(&self, inner: &Inner, cell: &Cell) {
        for window in self.all() {
            let wanted = window.desk.lock().wanted.clone();
            join(&window, cell, &wanted);
            for (of, limit) in wanted.rows.iter().filter(|(of, _)| of.node == cell.id) {
                open(inner, &window, of, *limit);
            }
            window.desk.lock().nodes_all = true;
            window.wake();
        }
    }

    pub fn node_removed(&self, id: &str) {
        for window in self.all() {
            let mut desk = window.desk.lock();
            desk.gone.push(id.to_owned());
            desk.asks_all = true;
            let missing: Vec<SessionRef> = desk.wanted.rows.keys().filter(|of| of.node == id).cloned().collect();
            desk.missing.extend(missing);
            drop(desk);
            window.wake();
        }
    }

    /// A node changed its place among the others.
    pub fn nodes_moved(&self) {
        for window in self.all() {
            window.desk.lock().nodes_all = true;
            window.wake();
        }
    }

    /// Events came in, and lines with them.
    pub fn stirred(&self, events: u64, lines: u64) {
        if events > 0 {
            self.events.fetch_add(events, Ordering::Relaxed);
            for window in self.vitals.load().iter() {
                window.stir();
            }
        }
        if lines > 0 {
            for window in self.lines.load().iter() {
                window.wake();
            }
        }
    }

    /// How many events came in since the start.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// Lines below a number, from the log, or from memory where none is kept.
    pub async fn lines_before(
        &self,
        log: &Log,
        filter: &Filter,
        before: u64,
        limit: u32,
    ) -> Result<Vec<Line>, StoreError> {
        if !log.is_kept() {
            return Ok(self.stream.before(filter, before, limit));
        }
        log.flush().await;
        log.lines(filter, before, limit).await
    }

    fn all(&self) -> Vec<Arc<Window>> {
        self.windows.lock().values().cloned().collect()
    }

    /// The window shows this from now on.
    fn show(&self, inner: &Inner, window: &Arc<Window>, wanted: Wanted) {
        let before = window.take_over(wanted.clone());
        for cell in inner.cells() {
            join(window, &cell, &wanted);
        }
        for of in before.rows.keys().filter(|of| !wanted.rows.contains_key(of)) {
            shut(inner, window, of);
        }
        for (of, limit) in &wanted.rows {
            if before.rows.get(of) != Some(limit) {
                open(inner, window, of, *limit);
            }
        }
        list(&self.lines, window, wanted.activity.is_some());
        list(&self.vitals, window, wanted.vitals);
        window.wake();
    }
}

/// Everything the window shows is to be told anew.
fn renew(inner: &Inner, window: &Arc<Window>) {
    let rows = window.renew();
    for of in rows.keys() {
        match inner.cell(&of.node) {
            Some(cell) => cell.state().subs.renew(window),
            None => window.desk.lock().missing.push(of.clone()),
        }
    }
}

/// Whether the window hears of the node's card and its approvals.
fn join(window: &Arc<Window>, cell: &Cell, wanted: &Wanted) {
    let mut state = cell.state();
    state.subs.cards(window, wanted.nodes);
    state.subs.asks(window, wanted.approvals);
}

/// The window shows a session.
fn open(inner: &Inner, window: &Arc<Window>, of: &SessionRef, limit: u32) {
    let Some(cell) = inner.cell(&of.node) else {
        window.desk.lock().missing.push(of.clone());
        return;
    };
    inner.feed(&cell, [Fact::Watched { session: of.session.clone(), shown: Shown::Yes }]);
    cell.state().subs.open(window, &of.session, limit as usize);
}

/// The window shows a session no longer.
fn shut(inner: &Inner, window: &Arc<Window>, of: &SessionRef) {
    let Some(cell) = inner.cell(&of.node) else { return };
    let unseen = cell.state().subs.shut(window, &of.session);
    if unseen {
        inner.feed(&cell, [Fact::Watched { session: of.session.clone(), shown: Shown::No }]);
    }
}

/// Puts the window on a list or takes it off.
fn list(windows: &ArcSwap<Vec<Arc<Window>>>, window: &Arc<Window>, on: bool) {
    windows.rcu(|known| {
        let mut next: Vec<_> = known.iter().filter(|known| !Arc::ptr_eq(known, window)).cloned().collect();
        if on {
            next.push(window.clone());
        }
        next
    });
}

//! Turns the marks of one window into the updates of one batch.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contract::Update;
use contract::activity::Filter;
use contract::node::NodeId;
use contract::transcript::{SessionRef, Window as Rows};
use tokio::time::Instant;

use super::subs::RowMarks;
use super::vitals::Meter;
use super::window::Window;
use crate::apply::RowChange;
use crate::core::{Cell, Inner, State};
use crate::log::passes;
use crate::truth::{Session, Truth};
use crate::view;

/// The least time between two updates of one node's card.
const CARD: Duration = Duration::from_millis(250);

/// The least time between two of the core's figures.
const FIGURES: Duration = Duration::from_secs(2);

/// What one window has been told.
#[derive(Default)]
pub(super) struct Collector {
    /// When each node's card was told.
    cards: HashMap<NodeId, Instant>,
    /// Which telling of the stream this is, and the number of the last line looked at.
    stream: (u64, u64),
    meter: Meter,
}

/// What is due now, taken from the window at once.
struct Due {
    wanted: super::Wanted,
    nodes_all: bool,
    gone: Vec<NodeId>,
    asks_all: bool,
    stream: u64,
    missing: Vec<SessionRef>,
    toasts: Vec<String>,
}

impl Collector {
    /// The updates that are due, and when to look again although nothing wakes the window.
    pub async fn collect(&mut self, core: &Arc<Inner>, window: &Arc<Window>) -> (Vec<Update>, Option<Instant>) {
        let due = take(window);
        let mut updates: Vec<Update> = due.toasts.iter().cloned().map(|text| Update::Toast { text }).collect();
        let mut next = None;
        if due.wanted.nodes {
            next = self.nodes(core, window, &due, &mut updates);
        }
        if due.wanted.approvals && (window.asks.swap(false, Ordering::AcqRel) || due.asks_all) {
            approvals(core, window, due.asks_all, &mut updates);
        }
        updates.extend(due.missing.iter().filter(|of| core.cell(&of.node).is_none()).map(missing));
        for of in due.wanted.rows.keys() {
            if let Some(cell) = core.cell(&of.node) {
                rows(&cell, window, of, &mut updates);
            }
        }
        if let Some((filter, limit)) = &due.wanted.activity {
            self.lines(core, filter, *limit, due.stream, &mut updates).await;
        }
        if due.wanted.vitals && window.figures.load(Ordering::Acquire) {
            let at = self.figures(core, window, &mut updates).await;
            next = [next, at].into_iter().flatten().min();
        }
        (updates, next)
    }

    /// Cards that changed, each at most a few times a second; says when the ones left out are due.
    fn nodes(&mut self, core: &Inner, window: &Arc<Window>, due: &Due, updates: &mut Vec<Update>) -> Option<Instant> {
        let now = Instant::now();
        if due.nodes_all {
            window.cards.store(false, Ordering::Release);
            let cells = core.cells();
            self.cards = cells.iter().map(|cell| (cell.id.clone(), now)).collect();
            let nodes = cells.iter().map(|cell| {
                let mut state = cell.state();
                state.subs.take_card(window);
                view::node::node(&state.truth)
            });
            updates.push(Update::Nodes { nodes: nodes.collect() });
            return None;
        }
        for id in &due.gone {
            self.cards.remove(id);
            updates.push(Update::NodeGone { id: id.clone() });
        }
        if !window.cards.swap(false, Ordering::AcqRel) {
            return None;
        }
        let mut next: Option<Instant> = None;
        for cell in core.cells() {
            let mut state = cell.state();
            let at = self.cards.get(&cell.id).map_or(now, |told| *told + CARD);
            if at > now {
                if state.subs.card_is_dirty(window) {
                    next = Some(next.map_or(at, |next| next.min(at)));
                }
            } else if state.subs.take_card(window) {
                self.cards.insert(cell.id.clone(), now);
                updates.push(Update::Node { node: Box::new(view::node::node(&state.truth)) });
            }
        }
        if next.is_some() {
            window.cards.store(true, Ordering::Release);
        }
        next
    }

    /// Lines that are new, or all when the stream is told anew or too much went by.
    async fn lines(&mut self, core: &Inner, filter: &Filter, limit: u32, stream: u64, updates: &mut Vec<Update>) {
        let (known, sent) = self.stream;
        let last = core.hub.stream.last();
        let fresh = if known == stream { core.hub.stream.since(sent) } else { None };
        let Some(fresh) = fresh else {
            let (lines, more) = snapshot(core, filter, limit, last).await;
            self.stream = (stream, last);
            updates.push(Update::Activity { lines, more });
            return;
        };
        let Some(newest) = fresh.last().map(|line| line.n) else {
            return;
        };
        self.stream = (stream, newest);
        let many = fresh.len() > limit as usize;
        if let Some(lines) = many.then(|| latest(core, filter, limit, newest)).flatten() {
            // More came than the window keeps: the last of it is the shorter message.
            updates.push(Update::Activity { lines, more: true });
            return;
        }
        let lines: Vec<_> = fresh.iter().filter(|line| passes(filter, line)).map(|line| (**line).clone()).collect();
        if !lines.is_empty() {
            updates.push(Update::ActivityMore { lines });
        }
    }

    /// The core's figures, if it is time; else when it will be.
    async fn figures(&mut self, core: &Arc<Inner>, window: &Window, updates: &mut Vec<Update>) -> Option<Instant> {
        if let Some(at) = self.meter.last().map(|last| last + FIGURES).filter(|at| *at > Instant::now()) {
            return Some(at);
        }
        window.figures.store(false, Ordering::Release);
        let vitals = self.meter.measure(&window.scope, core.hub.events()).await?;
        // Once more when it is over: a figure that stays behind would claim that something goes on.
        let moves = vitals.events_per_second > 0.0;
        window.figures.fetch_or(moves, Ordering::AcqRel);
        updates.push(Update::Vitals { vitals });
        moves.then(|| Instant::now() + FIGURES)
    }
}

fn take(window: &Window) -> Due {
    let mut desk = window.desk.lock();
    Due {
        wanted: desk.wanted.clone(),
        nodes_all: std::mem::take(&mut desk.nodes_all),
        gone: std::mem::take(&mut desk.gone),
        asks_all: std::mem::take(&mut desk.asks_all),
        stream: desk.stream,
        missing: std::mem::take(&mut desk.missing),
        toasts: std::mem::take(&mut desk.toasts),
    }
}

/// As many lines as the window shows, up to the line of that number; `None` when there are fewer in memory.
fn latest(core: &Inner, filter: &Filter, limit: u32, last: u64) -> Option<Vec<contract::activity::Line>> {
    let mut lines = core.hub.stream.before(filter, last + 1, limit.saturating_add(1));
    (lines.len() > limit as usize).then(|| lines.split_off(1))
}

/// The stream's last lines up to the line of that number.
async fn snapshot(core: &Inner, filter: &Filter, limit: u32, last: u64) -> (Vec<contract::activity::Line>, bool) {
    let wanted = limit.saturating_add(1);
    let found = core.hub.lines_before(&core.log, filter, last + 1, wanted).await;
    let mut lines = found.unwrap_or_else(|error| {
        tracing::warn!("the stream is shown from memory only: {error}");
        core.hub.stream.before(filter, last + 1, wanted)
    });
    let more = lines.len() > limit as usize;
    if more {
        lines.remove(0);
    }
    (lines, more)
}

fn approvals(core: &Inner, window: &Arc<Window>, all: bool, updates: &mut Vec<Update>) {
    let mut changed = Vec::new();
    let mut every = Vec::new();
    let mut whole = all;
    for cell in core.cells() {
        let mut state = cell.state();
        let marks = state.subs.take_asks(window);
        whole |= marks.all;
        let ids = &marks.ids;
        for asked in &state.truth.approvals {
            let card = view::approval::approval(&state.truth, asked);
            if ids.contains(&asked.about.id) {
                changed.push(card.clone());
            }
            every.push(card);
        }
    }
    if whole {
        every.sort_by_key(|card| card.asked_at);
        updates.push(Update::Approvals { approvals: every });
    } else {
        updates.extend(changed.into_iter().map(|card| Update::Approval { approval: Box::new(card) }));
    }
}

/// What changed in one session, or its snapshot.
fn rows(cell: &Cell, window: &Arc<Window>, of: &SessionRef, updates: &mut Vec<Update>) {
    let mut state = cell.state();
    let State { truth, subs, .. } = &mut *state;
    let Some((marks, extent)) = subs.take_rows(window, &of.session) else {
        return;
    };
    match truth.session(&of.session) {
        None => updates.push(empty(of, "This session is not there any more.")),
        Some(session) if marks.all => {
            let window = view::row::window(truth, session, extent.limit);
            *extent.from = window.rows.first().map_or(i64::MIN, |row| row.order);
            updates.push(Update::Transcript { window });
        }
        Some(session) => updates.extend(differences(truth, session, of, &marks, *extent.from)),
    }
}

/// What changed since the last batch, in rows from that order on.
fn differences(truth: &Truth, session: &Session, of: &SessionRef, marks: &RowMarks, from: i64) -> Vec<Update> {
    let gone = marks.gone.iter().map(|id| Update::RowGone { of: of.clone(), id: view::row::id(*id) });
    let mut updates: Vec<Update> = gone.collect();
    let rows = session.transcript.as_ref();
    for (id, change) in &marks.rows {
        let Some(row) = rows.and_then(|rows| rows.row(*id)).filter(|row| row.order >= from) else {
            continue;
        };
        let grown = match change {
            RowChange::Grew(from) => row.text().get(*from..),
            RowChange::Whole => None,
        };
        updates.push(match grown {
            Some(text) => Update::RowText { of: of.clone(), id: view::row::id(*id), text: text.to_owned() },
            None => Update::Row { of: of.clone(), row: view::row::row(truth, session, row) },
        });
    }
    if marks.head {
        let head = view::row::head(truth, session);
        updates.push(Update::TranscriptHead {
            of: of.clone(),
            running: head.running,
            phase: head.phase,
            stale_since: head.stale_since,
            loading: head.loading,
            fault: head.fault,
        });
    }
    updates
}

fn missing(of: &SessionRef) -> Update {
    empty(of, "This node is not there any more.")
}

/// A session of which there is nothing to show.
fn empty(of: &SessionRef, fault: &str) -> Update {
    let window = Rows {
        of: of.clone(),
        rows: Vec::new(),
        more: false,
        loading: false,
        stale_since: None,
        fault: Some(fault.to_owned()),
        running: None,
        phase: None,
    };
    Update::Transcript { window }
}

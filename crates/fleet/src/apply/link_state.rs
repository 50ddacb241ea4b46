//! How the link stands, and what is no longer certain when it goes down.

use contract::usage::Spend;
use link::event::NodeState;

use super::changes::Changes;
use super::{Taken, approval};
use crate::truth::{Guard, NodeClock, NodeHead, Truth};

/// A difference in latency that a person would call one, milliseconds.
const NOTICED_MS: f64 = 2.0;

/// The link moved to another state. Steps of one try, and tries after the first, are worth no line.
pub(super) fn moved(truth: &mut Truth, state: &NodeState, now: i64, changes: &mut Changes) -> Taken {
    let was_ready = truth.is_ready();
    let another = std::mem::discriminant(&truth.link.state) != std::mem::discriminant(state);
    if truth.link.state == *state {
        return Taken::Known;
    }
    truth.link.state = state.clone();
    changes.node = true;
    if another {
        truth.link.since = now;
    }
    match state {
        NodeState::Ready { version, product, scopes } => {
            let link = &mut truth.link;
            link.version = version.clone().or(link.version.take());
            link.product = product.clone().or(link.product.take());
            link.scopes.clone_from(scopes);
            if !was_ready {
                truth.clock = NodeClock::default();
                came_up(truth);
            }
        }
        _ if was_ready => went_down(truth, now),
        _ => {}
    }
    if was_ready != truth.is_ready() {
        for session in truth.sessions.values().filter(|session| session.watched) {
            changes.of(&session.key).all = true;
        }
    }
    match state {
        NodeState::Idle | NodeState::Connecting | NodeState::Handshaking => Taken::Known,
        NodeState::BackingOff { attempt, .. } if *attempt > 1 => Taken::Known,
        _ if another => Taken::New,
        _ => Taken::Known,
    }
}

/// The figure moves only when the way has become another: a card that changes at every beat is painted for nothing.
pub(super) fn latency(truth: &mut Truth, ms: f64, changes: &mut Changes) {
    let known = truth.link.latency_ms;
    if known.is_none_or(|known| (ms - known).abs() > f64::max(known / 2.0, NOTICED_MS)) {
        truth.link.latency_ms = Some(ms);
        changes.node = true;
    }
}

pub(super) fn key_in_memory(truth: &mut Truth, yes: bool, changes: &mut Changes) {
    changes.node |= truth.link.key_in_memory != yes;
    truth.link.key_in_memory = yes;
}

pub(super) fn route(truth: &mut Truth, taken: link::Taken, changes: &mut Changes) {
    let taken = Some(taken);
    changes.node |= truth.link.route != taken;
    truth.link.route = taken;
}

pub(super) fn guard(truth: &mut Truth, guard: Guard, now: i64, changes: &mut Changes) {
    changes.node |= truth.guard != guard;
    let another = truth.guard.production != guard.production;
    truth.guard = guard;
    if another {
        approval::guarded(truth, now, changes);
    }
}

pub(super) fn recording(truth: &mut Truth, on: bool, changes: &mut Changes) {
    changes.node |= truth.recording != on;
    truth.recording = on;
}

pub(super) fn queued(truth: &mut Truth, count: u32, changes: &mut Changes) {
    changes.node |= truth.queued != count;
    truth.queued = count;
}

pub(super) fn spent(truth: &mut Truth, spent: Option<&Spend>, changes: &mut Changes) {
    if truth.spent_today.as_ref() != spent {
        truth.spent_today = spent.cloned();
        changes.node = true;
    }
}

pub(super) fn head(truth: &mut Truth, head: &NodeHead, changes: &mut Changes) {
    truth.head = head.clone();
    changes.node = true;
}

/// What was learnt of messages until now was learnt before this connection.
fn came_up(truth: &mut Truth) {
    let sessions = truth.sessions.values_mut();
    let rows = sessions.filter_map(|session| session.transcript.as_mut()).flat_map(|rows| rows.owned());
    for own in rows.filter_map(|row| row.own_mut()) {
        own.missed = true;
    }
}

/// What was known is old from now on, and what was going on may have ended.
fn went_down(truth: &mut Truth, now: i64) {
    truth.link.stale_since.get_or_insert(now);
    truth.link.listed = false;
    truth.link.latency_ms = None;
    for session in truth.sessions.values_mut() {
        for run in session.runs.iter_mut().filter(|run| run.is_active()) {
            run.unsure = true;
        }
        if let Some(rows) = &mut session.transcript {
            rows.stale_since.get_or_insert(now);
            rows.loading = false;
        }
    }
}

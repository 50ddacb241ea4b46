//! A node's pulse says what its clock shows; with it, what expires by that clock is told by ours.

use link::event::{Approval, Kept};
use serde::Deserialize;

use super::changes::Changes;
use super::{Taken, approval};
use crate::truth::{Asked, Truth};

/// A difference that a countdown would show, milliseconds.
const NOTICED_MS: i64 = 250;
/// How near to its arrival a time is that was filled in on arrival, milliseconds.
const FILLED_MS: i64 = 250;
/// A clock that differs by no more is taken for ours, milliseconds.
const SAME_MS: i64 = 1_000;

/// A pulse arrived.
pub(super) fn beat(truth: &mut Truth, value: &Kept, now: i64, changes: &mut Changes) -> Taken {
    #[derive(Deserialize)]
    struct Pulse {
        ts: Option<i64>,
    }
    let Some(at) = serde_json::from_str::<Pulse>(value.as_str()).ok().and_then(|pulse| pulse.ts) else {
        return Taken::New;
    };
    let before = truth.clock.ahead();
    truth.clock.beat(at, now);
    let after = truth.clock.ahead();
    let moved = match (before, after) {
        (Some(before), Some(after)) => (after - before).abs() >= NOTICED_MS,
        (None, Some(_)) => true,
        _ => false,
    };
    if moved {
        approval::reset_times(truth, now, changes);
    }
    Taken::New
}

/// When it was asked and when it expires, by our clock, as far as that is known. `seen` is when it came, and `live` the
/// age it had then, where it was told as it happened.
pub(super) fn ours(truth: &Truth, about: &Approval, seen: i64, live: Option<i64>) -> (Option<i64>, Option<i64>) {
    let filled = about.asked_at.is_some_and(|at| (seen - at).abs() <= FILLED_MS);
    match (truth.clock.ahead(), about.asked_at, about.expires_at) {
        // The vendor gives no times: `link` filled in ours.
        (Some(ahead), asked, expires) if filled && ahead.abs() > SAME_MS => (asked, expires),
        (Some(ahead), asked, expires) => (asked.map(|at| at - ahead), expires.map(|at| at - ahead)),
        // Until the node's clock is known, what it told just now it asked just now.
        (None, Some(asked), Some(expires)) if expires >= asked => match live {
            Some(age) => (Some(seen - age), Some(seen - age + (expires - asked))),
            None => (Some(asked), Some(expires)),
        },
        (None, asked, expires) => (asked, expires),
    }
}

/// As [`ours`], of one that is known.
pub(super) fn of(truth: &Truth, asked: &Asked) -> (Option<i64>, Option<i64>) {
    ours(truth, &asked.about, asked.seen, None)
}

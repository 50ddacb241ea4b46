//! Ends what is to end at a time: approvals expire, and their outcomes leave the list. Sleeps until the next such time
//! and not a moment earlier.

use std::sync::{Arc, Weak};
use std::time::Duration;

use supervise::{Restart, Scope};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::Inner;
use crate::apply::{Fact, next_deadline};

/// Told when a deadline came, went or moved.
#[derive(Clone, Default)]
pub(super) struct Deadline(Arc<Notify>);

impl Deadline {
    pub fn moved(&self) {
        self.0.notify_one();
    }
}

/// Starts the task that keeps all deadlines.
pub(super) fn start(scope: &Scope, inner: &Arc<Inner>) {
    let (core, deadline, stop) = (Arc::downgrade(inner), inner.deadline.clone(), scope.clone());
    let restart = Restart::Backoff { first: Duration::from_millis(200), cap: Duration::from_secs(10) };
    scope.spawn_forever("deadlines", restart, move || {
        let (core, deadline, stop) = (core.clone(), deadline.clone(), stop.clone());
        async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = keep(core, deadline) => {}
            }
            Ok(())
        }
    });
}

async fn keep(core: Weak<Inner>, deadline: Deadline) {
    loop {
        match core.upgrade().and_then(|inner| next(&inner)) {
            Some(wait) => {
                tokio::select! {
                    () = sleep(wait) => end(&core),
                    () = deadline.0.notified() => {}
                }
            }
            None => deadline.0.notified().await,
        }
    }
}

/// How long until something ends.
fn next(inner: &Inner) -> Option<Duration> {
    let times = inner.cells().into_iter().filter_map(|cell| next_deadline(&cell.state().truth));
    let wait = times.min()?.saturating_sub(inner.clock.now());
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or_default()))
}

fn end(core: &Weak<Inner>) {
    let Some(inner) = core.upgrade() else { return };
    let now = inner.clock.now();
    for cell in inner.cells() {
        let due = next_deadline(&cell.state().truth).is_some_and(|at| at <= now);
        if due {
            inner.feed(&cell, [Fact::Clock]);
        }
    }
}

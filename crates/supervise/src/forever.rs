//! Tasks that should run until their scope is cancelled: an earlier end is a failure, and what follows it is decided
//! here. Not for finite tasks.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::status::End;
use crate::task::{Running, end_of};

/// What follows when a task that should run forever ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// It stays ended, as a failure.
    Never,
    /// It starts again after a pause that begins at `first`, doubles with each failure and never exceeds `cap`. Each
    /// pause is shortened at random by up to half, so that many tasks that failed together do not return together.
    /// After a life longer than `cap` the pauses begin anew.
    Backoff { first: Duration, cap: Duration },
}

/// Runs what `make` makes, again and again, until the token is set or `restart` says never.
pub(crate) async fn keep<M, F>(running: Running, stop: CancellationToken, restart: Restart, mut make: M)
where
    M: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let mut failures = 0;
    loop {
        let born = Instant::now();
        // `make` runs inside: its panic is the task's.
        let end = end_of(async { make().await }).await;
        if stop.is_cancelled() {
            return running.finish(end);
        }
        let end = too_early(end);
        let Some(pause) = restart.pause(&mut failures, born.elapsed()) else {
            return running.finish(end);
        };
        running.back_off(end, pause);
        tokio::select! {
            () = sleep(pause) => running.restarted(),
            () = stop.cancelled() => return running.finish(End::Finished),
        }
    }
}

/// Before cancellation there is no good end.
fn too_early(end: End) -> End {
    match end {
        End::Finished => End::Failed("it ended, but should run until it is told to stop".to_owned()),
        other => other,
    }
}

impl Restart {
    /// The pause before the next life, or `None` when there is none.
    fn pause(self, failures: &mut u32, lived: Duration) -> Option<Duration> {
        let Restart::Backoff { first, cap } = self else {
            return None;
        };
        if lived > cap {
            *failures = 0;
        }
        let full = first.saturating_mul(1_u32.checked_shl(*failures).unwrap_or(u32::MAX)).min(cap);
        *failures = failures.saturating_add(1);
        Some(full.saturating_sub(full.mul_f64(random_below_half())))
    }
}

/// A random number from 0 to under 0.5. The standard library's hasher is seeded at random, and that is enough here.
fn random_below_half() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 32;
    f64::from(bits as u32) / f64::from(u32::MAX) / 2.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

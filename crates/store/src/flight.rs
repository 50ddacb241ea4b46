//! How many reads and writes are under way in this process. Whoever moves a clock by hand must not let it run on while
//! a disk works: it asks here first, or waits here.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

static UNDER_WAY: Mutex<usize> = Mutex::new(0);
static ALL_DONE: Condvar = Condvar::new();

/// Reads and writes of all stores that were handed to a database thread and not answered yet.
pub fn in_flight() -> usize {
    *count()
}

/// Blocks this thread until nothing is under way any more: every answer is there then, and whoever waits for one was
/// woken. For a runtime with a paused clock, before it parks; never for a thread that serves a store.
pub fn until_idle() {
    let idle = ALL_DONE.wait_while(count(), |count| *count > 0);
    drop(idle.unwrap_or_else(PoisonError::into_inner));
}

/// Counts from when the work is handed over until its answer was given, or until it is dropped unanswered.
pub(crate) struct Flight(());

impl Flight {
    pub fn begin() -> Flight {
        *count() += 1;
        Flight(())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut count = count();
        *count -= 1;
        if *count == 0 {
            ALL_DONE.notify_all();
        }
    }
}

/// A count is right whoever panicked beside it.
fn count() -> MutexGuard<'static, usize> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

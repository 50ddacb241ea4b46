//! How many reads and writes are under way in this process. A clock that somebody else moves must not run on while a
//! disk works: whoever moves it asks here first.

use std::sync::atomic::{AtomicUsize, Ordering};

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Reads, writes and openings of all stores that somebody waits for; 0 when nobody does.
pub fn in_flight() -> usize {
    UNDER_WAY.load(Ordering::Acquire)
}

/// Counts for as long as it lives.
pub(crate) struct Flight(());

impl Flight {
    pub fn begin() -> Flight {
        UNDER_WAY.fetch_add(1, Ordering::AcqRel);
        Flight(())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::AcqRel);
    }
}

//! The time of day of requests and of the gateway's beat, handed in so that a test can say what it is. What is stored has
//! the system's.

use std::sync::Arc;

use crate::table;

/// Tells the time of day. Clones tell the same.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    pub fn from(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> u64 {
        (self.0)()
    }
}

impl Default for Clock {
    /// The system's.
    fn default() -> Self {
        Self::from(table::now_ms)
    }
}

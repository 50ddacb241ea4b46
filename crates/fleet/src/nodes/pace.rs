//! A modest limit over all nodes on what the fleet asks by itself: after a network change every node reads everything
//! anew, and they need not do it in the same instant. What a person asks is never held up.

use std::num::NonZeroU32;

use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Questions a second, all nodes together.
const A_SECOND: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// How many may go at once after a rest: one node's reading is four or five.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// The limit. Shared by all nodes.
pub struct Pace(DefaultDirectRateLimiter);

impl Default for Pace {
    /// With nothing asked yet.
    fn default() -> Pace {
        Pace(RateLimiter::direct(Quota::per_second(A_SECOND).allow_burst(AT_ONCE)))
    }
}

impl Pace {
    /// Waits for a turn.
    pub async fn turn(&self) {
        while let Err(early) = self.0.check() {
            let wait = early.wait_time_from(self.0.clock().now());
            tokio::time::sleep(wait).await;
        }
    }
}

//! How long to wait before trying again. Pure: the randomness is handed in.

use std::time::Duration;

/// No pause is shorter: a random number near zero is not a licence to hammer.
const LEAST: Duration = Duration::from_millis(100);
/// The first pause is at most this long.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer.
const CAP: Duration = Duration::from_secs(30);

/// Counts failures since the gateway last spoke.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The number of the try that follows, from 1, and the pause before it. `random` is from 0 to 1: the pause is
    /// drawn from the whole range up to a limit that doubles with each failure ("full jitter").
    pub fn next(&mut self, random: f64) -> (u32, Duration) {
        let limit = FIRST.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX)).min(CAP);
        self.failures = self.failures.saturating_add(1);
        (self.failures, limit.mul_f64(random.clamp(0.0, 1.0)).max(LEAST))
    }

    /// The gateway spoke, so it is there. A mere connect is no reason: a gateway that accepts and drops would be hammered.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A random number from 0 to under 1.
pub(crate) fn random() -> f64 {
    // Without randomness every link waits the longest, which is safe.
    getrandom::u32().map_or(1.0, |bits| f64::from(bits) / (f64::from(u32::MAX) + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        let mut backoff = Backoff::default();
        let limits: Vec<_> = (0..9).map(|_| backoff.next(1.0).1.as_millis()).collect();
        assert_eq!(limits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    }

    #[test]
    fn the_pause_is_drawn_from_the_whole_range_but_never_nothing() {
        let mut backoff = Backoff { failures: 4 };
        assert_eq!(backoff.next(0.5).1, Duration::from_secs(4));
        assert_eq!(backoff.next(0.0).1, LEAST);
    }

    #[test]
    fn tries_are_numbered_from_one_and_again_after_a_reset() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(0.0).0, 1);
        assert_eq!(backoff.next(0.0).0, 2);
        backoff.reset();
        assert_eq!(backoff.next(1.0), (1, FIRST));
    }

    #[test]
    fn a_year_of_failures_does_not_overflow() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.next(1.0), (u32::MAX, CAP));
    }

    #[test]
    fn random_numbers_stay_in_range() {
        assert!((0..100).map(|_| random()).all(|number| (0.0..=1.0).contains(&number)));
    }
}

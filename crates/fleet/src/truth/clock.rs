//! What a node's clock shows, compared with ours.

use std::collections::VecDeque;

/// How many comparisons are remembered.
const REMEMBERED: usize = 8;

/// How far a node's clock is ahead of ours, by the time stamps of its pulses. A stamp is older by the way it took, so
/// the largest difference of the last few is the nearest to the truth.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeClock {
    differences: VecDeque<i64>,
}

impl NodeClock {
    /// Milliseconds that the node's clock is ahead; `None` while nobody knows. Negative: it is behind.
    pub fn ahead(&self) -> Option<i64> {
        self.differences.iter().max().copied()
    }

    /// A pulse stamped `at` by the node arrived at `now`.
    pub(crate) fn beat(&mut self, at: i64, now: i64) {
        if self.differences.len() == REMEMBERED {
            self.differences.pop_front();
        }
        self.differences.push_back(at.saturating_sub(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_pulse_of_the_last_few_says_how_far_the_clock_is_ahead() {
        let mut clock = NodeClock::default();
        assert_eq!(clock.ahead(), None);
        clock.beat(6_000, 1_000);
        clock.beat(6_400, 1_500);
        assert_eq!(clock.ahead(), Some(5_000));
        (0..8).for_each(|beat| clock.beat(beat, beat + 3));
        assert_eq!(clock.ahead(), Some(-3), "a clock that was set is believed after a while");
    }
}

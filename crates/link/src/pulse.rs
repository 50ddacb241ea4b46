//! Whether the gateway still lives. Pure: the times are handed in.

use std::time::Duration;

use tokio::time::Instant;

/// How often the gateway is asked for a sign of life, and the way there and back measured.
const PING_EVERY: Duration = Duration::from_secs(20);
/// The time of day running this far ahead of our own clock means that the computer slept.
const SLEPT: Duration = Duration::from_secs(15);
/// After a sleep an answer must come within this time: the connection is likelier dead than not.
const WAKE_ANSWER: Duration = Duration::from_secs(5);

/// What must be done now.
#[derive(Debug, PartialEq)]
pub(crate) enum Beat {
    Fine,
    /// Send a ping with this number.
    Ping(u64),
    /// Nothing was heard for this long.
    Dead(Duration),
}

/// Keeps account of what was heard, and of the pings sent.
#[derive(Debug)]
pub(crate) struct Pulse {
    heard: Instant,
    /// The last ping: its number, when it was sent, and whether its answer is still awaited.
    ping: (u64, Instant, bool),
    /// When an answer is due after a sleep; cleared by any sign of life.
    answer_due: Option<Instant>,
    /// The last check: our clock and the time of day (Unix milliseconds).
    checked: (Instant, i64),
}

impl Pulse {
    pub fn new(now: Instant, unix_ms: i64) -> Pulse {
        Pulse { heard: now, ping: (0, now, false), answer_due: None, checked: (now, unix_ms) }
    }

    /// Anything at all arrived.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.answer_due = None;
    }

    /// The answer to ping `number` arrived. The way there and back, when it is the one awaited.
    pub fn pong(&mut self, number: u64, now: Instant) -> Option<Duration> {
        let (last, sent, awaited) = self.ping;
        self.ping.2 = false;
        (awaited && last == number).then(|| now.duration_since(sent))
    }

    /// A ping is sent now, whatever the time; returns its number.
    pub fn ping(&mut self, now: Instant) -> u64 {
        self.ping = (self.ping.0.wrapping_add(1), now, true);
        self.ping.0
    }

    /// Somebody wants to know now whether it lives: an answer is due as soon as after a sleep. The ping's number.
    pub fn probe(&mut self, now: Instant) -> u64 {
        self.answer_due.get_or_insert(now + WAKE_ANSWER);
        self.ping(now)
    }

    /// Called every few seconds. `limit` is the longest silence allowed.
    pub fn check(&mut self, limit: Duration, now: Instant, unix_ms: i64) -> Beat {
        let slept = self.slept(now, unix_ms);
        self.checked = (now, unix_ms);
        let silent = now.duration_since(self.heard);
        if silent >= limit || self.answer_due.is_some_and(|due| now >= due) {
            return Beat::Dead(silent);
        }
        if slept {
            self.answer_due = Some(now + WAKE_ANSWER);
            return Beat::Ping(self.ping(now));
        }
        if now.duration_since(self.ping.1) >= PING_EVERY {
            return Beat::Ping(self.ping(now));
        }
        Beat::Fine
    }

    /// Our clock stands still while the computer sleeps, the time of day does not.
    fn slept(&self, now: Instant, unix_ms: i64) -> bool {
        let (then, then_ms) = self.checked;
        let day = Duration::from_millis(u64::try_from(unix_ms - then_ms).unwrap_or(0));
        day > now.duration_since(then) + SLEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    struct Clock {
        start: Instant,
        day: i64,
    }

    impl Clock {
        fn pulse() -> (Clock, Pulse) {
            let clock = Clock { start: Instant::now(), day: 1_000_000 };
            let pulse = Pulse::new(clock.start, clock.day);
            (clock, pulse)
        }

        fn at(&self, seconds: u64) -> (Instant, i64) {
            (self.start + Duration::from_secs(seconds), self.day + seconds as i64 * 1000)
        }
    }

    #[test]
    fn it_asks_every_twenty_seconds_and_measures_the_answer() {
        let (clock, mut pulse) = Clock::pulse();
        let (now, day) = clock.at(15);
        assert_eq!(pulse.check(LIMIT, now, day), Beat::Fine);
        let (now, day) = clock.at(20);
        assert_eq!(pulse.check(LIMIT, now, day), Beat::Ping(1));
        assert_eq!(pulse.pong(1, now + Duration::from_millis(7)), Some(Duration::from_millis(7)));
        assert_eq!(pulse.pong(1, now + Duration::from_millis(9)), None, "an answer counts once");
    }

    #[test]
    fn silence_up_to_the_limit_is_borne_and_then_is_death() {
        let (clock, mut pulse) = Clock::pulse();
        let (now, day) = clock.at(59);
        assert!(matches!(pulse.check(LIMIT, now, day), Beat::Ping(_)));
        let (now, day) = clock.at(60);
        assert_eq!(pulse.check(LIMIT, now, day), Beat::Dead(LIMIT));
    }

    #[test]
    fn anything_heard_is_life() {
        let (clock, mut pulse) = Clock::pulse();
        pulse.heard(clock.at(50).0);
        let (now, day) = clock.at(100);
        assert!(matches!(pulse.check(LIMIT, now, day), Beat::Ping(_)));
    }

    #[test]
    fn after_a_sleep_an_answer_is_due_soon() {
        let (clock, mut pulse) = Clock::pulse();
        let (now, day) = clock.at(5);
        assert_eq!(pulse.check(LIMIT, now, day + 3_600_000), Beat::Ping(1));
        let (now, day) = clock.at(10);
        assert_eq!(pulse.check(LIMIT, now, day + 3_600_000), Beat::Dead(Duration::from_secs(10)));
    }

    #[test]
    fn after_a_sleep_a_sign_of_life_is_enough() {
        let (clock, mut pulse) = Clock::pulse();
        let (now, day) = clock.at(5);
        assert_eq!(pulse.check(LIMIT, now, day + 3_600_000), Beat::Ping(1));
        pulse.heard(clock.at(6).0);
        let (now, day) = clock.at(10);
        assert_eq!(pulse.check(LIMIT, now, day + 3_600_000), Beat::Fine);
    }

    #[test]
    fn whoever_asks_whether_it_lives_is_told_soon() {
        let (clock, mut pulse) = Clock::pulse();
        assert_eq!(pulse.probe(clock.start), 1);
        pulse.probe(clock.at(3).0);
        let (now, day) = clock.at(5);
        assert_eq!(pulse.check(LIMIT, now, day), Beat::Dead(Duration::from_secs(5)), "asking again puts off nothing");
    }

    #[test]
    fn a_clock_set_back_is_no_sleep() {
        let (clock, mut pulse) = Clock::pulse();
        let (now, day) = clock.at(5);
        assert_eq!(pulse.check(LIMIT, now, day - 3_600_000), Beat::Fine);
    }
}

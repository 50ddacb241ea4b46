//! How fast one node is asked, or all of them by the fleet itself: a bucket of tokens that fills evenly, and a line in which acts of a person come before
//! what a screen needs, and that before the rest. Nobody in the line is ever turned away. A node that says it is busy
//! is left alone for a while, and the line waits.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::node::{USUAL_BURST, USUAL_PER_MINUTE};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// What the fleet asks by itself a minute, all nodes together, and at once: one node's reading is four or five.
pub const ALL_A_MINUTE: u32 = 3_000;
pub const ALL_AT_ONCE: u32 = 100;
/// The first pause after a node said that it is busy, and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How urgent a call is; the first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A person does something.
    Act,
    /// A screen waits for it.
    Screen,
    /// Nobody waits.
    Bulk,
}

/// The bucket of one node.
pub struct Bucket {
    state: Mutex<State>,
    /// Rung when somebody else may be first, or the speed changed.
    changed: Notify,
}

struct State {
    tokens: f64,
    filled: Instant,
    per_second: f64,
    burst: f64,
    rest_until: Option<Instant>,
    /// How long the next rest is, unless the node says it.
    pause: Duration,
    line: BTreeSet<(Urgency, u64)>,
    next: u64,
}

impl Default for Bucket {
    /// At the usual speed.
    fn default() -> Bucket {
        Bucket::of(USUAL_PER_MINUTE, USUAL_BURST)
    }
}

impl Bucket {
    /// Full, at that speed.
    pub fn of(per_minute: u32, burst: u32) -> Bucket {
        let state = State {
            tokens: f64::from(burst),
            filled: Instant::now(),
            per_second: f64::from(per_minute) / 60.0,
            burst: f64::from(burst),
            rest_until: None,
            pause: PAUSE,
            line: BTreeSet::new(),
            next: 0,
        };
        Bucket { state: Mutex::new(state), changed: Notify::new() }
    }

    /// Waits for a turn. `told` hears how many wait, when this one joins the line and when it leaves.
    pub async fn turn(&self, urgency: Urgency, told: impl Fn(usize)) {
        if self.state.lock().take_at_once() {
            return;
        }
        let place = self.join(urgency);
        told(self.waiting());
        // Whoever stops waiting leaves the line.
        let _leave = Leave { bucket: self, place, told: &told };
        loop {
            let changed = self.changed.notified();
            let wait = match self.state.lock().try_take(place) {
                Try::Mine => return,
                Try::In(wait) => wait,
                Try::NotFirst => Duration::MAX,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = changed => {}
            }
        }
    }

    /// How many wait for their turn.
    pub fn waiting(&self) -> usize {
        self.state.lock().line.len()
    }

    /// Another speed.
    pub fn set(&self, per_minute: u32, burst: u32) {
        let mut state = self.state.lock();
        state.fill();
        state.per_second = f64::from(per_minute.max(1)) / 60.0;
        state.burst = f64::from(burst.max(1));
        state.tokens = state.tokens.min(state.burst);
        drop(state);
        self.changed.notify_waiters();
    }

    /// The node said that it is busy, and perhaps for how long. How long it is left alone now.
    pub fn busy(&self, after: Option<Duration>) -> Duration {
        let mut state = self.state.lock();
        let rest = after.unwrap_or(state.pause).min(LONGEST_PAUSE);
        state.pause = (state.pause * 2).min(LONGEST_PAUSE);
        let until = Instant::now() + rest;
        state.rest_until = Some(state.rest_until.map_or(until, |known| known.max(until)));
        rest
    }

    /// The node took a call: it is not busy any more.
    pub fn fine(&self) {
        self.state.lock().pause = PAUSE;
    }

    fn join(&self, urgency: Urgency) -> (Urgency, u64) {
        let mut state = self.state.lock();
        let place = (urgency, state.next);
        state.next += 1;
        state.line.insert(place);
        place
    }
}

/// What came of looking whether it is one's turn.
enum Try {
    Mine,
    /// First in the line; a token is there after so long.
    In(Duration),
    NotFirst,
}

impl State {
    fn fill(&mut self) {
        let now = Instant::now();
        let fresh = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + fresh).min(self.burst);
        self.filled = now;
    }

    fn take_at_once(&mut self) -> bool {
        self.line.is_empty() && self.rest().is_none() && self.take()
    }

    fn try_take(&mut self, place: (Urgency, u64)) -> Try {
        if self.line.first() != Some(&place) {
            return Try::NotFirst;
        }
        if let Some(rest) = self.rest() {
            return Try::In(rest);
        }
        if self.take() {
            return Try::Mine;
        }
        Try::In(Duration::from_secs_f64((1.0 - self.tokens) / self.per_second))
    }

    fn take(&mut self) -> bool {
        self.fill();
        // What is missing by the rounding of a sleep is not missing.
        let whole = self.tokens >= 0.999;
        if whole {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        whole
    }

    fn rest(&mut self) -> Option<Duration> {
        let left = self.rest_until?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        if left.is_none() {
            self.rest_until = None;
        }
        left
    }
}

/// Takes a place out of the line, come what may.
struct Leave<'a, F: Fn(usize)> {
    bucket: &'a Bucket,
    place: (Urgency, u64),
    told: &'a F,
}

impl<F: Fn(usize)> Drop for Leave<'_, F> {
    fn drop(&mut self) {
        let mut state = self.bucket.state.lock();
        state.line.remove(&self.place);
        let waiting = state.line.len();
        drop(state);
        self.bucket.changed.notify_waiters();
        (self.told)(waiting);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn bucket(per_minute: u32, burst: u32) -> Arc<Bucket> {
        let bucket = Bucket::default();
        bucket.set(per_minute, burst);
        Arc::new(bucket)
    }

    async fn turns(bucket: &Bucket, urgency: Urgency, count: usize) -> Duration {
        let start = Instant::now();
        for _ in 0..count {
            bucket.turn(urgency, |_| {}).await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_evenly() {
        let bucket = bucket(60, 3);
        assert_eq!(turns(&bucket, Urgency::Bulk, 3).await, Duration::ZERO);
        let took = turns(&bucket, Urgency::Bulk, 5).await.as_secs_f64();
        assert!((4.9..5.1).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn acts_pass_before_screens_and_screens_before_the_rest_and_nobody_is_dropped() {
        let bucket = bucket(60, 1);
        bucket.turn(Urgency::Act, |_| {}).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut all = Vec::new();
        for urgency in [Urgency::Bulk, Urgency::Bulk, Urgency::Screen, Urgency::Act, Urgency::Screen] {
            let (bucket, order) = (bucket.clone(), order.clone());
            all.push(async move {
                bucket.turn(urgency, |_| {}).await;
                order.lock().push(urgency);
            });
        }
        futures_util::future::join_all(all).await;
        use Urgency::{Act, Bulk, Screen};
        assert_eq!(*order.lock(), [Act, Screen, Screen, Bulk, Bulk]);
        assert_eq!(bucket.waiting(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_node_is_left_alone_as_long_as_it_says_else_longer_each_time() {
        let bucket = bucket(6_000, 10);
        bucket.busy(Some(Duration::from_secs(7)));
        assert!(turns(&bucket, Urgency::Act, 1).await >= Duration::from_secs(7));
        bucket.fine();
        assert_eq!((bucket.busy(None), bucket.busy(None)), (PAUSE, PAUSE * 2));
        let last = (0..20).fold(PAUSE, |_, _| bucket.busy(None));
        assert_eq!(last, LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_holds_up_nobody_and_the_count_says_who_waits() {
        let bucket = bucket(60, 1);
        bucket.turn(Urgency::Act, |_| {}).await;
        let told = Mutex::new(Vec::new());
        {
            let first = bucket.turn(Urgency::Act, |count| told.lock().push(count));
            let gave_up = tokio::time::timeout(Duration::from_millis(10), first).await;
            assert!(gave_up.is_err());
        }
        assert_eq!(*told.lock(), [1, 0]);
        assert!(turns(&bucket, Urgency::Bulk, 1).await <= Duration::from_millis(1_100));
    }
}

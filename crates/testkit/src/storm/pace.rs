//! The clock: it moves by hand, a step at a time, and only when nobody works.

use std::future::Future;
use std::pin::pin;
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{Instant, advance};

use fleet::core::Clock;

/// One step of the clock.
const STEP: Duration = Duration::from_millis(250);
/// When all of it begins: the 1st of January 2027, Unix milliseconds.
const MIDNIGHT: i64 = 1_798_761_600_000;
/// The moment of the clock that this is.
static BEGINNING: OnceLock<Instant> = OnceLock::new();
/// How often everybody gets a turn before nobody is taken to have anything left to do.
const TURNS: usize = 48;

/// Runs `life` on a clock that only [`during`] and [`pass`] move: the runtime leaves it alone while a thread works for it.
pub async fn by_hand<T>(life: impl Future<Output = T>) -> T {
    let (done, wait) = mpsc::channel::<()>();
    // It ends when nobody is left to send.
    let thread = spawn_blocking(move || wait.recv().is_ok());
    let lived = life.await;
    drop(done);
    // What it answers says nothing.
    let _ = thread.await;
    lived
}

/// Lets the clock run until the work is done.
pub async fn during<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = step(STEP) => {}
        }
    }
}

/// Lets so much time pass; in long steps where nothing is under way.
pub async fn pass(time: Duration, stride: Duration) {
    let mut left = time;
    while !left.is_zero() {
        let by = left.min(stride);
        step(by).await;
        left -= by;
    }
}

/// The time of day of a simulated world: it goes as the clock that is moved by hand.
pub struct Watch {
    began: Instant,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch { began: *BEGINNING.get_or_init(Instant::now) }
    }
}

impl Clock for Watch {
    fn now(&self) -> i64 {
        let since = Instant::now().saturating_duration_since(self.began);
        MIDNIGHT + i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Everybody does what can be done now; then the clock moves.
async fn step(by: Duration) {
    loop {
        for _ in 0..TURNS {
            yield_now().await;
        }
        if store::in_flight() == 0 {
            break;
        }
        std::thread::yield_now();
    }
    advance(by).await;
}

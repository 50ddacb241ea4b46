//! The clock: it stands while anybody works and leaps to the next timer when nobody has anything left to do, so an hour
//! costs what happens in it and no more. The time of day goes with it, and can be set as a person sets a clock.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fleet::core::Clock;
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// When all of it begins: the 1st of January 2027, Unix milliseconds.
const MIDNIGHT: i64 = 1_798_761_600_000;
/// How much time passes here for each moment that threads get to end: their end is no timer's.
const BREATH: Duration = Duration::from_millis(10);
/// Such a moment, of real time.
const MOMENT: Duration = Duration::from_micros(200);

/// A runtime for one night. Its clock never leaps while a database works.
///
/// # Errors
/// The system gives none.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().start_paused(true).on_thread_park(store::until_idle).build()
}

/// Waits for something that ends threads, which no timer waits for: it gets real time, too.
pub async fn ending<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = breathe() => {}
        }
    }
}

async fn breathe() {
    // While a thread works for the runtime its clock stands.
    let _ = spawn_blocking(|| std::thread::sleep(MOMENT)).await;
    sleep(BREATH).await;
}

/// The time of day of a simulated world.
pub struct Watch {
    began: Instant,
    /// By how much it was set since, milliseconds.
    set: AtomicI64,
}

impl Watch {
    /// It is midnight.
    pub fn start() -> Watch {
        Watch { began: Instant::now(), set: AtomicI64::new(0) }
    }

    /// Somebody sets it forward, or back.
    pub fn set(&self, by: i64) {
        self.set.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for Watch {
    fn now(&self) -> i64 {
        let since = Instant::now().saturating_duration_since(self.began);
        MIDNIGHT + i64::try_from(since.as_millis()).unwrap_or(i64::MAX) + self.set.load(Ordering::Relaxed)
    }
}

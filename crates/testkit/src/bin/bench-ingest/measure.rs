//! What a reader is asked to do, and what it measures of itself.

use std::fmt;
use std::fs;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What a reader is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    pub port: u16,
    pub links: u64,
    /// Over all links.
    pub frames: u64,
    /// Whether deltas bear the time they were sent at.
    pub paced: bool,
}

/// A reader's figures of one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    /// Frames that arrived.
    pub frames: u64,
    /// From the first to the last one, through to the end of the reader's path.
    pub seconds: f64,
    /// CPU time of all its threads in that time, seconds.
    pub cpu: f64,
    /// From sent to known, microseconds; 0 without stamps.
    pub p50_us: f64,
    pub p99_us: f64,
}

impl Figures {
    /// Frames a second.
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn rate(&self) -> f64 {
        self.frames as f64 / self.seconds
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.0} events/s  {:>5.2} s CPU", self.rate(), self.cpu)?;
        if self.p99_us > 0.0 {
            write!(f, "  p50 {:>5.0} µs  p99 {:>5.0} µs", self.p50_us, self.p99_us)?;
        }
        Ok(())
    }
}

/// Runs from the first frame to the end.
pub struct Watch {
    began: Instant,
    cpu: f64,
}

impl Watch {
    /// Starts now.
    pub fn start() -> Watch {
        Watch { began: Instant::now(), cpu: cpu_seconds() }
    }

    /// The figures from the start until now.
    pub fn stop(&self, frames: u64, late: &mut [u64]) -> Figures {
        let seconds = self.began.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - self.cpu;
        late.sort_unstable();
        Figures { frames, seconds, cpu, p50_us: percentile(late, 50), p99_us: percentile(late, 99) }
    }
}

#[allow(clippy::cast_precision_loss, reason = "microseconds far below 2^52")]
fn percentile(sorted: &[u64], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |nanos| *nanos as f64 / 1000.0)
}

/// CPU time of all threads that live, seconds, from the scheduler's own count. No thread of a reader ends before it.
#[allow(clippy::cast_precision_loss, reason = "nanoseconds of a short run")]
fn cpu_seconds() -> f64 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return 0.0;
    };
    let nanos = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    nanos.sum::<u64>() as f64 / 1e9
}

/// Unix nanoseconds: the same clock in all processes here.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

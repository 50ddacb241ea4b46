//! What a reader measures of itself.

use std::fmt;
use std::fs;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A reader's figures of one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    /// Frames that arrived.
    pub frames: u64,
    /// From the first to the last one, through to the end of the reader's path.
    pub seconds: f64,
    /// CPU time of all its threads in that time, seconds.
    pub cpu: f64,
    /// 99th percentile from sent to known, microseconds; 0 without stamps.
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
        write!(f, "{:>9.0} events/s  {:>6.2} s CPU  p99 {:>7.0} µs", self.rate(), self.cpu, self.p99_us)
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

    /// Ends now, and prints the figures for the parent.
    pub fn report(self, frames: u64, late: &mut [u64]) -> anyhow::Result<()> {
        let figures = Figures {
            frames,
            seconds: self.began.elapsed().as_secs_f64(),
            cpu: cpu_seconds() - self.cpu,
            p99_us: p99(late),
        };
        println!("{}", serde_json::to_string(&figures)?);
        Ok(())
    }
}

#[allow(clippy::cast_precision_loss, reason = "microseconds far below 2^52")]
fn p99(late: &mut [u64]) -> f64 {
    if late.is_empty() {
        return 0.0;
    }
    late.sort_unstable();
    late[(late.len() * 99 / 100).min(late.len() - 1)] as f64 / 1000.0
}

/// CPU time of all threads that live, seconds, from the scheduler's own count.
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

//! Visible progress: numbered steps with the seconds since the start, on standard error.

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

/// Counts the steps of one verb.
pub struct Steps {
    total: usize,
    at: usize,
    start: Instant,
}

impl Steps {
    pub fn of(total: usize) -> Steps {
        Steps { total, at: 0, start: Instant::now() }
    }

    /// Announces the next step, before its work starts.
    pub fn next(&mut self, what: &str) {
        self.at += 1;
        say(line(self.at, self.total, self.start.elapsed(), what));
    }

    /// Seconds since the first step.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// One line to the person. A closed terminal is no reason to stop working.
pub fn say(line: impl Display) {
    let mut out = std::io::stderr().lock();
    let _closed = writeln!(out, "{line}");
}

fn line(at: usize, total: usize, elapsed: Duration, what: &str) -> String {
    format!("[{at}/{total}] {:>6.1} s  {what} …", elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_shows_its_number_and_the_seconds_so_far() {
        let text = line(2, 6, Duration::from_millis(12_340), "building the window (WASM)");
        assert_eq!(text, "[2/6]   12.3 s  building the window (WASM) …");
    }

    #[test]
    fn steps_count_up_from_one() {
        let mut steps = Steps::of(2);
        assert_eq!(steps.at, 0);
        steps.next("first");
        steps.next("second");
        assert_eq!((steps.at, steps.total), (2, 2));
    }
}

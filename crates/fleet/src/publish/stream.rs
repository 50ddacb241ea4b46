//! The last lines of the one stream, in memory: what windows get live, and what there is without a log.

use std::collections::VecDeque;
use std::sync::Arc;

use contract::activity::{Filter, Line};
use parking_lot::Mutex;

use crate::log::{Shared, passes};

/// How many lines stay in memory.
const KEPT: usize = 2_000;

/// The stream's end.
pub(crate) struct Stream {
    ring: Mutex<Ring>,
}

struct Ring {
    /// Oldest first; their numbers rise.
    lines: VecDeque<Arc<Line>>,
    /// The number of the last line that is no longer here.
    dropped: u64,
}

impl Stream {
    /// A stream whose next line comes after the log's entry of that number.
    pub fn after(last: u64) -> Stream {
        Stream { ring: Mutex::new(Ring { lines: VecDeque::new(), dropped: last }) }
    }

    /// Gives an entry its number, and its line its place. Both under one lock: lines stand in the order of numbers.
    pub fn push(&self, log: &Shared, line: Option<Line>) -> (u64, Option<Arc<Line>>) {
        let Some(mut line) = line else {
            return (log.next_id(), None);
        };
        let mut ring = self.ring.lock();
        line.n = log.next_id();
        let line = Arc::new(line);
        ring.lines.push_back(line.clone());
        let oldest = if ring.lines.len() > KEPT { ring.lines.pop_front() } else { None };
        ring.dropped = oldest.as_ref().map_or(ring.dropped, |line| line.n);
        // Nobody waits while the oldest line is let go.
        drop(ring);
        (line.n, Some(line))
    }

    /// The number of the last line.
    pub fn last(&self) -> u64 {
        let ring = self.ring.lock();
        ring.lines.back().map_or(ring.dropped, |line| line.n)
    }

    /// The lines after that number; `None` when some of them are no longer here.
    pub fn since(&self, after: u64) -> Option<Vec<Arc<Line>>> {
        let ring = self.ring.lock();
        if ring.dropped > after {
            return None;
        }
        let start = ring.lines.partition_point(|line| line.n <= after);
        Some(ring.lines.range(start..).cloned().collect())
    }

    /// The last lines in memory before that number that pass the filter, oldest first.
    pub fn before(&self, filter: &Filter, before: u64, limit: u32) -> Vec<Line> {
        let ring = self.ring.lock();
        let passing = ring.lines.iter().rev().filter(|line| line.n < before && passes(filter, line));
        let mut lines: Vec<Line> = passing.take(limit as usize).map(|line| Line::clone(line)).collect();
        lines.reverse();
        lines
    }
}

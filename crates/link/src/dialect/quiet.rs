//! How long each open run has been silent. Gateways lose the ends of runs (a slow reader, a turn that dies inside),
//! and nobody says so: only the silence does.

use super::runs::{Run, Runs};

/// What a run has said so far; another mark means that it is alive.
type Mark = (usize, usize, usize);

/// The open runs, with the time at which each was last seen to move.
#[derive(Default)]
pub(crate) struct Quiet {
    seen: Vec<(Box<str>, Mark, i64)>,
}

impl Quiet {
    /// Looks at the open runs at `now` (Unix milliseconds).
    pub fn look(&mut self, runs: &Runs, now: i64) {
        let before = std::mem::take(&mut self.seen);
        self.seen = runs
            .iter()
            .map(|run| {
                let mark = mark(run);
                let moved = before.iter().find(|(id, last, _)| **id == *run.id() && *last == mark);
                (run.id().into(), mark, moved.map_or(now, |(_, _, since)| *since))
            })
            .collect();
    }

    /// The runs that have been silent for `ms` at least, each with the time since when.
    pub fn since(&self, now: i64, ms: i64) -> Vec<(Box<str>, i64)> {
        let silent = self.seen.iter().filter(|(_, _, since)| now.saturating_sub(*since) >= ms);
        silent.map(|(id, _, since)| (id.clone(), *since)).collect()
    }

    /// Looks, and takes the runs that have been silent for `ms` at least: the answer decides about them, and until
    /// then they are not asked about again.
    pub fn suspects(&mut self, runs: &Runs, now: i64, ms: i64) -> Vec<(Box<str>, i64)> {
        self.look(runs, now);
        let silent = self.since(now, ms);
        for (_, _, since) in self.seen.iter_mut().filter(|(_, _, since)| now.saturating_sub(*since) >= ms) {
            *since = now;
        }
        silent
    }
}

fn mark(run: &Run) -> Mark {
    (run.text.len(), run.thinking.len(), run.steps())
}

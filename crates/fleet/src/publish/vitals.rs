//! The core's own figures: events a second, and what the program and its child processes use. Read from Linux' `/proc`;
//! on a system without it processor and memory stay 0.

use std::collections::HashMap;
use std::fs;

use contract::update::Vitals;
use supervise::Scope;
use tokio::time::Instant;

/// Processor time is counted in hundredths of a second.
const TICKS: f64 = 100.0;

/// Measures what changed since it measured last.
#[derive(Default)]
pub(super) struct Meter {
    last: Option<Measured>,
}

struct Measured {
    at: Instant,
    events: u64,
    /// Ticks by process: one that ended takes its time with it.
    ticks: HashMap<u32, u64>,
}

impl Meter {
    /// When it measured last.
    pub fn last(&self) -> Option<Instant> {
        self.last.as_ref().map(|last| last.at)
    }

    /// The figures since the last time; `None` in a shutdown. `events` counts from the start.
    pub async fn measure(&mut self, scope: &Scope, events: u64) -> Option<Vitals> {
        let found = scope.blocking("vitals", processes).await.ok()?;
        let at = Instant::now();
        let memory = found.iter().map(|process| process.memory).sum();
        let ticks: HashMap<u32, u64> = found.iter().map(|process| (process.id, process.ticks)).collect();
        let mut vitals = Vitals { memory_bytes: memory, ..Vitals::default() };
        if let Some(last) = &self.last {
            let seconds = (at - last.at).as_secs_f64().max(0.001);
            let used = |(id, ticks): (&u32, &u64)| ticks.saturating_sub(last.ticks.get(id).copied().unwrap_or(0));
            let used: u64 = ticks.iter().map(used).sum();
            vitals.cpu_percent = used as f64 / TICKS / seconds * 100.0;
            vitals.events_per_second = events.saturating_sub(last.events) as f64 / seconds;
        }
        self.last = Some(Measured { at, events, ticks });
        Some(vitals)
    }
}

/// A process as it stands.
struct Process {
    id: u32,
    ticks: u64,
    /// Its share of memory, bytes.
    memory: u64,
}

/// This process and all below it.
fn processes() -> Vec<Process> {
    let mut found = Vec::new();
    let mut open = vec![std::process::id()];
    while let Some(id) = open.pop() {
        let Some(ticks) = ticks(id) else { continue };
        found.push(Process { id, ticks, memory: memory(id) });
        open.extend(children(id));
    }
    found
}

fn children(id: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else {
        return Vec::new();
    };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// Processor time of a process, user and system. The name before the fields may hold spaces and brackets.
fn ticks(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The proportional set size of a process, bytes; 0 where it may not be read.
fn memory(id: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1_024
}

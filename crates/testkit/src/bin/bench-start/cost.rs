//! What a process and everything below it takes of the machine, as the kernel accounts it: proportional memory (PSS)
//! and the time its threads ran, to the nanosecond.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use testkit::running::children;

/// One look at all processes of an app.
pub struct Cost {
    pub processes: Vec<Process>,
}

/// One process.
pub struct Process {
    pub name: String,
    /// KiB.
    pss: u64,
    /// By thread: its name, and the nanoseconds it has run.
    threads: HashMap<u32, (String, u64)>,
}

impl Cost {
    /// Of that process and all below it.
    pub fn of(root: u32) -> Result<Cost> {
        let mut tree = vec![root];
        let mut at = 0;
        while let Some(process) = tree.get(at).copied() {
            tree.extend(children(process));
            at += 1;
        }
        let processes = tree.into_iter().filter_map(|process| Process::of(process).transpose());
        Ok(Cost { processes: processes.collect::<Result<_>>()? })
    }

    pub fn mebibytes(&self) -> f64 {
        self.processes.iter().map(Process::mebibytes).sum()
    }

    /// Percent of one core since then.
    pub fn share_since(&self, before: &Cost, time: Duration) -> f64 {
        self.threads_since(before, time).iter().map(|(_, share)| share).sum()
    }

    /// Percent of one core by name of process and thread, the busiest first.
    pub fn threads_since(&self, before: &Cost, time: Duration) -> Vec<(String, f64)> {
        let known: HashMap<u32, u64> =
            before.processes.iter().flat_map(|process| &process.threads).map(|(id, (_, ran))| (*id, *ran)).collect();
        let mut shares: HashMap<String, f64> = HashMap::new();
        for process in &self.processes {
            for (id, (name, ran)) in &process.threads {
                let since = ran.saturating_sub(known.get(id).copied().unwrap_or_default());
                let share = since as f64 / time.as_nanos() as f64 * 100.0;
                *shares.entry(format!("{}: {name}", process.name)).or_default() += share;
            }
        }
        let mut shares: Vec<(String, f64)> = shares.into_iter().collect();
        shares.sort_by(|one, other| other.1.total_cmp(&one.1));
        shares
    }
}

impl Process {
    /// Nothing for one that has ended meanwhile, or has ended and is not yet taken note of.
    fn of(process: u32) -> Result<Option<Process>> {
        let place = format!("/proc/{process}");
        let Ok(rollup) = fs::read_to_string(format!("{place}/smaps_rollup")) else { return Ok(None) };
        let name = fs::read_to_string(format!("{place}/comm"))?.trim().to_owned();
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("the kernel tells no PSS")?;
        let pss = pss.trim().trim_end_matches(" kB").parse()?;
        let mut threads = HashMap::new();
        for entry in fs::read_dir(format!("{place}/task"))?.flatten() {
            // A thread may end between the list and the look.
            let Ok(ran) = fs::read_to_string(entry.path().join("schedstat")) else { continue };
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default().trim().to_owned();
            let ran = ran.split(' ').next().unwrap_or_default().parse()?;
            threads.insert(entry.file_name().to_string_lossy().parse()?, (name, ran));
        }
        Ok(Some(Process { name, pss, threads }))
    }

    pub fn mebibytes(&self) -> f64 {
        self.pss as f64 / 1024.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_process_has_memory_and_its_threads_run() {
        let before = Cost::of(std::process::id()).unwrap();
        assert!(before.mebibytes() > 0.5);
        let mut sum = 0_u64;
        while Cost::of(std::process::id()).unwrap().share_since(&before, Duration::from_secs(1)) <= 0.0 {
            sum = sum.wrapping_add(1);
        }
        let none = before.share_since(&before, Duration::from_secs(1));
        assert!(none.abs() < f64::EPSILON, "{none} after {sum} looks");
    }
}

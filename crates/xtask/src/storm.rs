//! `storm`: simulated nights of bad weather, several processes side by side, summed up.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, PipeReader, pipe};
use std::process::{Child, Command};
use std::thread::available_parallelism;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::house::House;
use crate::process;
use crate::steps::{Steps, say};

/// After so many nights it is said how far it is.
const SAID_EVERY: u64 = 20;

/// What is to be lived through.
#[derive(Args)]
pub struct Storm {
    /// Simulated hours in all.
    #[arg(long, default_value_t = 1_000)]
    hours: u64,
    /// The seed of the first night; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Simulated hours of one night.
    #[arg(long, default_value_t = 12)]
    night: u64,
    /// Instead, kill the app so many times while it sends, and look for what was lost or doubled.
    #[arg(long, value_name = "COUNT")]
    kill: Option<u64>,
    /// Processes side by side; as many as the machine has cores, unless it is said.
    #[arg(long)]
    jobs: Option<u64>,
}

/// `cargo xtask storm`.
pub fn run(house: &House, asked: &Storm) -> Result<()> {
    let mut steps = Steps::of(2);
    steps.next("building the storm");
    let build = ["build", "--profile", "storm", "--package", "testkit", "--features", "storm", "--bin", "storm"];
    process::run(house.cargo().args(build))?;
    let Some(count) = asked.kill else {
        return nights(house, asked, &mut steps);
    };
    steps.next(&format!("killing the app {count} times, seed {}", asked.seed));
    process::run(Command::new(house.binary("storm", "storm")).args([
        "kill",
        &count.to_string(),
        &asked.seed.to_string(),
    ]))
}

fn nights(house: &House, asked: &Storm, steps: &mut Steps) -> Result<()> {
    let length = asked.night.clamp(1, asked.hours.max(1));
    let nights = asked.hours.div_ceil(length);
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u64);
    let jobs = asked.jobs.unwrap_or(cores).clamp(1, nights);
    steps.next(&format!("{nights} nights of {length} hours, {jobs} at a time, from seed {}", asked.seed));
    let (lines, mut children) = start(house, asked.seed, (nights, length, jobs))?;
    let tally = watch(lines)?;
    for child in &mut children {
        child.wait()?;
    }
    tell(&tally, length);
    let lived = tally.nights + tally.broken.len() as u64;
    if lived < nights {
        bail!("only {lived} of {nights} nights came to an end");
    }
    if !tally.broken.is_empty() {
        bail!("{} of {nights} nights broke a promise", tally.broken.len());
    }
    Ok(())
}

/// The processes, and what all of them say.
fn start(house: &House, seed: u64, (nights, length, jobs): (u64, u64, u64)) -> Result<(PipeReader, Vec<Child>)> {
    let (lines, mouth) = pipe()?;
    let binary = house.binary("storm", "storm");
    let one = |number: u64| {
        let own = (nights - number).div_ceil(jobs);
        let told = [seed + number, jobs, own, length].map(|number| number.to_string());
        let child = Command::new(&binary).args(told).stdout(mouth.try_clone()?).spawn();
        child.with_context(|| format!("{} did not start", binary.display()))
    };
    let children = (0..jobs).map(one).collect::<Result<_>>()?;
    Ok((lines, children))
}

/// What was heard of the nights.
#[derive(Default)]
struct Tally {
    nights: u64,
    counts: BTreeMap<String, u64>,
    seconds: f64,
    broken: Vec<u64>,
}

/// Listens until the last process has ended.
fn watch(lines: PipeReader) -> Result<Tally> {
    let mut tally = Tally::default();
    for line in BufReader::new(lines).lines() {
        let line = line?;
        let told: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        tally.take(&told);
    }
    Ok(tally)
}

impl Tally {
    fn take(&mut self, told: &Value) {
        let seed = told["seed"].as_u64().unwrap_or_default();
        self.seconds += told["seconds"].as_f64().unwrap_or_default();
        if let Some(fault) = told["fault"].as_str() {
            say(format!("seed {seed}: {fault}"));
            self.broken.push(seed);
            return;
        }
        self.nights += 1;
        for (name, count) in told["report"].as_object().into_iter().flatten() {
            *self.counts.entry(name.clone()).or_default() += count.as_u64().unwrap_or_default();
        }
        if self.nights.is_multiple_of(SAID_EVERY) {
            say(format!("{} nights, {}", self.nights, self.counts()));
        }
    }

    fn counts(&self) -> String {
        let counts = self.counts.iter().filter(|(name, _)| *name != "nights");
        counts.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
    }
}

fn tell(tally: &Tally, length: u64) {
    say(format!("{} nights: {}", tally.nights, tally.counts()));
    let hours = (tally.nights + tally.broken.len() as u64) * length;
    say(format!("{:.0} s of computing, {:.2} s an hour", tally.seconds, tally.seconds / hours.max(1) as f64));
    match &tally.broken[..] {
        [] => say("0 lost, 0 doubled, 0 reordered, and the windows showed what the nodes had"),
        broken => {
            for seed in broken {
                say(format!("again: cargo xtask storm --seed {seed} --night {length} --hours {length}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nights_are_summed_up_and_a_broken_one_is_remembered_by_its_seed() {
        let mut tally = Tally::default();
        tally.take(&json!({"seed": 1, "seconds": 2.0, "report": {"hours": 12, "gateways_restarted": 3}}));
        tally.take(&json!({"seed": 2, "seconds": 1.0, "report": {"hours": 12, "gateways_restarted": 4}}));
        tally.take(&json!({"seed": 3, "seconds": 1.0, "fault": "a message is gone"}));
        assert_eq!(tally.counts(), "7 gateways restarted, 24 hours");
        assert_eq!((tally.nights, tally.broken), (2, vec![3]));
    }
}

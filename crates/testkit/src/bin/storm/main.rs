//! `storm FIRST STEP NIGHTS HOURS`: lives through so many nights of so many simulated hours, the seeds from the first on
//! by that step, and prints a line of JSON for each. `cargo xtask storm` runs several of it side by side and sums up.
//! `storm kill COUNT SEED`: kills the app so many times, for `cargo xtask storm --kill`.
#![allow(clippy::print_stdout, reason = "it prints what it found")]

use std::env;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::json;
use testkit::kills;

/// As the app has it: half of a night is small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much of a fault is told, in bytes: a line goes out in one piece, so that those of several processes stay apart.
const TOLD: usize = 3_000;

fn main() -> anyhow::Result<()> {
    if let Some(ended) = kills::child() {
        return ended;
    }
    let given: Vec<String> = env::args().skip(1).collect();
    match given.split_first() {
        Some((verb, numbers)) if verb == "kill" => kill(&read(numbers)?),
        _ => nights(&read(&given)?),
    }
}

fn read(given: &[String]) -> anyhow::Result<Vec<u64>> {
    Ok(given.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
}

fn kill(given: &[u64]) -> anyhow::Result<()> {
    let [count, seed]: [u64; 2] = given.try_into().ok().context("storm kill COUNT SEED")?;
    let program = env::current_exe()?;
    let report = kills::kills(count, seed, &|| Command::new(&program))?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn nights(given: &[u64]) -> anyhow::Result<()> {
    let [first, step, nights, hours]: [u64; 4] = given.try_into().ok().context("storm FIRST STEP NIGHTS HOURS")?;
    let broken = (0..nights).filter(|number| !night(first + number * step, hours)).count();
    ensure!(broken == 0, "{broken} of {nights} nights broke a promise");
    Ok(())
}

/// Whether it went well.
fn night(seed: u64, hours: u64) -> bool {
    let began = Instant::now();
    let lived = testkit::storm::night(seed, hours);
    let seconds = began.elapsed().as_secs_f64();
    match &lived {
        Ok(report) => println!("{}", json!({"seed": seed, "seconds": seconds, "report": report})),
        Err(error) => {
            let mut fault = format!("{error:#}");
            fault.truncate(fault.floor_char_boundary(TOLD));
            println!("{}", json!({"seed": seed, "seconds": seconds, "fault": fault}));
        }
    }
    lived.is_ok()
}

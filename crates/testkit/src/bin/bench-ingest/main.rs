//! The whole way of an event, measured: socket → neutral event → state → log → batch, beside a reader that only
//! counts frames and beside the JavaScript manager of the seed, interleaved in one run, losses checked.
//!
//! `cargo xtask bench ingest [--rounds N]`. Every reader runs in a process of its own against the same feeder, so
//! that its CPU time is its alone. Figures are medians of the rounds; the raw ones are printed too.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

mod feed;
mod frames;

mod count;
mod house;
mod rival;

mod check;
mod tap;
mod window;

mod measure;
mod report;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

use measure::{Figures, Task};

/// Quicker than the system's where memory is made on one thread and let go on another, as every event's is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Frames of one round at full speed, over all links.
const FULL_FRAMES: u64 = 400_000;
/// Events a second of the paced round, over all links, and its length.
const PACE: u64 = 10_000;
const PACED_SECONDS: u64 = 6;
/// How many links.
const LINKS: [u64; 3] = [1, 16, 64];
const PACED_LINKS: u64 = 64;
const ROUNDS: usize = 3;

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    Count,
    House,
    Rival,
}

impl Reader {
    const ALL: [Reader; 3] = [Reader::Count, Reader::House, Reader::Rival];

    /// The name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Reader::Count => "counting reader",
            Reader::House => "pilothouse",
            Reader::Rival => "JavaScript manager",
        }
    }
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["feed", links, frames, pace] => feed::run(links.parse()?, frames.parse()?, pace.parse()?),
        ["count", numbers @ ..] => count::run(task(numbers)?),
        ["house", numbers @ ..] => house::run(task(numbers)?),
        [] => all(ROUNDS),
        ["--rounds", rounds] => all(rounds.parse()?),
        _ => bail!("usage: bench-ingest [--rounds N]"),
    }
}

fn task(numbers: &[&str]) -> anyhow::Result<Task> {
    let [port, links, frames, pace] = numbers else {
        bail!("a reader needs port, links, frames and pace");
    };
    Ok(Task { port: port.parse()?, links: links.parse()?, frames: frames.parse()?, paced: *pace != "0" })
}

fn all(rounds: usize) -> anyhow::Result<()> {
    let rival = rival::install()?;
    let mut report = report::Report::default();
    for round in 1..=rounds {
        for links in LINKS {
            for reader in Reader::ALL {
                let figures = one(reader, links, FULL_FRAMES, 0, &rival)?;
                println!("round {round} · {links:>2} links · full speed · {:<18} {figures}", reader.name());
                report.full(reader, links, figures);
            }
        }
        for reader in Reader::ALL {
            let figures = one(reader, PACED_LINKS, PACE * PACED_SECONDS, PACE, &rival)?;
            println!("round {round} · {PACED_LINKS} links · {PACE}/s  · {:<18} {figures}", reader.name());
            report.paced(reader, figures);
        }
    }
    report.print()
}

/// One reader against a fresh feeder. A lost frame is an error.
fn one(reader: Reader, links: u64, frames: u64, pace: u64, rival: &rival::Rival) -> anyhow::Result<Figures> {
    let this = std::env::current_exe()?;
    let frames = frames::whole_runs(frames, links);
    let [links, wanted, pace] = [links, frames, pace].map(|number| number.to_string());
    let mut feeder = Command::new(&this).args(["feed", &links, &wanted, &pace]).stdout(Stdio::piped()).spawn()?;
    let read = first_line(&mut feeder).and_then(|port| {
        let mut command = match reader {
            Reader::Count => own(&this, "count"),
            Reader::House => own(&this, "house"),
            Reader::Rival => rival.command(),
        };
        Ok(command.args([port.trim(), &links, &wanted, &pace]).stderr(Stdio::inherit()).output()?)
    });
    // It has nothing left to do, and may be gone already.
    feeder.kill().ok();
    feeder.wait()?;
    let out = read?;
    if !out.status.success() {
        bail!("the {} failed: {}", reader.name(), String::from_utf8_lossy(&out.stdout));
    }
    let figures: Figures = serde_json::from_slice(&out.stdout).context("the reader's figures cannot be read")?;
    if figures.frames != frames {
        bail!("the {} lost events: {} of {frames} arrived", reader.name(), figures.frames);
    }
    Ok(figures)
}

fn own(this: &std::path::Path, verb: &str) -> Command {
    let mut command = Command::new(this);
    command.arg(verb);
    command
}

fn first_line(child: &mut Child) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
    Ok(line)
}

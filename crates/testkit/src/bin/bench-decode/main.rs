//! What it costs to make a frame neutral: the recorded chats of each vendor through its dialect, beside serde_json's
//! parsing of the same frames into trees. Interleaved, medians of the rounds.
//!
//! `cargo xtask bench decode [--rounds N]`
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use link::dialect::{ClientInfo, Credentials, Kind, Out, make};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../link/fixtures");
/// Frames of a round: the recordings are played again and again until there are so many.
const FRAMES: usize = 40_000;
const ROUNDS: usize = 7;
/// A dialect must be this much faster than a tree.
const TIMES: f64 = 2.0;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let rounds = match words.as_slice() {
        [] => ROUNDS,
        ["--rounds", rounds] => rounds.parse()?,
        _ => bail!("usage: bench-decode [--rounds N]"),
    };
    println!("  dialect         frames   bytes a frame   dialect   tree       tree / dialect");
    let mut kept = true;
    for kind in Kind::ALL {
        kept &= compare(kind, rounds)? >= TIMES;
    }
    ensure!(kept, "a dialect is less than {TIMES} times as fast as a tree");
    println!("  kept: every dialect at least {TIMES} times as fast as a tree");
    Ok(())
}

/// Prints the figures of one vendor; how many times faster the dialect is.
fn compare(kind: Kind, rounds: usize) -> anyhow::Result<f64> {
    let chats = chats(kind)?;
    let heard: Vec<&str> = chats.iter().flatten().filter(|frame| frame.heard).map(|frame| &*frame.text).collect();
    let bytes: usize = heard.iter().map(|text| text.len()).sum();
    ensure!(!heard.is_empty(), "{} has no recorded chat", kind.name());
    let again = FRAMES.div_ceil(heard.len());
    let (mut dialects, mut trees) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        dialects.push((0..again).map(|_| chats.iter().map(|chat| play(kind, chat)).sum::<Duration>()).sum());
        trees.push((0..again).map(|_| parse(&heard)).sum());
    }
    let each = |times| nanos(median(times)) / nanos(Duration::from_nanos((again * heard.len()) as u64));
    let (dialect, tree) = (each(dialects), each(trees));
    println!(
        "  {:<14} {:>7}   {:>13}   {dialect:>4.0} ns   {tree:>4.0} ns   {:>14.2}",
        kind.name(),
        heard.len(),
        bytes / heard.len(),
        tree / dialect
    );
    Ok(tree / dialect)
}

/// A frame of a recording.
struct Frame {
    heard: bool,
    text: String,
}

/// The time a dialect takes for the frames of a recording that it hears.
fn play(kind: Kind, chat: &[Frame]) -> Duration {
    let credentials = Credentials { key: None, device: None, device_token: None };
    let mut dialect = make(kind, &credentials, &ClientInfo::new("0.1.0", "bench"));
    let mut out = Out::default();
    let mut taken = Duration::ZERO;
    for stretch in chat.chunk_by(|one, next| one.heard == next.heard) {
        let began = Instant::now();
        for (frame, now) in stretch.iter().zip(0..) {
            if frame.heard {
                dialect.frame(&frame.text, now, &mut out);
            } else {
                dialect.sent(&frame.text, now, &mut out);
            }
        }
        black_box(&out);
        out = Out::default();
        taken += if stretch[0].heard { began.elapsed() } else { Duration::ZERO };
    }
    taken
}

/// The time that trees take for the same frames.
fn parse(frames: &[&str]) -> Duration {
    let began = Instant::now();
    for text in frames {
        black_box(serde_json::from_str::<Value>(text).is_ok());
    }
    began.elapsed()
}

/// The recorded chats of a vendor: of its recordings those in which an answer streams.
fn chats(kind: Kind) -> anyhow::Result<Vec<Vec<Frame>>> {
    let mut files = Vec::new();
    collect(&Path::new(FIXTURES).join(kind.name()), &mut files)?;
    files.sort();
    let chats = files.iter().filter(|file| file.to_string_lossy().contains("chat"));
    chats.map(|file| read(file).with_context(|| file.display().to_string())).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Vec<Frame>> {
    #[derive(Deserialize)]
    struct Line<'a> {
        dir: String,
        #[serde(borrow)]
        frame: Option<&'a RawValue>,
    }
    let text = fs::read_to_string(file)?;
    let mut frames = Vec::new();
    for line in text.lines() {
        let line: Line<'_> = serde_json::from_str(line)?;
        let heard = line.dir == "in";
        if let Some(raw) = line.frame.filter(|_| heard || line.dir == "out") {
            // Some recorders keep a frame as the text it was, others as the JSON in it.
            let text = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
            frames.push(Frame { heard, text });
        }
    }
    Ok(frames)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn nanos(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

//! `fuzz`: strange connections for each dialect, by libFuzzer, until the time is up or something breaks. It begins with
//! the recordings. What it finds is played by the tests, once it is copied to `crates/link/fuzz/corpus`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use walkdir::WalkDir;

use crate::house::House;
use crate::process;
use crate::steps::{Steps, say};
use crate::tool::{self, Tool};

const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2", why: "fuzzing" };
const DIALECTS: [&str; 3] = ["moltis", "openclaw", "mcp-dashboard"];
/// How long a script may be, bytes.
const LONGEST: usize = 32 * 1024;
/// How long one that is kept may be: the tests play each of them.
const KEPT_LONGEST: usize = 2048;
/// Frames of a recording that are longer stay out: they only cost time.
const FRAME_LONGEST: usize = 4096;

/// Fuzzes one dialect or all of them, each for `seconds`. With `keep`, what was found is added to the kept scripts,
/// as few and short ones as reach the same code.
pub fn dialects(house: &House, only: Option<&str>, seconds: u64, keep: bool) -> Result<()> {
    let chosen: Vec<&str> = DIALECTS.into_iter().filter(|name| only.is_none_or(|only| only == *name)).collect();
    if chosen.is_empty() {
        bail!("there is no dialect {}; there are {}", only.unwrap_or_default(), DIALECTS.join(", "));
    }
    let mut steps = Steps::of(1 + chosen.len());
    steps.next("finding a nightly compiler and cargo-fuzz");
    nightly()?;
    let fuzz = tool::installed(house, &FUZZ)?;
    for dialect in chosen {
        steps.next(&format!("fuzzing the dialect {dialect} for {seconds} s"));
        let at = Place::of(house, dialect);
        at.sow()?;
        let run = [format!("-max_total_time={seconds}"), format!("-max_len={LONGEST}")];
        at.libfuzzer(house, &fuzz, &[&at.found, &at.kept, &at.seeds], &run).with_context(|| at.broken())?;
        if keep {
            let merge = ["-merge=1".to_owned(), format!("-max_len={KEPT_LONGEST}")];
            at.libfuzzer(house, &fuzz, &[&at.kept, &at.found, &at.seeds], &merge)?;
        }
        say(format!("{} scripts are kept for {dialect}", fs::read_dir(&at.kept)?.count()));
    }
    Ok(())
}

/// libFuzzer needs what only a nightly compiler has.
fn nightly() -> Result<()> {
    // A nightly of a certain day has another name, and is not the one that is asked for.
    if process::succeeds(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])) {
        return Ok(());
    }
    say("missing:\n  a nightly compiler  for fuzzing; installing it with rustup");
    process::run(Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))
}

/// Where the scripts of a dialect stand.
struct Place {
    dialect: String,
    recordings: PathBuf,
    /// Made of the recordings.
    seeds: PathBuf,
    /// What fuzzing found on this machine.
    found: PathBuf,
    /// In the tree, and played by the tests.
    kept: PathBuf,
}

impl Place {
    fn of(house: &House, dialect: &str) -> Place {
        let (link, cache) = (house.root.join("crates/link"), house.target.join("fuzz"));
        Place {
            dialect: dialect.to_owned(),
            recordings: link.join("fixtures").join(dialect),
            seeds: cache.join("seeds").join(dialect),
            found: cache.join("found").join(dialect),
            kept: link.join("fuzz/corpus").join(dialect),
        }
    }

    /// Makes scripts of the recordings: as they are, and as if our own requests had been answered so.
    fn sow(&self) -> Result<()> {
        for folder in [&self.seeds, &self.found, &self.kept] {
            fs::create_dir_all(folder)?;
        }
        let files = WalkDir::new(&self.recordings).sort_by_file_name().into_iter().filter_map(Result::ok);
        for (number, file) in files.filter(|file| file.path().extension().is_some_and(|end| end == "jsonl")).enumerate()
        {
            let recording = fs::read_to_string(file.path())?;
            fs::write(self.seeds.join(format!("{number}-recorded")), script(&recording, recorded))?;
            fs::write(self.seeds.join(format!("{number}-answered")), script(&recording, answered))?;
        }
        Ok(())
    }

    fn libfuzzer(&self, house: &House, program: &Path, folders: &[&PathBuf], options: &[String]) -> Result<()> {
        let mut fuzz = Command::new(program);
        fuzz.current_dir(house.root.join("crates/link")).args(["run", "--fuzz-dir", "fuzz", "--target-dir"]);
        fuzz.arg(house.target.join("fuzz/build")).arg(&self.dialect).args(folders);
        fuzz.args(["--", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]).args(options);
        // The one that runs this tool is another one.
        process::run(fuzz.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO"))
    }

    fn broken(&self) -> String {
        format!(
            "a script broke a promise of the dialect {0}: it stands in crates/link/fuzz/artifacts/{0}. Copy it to \
             crates/link/fuzz/corpus/{0}, so that the test `kept_scripts…` of the package link plays it, and mend that",
            self.dialect
        )
    }
}

/// The frames of a recording as steps of a script, as many as it may hold.
fn script(recording: &str, step: fn(&str, &Value) -> Option<String>) -> String {
    let mut script = String::new();
    for line in recording.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        let step = line["dir"].as_str().and_then(|dir| step(dir, &line["frame"]));
        let Some(step) = step.filter(|step| step.len() <= FRAME_LONGEST) else { continue };
        if script.len() + step.len() > LONGEST {
            break;
        }
        script.push_str(&step);
        script.push('\n');
    }
    script
}

fn recorded(dir: &str, frame: &Value) -> Option<String> {
    match dir {
        "in" => Some(format!("<{}", text(frame))),
        "out" => Some(format!(">{}", text(frame))),
        _ => None,
    }
}

/// What arrived, the answers being to what we ask.
fn answered(dir: &str, frame: &Value) -> Option<String> {
    let mut frame: Value = serde_json::from_str(&text(frame)).ok()?;
    if dir != "in" {
        return None;
    }
    if frame["type"] == "res" {
        frame["id"] = "$id".into();
    }
    Some(format!("<{frame}"))
}

fn text(frame: &Value) -> String {
    frame.as_str().map_or_else(|| frame.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDING: &str = r#"{"dir":"out","frame":{"type":"req","id":"7"}}
{"dir":"in","frame":"{\"type\":\"res\",\"id\":\"7\"}"}
{"dir":"note","frame":"left"}"#;

    #[test]
    fn a_recording_becomes_a_script_as_it_is_and_as_answers_to_us() {
        let whole = script(RECORDING, recorded);
        assert_eq!(whole, ">{\"id\":\"7\",\"type\":\"req\"}\n<{\"type\":\"res\",\"id\":\"7\"}\n");
        let answers = script(RECORDING, answered);
        assert!(answers.contains("$id") && answers.lines().count() == 1, "{answers}");
    }
}

//! `test`: sets up the real parts, runs every test among them, and closes with what passed, failed and was skipped.

use std::io::Write;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::house::House;
use crate::parts::Parts;
use crate::process;
use crate::reach;
use crate::run::EMBEDDED;
use crate::runner::Runner;
use crate::setup;
use crate::steps::{Steps, say};
use crate::summary::{self, Counts};
use crate::window::{self, Profile};

/// Everything but the app's own package, which is wiring and is tested as a running window.
pub const TESTED: [&str; 3] = ["--workspace", "--exclude", "pilothouse"];

/// `cargo xtask test [filter]`.
pub fn all(house: &House, filter: Option<&str>) -> Result<ExitCode> {
    let reach = match filter {
        None => reach::all(),
        Some(filter) => match reach::of(house, filter)? {
            Some(reach) => reach,
            None => bail!("no test has `{filter}` in its name, so nothing was built"),
        },
    };
    let mut steps = Steps::of(if reach.parts { 6 } else { 3 });
    steps.next(setup::STEP);
    setup::to_run(house)?;
    let mut parts = Parts::default();
    if reach.parts {
        set_up(house, &mut steps, &mut parts)?;
    }
    parts.find_keyring();
    parts.find_sshd();
    steps.next("building the tests");
    let runner = Runner::here();
    process::run(&mut runner.command(house, &reach.targets, &["--no-run"]))?;
    steps.next(&format!("running the tests ({})", runner.name()));
    let filter: Vec<&str> = filter.into_iter().collect();
    run(runner, runner.command(house, &reach.targets, &filter), &parts)
}

/// The real parts: programs of the system, the app and `pilot`, a gateway of another vendor.
fn set_up(house: &House, steps: &mut Steps, parts: &mut Parts) -> Result<()> {
    if let Err(error) = setup::to_test() {
        say(format!("{error:#}\nwhat can be tested without is tested"));
    }
    steps.next(window::STEP);
    window::build(house, Profile::Ui)?;
    steps.next("building the app and pilot, for the tests to run");
    process::run(house.cargo().args(["build", "--package", "pilothouse", "--package", "pilot"]).args(EMBEDDED))?;
    steps.next("real gateways: OpenClaw from npm, mcp-cli from PyPI");
    parts.find_openclaw(house);
    parts.find_mcp_cli(house);
    parts.find_window(house, "debug");
    Ok(())
}

fn run(runner: Runner, tests: Command, parts: &Parts) -> Result<ExitCode> {
    let scratch = tempfile::tempdir()?;
    let skip_file = scratch.path().join("skips");
    let mut command = parts.around(tests, scratch.path())?;
    command.env("PILOTHOUSE_TEST_SKIPS", &skip_file);
    let (mut tally, content) = runner.run(command)?;
    let skips = summary::skips(&skip_file);
    tally.counts.take_skipped(&skips);
    for skip in &skips {
        say(format!("skipped {}: {}", skip.test, skip.reason));
    }
    for failure in &tally.failures {
        say(format!("failed {failure}"));
    }
    if tally.counts == Counts::default() {
        say("no test ran");
    }
    writeln!(std::io::stdout(), "{}", tally.counts)?;
    let good = content && tally.counts.failed == 0 && tally.counts != Counts::default();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

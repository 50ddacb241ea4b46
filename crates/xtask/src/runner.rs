//! The program that runs the tests: started, shown, and counted on the way.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::house::House;
use crate::process;
use crate::summary::Tally;
use crate::test::TESTED;

/// What runs the tests: nextest where the person has it, else cargo alone. Each says its counts in a line of its own
/// kind, and both show what a failing test printed, which for nextest holds a whole `test result:` of that one test,
/// and twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    pub fn here() -> Runner {
        match process::on_path("cargo-nextest") {
            Some(_) => Runner::Nextest,
            None => Runner::CargoTest,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Runner::Nextest => "cargo nextest",
            Runner::CargoTest => "cargo test",
        }
    }

    /// The command that builds and runs the tests of these targets, or all where none is named.
    pub fn command(self, house: &House, targets: &[String], arguments: &[&str]) -> Command {
        let mut cargo = house.cargo();
        match self {
            Runner::Nextest => cargo.args(["nextest", "run"]),
            Runner::CargoTest => cargo.args(["test", "--no-fail-fast"]),
        };
        if targets.is_empty() {
            cargo.args(TESTED);
        }
        // A test that fails says so in a sentence: the backtrace of its runtime would only hide that.
        cargo.args(targets).args(arguments).env("RUST_LIB_BACKTRACE", "0");
        cargo
    }

    /// Runs and shows it, counting on the way. Also says whether the runner itself was content.
    pub fn run(self, mut command: Command) -> Result<(Tally, bool)> {
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) && env::var_os("NO_COLOR").is_none() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        match self {
            Runner::Nextest => command.stderr(Stdio::piped()),
            Runner::CargoTest => command.stdout(Stdio::piped()),
        };
        let mut child = command.spawn().context("the test runner did not start")?;
        let mut tally = Tally::of(self);
        match (child.stdout.take(), child.stderr.take()) {
            (Some(out), _) => show_and_count(out, std::io::stderr(), &mut tally)?,
            (_, Some(err)) => show_and_count(err, std::io::stderr(), &mut tally)?,
            _ => {}
        }
        Ok((tally, child.wait()?.success()))
    }
}

fn show_and_count(output: impl Read, mut shown: impl Write, tally: &mut Tally) -> Result<()> {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        tally.read(&text);
        let _closed = shown.write_all(&line);
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_shown_as_it_is_and_counted_line_by_line() {
        let text = b"noise\n     Summary [   0.1s] 2 tests run: 2 passed, 0 skipped\n" as &[u8];
        let (mut shown, mut tally) = (Vec::new(), Tally::of(Runner::Nextest));
        show_and_count(text, &mut shown, &mut tally).unwrap();
        assert_eq!(tally.counts.passed, 2);
        assert_eq!(shown, text);
    }
}

//! What a test run came to: counted from the runner's own closing lines, plus the skips that tests reported.

use std::fmt;
use std::path::Path;

use crate::runner::Runner;

/// Tests by their end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Counts {
    /// A skipped test ends well for the runner, so it is taken out of those that passed.
    pub fn take_skipped(&mut self, skips: &[Skip]) {
        self.skipped = skips.len();
        self.passed = self.passed.saturating_sub(skips.len());
    }

    fn add(&mut self, counts: &str) {
        for part in counts.split([',', ';', '(']) {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<usize>() else { continue };
            match what.trim_end_matches(|letter: char| !letter.is_alphabetic()) {
                "passed" => self.passed += number,
                "failed" | "timed out" | "exec failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// What has been read so far.
#[derive(Debug)]
pub struct Tally {
    runner: Runner,
    pub counts: Counts,
    /// The names of the tests that failed.
    pub failures: Vec<String>,
}

impl Tally {
    pub fn of(runner: Runner) -> Tally {
        Tally { runner, counts: Counts::default(), failures: Vec::new() }
    }

    /// Takes in one line of the runner's output; most lines say nothing.
    pub fn read(&mut self, line: &str) {
        let plain = without_colour(line);
        let (counts, failure) = match self.runner {
            Runner::Nextest => (of_summary(&plain), of_nextest(&plain)),
            Runner::CargoTest => (of_result(&plain), of_cargo(&plain)),
        };
        if let Some(counts) = counts {
            self.counts.add(counts);
        }
        if let Some(name) = failure.filter(|name| !self.failures.iter().any(|known| known == name)) {
            self.failures.push(name.to_owned());
        }
    }
}

/// `     Summary [   0.605s] 3 tests run: 2 passed, 1 failed, 1 skipped`: one a run, at nextest's own indentation.
fn of_summary(line: &str) -> Option<&str> {
    let (start, counts) = line.split_once(" run: ")?;
    start.starts_with("     Summary [").then_some(counts)
}

/// `        FAIL [   0.601s] (3/3) boat tests::sinks`: when it happens, and once more below the summary.
fn of_nextest(line: &str) -> Option<&str> {
    let (status, rest) = line.trim_end().split_once(" [")?;
    let status = status.trim_start();
    let bad = ["FAIL", "TIMEOUT", "ABORT", "SIG", "XFAIL"].iter().any(|start| status.starts_with(start));
    let (_, test) = rest.split_once("s] ").filter(|_| bad)?;
    Some(test.split_once(") ").map_or(test, |(_, name)| name))
}

/// `test result: ok. 3 passed; …`: one a test binary, at the start of the line.
fn of_result(line: &str) -> Option<&str> {
    line.strip_prefix("test result: ")?.split_once(". ").map(|(_, counts)| counts)
}

/// `test tests::sinks ... FAILED`.
fn of_cargo(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// A test that did not run, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Skip {
    pub test: String,
    pub reason: String,
}

/// The skips that tests wrote down: one a line, the name and the reason with a tab between. No file means none.
pub fn skips(file: &Path) -> Vec<Skip> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let skip = |line: &str| {
        let (test, reason) = line.split_once('\t')?;
        Some(Skip { test: test.to_owned(), reason: reason.to_owned() })
    };
    text.lines().filter_map(skip).collect()
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            let _end = letters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXTEST: &str = include_str!("../fixtures/nextest.txt");
    const CARGO_TEST: &str = include_str!("../fixtures/cargo-test.txt");

    fn read(runner: Runner, output: &str) -> Tally {
        let mut tally = Tally::of(runner);
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn a_test_that_fails_is_counted_once_however_often_nextest_shows_it() {
        assert_eq!(NEXTEST.matches("1 failed").count(), 3, "the recording shows it three times");
        let tally = read(Runner::Nextest, NEXTEST);
        assert_eq!(tally.counts, Counts { passed: 2, failed: 1, skipped: 0 });
        assert_eq!(tally.failures, ["boat tests::sinks"]);
    }

    #[test]
    fn what_cargo_test_says_is_counted_the_same() {
        let tally = read(Runner::CargoTest, CARGO_TEST);
        assert_eq!(tally.counts, Counts { passed: 2, failed: 1, skipped: 0 });
        assert_eq!(tally.failures, ["tests::sinks"]);
    }

    #[test]
    fn the_binaries_of_cargo_test_add_up() {
        let tally = read(
            Runner::CargoTest,
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s\n\
             test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(tally.counts, Counts { passed: 4, failed: 2, skipped: 0 });
    }

    #[test]
    fn nextest_is_read_with_colour_remarks_and_hanging_tests() {
        let tally = read(
            Runner::Nextest,
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.520s] \u{1b}[1m12\u{1b}[0m tests run: \u{1b}[1m9\u{1b}[0m passed (1 slow), 2 failed, 1 timed out, 4 skipped\n\
             \u{1b}[31;1m     TIMEOUT\u{1b}[0m [ 120.004s] (12/12) \u{1b}[35;1mblackbox\u{1b}[0m window::\u{1b}[34;1mopens\u{1b}[0m\n",
        );
        assert_eq!(tally.counts, Counts { passed: 9, failed: 3, skipped: 0 });
        assert_eq!(tally.failures, ["blackbox window::opens"]);
    }

    #[test]
    fn a_skip_is_not_counted_as_passed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("skips");
        assert!(skips(&file).is_empty());
        std::fs::write(&file, "window::opens\tthere is no Xvfb\n").unwrap();
        let mut counts = Counts { passed: 5, failed: 0, skipped: 0 };
        counts.take_skipped(&skips(&file));
        assert_eq!(counts.to_string(), "4 passed, 0 failed, 1 skipped");
    }
}

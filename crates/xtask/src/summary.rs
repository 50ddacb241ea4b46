//! What a test run came to: counted from the runner's own closing lines, plus the skips that tests reported.

use std::fmt;
use std::path::Path;

/// Tests by their end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Counts {
    /// Takes in one line of the runner's output; most lines say nothing.
    pub fn read(&mut self, line: &str) {
        let plain = without_colour(line);
        let counted =
            plain.trim().strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")).or_else(|| {
                plain.split_once(" run: ").filter(|(start, _)| start.trim_start().starts_with("Summary ["))
            });
        let Some((_, counts)) = counted else { return };
        for part in counts.split([',', ';', '(']) {
            self.add(part.trim());
        }
    }

    /// A skipped test ends well for the runner, so it is taken out of those that passed.
    pub fn take_skipped(&mut self, skips: &[Skip]) {
        self.skipped = skips.len();
        self.passed = self.passed.saturating_sub(skips.len());
    }

    fn add(&mut self, part: &str) {
        let Some((number, what)) = part.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<usize>() else {
            return;
        };
        match what.trim_end_matches(|letter: char| !letter.is_alphabetic()) {
            "passed" => self.passed += number,
            "failed" | "timed out" | "exec failed" => self.failed += number,
            _ => {}
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
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

    fn counted(lines: &[&str]) -> Counts {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn the_lines_of_cargo_test_add_up() {
        let counts = counted(&[
            "running 3 tests",
            "test steps::tests::x ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ]);
        assert_eq!(counts, Counts { passed: 4, failed: 2, skipped: 0 });
    }

    #[test]
    fn the_line_of_nextest_counts_with_colour_and_remarks() {
        let counts = counted(&[
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.520s] \u{1b}[1m12\u{1b}[0m tests run: \u{1b}[1m9\u{1b}[0m passed (1 slow), 2 failed, 1 timed out, 4 skipped",
            "12 tests run: 100 passed",
        ]);
        assert_eq!(counts, Counts { passed: 9, failed: 3, skipped: 0 });
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

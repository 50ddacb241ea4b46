//! `test`: sets up the real parts, runs every test among them, and closes with what passed, failed and was skipped.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::house::House;
use crate::openclaw;
use crate::process;
use crate::run::EMBEDDED;
use crate::setup;
use crate::steps::{Steps, say};
use crate::summary::{self, Counts};
use crate::window::{self, Profile};

/// Everything but the app's own package, which is wiring and is tested as a running window.
pub const TESTED: [&str; 3] = ["--workspace", "--exclude", "pilothouse"];

/// Opens the keyring with an empty password in a folder that is thrown away, then becomes the rest of the line.
const UNLOCKED: &str = "printf '\\n' | XDG_DATA_HOME=\"$PILOTHOUSE_TEST_KEYRING\" \
    XDG_RUNTIME_DIR=\"$PILOTHOUSE_TEST_KEYRING\" gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec \"$@\"";

/// `cargo xtask test [filter]`.
pub fn all(house: &House, filter: Option<&str>) -> Result<ExitCode> {
    let mut steps = Steps::of(6);
    steps.next(setup::STEP);
    setup::to_run(house)?;
    if let Err(error) = setup::to_test() {
        say(format!("{error:#}\nwhat can be tested without is tested"));
    }
    steps.next(window::STEP);
    window::build(house, Profile::Ui)?;
    steps.next("building the app and pilot, for the tests to run");
    process::run(house.cargo().args(["build", "--package", "pilothouse", "--package", "pilot"]).args(EMBEDDED))?;
    steps.next("a real OpenClaw from npm");
    let parts = Parts::find(house);
    steps.next("building the tests");
    let runner = Runner::here();
    process::run(&mut runner.command(house, &["--no-run"]))?;
    steps.next(&format!("running the tests ({})", runner.name()));
    run(house, runner, &parts, filter)
}

fn run(house: &House, runner: Runner, parts: &Parts, filter: Option<&str>) -> Result<ExitCode> {
    let scratch = tempfile::tempdir()?;
    let skip_file = scratch.path().join("skips");
    let arguments: Vec<&str> = filter.into_iter().collect();
    let mut command = parts.around(runner.command(house, &arguments), scratch.path())?;
    command.env("PILOTHOUSE_TEST_SKIPS", &skip_file);
    let (mut counts, content) = runner.run(command)?;
    let skips = summary::skips(&skip_file);
    counts.take_skipped(&skips);
    for skip in &skips {
        say(format!("skipped {}: {}", skip.test, skip.reason));
    }
    if filter.is_some() && counts == Counts::default() {
        say("no test has that in its name");
    }
    writeln!(std::io::stdout(), "{counts}")?;
    let good = content && counts.failed == 0 && counts != Counts::default();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The real parts, as the environment that tells tests where each is, or why it is not.
struct Parts {
    variables: Vec<(String, String)>,
    keyring: bool,
}

impl Parts {
    fn find(house: &House) -> Parts {
        let mut parts = Parts { variables: Vec::new(), keyring: false };
        let claw = openclaw::installed(house);
        if let Ok(claw) = &claw {
            parts.at("OPENCLAW_NODE", &claw.node);
        }
        parts.tell("OPENCLAW", claw.map(|claw| claw.program));
        parts.at("APP", &house.binary("debug", "pilothouse"));
        parts.at("PILOT", &house.binary("debug", "pilot"));
        parts.tell("WINDOW", programs(&["Xvfb", "WebKitWebDriver", "dbus-run-session", "gnome-keyring-daemon"]));
        if let Err(error) = programs(&["dbus-run-session", "gnome-keyring-daemon"]) {
            parts.tell("KEYRING", Err(error));
        } else {
            parts.keyring = true;
        }
        parts
    }

    fn at(&mut self, part: &str, place: &Path) {
        self.variables.push((format!("PILOTHOUSE_TEST_{part}"), place.display().to_string()));
    }

    fn tell(&mut self, part: &str, found: Result<PathBuf>) {
        match found {
            Ok(place) => self.at(part, &place),
            Err(error) => {
                say(format!("{error:#}"));
                self.variables.push((format!("PILOTHOUSE_TEST_{part}_MISSING"), format!("{error:#}")));
            }
        }
    }

    /// The command inside a session bus of its own with an unlocked keyring, where both can be had.
    fn around(&self, inner: Command, scratch: &Path) -> Result<Command> {
        let mut outer = inner;
        if self.keyring {
            let folder = scratch.join("keyring");
            std::fs::create_dir_all(&folder)?;
            outer = within("dbus-run-session", &["--", "sh", "-c", UNLOCKED, "sh"], &outer);
            outer.env("PILOTHOUSE_TEST_KEYRING", folder);
        }
        outer.envs(self.variables.iter().cloned());
        Ok(outer)
    }
}

/// The last of these programs, when all are on PATH.
fn programs(needed: &[&str]) -> Result<PathBuf> {
    let mut last = PathBuf::new();
    for program in needed {
        last = process::on_path(program).with_context(|| format!("{program} is not installed"))?;
    }
    Ok(last)
}

/// The same command, with another program and its arguments before it.
fn within(program: &str, first: &[&str], inner: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(first).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        outer.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// What runs the tests: nextest where the person has it, else cargo alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    fn here() -> Runner {
        match process::on_path("cargo-nextest") {
            Some(_) => Runner::Nextest,
            None => Runner::CargoTest,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Runner::Nextest => "cargo nextest",
            Runner::CargoTest => "cargo test",
        }
    }

    fn command(self, house: &House, arguments: &[&str]) -> Command {
        let mut cargo = house.cargo();
        match self {
            Runner::Nextest => cargo.args(["nextest", "run"]).args(TESTED),
            Runner::CargoTest => cargo.arg("test").args(TESTED).arg("--no-fail-fast"),
        };
        cargo.args(arguments);
        cargo
    }

    /// Runs and shows it, counting on the way. Also says whether the runner itself was content.
    fn run(self, mut command: Command) -> Result<(Counts, bool)> {
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) && env::var_os("NO_COLOR").is_none() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        match self {
            Runner::Nextest => command.stderr(Stdio::piped()),
            Runner::CargoTest => command.stdout(Stdio::piped()),
        };
        let mut child = command.spawn().context("the test runner did not start")?;
        let counts = match (child.stdout.take(), child.stderr.take()) {
            (Some(out), _) => show_and_count(out, std::io::stderr())?,
            (_, Some(err)) => show_and_count(err, std::io::stderr())?,
            _ => Counts::default(),
        };
        Ok((counts, child.wait()?.success()))
    }
}

fn show_and_count(output: impl Read, mut shown: impl Write) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        counts.read(&text);
        let _closed = shown.write_all(&line);
        line.clear();
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_keeps_its_words_and_environment_inside_another() {
        let mut inner = Command::new("cargo");
        inner.args(["test", "a b"]).env("ONE", "1").current_dir("/tmp");
        let outer = within("dbus-run-session", &["--"], &inner);
        let words: Vec<_> = outer.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!(words, ["--", "cargo", "test", "a b"]);
        assert_eq!(outer.get_current_dir(), Some(Path::new("/tmp")));
        assert!(outer.get_envs().any(|(name, _)| name == "ONE"));
    }

    #[test]
    fn a_part_that_is_missing_is_told_with_its_reason() {
        let mut parts = Parts { variables: Vec::new(), keyring: false };
        parts.tell("WINDOW", programs(&["no-such-program-here"]));
        let (name, reason) = &parts.variables[0];
        assert_eq!(name, "PILOTHOUSE_TEST_WINDOW_MISSING");
        assert_eq!(reason, "no-such-program-here is not installed");
    }

    #[test]
    fn output_is_counted_line_by_line() {
        let text = b"noise\n     Summary [   0.1s] 2 tests run: 2 passed, 0 skipped\n" as &[u8];
        let mut shown = Vec::new();
        assert_eq!(show_and_count(text, &mut shown).unwrap().passed, 2);
        assert_eq!(shown, text);
    }
}

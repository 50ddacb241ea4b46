//! The real parts of tests: where each is or why it is not, and the session bus with a keyring around a test run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;
use crate::mcp_cli;
use crate::openclaw;
use crate::process;
use crate::steps::say;

/// Opens the keyring with an empty password in a folder that is thrown away, then becomes the rest of the line.
const UNLOCKED: &str = "printf '\\n' | XDG_DATA_HOME=\"$PILOTHOUSE_TEST_KEYRING\" \
    XDG_RUNTIME_DIR=\"$PILOTHOUSE_TEST_KEYRING\" gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec \"$@\"";

/// The real parts, as the environment that tells tests where each is, or why it is not.
#[derive(Default)]
pub struct Parts {
    variables: Vec<(String, String)>,
    keyring: bool,
}

impl Parts {
    pub fn find_openclaw(&mut self, house: &House) {
        let claw = openclaw::installed(house);
        if let Ok(claw) = &claw {
            self.at("OPENCLAW_NODE", &claw.node);
        }
        self.tell("OPENCLAW", claw.map(|claw| claw.program));
    }

    pub fn find_mcp_cli(&mut self, house: &House) {
        self.tell("MCP_CLI", mcp_cli::installed(house));
    }

    /// Both programs as built, and what a window needs around it.
    pub fn find_window(&mut self, house: &House, profile: &str) {
        self.at("APP", &house.binary(profile, "pilothouse"));
        self.at("PILOT", &house.binary(profile, "pilot"));
        self.tell("WINDOW", programs(&["Xvfb", "WebKitWebDriver", "dbus-run-session", "gnome-keyring-daemon"]));
    }

    pub fn find_keyring(&mut self) {
        match programs(&["dbus-run-session", "gnome-keyring-daemon"]) {
            Ok(_) => self.keyring = true,
            Err(error) => self.tell("KEYRING", Err(error)),
        }
    }

    pub fn find_sshd(&mut self) {
        let there = programs(&["ssh", "ssh-keygen"]).and_then(|_| {
            // It is no program for everybody, so it need not be on PATH.
            let usual = ["/usr/sbin/sshd", "/usr/bin/sshd"].map(PathBuf::from).into_iter().find(|file| file.is_file());
            process::on_path("sshd").or(usual).context("sshd is not installed")
        });
        self.tell("SSHD", there);
    }

    /// Where each is, for a program that asks.
    pub fn tell_to(&self, command: &mut Command) {
        command.envs(self.variables.iter().cloned());
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
    pub fn around(&self, inner: Command, scratch: &Path) -> Result<Command> {
        let mut outer = inner;
        if self.keyring {
            let folder = scratch.join("keyring");
            std::fs::create_dir_all(&folder)?;
            outer = within("dbus-run-session", &["--", "sh", "-c", UNLOCKED, "sh"], &outer);
            outer.env("PILOTHOUSE_TEST_KEYRING", folder);
        }
        self.tell_to(&mut outer);
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
        let mut parts = Parts::default();
        parts.tell("WINDOW", programs(&["no-such-program-here"]));
        let (name, reason) = &parts.variables[0];
        assert_eq!(name, "PILOTHOUSE_TEST_WINDOW_MISSING");
        assert_eq!(reason, "no-such-program-here is not installed");
    }
}

//! Which real parts there are. `cargo xtask test` sets them up and tells tests where they are, by the environment:
//! `PILOTHOUSE_TEST_<PART>` holds the place, else `PILOTHOUSE_TEST_<PART>_MISSING` holds the reason.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

/// A real part that tests may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `openclaw.mjs` of an installed OpenClaw.
    OpenClaw,
    /// The node binary that OpenClaw wants.
    OpenClawNode,
    /// The program of an installed mcp-cli.
    McpCli,
    /// The app's binary.
    App,
    /// The `pilot` binary.
    Pilot,
    /// What a window on a display of its own needs: Xvfb, WebKitWebDriver, dbus-daemon, gnome-keyring-daemon.
    Window,
    /// `sshd`; `ssh` and `ssh-keygen` are beside it.
    Sshd,
    /// A network that carries multicast; the test that needs it looks for itself.
    Network,
    /// An unlocked keyring on the session bus that this test runs in.
    Keyring,
}

impl Part {
    /// Where the part is.
    ///
    /// # Errors
    /// `Missing`, with the reason.
    pub fn find(self) -> Result<PathBuf, Missing> {
        let variable = self.variable();
        if let Some(place) = env::var_os(&variable) {
            return Ok(PathBuf::from(place));
        }
        let reason = env::var(format!("{variable}_MISSING")).ok();
        Err(Missing { part: self, reason: reason.unwrap_or_else(|| "run the tests with `cargo xtask test`".into()) })
    }

    fn variable(self) -> String {
        let name = match self {
            Part::OpenClaw => "OPENCLAW",
            Part::OpenClawNode => "OPENCLAW_NODE",
            Part::McpCli => "MCP_CLI",
            Part::App => "APP",
            Part::Pilot => "PILOT",
            Part::Window => "WINDOW",
            Part::Sshd => "SSHD",
            Part::Network => "NETWORK",
            Part::Keyring => "KEYRING",
        };
        format!("PILOTHOUSE_TEST_{name}")
    }
}

/// A part that cannot be had here, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub part: Part,
    pub reason: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {:?} here: {}", self.part, self.reason)
    }
}

impl std::error::Error for Missing {}

/// Writes a skipped test down for the closing summary. On CI, where every part must be there, it is an error.
///
/// # Errors
/// With `CI=true`, or when the summary cannot be written.
pub fn skip(test: &str, missing: &Missing) -> Result<()> {
    if env::var("CI").is_ok_and(|value| value == "true") {
        anyhow::bail!("{missing} (and on CI no test is skipped)");
    }
    if let Some(file) = env::var_os("PILOTHOUSE_TEST_SKIPS") {
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        // One write a line: several tests append at once.
        file.write_all(format!("{test}\t{missing}\n").as_bytes())?;
    }
    Ok(())
}

/// The name of the running test, as the runner calls it.
pub fn test_name() -> String {
    let of_nextest = env::var("NEXTEST_TEST_NAME").ok();
    let of_thread = || std::thread::current().name().map(str::to_owned);
    of_nextest.or_else(of_thread).unwrap_or_else(|| "a test".into())
}

/// The value of a `Result<_, anyhow::Error>`; where it failed because a real part is missing, the test ends here,
/// skipped with that reason. For tests that return `anyhow::Result<()>`.
#[macro_export]
macro_rules! or_skip {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => {
                let error: ::anyhow::Error = error.into();
                let Some(missing) = error.downcast_ref::<$crate::part::Missing>() else {
                    return Err(error);
                };
                return $crate::part::skip(&$crate::part::test_name(), missing);
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_says_why() {
        let missing = Missing { part: Part::OpenClaw, reason: "npm is not installed".into() };
        assert_eq!(missing.to_string(), "no OpenClaw here: npm is not installed");
    }

    #[test]
    fn an_error_that_is_no_missing_part_still_fails_the_test() {
        fn body() -> Result<()> {
            let _never: u8 = or_skip!(Err::<u8, anyhow::Error>(anyhow::anyhow!("broken")));
            Ok(())
        }
        assert_eq!(body().map_err(|error| error.to_string()), Err("broken".into()));
    }
}

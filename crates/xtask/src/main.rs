//! `cargo xtask`: sets a machine up, builds the window, starts it, tests and checks the house.
//! It is a developer's tool and no part of the program: nothing depends on it.

mod bundle;
mod check;
mod fuzz;
mod house;
mod mcp_cli;
mod openclaw;
mod packages;
mod parts;
mod process;
mod reach;
mod run;
mod runner;
mod setup;
mod steps;
mod storm;
mod style;
mod summary;
mod system;
mod test;
mod tool;
mod watch;
mod window;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use house::House;
use window::Profile;

/// Builds, runs, tests and checks Pilothouse.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Install what building and running need: system libraries and the WASM target.
    ///
    /// Says what is missing and what it is for before anything is installed. On Debian and Ubuntu it runs
    /// apt-get (with sudo where you are not root); elsewhere it prints the command for you to run.
    Setup {
        /// Also what the tests need: an X server, a browser driver, a keyring, npm.
        #[arg(long)]
        tests: bool,
    },
    /// Build the window (Leptos, WASM) into ui/dist.
    Ui {
        /// Build again whenever a source of the window changes.
        #[arg(long)]
        watch: bool,
        /// Unoptimised: compiles faster, runs slower, larger.
        #[arg(long)]
        dev: bool,
    },
    /// Set up, build and open the window.
    Run {
        /// Passed on to the app.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Set up the real parts and run every test, ending in the real window.
    ///
    /// A test whose real part cannot be had here is skipped, with its reason in the closing summary;
    /// with CI=true that is a failure.
    Test {
        /// Only tests whose name contains this.
        filter: Option<String>,
    },
    /// Format, lints, invariants, licences, unused dependencies.
    Check,
    /// Build the app and `pilot`.
    Build {
        /// Optimised, as it is shipped.
        #[arg(long)]
        release: bool,
    },
    /// Feed each dialect strange connections, made by libFuzzer, until the time is up or something breaks.
    ///
    /// Needs a nightly compiler and cargo-fuzz, and installs them where they are missing.
    Fuzz {
        /// moltis, openclaw or mcp-dashboard; all of them without it.
        dialect: Option<String>,
        /// How long each is fuzzed.
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        seconds: u64,
        /// Add what was found to the scripts that the tests play.
        #[arg(long)]
        keep: bool,
    },
    /// Make a .deb of the app and `pilot`.
    Bundle,
    /// Live through simulated nights of faults, with the fleet and our own gateway whole, and look for broken promises.
    ///
    /// Each night has a seed, and the same seed draws the same night. A night that breaks a promise is told with its
    /// seed and with the command that repeats it.
    Storm(storm::Storm),
    /// Run a benchmark, for example `cargo xtask bench ingest`.
    Bench {
        /// Which one: a `bench-NAME` of crates/testkit.
        name: String,
        /// Passed on to the benchmark.
        #[arg(last = true)]
        args: Vec<String>,
    },
}

/// The last line says what failed, and is the last: a backtrace of this tool would help nobody who builds Pilothouse.
fn main() -> ExitCode {
    match done(Cli::parse().verb) {
        Ok(code) => code,
        Err(error) => {
            steps::say(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn done(verb: Verb) -> Result<ExitCode> {
    let house = House::find()?;
    match verb {
        Verb::Setup { tests } => setup::standalone(&house, tests)?,
        Verb::Ui { watch: true, dev } => watch::forever(&house, profile(dev))?,
        Verb::Ui { watch: false, dev } => window::standalone(&house, profile(dev))?,
        Verb::Run { args } => run::app(&house, &args)?,
        Verb::Test { filter } => return test::all(&house, filter.as_deref()),
        Verb::Check => check::all(&house)?,
        Verb::Build { release: true } => run::release(&house)?,
        Verb::Build { release: false } => run::build(&house)?,
        Verb::Fuzz { dialect, seconds, keep } => fuzz::dialects(&house, dialect.as_deref(), seconds, keep)?,
        Verb::Bundle => bundle::deb(&house)?,
        Verb::Storm(asked) => storm::run(&house, &asked)?,
        Verb::Bench { name, args } => run::bench(&house, &name, &args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn profile(dev: bool) -> Profile {
    if dev { Profile::Dev } else { Profile::Ui }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn every_verb_says_what_it_does() {
        let command = Cli::command();
        for verb in command.get_subcommands() {
            assert!(verb.get_about().is_some(), "`{}` has no help", verb.get_name());
        }
        command.debug_assert();
    }
}

//! `check`: format, lints, the invariants of the house, licences and sources, unused dependencies.

use std::process::Command;

use anyhow::{Result, bail};

use crate::house::House;
use crate::process;
use crate::run::EMBEDDED;
use crate::setup::{self, WASM};
use crate::steps::{Steps, say};
use crate::test::TESTED;
use crate::tool::{self, Tool};
use crate::window::{self, Profile};

const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", why: "licences and sources of all dependencies" };
const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", why: "dependencies that nothing uses" };

/// Runs every check, and names all that failed at the end instead of stopping at the first.
pub fn all(house: &House) -> Result<()> {
    let mut steps = Steps::of(CHECKS.len() + 1);
    steps.next(setup::STEP);
    setup::to_run(house)?;
    let mut failed = Vec::new();
    for (what, check) in CHECKS {
        steps.next(what);
        if let Err(error) = check(house) {
            say(format!("failed: {error:#}"));
            failed.push(*what);
        }
    }
    let seconds = steps.elapsed().as_secs_f64();
    match failed.as_slice() {
        [] => {
            say(format!("all {} checks passed ({seconds:.0} s)", CHECKS.len()));
            Ok(())
        }
        names => bail!("{} of {} checks failed ({seconds:.0} s): {}", names.len(), CHECKS.len(), names.join("; ")),
    }
}

type Check = fn(&House) -> Result<()>;

const CHECKS: &[(&str, Check)] = &[
    // The app's lints need what it serves.
    ("the window builds (WASM)", |house| window::build(house, Profile::Ui)),
    ("format (cargo fmt)", |house| process::run(house.cargo().args(["fmt", "--all", "--check"]))),
    ("the invariants of the house (tests/tidy)", |house| {
        // The same selection as `cargo xtask test`, so that both use the same built crates.
        let mut cargo = house.cargo();
        cargo.arg("test").args(TESTED).args(["--quiet", "--test", "blackbox", "tidy"]);
        process::run(&mut cargo)
    }),
    ("lints (clippy)", |house| {
        clippy(house, &["--workspace", "--exclude", "ui", "--all-targets", EMBEDDED[0], EMBEDDED[1]])
    }),
    ("lints of the window, as a program of this machine", |house| clippy(house, &["--package", "ui", "--all-targets"])),
    ("lints of what becomes WASM, as WASM", |house| {
        clippy(house, &["--package", "ui", "--package", "contract", "--package", "wire", "--target", WASM])
    }),
    ("licences, bans and sources (cargo-deny)", |house| {
        let mut deny = Command::new(tool::installed(house, &DENY)?);
        deny.current_dir(&house.root).args(["--workspace", "--locked", "--log-level", "error"]);
        process::run(deny.args(["--config", ".deny.toml", "check", "bans", "licenses", "sources"]))
    }),
    ("unused dependencies (cargo-machete)", |house| {
        process::run(Command::new(tool::installed(house, &MACHETE)?).current_dir(&house.root))
    }),
];

fn clippy(house: &House, what: &[&str]) -> Result<()> {
    process::run(house.cargo().arg("clippy").args(what).args(["--", "--deny", "warnings"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_checks_have_one_name() {
        let mut names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}

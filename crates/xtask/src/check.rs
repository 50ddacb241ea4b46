//! `check`: format, lints, the invariants of the house, licences and sources, unused dependencies.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::House;
use crate::process;
use crate::run::EMBEDDED;
use crate::setup::{self, WASM};
use crate::steps::{Steps, say};
use crate::test::TESTED;
use crate::window::{self, Profile};

/// A tool of cargo's that is installed at one version, beside the caches and never into the person's own folders.
struct Tool {
    name: &'static str,
    version: &'static str,
    why: &'static str,
}

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
        let mut deny = Command::new(installed(house, &DENY)?);
        deny.current_dir(&house.root).args(["--workspace", "--locked", "--log-level", "error"]);
        process::run(deny.args(["--config", ".deny.toml", "check", "bans", "licenses", "sources"]))
    }),
    ("unused dependencies (cargo-machete)", |house| {
        process::run(Command::new(installed(house, &MACHETE)?).current_dir(&house.root))
    }),
];

fn clippy(house: &House, what: &[&str]) -> Result<()> {
    process::run(house.cargo().arg("clippy").args(what).args(["--", "--deny", "warnings"]))
}

/// The tool's binary; compiled once a machine where it is missing.
fn installed(house: &House, tool: &Tool) -> Result<PathBuf> {
    let place = house.tools.join(format!("{}-{}", tool.name, tool.version));
    let binary = place.join("bin").join(tool.name);
    if binary.is_file() {
        return Ok(binary);
    }
    say(format!("missing:\n  {} {}  for {}; compiling it once, for some minutes", tool.name, tool.version, tool.why));
    fs::create_dir_all(&place)?;
    let mut cargo = house.cargo();
    cargo.args(["install", "--locked", "--debug", "--root"]).arg(&place).args(["--version", tool.version, tool.name]);
    // A target folder of its own, so that installing never waits for, or spoils, the build of the house.
    process::run(cargo.env("CARGO_TARGET_DIR", house.tools.join("target")))
        .with_context(|| format!("{} could not be installed", tool.name))?;
    Ok(binary)
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

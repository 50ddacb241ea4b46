//! `setup`: what is missing, why it is needed, and installing it. Quick and silent when nothing is missing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::House;
use crate::packages::{self, PACK, Package, RUN, TEST};
use crate::process;
use crate::steps::{Steps, say};
use crate::system::{self, Family};

pub const STEP: &str = "looking for what is needed";
pub const WASM: &str = "wasm32-unknown-unknown";

/// `cargo xtask setup`.
pub fn standalone(house: &House, tests: bool) -> Result<()> {
    let mut steps = Steps::of(1);
    steps.next(STEP);
    to_run(house)?;
    if tests {
        to_test()?;
    }
    say(format!("everything is here ({:.1} s)", steps.elapsed().as_secs_f64()));
    Ok(())
}

/// What building and opening the window needs.
pub fn to_run(house: &House) -> Result<()> {
    packages(&RUN.iter().collect::<Vec<_>>())?;
    wasm_target(house)
}

/// What the tests need on top.
pub fn to_test() -> Result<()> {
    packages(&TEST.iter().collect::<Vec<_>>())
}

/// What a window on a display and a bus of its own needs: of the tests' packages, those without a gateway of others.
pub fn to_open() -> Result<()> {
    packages(&TEST.iter().filter(|package| package.debian != "npm").collect::<Vec<_>>())
}

/// What packing a .deb needs.
pub fn to_pack() -> Result<()> {
    packages(&PACK.iter().collect::<Vec<_>>())
}

fn packages(wanted: &[&Package]) -> Result<()> {
    let family = Family::here();
    let missing = missing(family, wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    say(format!("missing:\n{}", packages::reasons(&missing, |package| family.name(package))));
    match (family, family.command(&missing)) {
        (Family::Debian, _) => apt(&missing),
        (_, Some(command)) => bail!("install them with this, then start again:\n  {command}"),
        (_, None) => bail!(
            "how this system names its packages is not known here (above are Debian's names). Install what they hold \
             with its own tools, then start again; elsewhere that is one of:\n{}",
            Family::commands(&missing).join("\n")
        ),
    }
}

fn missing<'a>(family: Family, wanted: &[&'a Package]) -> Result<Vec<&'a Package>> {
    if family != Family::Debian {
        return Ok(packages::missing(wanted, |package| system::seen(package.probe)));
    }
    let installed = system::installed_debs(wanted)?;
    // A program may have come another way than by its package: npm with a node of its own, for example.
    let there = |package: &Package| {
        installed.iter().any(|name| name == package.debian)
            || matches!(package.probe, packages::Probe::Program(program) if process::on_path(program).is_some())
    };
    Ok(packages::missing(wanted, there))
}

fn apt(missing: &[&Package]) -> Result<()> {
    let names: Vec<&str> = missing.iter().map(|package| package.debian).collect();
    let root = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    if !root && process::on_path("sudo").is_none() {
        bail!(
            "installing needs root, and there is no sudo here; as root run this, then start again:\n  \
             apt-get update && apt-get install {}",
            names.join(" ")
        );
    }
    let install = [&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat();
    if !root {
        say(format!("sudo may ask for your password, for: apt-get {}", install.join(" ")));
    }
    if !lists_known(Path::new("/var/lib/apt/lists")) {
        process::run(apt_get(root).arg("update")).context("the lists of packages could not be fetched")?;
    }
    if process::run(apt_get(root).args(&install)).is_ok() {
        return Ok(());
    }
    say("that failed; once more with fresh lists of packages");
    let again = process::run(apt_get(root).arg("update")).and_then(|()| process::run(apt_get(root).args(&install)));
    again.with_context(|| format!("install these by hand, then start again: {}", names.join(" ")))
}

/// apt-get that asks nothing, as root or through sudo.
fn apt_get(root: bool) -> Command {
    let quiet = "DEBIAN_FRONTEND=noninteractive";
    let mut get = Command::new(if root { "env" } else { "sudo" });
    get.args(if root { [].as_slice() } else { &["env"] }).args([quiet, "apt-get"]);
    get
}

fn lists_known(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

/// The toolchain file names the target, but rustup does not always act on it.
fn wasm_target(house: &House) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(&house.root).args(["--print", "target-libdir", "--target", WASM]);
    let folder = process::output(&mut rustc)?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    say(format!("missing:\n  {WASM}  for the window, which is WASM"));
    let mut rustup = Command::new("rustup");
    rustup.current_dir(&house.root).args(["target", "add", WASM]);
    process::run(&mut rustup).with_context(|| format!("Rust's {WASM} target could not be added"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_package_lists_are_told_from_known_ones() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!lists_known(folder.path()));
        assert!(!lists_known(&folder.path().join("absent")));
        fs::write(folder.path().join("lock"), "").unwrap();
        assert!(!lists_known(folder.path()));
        fs::write(folder.path().join("deb_dists_bookworm_main_binary-amd64_Packages"), "").unwrap();
        assert!(lists_known(folder.path()));
    }
}

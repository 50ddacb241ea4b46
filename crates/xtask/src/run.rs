//! `run`, `build` and `bench`: the app, started; both programs, built; a benchmark, run.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::House;
use crate::parts::Parts;
use crate::process;
use crate::setup;
use crate::steps::{Steps, say};
use crate::window::{self, Profile};

/// The app serves the window that was built into it, under Tauri's production rules.
pub const EMBEDDED: [&str; 2] = ["--features", "tauri/custom-protocol"];

/// The bench that starts the app itself.
const START: &str = "start";

/// `cargo xtask run`: from nothing to the open window.
pub fn app(house: &House, args: &[String]) -> Result<()> {
    display()?;
    let mut steps = Steps::of(4);
    steps.next(setup::STEP);
    setup::to_run(house)?;
    steps.next(window::STEP);
    window::build(house, Profile::Ui)?;
    steps.next("building the app");
    process::run(house.cargo().args(["build", "--package", "pilothouse"]).args(EMBEDDED))?;
    steps.next("opening the window");
    let binary = house.binary("debug", "pilothouse");
    let error = Command::new(&binary).args(args).current_dir(&house.root).exec();
    Err(error).with_context(|| format!("{} did not start", binary.display()))
}

/// `cargo xtask build`: as developed.
pub fn build(house: &House) -> Result<()> {
    programs(house, &mut Steps::of(3), "debug")
}

/// `cargo xtask build --release`: as shipped.
pub fn release(house: &House) -> Result<()> {
    programs(house, &mut Steps::of(3), "release")
}

/// Three steps: what is needed, the window, both programs.
pub fn programs(house: &House, steps: &mut Steps, profile: &str) -> Result<()> {
    steps.next(setup::STEP);
    setup::to_run(house)?;
    steps.next(window::STEP);
    window::build(house, Profile::Ui)?;
    steps.next("building the app and pilot");
    let mut cargo = house.cargo();
    cargo.args(["build", "--package", "pilothouse", "--package", "pilot"]).args(EMBEDDED);
    if profile == "release" {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    for name in ["pilothouse", "pilot"] {
        report(&house.binary(profile, name))?;
    }
    Ok(())
}

/// `cargo xtask bench NAME`. The bench of the start gets the programs it starts, and a desk to start them on.
pub fn bench(house: &House, name: &str, args: &[String]) -> Result<()> {
    let mut steps = Steps::of(if name == START { 4 } else { 1 });
    let mut parts = Parts::default();
    if name == START {
        programs(house, &mut steps, "release")?;
        setup::to_open()?;
        parts.find_window(house, "release");
    }
    steps.next(&format!("building and running the benchmark `{name}`"));
    let mut cargo = house.cargo();
    cargo.args(["run", "--release", "--package", "testkit", "--bin", &format!("bench-{name}"), "--"]);
    parts.tell_to(&mut cargo);
    process::run(cargo.args(args))
}

fn report(binary: &Path) -> Result<()> {
    let bytes = fs::metadata(binary).with_context(|| format!("{} was not built", binary.display()))?.len();
    say(format!("{}: {:.1} MiB", binary.display(), bytes as f64 / 1_048_576.0));
    Ok(())
}

/// A person is told at once, and not after the build, that no window can open here.
fn display() -> Result<()> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    bail!(
        "there is no display here (DISPLAY and WAYLAND_DISPLAY are not set), so no window can open.\n\
         Log in to a desktop, or use a virtual display:\n  \
         sudo apt-get install xvfb xauth && xvfb-run -a cargo xtask run"
    )
}

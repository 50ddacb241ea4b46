//! Tools of cargo's that the verbs need, each at one version, beside the caches and never in the person's own folders.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::house::House;
use crate::process;
use crate::steps::say;

/// Which tool, and what for.
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
    pub why: &'static str,
}

/// The tool's binary; compiled once a machine where it is missing.
pub fn installed(house: &House, tool: &Tool) -> Result<PathBuf> {
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

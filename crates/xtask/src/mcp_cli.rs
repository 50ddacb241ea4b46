//! A real mcp-cli from PyPI, in a cache that all checkouts share. Starting it is the tests' own business
//! (`testkit::mcp_cli`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;
use crate::process;
use crate::steps::say;

const MCP_CLI: &str = "0.20.1";
/// Written when all else is there, so that an interrupted installation is not taken for a whole one.
const WHOLE: &str = "whole";

/// The program, fetched where it is missing.
pub fn installed(house: &House) -> Result<PathBuf> {
    let folder = house.peers.join("mcp-cli").join(MCP_CLI);
    if !folder.join(WHOLE).is_file() {
        say(format!("installing mcp-cli {MCP_CLI} into {}", folder.display()));
        install(&folder).with_context(|| format!("mcp-cli {MCP_CLI} could not be had from PyPI"))?;
        fs::write(folder.join(WHOLE), MCP_CLI)?;
    }
    Ok(folder.join("bin/mcp-cli"))
}

fn install(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let pip = |arguments: &[&str]| {
        let mut pip = Command::new(folder.join("bin/pip"));
        process::run(pip.args(["--quiet", "--disable-pip-version-check"]).args(arguments))
    };
    pip(&["install", &format!("mcp-cli[dashboard]=={MCP_CLI}")])?;
    // It fetches a vocabulary from the net at the first message, and without one the turn dies; mcp-cli can do without.
    pip(&["uninstall", "--yes", "tiktoken"])
}

//! A real OpenClaw from npm, with the node it wants, in a cache that all checkouts share.
//! Starting it is the tests' own business (`testkit::openclaw`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::House;
use crate::process;
use crate::steps::say;

const NODE: &str = "24";
const OPENCLAW: &str = "2026.9.6";
const NODE_FILE: &str = "node/bin/node";
const PROGRAM_FILE: &str = "openclaw/openclaw.mjs";

/// Where the two programs stand.
pub struct OpenClaw {
    pub node: PathBuf,
    pub program: PathBuf,
}

/// Both programs, fetched where they are missing.
pub fn installed(house: &House) -> Result<OpenClaw> {
    let folder = house.peers.join("openclaw");
    let node = folder.join(format!("node-{NODE}"));
    let package = folder.join(format!("pkg-{OPENCLAW}"));
    if !whole(&node, NODE_FILE) {
        npm(&node, &format!("node@{NODE}"), &[])?;
    }
    if !whole(&package, PROGRAM_FILE) {
        // None of its install scripts is needed.
        npm(&package, &format!("openclaw@{OPENCLAW}"), &["--ignore-scripts"])?;
    }
    if !whole(&node, NODE_FILE) || !whole(&package, PROGRAM_FILE) {
        bail!("npm reported success, yet OpenClaw is not whole in {}", folder.display());
    }
    let modules = "node_modules";
    Ok(OpenClaw { node: node.join(modules).join(NODE_FILE), program: package.join(modules).join(PROGRAM_FILE) })
}

fn npm(prefix: &Path, package: &str, more: &[&str]) -> Result<()> {
    if process::on_path("npm").is_none() {
        bail!("npm is not installed");
    }
    say(format!("installing {package} into {}", prefix.display()));
    fs::create_dir_all(prefix)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(prefix);
    process::run(npm.args(more).arg(package)).with_context(|| format!("{package} could not be had from npm"))
}

/// npm writes its own list of what it installed last, so an interrupted installation is not taken for a whole one.
fn whole(prefix: &Path, file: &str) -> bool {
    let modules = prefix.join("node_modules");
    modules.join(".package-lock.json").is_file() && modules.join(file).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_installation_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().join("node_modules");
        fs::create_dir_all(modules.join("openclaw")).unwrap();
        fs::write(modules.join("openclaw/openclaw.mjs"), "").unwrap();
        assert!(!whole(folder.path(), PROGRAM_FILE));
        fs::write(modules.join(".package-lock.json"), "{}").unwrap();
        assert!(whole(folder.path(), PROGRAM_FILE));
    }
}

//! The JavaScript manager of the seed document, on Node and the `ws` package.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

/// What it needs to run.
pub struct Rival {
    folder: PathBuf,
}

const SCRIPT: &str = include_str!("rival.mjs");

/// Puts the script and its one package into the cache. Needs `node` and `npm`.
pub fn install() -> anyhow::Result<Rival> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache"))).context("no home folder")?;
    let folder = cache.join("pilothouse").join("bench-rival");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("rival.mjs"), SCRIPT)?;
    if !folder.join("node_modules/ws").is_dir() {
        let status = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(&folder)
            .arg("ws@8")
            .stdout(std::process::Stdio::null())
            .status()
            .context("npm is needed for the JavaScript manager (Debian: apt-get install npm)")?;
        if !status.success() {
            bail!("npm could not install the package ws");
        }
    }
    Ok(Rival { folder })
}

impl Rival {
    /// The command that reads.
    pub fn command(&self) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join("rival.mjs"));
        command
    }
}

//! Where things stand: the top of the tree, cargo's target folder, the caches.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;

/// The folders that every verb needs.
pub struct House {
    /// The top of the tree: holds `Cargo.toml` and `tauri.conf.json`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the person put it.
    pub target: PathBuf,
    /// Tools that `check` installs; shared by all checkouts.
    pub tools: PathBuf,
    /// Real gateways that the tests run; shared by all checkouts.
    pub peers: PathBuf,
}

impl House {
    pub fn find() -> Result<House> {
        let root = root()?;
        let cache = cache_home()?;
        Ok(House {
            target: target(&root)?,
            tools: cache.join("pilothouse/tools"),
            peers: env::var_os("PILOTHOUSE_PEERS").map(PathBuf::from).unwrap_or_else(|| cache.join("pilothouse-peers")),
            root,
        })
    }

    /// The folder the window is built into, and served from.
    pub fn dist(&self) -> PathBuf {
        self.root.join("ui/dist")
    }

    /// A built program of ours, for example `binary("debug", "pilot")`.
    pub fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(name)
    }

    /// Cargo itself, working on this tree.
    pub fn cargo(&self) -> std::process::Command {
        let mut cargo = std::process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }
}

/// `cargo xtask` says where the crate is; a binary started by hand looks upward from where it stands.
fn root() -> Result<PathBuf> {
    let start = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => env::current_dir()?,
    };
    let top = start.ancestors().find(|folder| folder.join("tauri.conf.json").is_file());
    match top {
        Some(folder) => Ok(folder.to_path_buf()),
        None => bail!("no tauri.conf.json above {}: start this inside the checkout", start.display()),
    }
}

fn target(root: &Path) -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        return Ok(root.join(folder));
    }
    let mut cargo = std::process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["metadata", "--no-deps", "--format-version", "1"]);
    let answer: serde_json::Value = serde_json::from_str(&process::output(&mut cargo)?)?;
    let folder = answer["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

fn cache_home() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let home = env::var_os("HOME").context("HOME is not set, so there is no place for caches")?;
    Ok(PathBuf::from(home).join(".cache"))
}

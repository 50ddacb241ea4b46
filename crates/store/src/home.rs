//! Where the house keeps its files: the XDG folders, or everything under `PILOTHOUSE_HOME`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use directories::ProjectDirs;

/// The variable that moves all folders under one root.
const VARIABLE: &str = "PILOTHOUSE_HOME";

/// The folders of one user's house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Databases: what must not be lost.
    pub data: PathBuf,
    /// What the user writes: `agents.toml` and the like.
    pub config: PathBuf,
    /// Logs, window places: what may be lost, but not at every start.
    pub state: PathBuf,
    /// What can be had again.
    pub cache: PathBuf,
}

/// Why there is no home.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("This user has no home folder. Set PILOTHOUSE_HOME to a folder where Pilothouse may keep its files")]
    NoHome,
    #[error(
        "The folder {path} cannot be made or used. Check that it is a folder and belongs to you, or set \
         PILOTHOUSE_HOME to another place"
    )]
    Unusable { path: PathBuf, source: io::Error },
}

impl Home {
    /// The folders for this user: under `PILOTHOUSE_HOME` if that is set and not empty, else the XDG folders
    /// (`~/.local/share/pilothouse`, `~/.config/pilothouse`, `~/.local/state/pilothouse`, `~/.cache/pilothouse`, as
    /// the environment moves them). Makes nothing.
    pub fn find() -> Result<Home, HomeError> {
        match env::var_os(VARIABLE).filter(|root| !root.is_empty()) {
            Some(root) => Home::under(root),
            None => Home::of_the_user(),
        }
    }

    /// The folders under a root: `data`, `config`, `state` and `cache`.
    pub fn at(root: &Path) -> Home {
        let folder = |name| root.join(name);
        Home { data: folder("data"), config: folder("config"), state: folder("state"), cache: folder("cache") }
    }

    /// Makes the folders that are missing, and closes all of them to other users (mode 0700).
    pub fn create(&self) -> Result<(), HomeError> {
        for path in [&self.data, &self.config, &self.state, &self.cache] {
            make_private(path).map_err(|source| HomeError::Unusable { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// A relative root is meant from here, and stays when the program moves on.
    fn under(root: OsString) -> Result<Home, HomeError> {
        let path = PathBuf::from(root);
        match std::path::absolute(&path) {
            Ok(root) => Ok(Home::at(&root)),
            Err(source) => Err(HomeError::Unusable { path, source }),
        }
    }

    fn of_the_user() -> Result<Home, HomeError> {
        let dirs = ProjectDirs::from("", "", "pilothouse").ok_or(HomeError::NoHome)?;
        Ok(Home {
            data: dirs.data_dir().to_owned(),
            config: dirs.config_dir().to_owned(),
            // Only Linux has a folder for state.
            state: dirs.state_dir().map_or_else(|| dirs.data_local_dir().join("state"), Path::to_owned),
            cache: dirs.cache_dir().to_owned(),
        })
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// Elsewhere a user's folders are private by inheritance.
#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

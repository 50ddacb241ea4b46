//! The gateway's settings: one TOML file, read as a whole or refused with the
//! line, the column and the nearest thing that would have been right.
//!
//! The file is described by [`EXAMPLE`], which a first start writes beside the
//! data. Keys of model providers never stand in it: it names where they are.

mod check;
mod presets;
mod schema;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use check::nearest;
pub use check::{ConfigError, Place};
pub(crate) use schema::{File, Kind, Preset, Provider};

use secrecy::SecretString;

use crate::clock::Clock;
use crate::keys::Keys;

/// The commented file that a first start writes; everything in it is a comment
/// or a default.
pub const EXAMPLE: &str = include_str!("config/example.toml");

/// Name of the file in the data folder.
pub const FILE_NAME: &str = "gateway.toml";

/// What the gateway was told about itself.
#[derive(Clone)]
pub struct Config {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read, is no TOML, or says something
    /// that the gateway does not know. Nothing is half-read.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: check::read(path, &text)?, keys: Keys::none(), clock: Clock::default() })
    }

    /// The settings of a data folder that has no file yet.
    pub fn default_in(data: &Path) -> Self {
        Self { path: data.join(FILE_NAME), file: check::defaults(), keys: Keys::none(), clock: Clock::default() }
    }

    /// The settings of a data folder: its file if there is one, else the
    /// defaults.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn open(data: &Path) -> Result<Self, ConfigError> {
        let path = data.join(FILE_NAME);
        match path.exists() {
            true => Self::load(&path),
            false => Ok(Self::default_in(data)),
        }
    }

    /// Where keys of model providers come from; without this only environment
    /// variables are asked. `read` is asked for a key by its name each time one
    /// is used, and waited for at most ten seconds; its error is shown to the
    /// person.
    #[must_use]
    pub fn with_keys<F, E>(self, read: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<SecretString>, E>> + Send + 'static,
        E: fmt::Display,
    {
        Self { keys: Keys::from(read), ..self }
    }

    /// By whose time of day (Unix milliseconds) clients are told when something was asked and when it expires; without
    /// this by the system's. How long something is waited for is the timers' business.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { clock: Clock::from(now), ..self }
    }

    /// The file that these settings come from, or would be read from.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("path", &self.path).field("file", &self.file).finish_non_exhaustive()
    }
}

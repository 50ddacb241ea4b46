//! What the window keeps over a restart, and what it shows of the core itself.

use serde::{Deserialize, Serialize};

/// Looks and habits. Kept by the core; the window applies them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub theme: Theme,
}

/// Day or night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Dark,
    Light,
}

/// A window's arrangement: opaque to the core, kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub json: String,
}

/// What the window needs to know at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    pub version: String,
    pub settings: Settings,
    pub layout: Option<Layout>,
    /// Why keys cannot be kept, when no keyring answers.
    pub keyring_fault: Option<String>,
    /// A sentence for each thing that went wrong at start (a database refused, a config typo).
    pub start_faults: Vec<String>,
}

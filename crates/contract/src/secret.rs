//! A key on its one way from the window to the core.

use serde::{Deserialize, Serialize};

/// Write-only: it can be sent and taken out once, never shown. No reply and no update
/// holds one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps what the person typed; surrounding white space is never part of a key.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Takes the text out, for the keyring.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

//! Approvals as cards, and the answers to them.

use serde::{Deserialize, Serialize};

/// Something that waits for a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub node: String,
    /// The vendor's id: an answer is bound to it.
    pub id: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    /// "exec", "write_file", "plugin" …
    pub kind: String,
    /// The exact command.
    pub command: String,
    pub cwd: Option<String>,
    /// Unix milliseconds.
    pub asked_at: Option<i64>,
    /// Unix milliseconds by our clock.
    pub expires_at: Option<i64>,
    /// Which answers the node takes.
    pub allowed: Vec<Decision>,
    /// `None` while it waits; then how it ended and who decided.
    pub outcome: Option<Outcome>,
}

/// How an approval ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub decision: Decision,
    pub by: Option<String>,
    /// Unix milliseconds.
    pub at: i64,
}

/// An answer, or the end without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Once,
    Always,
    Deny,
    Expired,
    Unknown,
}

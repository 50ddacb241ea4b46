//! The audit log as it is read: what was done to nodes, by whom, and what came of it.

use serde::{Deserialize, Serialize};

/// One record. It holds the hash of the one before, so that none can be changed, taken out or put in unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts from 1, without holes.
    pub n: u64,
    /// Unix milliseconds.
    pub at: i64,
    /// The node's id and its name at that time.
    pub node: String,
    pub name: String,
    /// "you", "you, with pilot", "your rule 3".
    pub who: String,
    /// "send", "abort", "decide", "node.add" …
    pub act: String,
    /// What it was about, a JSON object. Messages stand in it by length and digest, keys not at all.
    pub about: String,
    pub phase: Phase,
    /// For an outcome: the record of what was meant.
    pub intent: Option<u64>,
    /// For an outcome: "done", or why not.
    pub outcome: Option<String>,
    /// The hash of the record before; zeros for the first.
    pub before: String,
    /// SHA-256, hexadecimal.
    pub hash: String,
}

/// Whether a record was written before the act or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is about to be done. Without an outcome nobody knows whether it was.
    Intent,
    Outcome,
}

/// What looking the whole log through found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How many records are whole.
    pub records: u64,
    /// The first that is not, and what is wrong with it.
    pub broken: Option<Broken>,
}

/// Where the log is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub n: u64,
    /// A sentence.
    pub why: String,
}

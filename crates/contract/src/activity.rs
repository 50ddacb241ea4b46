//! The one stream of all nodes, as rows.

use serde::{Deserialize, Serialize};

/// Which rows. Empty means all; the core applies it before any limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    pub nodes: Vec<String>,
    pub agents: Vec<String>,
    pub sessions: Vec<String>,
    /// Names of events in the neutral vocabulary; `tool.*` means all that begin so.
    pub events: Vec<String>,
    /// Part of the text, case ignored.
    pub text: String,
    /// Unix milliseconds: what reached us then or later.
    pub since: Option<i64>,
    /// Unix milliseconds: what reached us before then.
    pub until: Option<i64>,
}

/// What a row is about, for its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Message,
    Run,
    Tool,
    Asks,
    Failed,
    Link,
    Gap,
    Other,
}

/// One line of the stream. Deltas are not lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Place in the log of all nodes; rises.
    pub n: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    pub node: String,
    /// The event's name in the neutral vocabulary.
    pub event: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub mark: Mark,
    /// What happened, a verb phrase ("started", "finished", "asks").
    pub what: String,
    /// What a machine said in it (a command, a file), set in mono.
    pub code: Option<String>,
    /// A short figure at the end ("342 ms").
    pub figure: Option<String>,
}

/// An entry of the log that holds the words that were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Place in the log of all nodes.
    pub n: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    pub node: String,
    /// The event's name in the neutral vocabulary.
    pub event: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    /// The text around the first of the words, on one line.
    pub excerpt: String,
}

//! Recordings of what crosses a node's connection, and what of a node nobody here knows.

use serde::{Deserialize, Serialize};

/// What a recording holds so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The file it is written to.
    pub file: String,
    /// Whether it goes on.
    pub running: bool,
    pub frames_in: u64,
    pub frames_out: u64,
    /// Sockets that were open while it ran.
    pub connections: u64,
    pub bytes: u64,
    /// The dialect to decode it with, once a socket opened.
    pub dialect: Option<String>,
    /// Keys, tokens, passwords and signatures that were taken out.
    pub secrets: u64,
    /// Texts that filler of the same length stands for; pieces of what is being said are among them in any case.
    pub texts: u64,
    /// Names and folders of people that were taken out.
    pub persons: u64,
    /// Why nothing more is written, a sentence.
    pub fault: Option<String>,
}

/// What a node does that nobody here knows. Nothing is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The gateway and its version, as it was last met: "OpenClaw 2026.10.1".
    pub gateway: String,
    pub unknown: Vec<Unknown>,
}

/// One thing that nobody here knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    pub what: What,
    /// As the vendor calls it; a field with its event: `chat.mood`.
    pub name: String,
    /// How often it was met, at least: of what comes in thousands only a sample is looked at.
    pub times: u32,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It can be asked.
    Method,
    /// It tells.
    Event,
    /// It is told among other things.
    Field,
}

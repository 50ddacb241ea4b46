//! What the window shows and changes of a node besides its conversations: models, timed jobs, log, devices, settings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether a node can be asked something: a window offers nothing that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ability {
    /// The kind of call, as `rename_session`.
    pub verb: String,
    /// Why not, as a sentence; `None` when it can.
    #[serde(default)]
    pub cannot: Option<String>,
    /// What a person has to know before.
    #[serde(default)]
    pub caution: Option<String>,
}

/// A model that a node can use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// What to switch to it by.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub provider: Option<String>,
    /// Tokens it can take.
    #[serde(default)]
    pub context: Option<u64>,
    /// Whether it thinks before it answers.
    #[serde(default)]
    pub reasoning: Option<bool>,
    /// Whether new sessions get it.
    pub default: bool,
    pub available: bool,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub session: String,
    #[serde(default)]
    pub title: Option<String>,
    pub role: String,
    pub snippet: String,
    /// Unix milliseconds.
    #[serde(default)]
    pub at: Option<i64>,
}

/// Something that runs by the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CronJob {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    /// When, as people say it: "every 1 h".
    pub schedule: String,
    pub what: String,
    #[serde(default)]
    pub agent: Option<String>,
    /// Unix milliseconds of the next and of the last run.
    #[serde(default)]
    pub next: Option<i64>,
    #[serde(default)]
    pub last: Option<i64>,
    #[serde(default)]
    pub last_status: Option<String>,
}

/// One run of a timed job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CronRun {
    pub job: String,
    /// Unix milliseconds when it began, and how long it took.
    #[serde(default)]
    pub at: Option<i64>,
    #[serde(default)]
    pub ms: Option<u64>,
    pub status: String,
    pub output: String,
    #[serde(default)]
    pub session: Option<String>,
}

/// A line of a node's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Unix milliseconds.
    #[serde(default)]
    pub at: Option<i64>,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// The part of the gateway that wrote it.
    #[serde(default)]
    pub target: Option<String>,
    pub text: String,
}

/// Lines of a node's log, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    /// Where to go on.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Whether lines before these are lost.
    pub gap: bool,
}

/// A device that may connect to a node, or asks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub id: String,
    /// The name it gave itself: it proves nothing.
    pub name: String,
    /// The request that waits for an answer; `None` when it is let in.
    #[serde(default)]
    pub request: Option<String>,
    #[serde(default)]
    pub platform: Option<String>,
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// Unix milliseconds when it asked or was last seen.
    #[serde(default)]
    pub at: Option<i64>,
}

/// What is done with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Let in; the id is the request's.
    Approve,
    /// Turned away; the id is the request's.
    Reject,
    /// What it was given is taken back; the id is the device's.
    Revoke,
}

/// A node's settings, keys taken out by the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    pub value: Value,
    /// The state a change is made for: it is refused when somebody changed them in between.
    #[serde(default)]
    pub version: Option<String>,
}

//! What events are about: agents, sessions, messages, approvals, and how a run ends.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An agent as a node describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The vendor's id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// A mark, mostly an emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The model it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The preset it was set up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Whether messages without an agent go to it.
    #[serde(default)]
    pub default: bool,
}

/// A session as a node describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The vendor's key.
    pub key: String,
    /// The agent bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The title to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The end of the last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// The model in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Unix milliseconds of the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    /// How many messages it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// Whether a run is going on; `None` when this description does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// The session that spawned or forked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether it was put away.
    #[serde(default)]
    pub archived: bool,
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person (or a program in one's name).
    User,
    /// The agent.
    Assistant,
    /// The gateway's own words to the model.
    System,
    /// A remark for the reader.
    Notice,
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The vendor's id where it has one; else made from the session and the position.
    pub id: Box<str>,
    /// Who speaks.
    pub role: Role,
    /// The text, markdown.
    pub text: Box<str>,
    /// Unix milliseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<i64>,
    /// The run it belongs to (history rows carry it here; live ones in the address too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Box<str>>,
    /// The id we gave it when we sent it, where the vendor echoes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Box<str>>,
    /// The model's reasoning, where kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Box<str>>,
    /// Tool calls made in it (history; live calls are events of their own).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCall>,
    /// The model that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Box<str>>,
    /// Tokens it took, where history keeps them. A run's messages together took what its end says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// A tool call kept in history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's id.
    pub call: Box<str>,
    /// The tool's name.
    pub name: Box<str>,
    /// Its arguments, internals taken out.
    pub input: Value,
    /// Whether it worked; `None` while unknown.
    pub ok: Option<bool>,
    /// What it gave.
    pub output: Box<str>,
    /// Milliseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

/// What waits for a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// The vendor's id. An answer is bound to it.
    pub id: Box<str>,
    /// What kind of act ("exec", "write_file", "plugin" …).
    pub kind: Box<str>,
    /// The exact command or act.
    pub command: Box<str>,
    /// Where it would run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Box<str>>,
    /// Unix milliseconds when it was asked, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<i64>,
    /// Unix milliseconds (node's clock) after which it counts as denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// Which answers the node takes.
    pub allowed: Vec<Decision>,
    /// The tool call it holds up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<str>>,
    /// What "always" would allow, exactly, where the node says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<str>>,
}

/// An answer to an approval, or how it ended without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// This once.
    Once,
    /// From now on, by a rule the node makes.
    Always,
    /// No.
    Deny,
    /// Nobody answered in time: not allowed.
    Expired,
    /// It ended and the node does not say how.
    Unknown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Well, with an error, or by a person's stop.
    pub outcome: Outcome,
    /// The whole answer; it replaces the joined deltas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    /// Tokens, where the vendor counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What went wrong, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<str>>,
}

/// How a run ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It answered.
    Ok,
    /// It failed.
    Error,
    /// Somebody stopped it.
    Aborted,
    /// Its end never reached us and the node does not tell.
    Unknown,
}

/// Tokens of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
    /// Of those read, the ones from a cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_read: u64,
    /// Of those read, the ones that were put into a cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A device that may connect to a node, or asks to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device's id, by which it is revoked.
    pub id: String,
    /// The name it gave itself: it proves nothing.
    pub name: String,
    /// What waits for the owner's word, by its id; `None` when it is let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Where it connects from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What it may do or asks to do, in the vendor's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Its key's fingerprint, to be compared, where the vendor shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Unix milliseconds when it asked or was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

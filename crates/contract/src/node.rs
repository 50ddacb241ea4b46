//! Nodes, agents and sessions as the window shows them.

use serde::{Deserialize, Serialize};

use crate::usage::Spend;

/// A node's id: short, made once, never shown. The local node's is `local`.
pub type NodeId = String;

/// Which vendor a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vendor {
    /// Find out.
    Auto,
    /// Our own gateway, embedded or elsewhere.
    Pilothouse,
    /// Moltis.
    Moltis,
    /// OpenClaw.
    Openclaw,
    /// mcp-cli's dashboard.
    McpDashboard,
}

/// How the link stands, for the mark and the word on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    Idle,
    Connecting,
    Handshaking,
    Ready,
    Pairing,
    Untrusted,
    Unauthorised,
    Incompatible,
    RateLimited,
    BackingOff,
    Paused,
    Failed,
}

/// A node as its card shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub id: NodeId,
    /// The person's name for it; unique.
    pub name: String,
    pub vendor: Vendor,
    /// Where it is: a URL, or "in this window" for the local one.
    pub address: String,
    /// Whether it is the embedded gateway: it cannot be edited or removed.
    pub local: bool,
    pub state: LinkState,
    /// A sentence: why it is in this state and what to do. Empty when ready.
    pub reason: String,
    /// Unix milliseconds since when the link is in this state.
    pub since: i64,
    /// The next try: its number and Unix milliseconds, while backing off.
    pub next_try: Option<(u32, i64)>,
    /// The certificate that waits to be trusted, `sha256:…`, and the pinned one it would replace.
    pub fingerprint: Option<String>,
    pub pinned: Option<String>,
    /// The gateway's version and product, once known.
    pub version: Option<String>,
    pub product: Option<String>,
    /// Unix milliseconds up to which the data below is true; `None` while it is live.
    pub stale_since: Option<i64>,
    /// The last way there and back, milliseconds.
    pub latency_ms: Option<f64>,
    /// What the credential may do, in the vendor's words.
    pub scopes: Vec<String>,
    pub agents: Vec<Agent>,
    /// The sessions shown in the sidebar and the picker: the newest first, at most 200.
    pub sessions: Vec<Session>,
    /// How many sessions it has.
    pub session_count: u64,
    /// Runs going on now.
    pub running: u32,
    /// Approvals that wait.
    pub asking: u32,
    /// Whether the key is kept for this session only (no keyring answered).
    pub key_in_memory: bool,
    /// Marked production: nothing is changed on it while it is locked, and nothing is allowed "always".
    pub production: bool,
    /// Unix milliseconds until which a production node is unlocked.
    pub unlocked_until: Option<i64>,
    /// Calls that wait for their turn, because the node is asked no faster than its limit.
    pub queued: u32,
    /// Its limit: calls a minute, and at once after a rest.
    pub per_minute: u32,
    pub burst: u32,
    /// What its runs used today; `None` before any.
    pub spent_today: Option<Spend>,
}

/// What an agent does, for its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Waits for a person.
    Asking,
    /// A run goes on.
    Running,
    /// The last run failed and was not looked at.
    Failed,
    /// Finished since it was last looked at.
    Unread,
    /// Nothing.
    Idle,
    /// Its node is away: nobody knows.
    Offline,
}

/// An agent in the sidebar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The vendor's id.
    pub id: String,
    pub name: String,
    pub emoji: Option<String>,
    pub model: Option<String>,
    pub preset: Option<String>,
    pub default: bool,
    pub activity: Activity,
    /// Its main or newest session, which a click opens.
    pub session: Option<String>,
}

/// A session in a picker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The vendor's key.
    pub key: String,
    pub agent: Option<String>,
    pub title: String,
    pub preview: Option<String>,
    pub updated_at: Option<i64>,
    pub messages: Option<u64>,
    pub activity: Activity,
    pub parent: Option<String>,
}

/// What the add dialog fills in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeForm {
    pub name: String,
    /// As typed; completed and checked by the core.
    pub address: String,
    pub vendor: Vendor,
    /// `None` keeps the stored key when editing.
    pub key: Option<crate::Secret>,
    /// `sha256:…` of a certificate the person has compared.
    pub trust: Option<String>,
    /// Keep the key in memory only, because no keyring answers.
    pub session_only: bool,
}

/// What trying an address found out, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    pub steps: Vec<Step>,
    /// Who answered, when somebody did.
    pub vendor: Option<Vendor>,
    pub product: Option<String>,
    pub version: Option<String>,
    /// Milliseconds of the whole, when it worked.
    pub latency_ms: Option<f64>,
    /// What to do when a step failed.
    pub fault: Option<crate::Fault>,
}

/// One step of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// "Address", "Name", "Connection", "Encryption", "Gateway", "Handshake", "Permissions".
    pub name: String,
    /// `None`: not reached.
    pub ok: Option<bool>,
    /// What was found.
    pub detail: String,
}

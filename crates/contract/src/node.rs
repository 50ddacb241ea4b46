//! Nodes, agents and sessions as the window shows them.

use serde::{Deserialize, Serialize};

use crate::usage::Spend;

/// Calls a minute to a node whose limit nobody set.
pub const USUAL_PER_MINUTE: u32 = 600;
/// Calls at once, after a rest, to such a node.
pub const USUAL_BURST: u32 = 40;

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
    /// Where it is: its first route, or "in this window" for the local one.
    pub address: String,
    /// What else there is to reaching it, as it is stored: the further routes in the order they are tried, and files.
    pub reach: Reach,
    /// The number of the route in use or last used, from 0, which is the address.
    pub route: Option<u32>,
    /// Why the routes before that one were not taken, a sentence each.
    pub passed: Vec<String>,
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
    /// What is known of the certificate that waits to be trusted.
    pub certificate: Option<Certificate>,
    /// What is known of the one that was trusted in its place.
    pub trusted: Option<Certificate>,
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
    /// Whether what crosses its connection is being recorded into a file.
    pub recording: bool,
    /// Its limit: calls a minute, and at once after a rest.
    pub per_minute: u32,
    pub burst: u32,
    /// What its runs used today; `None` before any.
    pub spent_today: Option<Spend>,
}

/// What is known of a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Certificate {
    /// `sha256:…` of its DER form.
    pub fingerprint: String,
    /// Whom it names.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// The hosts it is for.
    pub names: Vec<String>,
    /// Unix milliseconds from when it is valid, and until when.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// Unix milliseconds when the person trusted it first.
    pub trusted_at: Option<i64>,
    /// Where it was shown: `host:port`.
    pub at: Option<String>,
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
    /// As typed; completed and checked by the core. `ssh://user@host/18789` goes through SSH.
    pub address: String,
    pub vendor: Vendor,
    /// `None` keeps the stored key when editing.
    pub key: Option<crate::Secret>,
    /// `sha256:…` of a certificate the person has compared.
    pub trust: Option<String>,
    /// Keep the key in memory only, because no keyring answers.
    pub session_only: bool,
    /// What else there is to reaching it. `None` keeps what is stored when editing.
    #[serde(default)]
    pub reach: Option<Reach>,
}

/// What there is to reaching a node besides its address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    /// Further routes, tried in order when those before them fail. The same node, with the same key, by each.
    pub routes: Vec<String>,
    /// A file of certificate authorities (PEM) that are trusted for this node besides the computer's own.
    pub ca_file: Option<String>,
    /// Our own certificate, where the way to the node asks for one.
    pub client: Option<ClientFiles>,
}

/// The field of a [`NodeForm`] that a [`crate::Fault`] of [`crate::Code::Invalid`] is about; it stands in its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormField {
    Address,
    Name,
    /// A further route, by its place in [`Reach::routes`].
    Route(usize),
    CaFile,
    ClientCertificate,
    ClientKey,
}

impl FormField {
    /// As it crosses.
    pub fn told(self) -> String {
        match self {
            Self::Address => "address".to_owned(),
            Self::Name => "name".to_owned(),
            Self::Route(number) => format!("route:{number}"),
            Self::CaFile => "ca_file".to_owned(),
            Self::ClientCertificate => "client_certificate".to_owned(),
            Self::ClientKey => "client_key".to_owned(),
        }
    }

    /// The other way; `None` for what is no field.
    pub fn read(told: &str) -> Option<Self> {
        match told {
            "address" => Some(Self::Address),
            "name" => Some(Self::Name),
            "ca_file" => Some(Self::CaFile),
            "client_certificate" => Some(Self::ClientCertificate),
            "client_key" => Some(Self::ClientKey),
            other => other.strip_prefix("route:")?.parse().ok().map(Self::Route),
        }
    }
}

/// A client certificate. Only the places of its files are kept; the private key stays in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFiles {
    /// The certificate and those between it and its authority, PEM.
    pub certificate: String,
    /// Its private key, PEM. Nobody else may be able to read the file.
    pub key: String,
}

/// A gateway that was found without being told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nearby {
    /// What it calls itself, or a name made of its kind and place; free for a node.
    pub name: String,
    /// A route to it, as [`NodeForm`] takes it.
    pub address: String,
    pub vendor: Vendor,
    pub version: Option<String>,
    /// How it was found, a phrase each.
    pub how: Vec<String>,
    /// The node that is set up with this address already.
    pub kept_as: Option<String>,
    /// The configuration it can be imported from, key and all, where it was found in one.
    pub import: Option<Import>,
}

/// What the configuration of another program offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Stands for it in a call; good until the file changes.
    pub id: String,
    /// The file.
    pub file: String,
    /// Whether the file holds a key, and why none can be taken where it names one: a sentence.
    pub key: ImportKey,
    /// `sha256:…` of the certificate that the other program trusts there.
    pub fingerprint: Option<String>,
}

/// Whether a key comes with an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKey {
    /// It stands in the file and goes into the keyring.
    There,
    /// None is there.
    None,
    /// It is kept elsewhere: a sentence.
    Elsewhere(String),
}

/// What trying an address found out, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The route that was tried: the first that works, else the first of all. `None` when what was typed is none.
    #[serde(default)]
    pub route: Option<String>,
    pub steps: Vec<Step>,
    /// Who answered, when somebody did.
    pub vendor: Option<Vendor>,
    pub product: Option<String>,
    pub version: Option<String>,
    /// Milliseconds of the whole, when it worked.
    pub latency_ms: Option<f64>,
    /// Seconds the node's clock is ahead of this computer's; behind, when negative.
    #[serde(default)]
    pub ahead_s: Option<i64>,
    /// What to do when a step failed.
    pub fault: Option<crate::Fault>,
    /// An address at which a gateway answers, where none does at this one.
    #[serde(default)]
    pub meant: Option<String>,
    /// The other routes that were tried, in order.
    #[serde(default)]
    pub others: Vec<Probe>,
}

/// One step of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// "Address", "Name", "Connection", "Encryption", "Gateway", "Handshake", "Permissions", "Clock", "Latency".
    pub name: String,
    /// `None`: not reached.
    pub ok: Option<bool>,
    /// What was found.
    pub detail: String,
    /// What to do about it, where there is something to do.
    #[serde(default)]
    pub repair: Option<String>,
}

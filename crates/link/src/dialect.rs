//! What a vendor's gateway speaks, translated both ways by pure functions.
//!
//! A dialect never touches a socket or a clock: text and times are handed in, what it
//! wants done is collected in an [`Out`]. So a recording decodes as the live link does.

mod cron;
mod envelope;
mod fields;
pub(crate) mod lax;
mod mcp_dashboard;
mod moltis;
mod names;
mod openclaw;
mod pending;
mod quiet;
mod recent;
mod rights;
mod runs;
mod scan;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod spoilt;
mod transcript;

use secrecy::SecretString;

use crate::call::{Ability, Call, CallError, Reply, Verb};
use crate::event::{Body, Event, NodeState};

/// The vendors spoken, in the order tried when nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Moltis, and our own gateway, which speaks the same protocol.
    Moltis,
    /// OpenClaw.
    Openclaw,
    /// mcp-cli's dashboard.
    McpDashboard,
}

impl Kind {
    /// Every vendor, in the order tried when nobody knows.
    pub const ALL: [Self; 3] = [Self::Moltis, Self::Openclaw, Self::McpDashboard];

    /// The name a person types, as in `--dialect openclaw`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moltis => "moltis",
            Self::Openclaw => "openclaw",
            Self::McpDashboard => "mcp-dashboard",
        }
    }

    /// The vendor a person's word means; any case, `_` for `-`.
    pub fn from_name(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// Makes the dialect of one new connection.
pub fn make(kind: Kind, credentials: &Credentials, ours: &ClientInfo) -> Box<dyn Dialect> {
    match kind {
        Kind::Moltis => Box::new(moltis::Moltis::new(credentials, ours)),
        Kind::Openclaw => Box::new(openclaw::Openclaw::new(credentials, ours)),
        Kind::McpDashboard => Box::new(mcp_dashboard::McpDashboard::new()),
    }
}

/// What this program says of itself to a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    /// The name people read ("Pilothouse").
    pub name: String,
    /// This program's version.
    pub version: String,
    /// `linux`, `macos` or `windows`; never a release, because gateways pin it when they pair.
    pub platform: &'static str,
    /// A UUID of this installation.
    pub instance: String,
    /// What the gateway's owner allowed when he allowed less than was asked: then no more is asked again.
    pub allowed: Option<Allowed>,
}

/// Fewer rights than were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The rights there are, in the vendor's words; none: that is over, all are asked for again.
    pub scopes: Vec<String>,
    /// The request for the others, which waits for the owner.
    pub request: String,
}

impl ClientInfo {
    /// This program on this machine.
    pub fn new(version: &str, instance: &str) -> Self {
        let platform = match std::env::consts::OS {
            "macos" => "macos",
            "windows" => "windows",
            _ => "linux",
        };
        Self { name: "Pilothouse".into(), version: version.into(), platform, instance: instance.into(), allowed: None }
    }
}

/// What a dialect wants done after it was shown something.
#[derive(Debug, Default)]
pub struct Out {
    /// Neutral events, in order.
    pub events: Vec<Event>,
    /// Frames to send, in order.
    pub frames: Vec<String>,
    /// Answers to calls, by the number the caller gave.
    pub replies: Vec<(u64, Result<Reply, CallError>)>,
    /// Set when the socket should be closed; says what the link's state is then.
    pub close: Option<Close>,
}

impl Out {
    /// Whether there are events only, and none that is about the link itself.
    pub(crate) fn is_plain(&self) -> bool {
        let told = self.events.iter().all(|event| !matches!(event.body, Body::NodeState(_)));
        told && self.frames.is_empty() && self.replies.is_empty() && self.close.is_none()
    }
}

/// Why a dialect ends a connection, or what follows its end.
///
/// A dialect that closes in [`Dialect::frame`] has told the state as an event already;
/// [`Dialect::closed`] only returns it: the caller tells it (with its own count of tries).
#[derive(Debug, Clone, PartialEq)]
pub struct Close {
    /// The state that follows.
    pub state: NodeState,
    /// Whether trying again by itself can help.
    pub retry: bool,
}

/// How to ask for the WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// Path used when the node's address has none.
    pub path: &'static str,
    /// Headers besides the usual ones. Never holds a key.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the vendor wants an `Origin` header, and which.
    pub origin: Origin,
}

/// The `Origin` header of an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// None: these gateways refuse or mistrust a client that sends one.
    Absent,
    /// `http://127.0.0.1:PORT` with the port that is connected to.
    Loopback,
}

/// Who we are to a gateway. Made once a node, kept in the keyring.
#[derive(Clone)]
pub struct Credentials {
    /// The API key, token or password; `None` where the gateway asks for none.
    pub key: Option<SecretString>,
    /// The ed25519 secret of this device (32 bytes, base64url), for vendors that pair devices.
    pub device: Option<SecretString>,
    /// A token the gateway gave this device when it paired.
    pub device_token: Option<SecretString>,
}

/// One vendor's protocol on one connection. Made anew for every connection.
pub trait Dialect: Send {
    /// How to ask for the socket.
    fn upgrade(&self) -> Upgrade;

    /// The socket is open at `now` (Unix milliseconds).
    fn opened(&mut self, now: i64, out: &mut Out);

    /// One text frame arrived at `now`.
    fn frame(&mut self, text: &str, now: i64, out: &mut Out);

    /// A frame this side sent: told only when a recording is decoded, where nobody
    /// called [`Dialect::call`].
    fn sent(&mut self, text: &str, now: i64, out: &mut Out);

    /// Writes call `id` as frames. An answer comes later in [`Out::replies`].
    fn call(&mut self, id: u64, call: &Call, now: i64, out: &mut Out);

    /// The caller of `id` gave up waiting: forget it.
    fn forget(&mut self, id: u64);

    /// The socket closed. Says what state follows, and closes what was open.
    fn closed(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close;

    /// Like [`Dialect::closed`], but what is open stays open: another connection of the
    /// same recording follows, and [`Dialect::reopened`] is told when it does.
    fn lost(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.closed(code, reason, now, out)
    }

    /// The next connection to the same node begins: the handshake is forgotten, the runs
    /// are not.
    fn reopened(&mut self) {}

    /// How long silence may last before the link counts as dead, milliseconds.
    fn silence_limit(&self) -> u64;

    /// Whether the handshake is done and calls may be made.
    fn ready(&self) -> bool;

    /// Called every few seconds while the connection lives: some things only time tells.
    fn tick(&mut self, _now: i64, _out: &mut Out) {}

    /// Whether it can be asked this, and what to know before. True once the handshake is done.
    fn ability(&self, verb: Verb) -> Ability {
        Ability { verb, cannot: None, caution: None }
    }

    /// After a refusal: the rights there are, to be asked for next time.
    fn allowed(&self) -> Option<&Allowed> {
        None
    }

    /// A device token the gateway gave in the handshake, to be kept in the keyring.
    fn issued_token(&self) -> Option<&SecretString> {
        None
    }
}

//! What a link is to be held to: where, whom to trust, who we are.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::io::DuplexStream;

use crate::dialect::{ClientInfo, Credentials, Kind};
use crate::drift::Found;
use crate::event::Event;
use crate::record::Tape;
use crate::route::{Route, Routes};
use crate::tls::TlsTerms;

/// A gateway to be connected to.
#[derive(Clone)]
pub struct Target {
    /// The node's name, for logs and task names only.
    pub name: String,
    pub choice: Choice,
    /// The ways to it, the preferred one first. What follows is the same by all of them.
    pub routes: Routes,
    /// Whom to trust, and our own certificate.
    pub tls: TlsTerms,
    pub credentials: Credentials,
    /// What this program says of itself.
    pub ours: ClientInfo,
    /// Called with a device token that the gateway gave, when it is not the one in `credentials`. Belongs in the
    /// keyring. Called on the link's own task: it must not block.
    pub on_token: Option<OnToken>,
    /// Called when a socket came about, with the route it came by. Called on the link's own task: it must not block.
    pub on_route: Option<OnRoute>,
    /// Called with what the gateway does that nobody here knows, when there is more of it. Called on the link's own
    /// task: it must not block.
    pub on_drift: Option<OnDrift>,
    /// Where somebody may record what crosses the link's sockets, from before the first one or later.
    pub tape: Tape,
    pub transport: Transport,
}

/// Takes a device token that a gateway gave.
pub type OnToken = Arc<dyn Fn(SecretString) + Send + Sync>;

/// Takes the way that a connection came about.
pub type OnRoute = Arc<dyn Fn(&Taken) + Send + Sync>;

/// Takes what a gateway does that nobody here knows.
pub type OnDrift = Arc<dyn Fn(&Found) + Send + Sync>;

/// By which route a connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its number among the target's routes, from 0.
    pub number: usize,
    /// Those that failed before it, in order.
    pub passed: Vec<Passed>,
}

/// A route that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub number: usize,
    pub route: Route,
    /// A sentence.
    pub reason: String,
}

/// Opens a stream to a gateway in this process.
pub type OpenMemory = Arc<dyn Fn() -> DuplexStream + Send + Sync>;

/// Which vendor's gateway is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Choice {
    /// Whatever answers: asked over HTTP before the first connection.
    Auto,
    /// This one.
    Is(Kind),
}

/// What carries the WebSocket.
#[derive(Clone)]
pub enum Transport {
    /// TCP, and TLS where the address says so.
    Net,
    /// A stream in memory; there is no TLS on it.
    Memory(OpenMemory),
}

impl Target {
    pub(crate) fn is_net(&self) -> bool {
        matches!(self.transport, Transport::Net)
    }
}

/// Who listens to a link.
pub trait Sink: Send + Sync + 'static {
    /// Called on the link's own task with the events of one read burst, in order; must drain `events` and must not
    /// block. So there is no queue between socket and state: back-pressure is the call itself.
    fn deliver(&self, events: &mut Vec<Event>);
}

impl fmt::Debug for Target {
    /// Without any key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("choice", &self.choice)
            .field("routes", &self.routes)
            .field("tls", &self.tls)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transport::Net => "Net",
            Transport::Memory(_) => "Memory",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[test]
    fn no_key_shows_when_a_target_is_printed() {
        let secret = || Some(SecretString::from("canary".to_owned()));
        let target = Target {
            name: "homelab".to_owned(),
            choice: Choice::Auto,
            routes: Address::parse("wss://homelab.example:1").unwrap().into(),
            tls: TlsTerms::default(),
            credentials: Credentials { key: secret(), device: secret(), device_token: secret() },
            ours: ClientInfo::new("0.1.0", "00000000-0000-0000-0000-000000000000"),
            on_token: None,
            on_route: None,
            on_drift: None,
            tape: Default::default(),
            transport: Transport::Net,
        };
        let text = format!("{target:?}");
        assert!(text.contains("homelab.example"), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}

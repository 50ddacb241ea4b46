//! What is true of one node: its link, agents, sessions with their last rows, runs and approvals.
//!
//! Plain data and questions to it. Only `apply` changes it; nothing here knows a window, a clock or a database.

use std::collections::HashMap;
use std::sync::Arc;

use contract::node::{NodeId, Reach, Vendor};
use contract::transcript::Fate;
use contract::usage::Spend;
use link::event::{Agent, NodeState};
use link::{Pin, Taken};

mod approval;
mod clock;
mod row;
mod run;
mod session;
mod transcript;

pub use crate::table::guard::Guard;
pub use approval::{Asked, HERE, PILOT, RULE, Settled, is_here};
pub use clock::NodeClock;
pub use row::{Own, Row, RowBody};
pub use run::{Ended, Run};
pub use session::Session;
pub(crate) use session::Torn;
pub use transcript::{KEPT_ROWS, STEP, Transcript};

/// Where a message from here stands of which nothing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenUp {
    /// In the node's history.
    There,
    /// In no history: only here.
    Nowhere,
}

/// What a person set up for a node, and its place in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeHead {
    pub id: NodeId,
    /// The person's name for it; unique.
    pub name: String,
    pub vendor: Vendor,
    /// As its card shows it: its first route.
    pub address: String,
    /// The further routes, and what TLS needs.
    pub reach: Reach,
    /// Whether it is the embedded gateway.
    pub local: bool,
    /// Its place among the nodes; rises.
    pub order: i64,
    /// The certificates it was trusted with.
    pub pins: Vec<Pin>,
}

/// How the link stands, and how fresh what is known is. These are two things.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkStand {
    pub state: NodeState,
    /// Unix milliseconds since when it is in this state.
    pub since: i64,
    pub version: Option<String>,
    pub product: Option<String>,
    /// What the credential may do, in the vendor's words.
    pub scopes: Vec<String>,
    /// Unix milliseconds up to which the node's lists are true; `None` while they are live.
    pub stale_since: Option<i64>,
    /// Whether the sessions were read since the link came up.
    pub listed: bool,
    /// The last way there and back, milliseconds.
    pub latency_ms: Option<f64>,
    /// Whether the key is kept for this session only.
    pub key_in_memory: bool,
    /// The route in use or last used, and why not those before it.
    pub route: Option<Taken>,
}

/// The state of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    pub head: NodeHead,
    pub link: LinkStand,
    /// In the node's own order.
    pub agents: Vec<Agent>,
    pub(crate) sessions: HashMap<Arc<str>, Session>,
    /// What waits, and what was settled within the last 90 seconds; oldest first.
    pub approvals: Vec<Asked>,
    /// What its clock shows.
    pub clock: NodeClock,
    /// How a person guards it.
    pub guard: Guard,
    /// Calls that wait for their turn.
    pub queued: u32,
    /// Whether its connection is being recorded.
    pub recording: bool,
    /// What its runs used today.
    pub spent_today: Option<Spend>,
}

impl Truth {
    /// A node nobody has heard of yet.
    pub fn new(head: NodeHead, now: i64) -> Truth {
        let link = LinkStand {
            state: NodeState::Idle,
            since: now,
            version: None,
            product: None,
            scopes: Vec::new(),
            stale_since: None,
            listed: false,
            latency_ms: None,
            key_in_memory: false,
            route: None,
        };
        Truth {
            head,
            link,
            agents: Vec::new(),
            sessions: HashMap::new(),
            approvals: Vec::new(),
            clock: NodeClock::default(),
            guard: Guard::default(),
            queued: 0,
            recording: false,
            spent_today: None,
        }
    }

    /// Whether calls can be made now.
    pub fn is_ready(&self) -> bool {
        matches!(self.link.state, NodeState::Ready { .. })
    }

    /// Whether the lists are what the node has: the link is up and they were read since.
    pub fn is_live(&self) -> bool {
        self.is_ready() && self.link.listed
    }

    pub fn session(&self, key: &str) -> Option<&Session> {
        self.sessions.get(key)
    }

    /// The session of that key, made when it is new.
    pub(crate) fn session_mut(&mut self, key: &str) -> &mut Session {
        let known = self.sessions.get_key_value(key).map(|(key, _)| key.clone());
        let key = known.unwrap_or_else(|| key.into());
        self.sessions.entry(key.clone()).or_insert_with(|| Session::new(key))
    }

    /// All sessions, in no order.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// The sessions some window shows.
    pub fn watched(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().filter(|session| session.watched)
    }

    /// Whether the session's last messages should be read from the node: some window shows it, and they were not
    /// read since the link came up.
    pub fn needs_history(&self, key: &str) -> bool {
        self.session(key).is_some_and(|session| session.watched && session.is_behind())
    }

    /// The run to name to a node that is to stop the session: the active one, where the vendor gave it an id.
    pub fn run_to_stop(&self, session: &str) -> Option<String> {
        let run = self.session(session)?.active_run()?;
        Some(run.id.to_string()).filter(|id| !id.is_empty())
    }

    /// Whether nothing came or will come of this message from here, and where the node has it.
    pub(crate) fn given_up(&self, session: &str, client_id: &str) -> Option<GivenUp> {
        let mut rows = self.session(session)?.transcript.as_ref()?.rows.iter().rev();
        let row = rows.find(|row| row.own().is_some_and(|own| &*own.client_id == client_id))?;
        let over = matches!(row.own()?.fate, Fate::Unknown | Fate::Failed);
        over.then_some(if row.message.is_some() { GivenUp::There } else { GivenUp::Nowhere })
    }

    pub fn approval(&self, id: &str) -> Option<&Asked> {
        self.approvals.iter().find(|asked| &*asked.about.id == id)
    }

    /// The agent a session is bound to, as far as it is known.
    pub fn agent_of<'a>(&'a self, session: Option<&str>) -> Option<&'a str> {
        self.session(session?)?.about.agent_id.as_deref()
    }

    /// How many runs go on, as far as anybody knows: none while the link is down.
    pub fn running(&self) -> u32 {
        if !self.is_ready() {
            return 0;
        }
        let active = self.sessions.values().filter(|session| session.is_running()).count();
        u32::try_from(active).unwrap_or(u32::MAX)
    }

    /// How many approvals wait.
    pub fn asking(&self) -> u32 {
        let waiting = self.approvals.iter().filter(|asked| asked.settled.is_none()).count();
        u32::try_from(waiting).unwrap_or(u32::MAX)
    }
}

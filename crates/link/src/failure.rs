//! Why a connection did not come about, as a sentence and as what follows from it.

use crate::dialect::{Close, Kind};
use crate::event::NodeState;

/// What a failed step means for the link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// It may work later: try again after a pause.
    Away(String),
    /// Something answers that is not what was looked for. A set-up mistake, unless it worked before.
    Wrong(String),
    /// Nothing changes until a person acts.
    Stopped(NodeState),
    /// The server asked for quiet until `until` (Unix milliseconds).
    Later { until: i64, reason: String },
}

impl Failure {
    /// The sentence for the person.
    pub fn reason(&self) -> &str {
        match self {
            Failure::Away(reason) | Failure::Wrong(reason) | Failure::Later { reason, .. } => reason,
            Failure::Stopped(state) => reason_of(state).unwrap_or("it cannot be used"),
        }
    }

    /// The state of a link that tries only once.
    pub fn into_state(self) -> NodeState {
        match self {
            Failure::Away(reason) | Failure::Wrong(reason) => NodeState::Failed { reason },
            Failure::Stopped(state) => state,
            Failure::Later { until, reason } => NodeState::RateLimited { until, reason },
        }
    }
}

/// What a dialect's word means for the link.
pub(crate) fn of_close(close: Close) -> Failure {
    match close.state {
        state @ NodeState::Pairing { .. } => Failure::Stopped(state),
        NodeState::RateLimited { until, reason } => Failure::Later { until, reason },
        state if !close.retry => Failure::Stopped(state),
        state => Failure::Away(
            reason_of(&state)
                .unwrap_or("the gateway closed the connection")
                .to_owned(),
        ),
    }
}

/// The sentence a state carries.
pub(crate) fn reason_of(state: &NodeState) -> Option<&str> {
    match state {
        NodeState::Pairing { reason, .. }
        | NodeState::Untrusted { reason, .. }
        | NodeState::Unauthorised { reason }
        | NodeState::Incompatible { reason, .. }
        | NodeState::RateLimited { reason, .. }
        | NodeState::BackingOff { reason, .. }
        | NodeState::Failed { reason } => Some(reason),
        NodeState::Idle
        | NodeState::Connecting
        | NodeState::Handshaking
        | NodeState::Ready { .. }
        | NodeState::Paused => None,
    }
}

/// The vendor's name as a person knows it.
pub(crate) fn vendor(kind: Kind) -> &'static str {
    match kind {
        Kind::Moltis => "Moltis",
        Kind::Openclaw => "OpenClaw",
        Kind::McpDashboard => "mcp-cli dashboard",
    }
}

/// What to say when the gateway is of another vendor than the node says.
pub(crate) fn other_vendor(chosen: Kind, found: Kind) -> String {
    format!(
        "what answers is a gateway of the kind {}, but this node is set up as {}; change the node's kind",
        vendor(found),
        vendor(chosen)
    )
}

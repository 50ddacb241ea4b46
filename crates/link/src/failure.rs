//! Why a connection did not come about, as a sentence and as what follows from it.

use std::fmt;
use std::io;

use crate::dialect::{Close, Kind};
use crate::event::NodeState;

/// What a failed step means for the link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// It may work later: try again after a pause.
    Away(String),
    /// As `Away`, and not before `until` (Unix milliseconds).
    Busy { until: i64, reason: String },
    /// Something answers that is not what was looked for. A set-up mistake, unless it worked before.
    Wrong(String),
    /// Nothing changes until a person acts.
    Stopped(NodeState),
    /// A person must act for one route; meanwhile another may come to work.
    Meanwhile(NodeState),
    /// The server asked for quiet until `until` (Unix milliseconds).
    Later { until: i64, reason: String },
}

impl Failure {
    /// The sentence for the person.
    pub fn reason(&self) -> &str {
        match self {
            Failure::Away(reason) | Failure::Wrong(reason) => reason,
            Failure::Busy { reason, .. } | Failure::Later { reason, .. } => reason,
            Failure::Stopped(state) | Failure::Meanwhile(state) => reason_of(state).unwrap_or("it cannot be used"),
        }
    }

    /// The state of a link that tries only once.
    pub fn into_state(self) -> NodeState {
        in_words(match self {
            Failure::Away(reason) | Failure::Wrong(reason) | Failure::Busy { reason, .. } => {
                NodeState::Failed { reason }
            }
            Failure::Stopped(state) | Failure::Meanwhile(state) => state,
            Failure::Later { until, reason } => NodeState::RateLimited { until, reason },
        })
    }
}

/// A failure on its way through what only knows errors of streams.
#[derive(Debug)]
pub(crate) struct Told(pub Failure);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.reason())
    }
}

impl std::error::Error for Told {}

/// What the stream itself knew of its end.
pub(crate) fn told(error: &io::Error) -> Option<Failure> {
    error.get_ref()?.downcast_ref::<Told>().map(|told| told.0.clone())
}

/// What follows when a dialect ended the connection by its own word: then it also knows when to come back.
pub(crate) fn of_word(close: Close) -> Failure {
    match close {
        Close { state: NodeState::BackingOff { next, reason, .. }, retry: true } => {
            Failure::Busy { until: next, reason }
        }
        other => of_close(other),
    }
}

/// What follows when the socket closed.
pub(crate) fn of_close(close: Close) -> Failure {
    match close.state {
        state @ NodeState::Pairing { .. } => Failure::Stopped(state),
        NodeState::RateLimited { until, reason } => Failure::Later { until, reason },
        state if !close.retry => Failure::Stopped(state),
        state => {
            let reason = reason_of(&state).filter(|reason| !reason.trim().is_empty());
            Failure::Away(reason.unwrap_or("the gateway closed the connection").to_owned())
        }
    }
}

/// A text as a sentence that people read on its own: a capital at its beginning, a stop at its end.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    // An address, a command or a computer's name at the start stays as it is written.
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches(['.', ',', ':', ';', '!', '?']);
    let plain = word.chars().all(|letter| letter.is_alphabetic() || "'’-".contains(letter));
    let first = text.chars().take(usize::from(plain)).flat_map(char::to_uppercase);
    let mut whole: String = first.chain(text.chars().skip(usize::from(plain))).collect();
    if !whole.is_empty() && !whole.ends_with(['.', '!', '?', '…', '”']) {
        whole.push('.');
    }
    whole
}

/// The state with its reason as a sentence.
pub(crate) fn in_words(state: NodeState) -> NodeState {
    match reason_of(&state).map(sentence) {
        Some(words) => with_reason(state, words),
        None => state,
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

/// The state with another reason, where it has one.
pub(crate) fn with_reason(mut state: NodeState, words: String) -> NodeState {
    match &mut state {
        NodeState::Pairing { reason, .. }
        | NodeState::Untrusted { reason, .. }
        | NodeState::Unauthorised { reason }
        | NodeState::Incompatible { reason, .. }
        | NodeState::RateLimited { reason, .. }
        | NodeState::BackingOff { reason, .. }
        | NodeState::Failed { reason } => *reason = words,
        NodeState::Idle
        | NodeState::Connecting
        | NodeState::Handshaking
        | NodeState::Ready { .. }
        | NodeState::Paused => {}
    }
    state
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_reads_is_a_sentence() {
        assert_eq!(sentence("nothing listens at x:1"), "Nothing listens at x:1.");
        assert_eq!(sentence("x:1 does not answer; is it on?"), "x:1 does not answer; is it on?");
        assert_eq!(sentence("The key is wrong. Enter another."), "The key is wrong. Enter another.");
        assert_eq!(sentence("wss://x:1 is refused"), "wss://x:1 is refused.");
        assert_eq!(sentence("éclat."), "Éclat.");
        assert_eq!(sentence("error: it broke"), "Error: it broke.");
        assert_eq!(sentence("Really?"), "Really?");
        assert_eq!(sentence("  "), "");
    }

    #[test]
    fn a_close_without_words_gets_some() {
        let close = Close { state: NodeState::Failed { reason: " ".to_owned() }, retry: true };
        assert_eq!(of_close(close), Failure::Away("the gateway closed the connection".to_owned()));
    }
}

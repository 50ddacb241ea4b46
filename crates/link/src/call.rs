//! What may be asked of a node, in neutral words, and what comes back.
//!
//! A dialect writes a [`Call`] as its vendor's frame and reads the vendor's answer as
//! the [`Reply`] of the same name.

use crate::event::{Agent, Approval, Decision, Message, Session};

/// A question or an order to a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// The node's agents. Answer: [`Reply::Agents`].
    Agents,
    /// The node's sessions, the newest first, as many as it gives. Answer: [`Reply::Sessions`].
    Sessions,
    /// The last `limit` messages before `before` (a cursor of an earlier page). Answer: [`Reply::History`].
    History { session: String, limit: u32, before: Option<String> },
    /// Says something. Without a session the agent's main one is meant; without an
    /// agent the default one. `client_id` is the idempotency key. Answer: [`Reply::Sent`].
    Send { session: Option<String>, agent: Option<String>, text: String, client_id: String },
    /// Stops what runs in the session. Answer: [`Reply::Aborted`].
    Abort { session: String, run: Option<String> },
    /// A new session with the agent. Answer: [`Reply::Session`].
    CreateSession { agent: Option<String>, title: Option<String> },
    /// What waits for a person's word. Answer: [`Reply::Approvals`].
    Approvals,
    /// Answers one. Answer: [`Reply::Decided`].
    Decide { approval: String, decision: Decision },
    /// The cheapest question there is; measures the way there and back. Answer: [`Reply::Pong`].
    Ping,
}

/// What a node answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Agents(Vec<Agent>),
    Sessions(Vec<Session>),
    History(Page),
    Sent(Sent),
    /// Whether something was running to be stopped.
    Aborted(bool),
    Session(Session),
    /// Each with the session and agent it belongs to.
    Approvals(Vec<(Option<String>, Option<String>, Approval)>),
    Decided,
    Pong,
}

/// A page of a session's messages, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Cursor of the page before; `None` at the beginning.
    pub before: Option<String>,
    /// A run in flight: its id and the text so far.
    pub running: Option<(Option<String>, String)>,
}

/// How a message was taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    /// The run that answers it, when the node names it at once.
    pub run: Option<String>,
    /// The session it went to.
    pub session: Option<String>,
    /// Whether it waits behind a running turn.
    pub queued: bool,
}

impl CallError {
    /// Whether the node did nothing and may do it later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Refused { retryable: true, .. })
    }

    /// How long the node wants to be left alone, where it says it.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Busy { retry_after_ms, .. } => Some(std::time::Duration::from_millis(*retry_after_ms)),
            _ => None,
        }
    }
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The node said no. Its words.
    #[error("{message}")]
    Refused {
        /// The vendor's code, for the log and the few places that act on it.
        code: String,
        /// A sentence for the person.
        message: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// The node has too much to do and says when to come again: it did nothing.
    #[error("the node is busy: {message}")]
    Busy {
        /// A sentence for the person.
        message: String,
        /// Milliseconds after which it may be asked again.
        retry_after_ms: u64,
    },
    /// The link is not up.
    #[error("the node is not connected; it will be tried again by itself")]
    NotConnected,
    /// No answer before the deadline: the outcome is unknown.
    #[error("the node did not answer within {seconds} s; whether it acted is unknown")]
    TimedOut {
        /// The deadline.
        seconds: u64,
    },
    /// The link broke after the call was written: the outcome is unknown.
    #[error("the connection broke before the answer came; whether the node acted is unknown")]
    Lost,
    /// This vendor cannot do it.
    #[error("{vendor} gateways cannot {what}")]
    Unsupported {
        /// The vendor's name.
        vendor: &'static str,
        /// What was asked, as a verb phrase.
        what: &'static str,
    },
    /// Its answer made no sense.
    #[error("the node's answer could not be read: {0}")]
    Unreadable(String),
}

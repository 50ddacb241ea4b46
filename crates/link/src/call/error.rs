//! Why a call has no answer, and what is known then of its effect.

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

impl CallError {
    /// A plain no: the same call will not succeed later either.
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::Refused { code: code.to_owned(), message: message.into(), retryable: false }
    }

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

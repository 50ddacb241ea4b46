//! An error as the window gets it: a sentence for the person, a code for the program.

use serde::{Deserialize, Serialize};

/// Why a call failed. A code stands here only if the window acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Something in the form is wrong: show the sentence beside it.
    Invalid,
    /// The certificate is not known: offer to trust the fingerprint in `details`.
    Untrusted,
    /// The key is missing or wrong: ask for it.
    Unauthorised,
    /// The gateway's owner must let this device in first.
    Pairing,
    /// No keyring answers: offer to keep the key for this session only.
    NoKeyring,
    /// The node is not connected.
    NotConnected,
    /// It is not known whether the act happened.
    Unknown,
    /// Somebody else answered, or it expired: take the card away.
    Settled,
    /// It is not what was shown any more: show it anew.
    Changed,
    /// The node is marked production and locked: offer to unlock it.
    Locked,
    /// It is gone.
    NotFound,
    /// Everything else: the sentence says it.
    Other,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the program may act on.
    pub code: Code,
    /// What happened and what to do, for the person.
    pub message: String,
    /// For [`Code::Invalid`] the field, [`crate::node::FormField::told`], where it is about one of the node's form;
    /// for [`Code::Untrusted`] the fingerprint; for [`Code::Pairing`] the id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl Fault {
    /// A fault with nothing but a code and a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

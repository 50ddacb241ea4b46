//! The states a node's link can be in, each with what a person needs to know of it.

use serde::{Deserialize, Serialize};

use crate::certificate::{Certificate, Pin};

/// The states of a node's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NodeState {
    /// Nothing tried yet.
    Idle,
    /// Opening the socket.
    Connecting,
    /// The socket is open; saying who we are.
    Handshaking,
    /// Usable.
    Ready {
        /// The gateway's version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// The vendor's product name ("Moltis", "OpenClaw", "Pilothouse").
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<String>,
        /// What the credential may do, in the vendor's words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
    },
    /// The gateway wants its owner to let this device in.
    Pairing {
        /// The request to approve.
        request: String,
        /// What to do, with the exact command.
        reason: String,
    },
    /// Its certificate is not known.
    Untrusted {
        /// SHA-256 of the DER certificate: `sha256:` and hex.
        fingerprint: String,
        /// The pinned one, when it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pinned: Option<String>,
        /// What is wrong with it, and what to do.
        reason: String,
        /// What it says of itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<Box<Certificate>>,
        /// The last of those that were shown with it: an authority that may be trusted in its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authority: Option<Box<Certificate>>,
        /// What is known of the pinned one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trusted: Option<Box<Pin>>,
    },
    /// The key is wrong, missing or may not do enough.
    Unauthorised {
        /// What happened and what to do.
        reason: String,
    },
    /// It speaks another protocol version.
    Incompatible {
        /// What we speak.
        ours: String,
        /// What it speaks.
        theirs: String,
        /// What happened and what to do.
        reason: String,
    },
    /// It asked us to wait.
    RateLimited {
        /// Unix milliseconds until which we stay away.
        until: i64,
        /// What it said.
        reason: String,
    },
    /// Waiting before the next try.
    BackingOff {
        /// The next try's number, from 1.
        attempt: u32,
        /// Unix milliseconds of it.
        next: i64,
        /// Why the last one failed.
        reason: String,
    },
    /// The person paused it.
    Paused,
    /// It cannot work as it is set up; nothing is tried until that changes.
    Failed {
        /// What happened and what to do.
        reason: String,
    },
}

//! What the log says of a call: enough to know what was done, never what was said. A message is named by its length and
//! its digest, so that who has the message can prove that it was this one. Of a message of a word or two the digest can
//! be guessed; whoever reads the log has this machine's history of the messages beside it.

use link::call::Call;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::view::approval::hex;

/// The act that a call is, and what it is about; `None` for a call that only reads.
pub fn about(call: &Call) -> Option<(&'static str, Value)> {
    match call {
        Call::Agents | Call::Sessions | Call::History { .. } | Call::Approvals | Call::Ping => None,
        Call::Send { session, agent, text, client_id } => {
            let about = json!({"session": session, "agent": agent, "message": words(text), "client_id": client_id});
            Some(("send", about))
        }
        Call::Abort { session, run } => Some(("abort", json!({"session": session, "run": run}))),
        Call::CreateSession { agent, title } => {
            Some(("session.create", json!({"agent": agent, "title": title.as_deref().map(words)})))
        }
        Call::Decide { approval, decision } => Some(("decide", json!({"approval": approval, "decision": decision}))),
    }
}

/// A text by its length in characters and the first half of its SHA-256.
pub fn words(text: &str) -> Value {
    json!({"characters": text.chars().count(), "sha256": hex(&Sha256::digest(text.as_bytes())[..16])})
}

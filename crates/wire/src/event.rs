//! What the gateway tells without being asked, but for `chat`
//! ([`crate::chat_event`]), and how a client chooses from it.

use serde::{Deserialize, Serialize};

use crate::Code;
use crate::sessions::SessionEntry;

/// Names of the events that our gateway sends.
pub mod name {
    pub const TICK: &str = "tick";
    pub const CHAT: &str = "chat";
    pub const SESSION: &str = "session";
    pub const PRESENCE: &str = "presence";
    pub const APPROVAL_REQUESTED: &str = "exec.approval.requested";
    pub const APPROVAL_RESOLVED: &str = "exec.approval.resolved";
    /// Extension; the payload is [`crate::agents::AgentsList`].
    pub const AGENTS_CHANGED: &str = "agents.changed";
    pub const MODELS_UPDATED: &str = "models.updated";
    pub const ERROR: &str = "error";
    /// In `subscribe`: all of them.
    pub const EVERYTHING: &str = "*";

    pub const ALL: &[&str] =
        &[TICK, CHAT, SESSION, PRESENCE, APPROVAL_REQUESTED, APPROVAL_RESOLVED, AGENTS_CHANGED, MODELS_UPDATED, ERROR];
}

/// The gateway is alive; sent every `policy.tickIntervalMs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Milliseconds since 1970.
    pub ts: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mem: Option<Memory>,
}

/// Memory in bytes, of the gateway's process and of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    pub process: u64,
    pub available: u64,
    pub total: u64,
}

/// A session came, changed or went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionChange {
    pub kind: SessionChangeKind,
    pub session_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<SessionEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionChangeKind {
    Created,
    Patched,
    Deleted,
    Switched,
    Rollback,
}

/// Extension: a client came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientPresence {
    #[serde(rename = "type")]
    pub kind: ClientPresenceKind,
    pub conn_id: String,
    pub client_id: String,
    pub platform: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientPresenceKind {
    #[serde(rename = "client.connected")]
    Connected,
    #[serde(rename = "client.disconnected")]
    Disconnected,
}

/// A frame could not be served; it names no request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameError {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Extension, with [`Code::Lagged`]: how many frames were not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscribeParams {
    pub events: Vec<String>,
}

/// What is subscribed to now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscribeReply {
    pub subscription_id: String,
    pub events: Vec<String>,
}

/// Either the events to take away, or the subscription to empty as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnsubscribeParams {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn event_names() {
        insta::assert_json_snapshot!("event_names", name::ALL);
    }

    #[test]
    fn tick_form() {
        check("tick", &Tick { ts: 1, mem: Some(Memory { process: 1, available: 2, total: 3 }) });
    }

    #[test]
    fn session_change_form() {
        check(
            "session_change",
            &SessionChange {
                kind: SessionChangeKind::Created,
                session_key: "main".into(),
                entry: Some(crate::sessions::tests::entry()),
                version: Some(3),
            },
        );
        use SessionChangeKind::{Created, Deleted, Patched, Rollback, Switched};
        check("session_change_kinds", &vec![Created, Patched, Deleted, Switched, Rollback]);
    }

    #[test]
    fn client_presence_form() {
        let came = ClientPresence {
            kind: ClientPresenceKind::Connected,
            conn_id: "c-1".into(),
            client_id: "pilot".into(),
            platform: "linux".into(),
        };
        let went = ClientPresence { kind: ClientPresenceKind::Disconnected, ..came.clone() };
        check("client_presence", &vec![came, went]);
    }

    #[test]
    fn frame_error_form() {
        check(
            "frame_error",
            &FrameError {
                code: Some(Code::Lagged),
                message: "You read too slowly.".into(),
                max_bytes: Some(1),
                dropped: Some(2),
            },
        );
    }

    #[test]
    fn subscription_forms() {
        check("subscribe", &SubscribeParams { events: vec!["chat".into()] });
        check("subscribe_reply", &SubscribeReply { subscription_id: "s-1".into(), events: vec!["chat".into()] });
        check(
            "unsubscribe",
            &UnsubscribeParams { events: Some(vec!["chat".into()]), subscription_id: Some("s-1".into()) },
        );
    }
}

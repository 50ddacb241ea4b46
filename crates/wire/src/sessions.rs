//! Sessions: one conversation with one agent.

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// One session as lists and events show it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEntry {
    pub id: String,
    pub key: String,
    pub label: Option<String>,
    pub model: Option<String>,
    pub created_at: u64,
    pub updated_at: u64,
    pub message_count: u64,
    #[serde(default)]
    pub last_seen_message_count: u64,
    #[serde(default)]
    pub archived: bool,
    pub preview: Option<String>,
    pub agent_id: Option<String>,
    /// The same once more, as Moltis has it.
    #[serde(default, rename = "agent_id")]
    pub agent_id_snake: Option<String>,
    /// Grows with each change.
    pub version: u64,
    /// Whether a run is active now.
    #[serde(default)]
    pub replying: bool,
    /// Extension: how many messages wait for their turn.
    #[serde(default)]
    pub queued: u64,
}

/// Parameters of `sessions.list`; both are extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListParams {
    #[serde(default, alias = "agent_id", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Parameters of `sessions.create` (extension).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateParams {
    /// Chosen by the gateway (`session:<uuid>`) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, alias = "agent_id", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryReply {
    pub entry: SessionEntry,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyParams {
    #[serde(alias = "sessionKey", alias = "session_key")]
    pub key: String,
}

/// Parameters of `sessions.switch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchParams {
    #[serde(alias = "sessionKey", alias = "session_key")]
    pub key: String,
    #[serde(default = "yes")]
    pub include_history: bool,
}

/// Answer of `sessions.switch`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SwitchReply {
    pub entry: SessionEntry,
    pub history: Vec<Message>,
    pub history_truncated: bool,
    /// How many older messages exist.
    pub history_dropped_count: u64,
    pub replying: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_text: Option<String>,
}

/// Parameters of `sessions.patch`: what is absent stays, an empty label or
/// model is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchParams {
    #[serde(alias = "sessionKey", alias = "session_key")]
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::snapshot::check;

    pub(crate) fn entry() -> SessionEntry {
        SessionEntry {
            id: "i-1".into(),
            key: "main".into(),
            label: Some("Deck".into()),
            model: Some("demo::demo".into()),
            created_at: 1,
            updated_at: 2,
            message_count: 3,
            last_seen_message_count: 2,
            archived: false,
            preview: Some("hi".into()),
            agent_id: Some("main".into()),
            agent_id_snake: Some("main".into()),
            version: 4,
            replying: true,
            queued: 1,
        }
    }

    #[test]
    fn parameter_forms() {
        check("sessions_list", &ListParams { agent_id: Some("main".into()), limit: Some(5) });
        check(
            "sessions_create",
            &CreateParams {
                key: Some("k".into()),
                agent_id: Some("main".into()),
                label: Some("Deck".into()),
                model: Some("demo::demo".into()),
            },
        );
        check("sessions_key", &KeyParams { key: "main".into() });
        check("sessions_switch", &SwitchParams { key: "main".into(), include_history: true });
        check(
            "sessions_patch",
            &PatchParams {
                key: "main".into(),
                label: Some("Deck".into()),
                model: Some("demo::demo".into()),
                archived: Some(true),
            },
        );
    }

    #[test]
    fn answer_forms() {
        check("session_entry", &EntryReply { entry: entry() });
        check(
            "sessions_switch_reply",
            &SwitchReply {
                entry: entry(),
                history: vec![],
                history_truncated: true,
                history_dropped_count: 2,
                replying: true,
                thinking_text: Some("hm".into()),
            },
        );
    }
}

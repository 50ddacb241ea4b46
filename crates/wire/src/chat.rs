//! Talking to an agent: parameters and answers of `chat.*`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Parameters of `chat.send`. One of `text` and `content` says what is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendParams {
    #[serde(default, alias = "message", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<Block>>,
    /// `main` when absent.
    #[serde(default, alias = "session_key", alias = "_session_key", skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Echoed as `seq` in the run's events.
    #[serde(default, rename = "_seq", skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Extension: the agent of a session that this message creates.
    #[serde(default, alias = "agent_id", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    Text {
        text: String,
    },
    /// Anything else, such as an image.
    #[serde(other)]
    Other,
}

/// Answer of `chat.send`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendReply {
    pub ok: bool,
    /// Extension when `queued`: Moltis gives none then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub queued: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Extension: this key was accepted before; nothing ran again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

/// Parameters of `chat.history`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryParams {
    #[serde(default, alias = "session_key", skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    /// Extension: at most this many, the newest ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Extension: only messages whose `historyIndex` is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// Parameters that name a session (`main` when absent).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionParams {
    #[serde(default, alias = "session_key", skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
}

/// Parameters of `chat.abort`: the session, the run, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AbortParams {
    #[serde(default, alias = "session_key", skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    #[serde(default, alias = "run_id", skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
}

/// Answer of `chat.abort`; nothing running is `aborted: false`, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AbortReply {
    pub aborted: bool,
    pub run_id: Option<String>,
    pub session_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelQueuedReply {
    pub cleared: u64,
}

/// Answer of `chat.peek`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeekReply {
    pub active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<OpenToolCall>>,
    /// Extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Extension: what this round has said so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A tool that has not answered yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenToolCall {
    pub id: String,
    pub name: String,
    pub arguments: Value,
    /// Milliseconds since 1970.
    pub started_at: u64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::snapshot::check;
    use serde_json::json;

    #[test]
    fn send_forms() {
        check(
            "chat_send",
            &SendParams {
                text: Some("hi".into()),
                content: Some(vec![Block::Text { text: "hi".into() }]),
                session_key: Some("main".into()),
                model: Some("demo::demo".into()),
                seq: Some(7),
                idempotency_key: Some("k".into()),
                agent_id: Some("main".into()),
            },
        );
        check(
            "chat_send_reply",
            &SendReply {
                ok: true,
                run_id: Some("r-1".into()),
                queued: true,
                mode: Some("followup".into()),
                duplicate: true,
            },
        );
    }

    #[test]
    fn other_names_of_the_same_parameter_are_read() {
        let read: SendParams =
            serde_json::from_value(json!({"message": "hi", "_session_key": "s", "agent_id": "a"})).unwrap();
        assert_eq!(read.text.as_deref(), Some("hi"));
        assert_eq!(read.session_key.as_deref(), Some("s"));
        assert_eq!(read.agent_id.as_deref(), Some("a"));
    }

    #[test]
    fn an_image_block_is_read_as_other() {
        let read: Block = serde_json::from_value(json!({"type": "image_url", "image_url": {"url": "data:"}})).unwrap();
        assert_eq!(read, Block::Other);
    }

    #[test]
    fn the_other_forms() {
        check("chat_history", &HistoryParams { session_key: Some("main".into()), limit: Some(50), before: Some(100) });
        check("chat_session", &SessionParams { session_key: Some("main".into()) });
        check("chat_abort", &AbortParams { session_key: Some("main".into()), run_id: Some("r-1".into()) });
        check(
            "chat_abort_reply",
            &AbortReply { aborted: true, run_id: Some("r-1".into()), session_key: Some("main".into()) },
        );
        check("chat_cancel_queued_reply", &CancelQueuedReply { cleared: 2 });
        check(
            "chat_peek_reply",
            &PeekReply {
                active: true,
                session_key: Some("main".into()),
                thinking_text: Some("hm".into()),
                tool_calls: Some(vec![OpenToolCall {
                    id: "c".into(),
                    name: "glob".into(),
                    arguments: json!({}),
                    started_at: 1,
                }]),
                run_id: Some("r-1".into()),
                text: Some("he".into()),
            },
        );
    }
}

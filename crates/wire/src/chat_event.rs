//! The `chat` event: everything that happens in a run, in the states and with
//! the field names of Moltis.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One `chat` event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatEvent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    pub session_key: String,
    /// The sender's own `_seq`, echoed; not the frame's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    #[serde(flatten)]
    pub state: ChatState,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ChatState {
    /// A message was accepted; sent to every client, before the answer.
    UserMessage {
        text: String,
        /// Extension.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<String>,
        /// Extension.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
    },
    /// The session is busy; the message waits at `position` (from 1).
    Queued {
        mode: String,
        position: u64,
    },
    QueueCleared {
        count: u64,
    },
    /// A round with the model begins (from 1; repeated on a retry).
    Iteration {
        iteration: u32,
    },
    Thinking,
    /// Cumulative: replaces what was told before.
    ThinkingText {
        text: String,
    },
    /// The call to the model has ended; comes after the deltas.
    ThinkingDone,
    /// Incremental.
    Delta {
        text: String,
    },
    ToolCallStart {
        tool_call_id: String,
        tool_name: String,
        arguments: Value,
    },
    ToolCallEnd(ToolCallEnd),
    Retrying {
        error: ChatError,
        retry_after_ms: u64,
    },
    Notice {
        title: String,
        message: String,
    },
    SessionCleared,
    Final(Box<Final>),
    Error {
        error: ChatError,
    },
    Aborted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_index: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partial_message: Option<Value>,
    },
    /// A state that this version does not know.
    #[serde(other)]
    Other,
}

/// A tool has answered, or could not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCallEnd {
    pub tool_call_id: String,
    pub tool_name: String,
    pub success: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ChatError>,
}

/// The end of a run. `text` is what the last round said and is authoritative.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Final {
    pub text: String,
    pub model: String,
    pub provider: String,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_write_tokens: u64,
    pub duration_ms: u64,
    pub message_index: u64,
    pub reply_medium: String,
    pub iterations: u32,
    pub tool_calls_made: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
}

/// What went wrong in a run, for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatError {
    #[serde(rename = "type")]
    pub kind: ChatErrorKind,
    pub icon: String,
    pub title: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, rename = "retryAfterMs", skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatErrorKind {
    UsageLimitReached,
    RateLimitExceeded,
    AuthError,
    ServerError,
    ModelNotFound,
    UnsupportedModel,
    BillingExhausted,
    MaxIterationsReached,
    Timeout,
    ApiError,
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;
    use serde_json::json;

    fn event(state: ChatState) -> ChatEvent {
        ChatEvent { run_id: Some("r-1".into()), session_key: "main".into(), seq: Some(7), state }
    }

    fn error() -> ChatError {
        ChatError {
            kind: ChatErrorKind::RateLimitExceeded,
            icon: "⚠️".into(),
            title: "Rate limited".into(),
            detail: "Too many requests.".into(),
            provider: Some("demo".into()),
            retry_after_ms: Some(2000),
        }
    }

    #[test]
    fn states_of_waiting_and_writing() {
        check(
            "chat_text",
            &vec![
                event(ChatState::UserMessage {
                    text: "hi".into(),
                    idempotency_key: Some("k".into()),
                    message_id: Some("m-1".into()),
                }),
                event(ChatState::Queued { mode: "followup".into(), position: 1 }),
                event(ChatState::QueueCleared { count: 2 }),
                event(ChatState::Iteration { iteration: 1 }),
                event(ChatState::Thinking),
                event(ChatState::ThinkingText { text: "hm".into() }),
                event(ChatState::Delta { text: "he".into() }),
                event(ChatState::ThinkingDone),
                event(ChatState::Notice { title: "t".into(), message: "m".into() }),
                event(ChatState::SessionCleared),
            ],
        );
    }

    #[test]
    fn states_of_tools() {
        check(
            "chat_tools",
            &vec![
                event(ChatState::ToolCallStart {
                    tool_call_id: "c".into(),
                    tool_name: "glob".into(),
                    arguments: json!({"pattern": "*"}),
                }),
                event(ChatState::ToolCallEnd(ToolCallEnd {
                    tool_call_id: "c".into(),
                    tool_name: "glob".into(),
                    success: false,
                    result: Some(json!({})),
                    error: Some(error()),
                })),
            ],
        );
    }

    #[test]
    fn states_of_ending() {
        check(
            "chat_ends",
            &vec![
                event(ChatState::Retrying { error: error(), retry_after_ms: 2000 }),
                event(ChatState::Final(Box::new(Final {
                    text: "hello".into(),
                    model: "demo::demo".into(),
                    provider: "demo".into(),
                    reply_medium: "text".into(),
                    reasoning: Some("r".into()),
                    ..Final::default()
                }))),
                event(ChatState::Error { error: error() }),
                event(ChatState::Aborted {
                    message_index: Some(1),
                    partial_message: Some(json!({"role": "assistant"})),
                }),
            ],
        );
    }

    #[test]
    fn error_kinds() {
        use ChatErrorKind::*;
        check(
            "chat_error_kinds",
            &vec![
                UsageLimitReached,
                RateLimitExceeded,
                AuthError,
                ServerError,
                ModelNotFound,
                UnsupportedModel,
                BillingExhausted,
                MaxIterationsReached,
                Timeout,
                ApiError,
                Unknown,
            ],
        );
    }

    #[test]
    fn an_unknown_state_is_read_as_other() {
        let text = r#"{"sessionKey":"s","state":"voice_pending","x":1}"#;
        let read: Result<ChatEvent, _> = serde_json::from_str(text);
        assert!(matches!(read, Ok(ChatEvent { state: ChatState::Other, .. })));
    }
}

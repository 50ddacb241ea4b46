//! Messages as history has them, in the mixed case of Moltis.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One message of a session, with where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    #[serde(flatten)]
    pub body: Body,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub created_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Position from 0 in the whole session.
    #[serde(default, rename = "historyIndex", skip_serializing_if = "Option::is_none")]
    pub history_index: Option<u64>,
    /// Extension.
    #[serde(default, rename = "messageId", skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// Who says what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Body {
    User(User),
    Assistant(Box<Assistant>),
    ToolResult(ToolResult),
    /// From the gateway itself, such as an error that ended a run.
    Notice {
        content: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub content: String,
    /// The sender's `_seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Extension.
    #[serde(default, rename = "idempotencyKey", skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// What the model said in one round, and the tools it asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assistant {
    pub content: String,
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub provider: String,
    #[serde(default)]
    pub input_tokens: u64,
    #[serde(default)]
    pub output_tokens: u64,
    #[serde(default)]
    pub cache_read_tokens: u64,
    #[serde(default)]
    pub cache_write_tokens: u64,
    #[serde(default)]
    pub duration_ms: u64,
    #[serde(default, rename = "tool_calls", skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Extension: the run was aborted while this was being said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: String,
    pub function: Function,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    pub name: String,
    /// JSON as text.
    pub arguments: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    pub tool_call_id: String,
    pub tool_name: String,
    pub arguments: Value,
    pub success: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;
    use serde_json::json;

    fn message(body: Body) -> Message {
        Message {
            body,
            created_at: 1,
            run_id: Some("r-1".into()),
            history_index: Some(0),
            message_id: Some("m-1".into()),
        }
    }

    #[test]
    fn message_forms() {
        let call = ToolCall {
            id: "c".into(),
            kind: "function".into(),
            function: Function { name: "glob".into(), arguments: r#"{"pattern":"*"}"#.into() },
        };
        check(
            "messages",
            &vec![
                message(Body::User(User { content: "hi".into(), seq: Some(3), idempotency_key: Some("k".into()) })),
                message(Body::Assistant(Box::new(Assistant {
                    content: "hello".into(),
                    model: "demo::demo".into(),
                    provider: "demo".into(),
                    tool_calls: vec![call],
                    reasoning: Some("r".into()),
                    partial: true,
                    ..Assistant::default()
                }))),
                message(Body::ToolResult(ToolResult {
                    tool_call_id: "c".into(),
                    tool_name: "glob".into(),
                    arguments: json!({"pattern": "*"}),
                    success: true,
                    result: Some(json!({"paths": []})),
                    error: Some("e".into()),
                })),
                message(Body::Notice { content: "The model did not answer.".into() }),
            ],
        );
    }
}

//! Errors of a call: a code for the program, a sentence for the person.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Error {
    pub code: Code,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None, retryable: None, retry_after_ms: None }
    }

    #[must_use]
    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

macro_rules! codes {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// What a program may act on. Unknown codes are kept as they came.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Code { $($variant,)* Other(String) }

        impl Code {
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $name,)* Self::Other(name) => name }
            }

            pub fn from_name(name: &str) -> Self {
                match name { $($name => Self::$variant,)* other => Self::Other(other.to_owned()) }
            }

            /// Every code that has a name here.
            pub const KNOWN: &'static [&'static str] = &[$($name),*];
        }
    };
}

codes! {
    NotLinked = "NOT_LINKED",
    NotPaired = "NOT_PAIRED",
    AgentTimeout = "AGENT_TIMEOUT",
    InvalidRequest = "INVALID_REQUEST",
    Unavailable = "UNAVAILABLE",
    UnknownMethod = "UNKNOWN_METHOD",
    Unauthorized = "UNAUTHORIZED",
    Forbidden = "FORBIDDEN",
    NotFound = "NOT_FOUND",
    Conflict = "CONFLICT",
    RateLimited = "RATE_LIMITED",
    Timeout = "TIMEOUT",
    Internal = "INTERNAL",
    ProtocolError = "PROTOCOL_ERROR",
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    Lagged = "LAGGED",
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_name(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn error_form() {
        let error = Error::new(Code::Conflict, "The request was answered already.");
        let error = Error {
            retryable: Some(false),
            retry_after_ms: Some(5),
            ..error.with_details(serde_json::json!({"decision": "denied"}))
        };
        check("error", &error);
    }

    #[test]
    fn code_names() {
        let codes: Vec<Code> = Code::KNOWN.iter().map(|name| Code::from_name(name)).collect();
        assert!(!codes.iter().any(|code| matches!(code, Code::Other(_))));
        check("codes", &codes);
    }
}

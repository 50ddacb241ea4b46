//! Language models: what a run asks, what comes back as a stream, and why it
//! may fail. One file a vendor's API; [`Catalogue`] knows which are there.

mod catalogue;
mod demo;

mod anthropic;
mod openai;
mod provider;
mod sse;

use std::time::Duration;

use futures_util::stream::BoxStream;
use serde_json::Value;
use wire::chat_event::ChatErrorKind;

pub(crate) use catalogue::{Catalogue, Chosen};

/// Something that answers.
pub(crate) trait Model: Send + Sync {
    /// Begins one answer. The stream ends after [`Delta::End`] or an error;
    /// dropping it ends the request.
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Delta, ModelError>>;
}

/// All that a model gets to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prompt {
    /// The provider's own name of the model.
    pub model: String,
    pub system: String,
    pub turns: Vec<Turn>,
    pub tools: Vec<ToolSpec>,
}

/// One step of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Turn {
    User(String),
    Assistant {
        text: String,
        calls: Vec<Call>,
        /// Blocks that the provider wants back unchanged in the same run.
        kept: Vec<Value>,
    },
    Tool {
        call_id: String,
        ok: bool,
        output: String,
    },
}

/// A tool that the model asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub id: String,
    pub name: String,
    /// An object; anything else is what the model wrote instead of one.
    pub arguments: Value,
}

/// A tool as models are told of it.
#[derive(Clone, Debug)]
pub(crate) struct ToolSpec {
    pub name: &'static str,
    pub description: &'static str,
    /// JSON schema of the arguments.
    pub schema: Value,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Delta {
    Text(String),
    Thinking(String),
    /// A whole tool call; providers that send pieces are put together first.
    Call(Call),
    /// See [`Turn::Assistant::kept`].
    Keep(Value),
    /// What is known so far; later numbers replace earlier ones.
    Usage(Usage),
    End,
}

/// Tokens of one answer. What a provider does not tell is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct ModelError {
    pub kind: ChatErrorKind,
    /// A sentence for the person.
    pub detail: String,
    /// What the provider asked us to wait before the next attempt.
    pub retry_after: Option<Duration>,
    pub retry: Retry,
}

/// Whether the same question may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// A few times: the provider is unwell or out of reach.
    Briefly,
    /// For minutes: the provider asked to come back later.
    Patiently,
}

impl ModelError {
    pub fn new(kind: ChatErrorKind, detail: impl Into<String>) -> Self {
        let retry = match kind {
            ChatErrorKind::RateLimitExceeded => Retry::Patiently,
            ChatErrorKind::ServerError => Retry::Briefly,
            _ => Retry::Never,
        };
        Self { kind, detail: detail.into(), retry_after: None, retry }
    }

    /// How long to wait before attempt number `attempt` (the first retry is 1);
    /// `None` when it should not be tried again.
    pub fn wait(&self, attempt: u32) -> Option<Duration> {
        let attempts = match self.retry {
            Retry::Never => 0,
            Retry::Briefly => 3,
            Retry::Patiently => 7,
        };
        let backoff = Duration::from_secs(1 << attempt.min(6)).min(Duration::from_secs(60));
        (attempt <= attempts).then(|| self.retry_after.unwrap_or(backoff).min(Duration::from_secs(300)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_provider_is_asked_again_for_minutes_and_a_refusal_never() {
        let busy = ModelError::new(ChatErrorKind::RateLimitExceeded, "");
        let waits: Vec<u64> = (1..=8).map_while(|n| busy.wait(n)).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(ModelError::new(ChatErrorKind::AuthError, "").wait(1), None);
    }

    #[test]
    fn the_provider_says_how_long() {
        let asked = ModelError {
            retry_after: Some(Duration::from_secs(7)),
            ..ModelError::new(ChatErrorKind::RateLimitExceeded, "")
        };
        assert_eq!(asked.wait(1), Some(Duration::from_secs(7)));
    }
}

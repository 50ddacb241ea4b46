//! Anthropic's messages API, with tools and thinking.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::chat_event::ChatErrorKind;

use super::openai::arguments;
use super::provider::Endpoint;
use super::{Call, Delta, Model, ModelError, Prompt, Turn, Usage, sse};

/// What one answer may be long, thinking not counted.
const MAX_TOKENS: u32 = 8192;

/// A model of Anthropic's.
pub(super) struct Anthropic {
    pub endpoint: Arc<Endpoint>,
    /// Tokens that it may think; none when absent.
    pub thinking: Option<u32>,
}

impl Model for Anthropic {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Delta, ModelError>> {
        let (endpoint, thinking) = (Arc::clone(&self.endpoint), self.thinking);
        stream::once(async move {
            let request = endpoint.post("messages").await?.json(&body(&prompt, thinking));
            let events = sse::events(request).await?;
            Ok::<_, ModelError>(deltas(events))
        })
        .try_flatten()
        .boxed()
    }
}

fn body(prompt: &Prompt, thinking: Option<u32>) -> Value {
    let tools: Vec<Value> = prompt
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.schema}))
        .collect();
    let mut body = json!({
        "model": prompt.model,
        "max_tokens": MAX_TOKENS + thinking.unwrap_or(0),
        "system": prompt.system,
        "messages": messages(&prompt.turns),
        "stream": true,
    });
    if !tools.is_empty() {
        body["tools"] = tools.into();
    }
    if let Some(budget) = thinking {
        body["thinking"] = json!({"type": "enabled", "budget_tokens": budget.max(1024)});
    }
    body
}

/// Tool results are part of a user message here, and neighbours with the same
/// role become one message.
fn messages(turns: &[Turn]) -> Vec<Value> {
    let mut messages: Vec<(&str, Vec<Value>)> = Vec::new();
    for turn in turns {
        let (role, blocks) = blocks(turn);
        match messages.last_mut() {
            Some((last, all)) if *last == role => all.extend(blocks),
            _ => messages.push((role, blocks)),
        }
    }
    messages
        .into_iter()
        .filter(|(_, blocks)| !blocks.is_empty())
        .map(|(role, content)| json!({"role": role, "content": content}))
        .collect()
}

fn blocks(turn: &Turn) -> (&'static str, Vec<Value>) {
    match turn {
        Turn::User(text) => ("user", vec![json!({"type": "text", "text": text})]),
        Turn::Tool { call_id, ok, output } => {
            let result = json!({
                "type": "tool_result", "tool_use_id": call_id, "content": output, "is_error": !ok,
            });
            ("user", vec![result])
        }
        Turn::Assistant { text, calls, kept } => {
            let mut blocks = kept.clone();
            if !text.trim().is_empty() {
                blocks.push(json!({"type": "text", "text": text}));
            }
            blocks.extend(calls.iter().map(|call| {
                let input = if call.arguments.is_object() { call.arguments.clone() } else { json!({}) };
                json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
            }));
            ("assistant", blocks)
        }
    }
}

fn deltas(events: BoxStream<'static, Result<String, ModelError>>) -> BoxStream<'static, Result<Delta, ModelError>> {
    stream::unfold(Some((events, Answer::default())), |state| async {
        let (mut events, mut answer) = state?;
        match events.next().await {
            Some(Ok(data)) => {
                let taken = answer.take(&data);
                let ended = !matches!(&taken, Ok(deltas) if !deltas.contains(&Delta::End));
                let deltas = match taken {
                    Ok(deltas) => deltas.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error)],
                };
                Some((deltas, (!ended).then_some((events, answer))))
            }
            Some(Err(error)) => Some((vec![Err(error)], None)),
            None => {
                let detail = "The provider ended its answer in the middle.";
                Some((vec![Err(ModelError::new(ChatErrorKind::ServerError, detail))], None))
            }
        }
    })
    .flat_map(stream::iter)
    .boxed()
}

/// What has come of one answer: blocks that are not closed yet, by index.
#[derive(Default)]
struct Answer {
    open: BTreeMap<u64, Block>,
    usage: Usage,
}

enum Block {
    Text,
    Thinking { text: String, signature: String },
    Redacted(Value),
    Tool { id: String, name: String, input: String },
    Other,
}

impl Answer {
    fn take(&mut self, data: &str) -> Result<Vec<Delta>, ModelError> {
        let event: Event = serde_json::from_str(data).map_err(|error| {
            ModelError::new(ChatErrorKind::ApiError, format!("The provider sent no valid answer: {error}."))
        })?;
        Ok(match event {
            Event::MessageStart { message } => self.count(message.usage),
            Event::MessageDelta { usage } => self.count(usage),
            Event::ContentBlockStart { index, content_block } => self.open(index, &content_block),
            Event::ContentBlockDelta { index, delta } => self.grow(index, delta),
            Event::ContentBlockStop { index } => self.close(index),
            Event::MessageStop => vec![Delta::End],
            Event::Error { error } => return Err(failure(&error)),
            Event::Other => Vec::new(),
        })
    }

    fn count(&mut self, told: Option<EventUsage>) -> Vec<Delta> {
        let Some(told) = told else { return Vec::new() };
        let keep = |new: Option<u64>, old: u64| new.unwrap_or(old);
        self.usage = Usage {
            input: keep(told.input_tokens, self.usage.input),
            output: keep(told.output_tokens, self.usage.output),
            cache_read: keep(told.cache_read_input_tokens, self.usage.cache_read),
            cache_write: keep(told.cache_creation_input_tokens, self.usage.cache_write),
        };
        vec![Delta::Usage(self.usage)]
    }

    fn open(&mut self, index: u64, block: &Value) -> Vec<Delta> {
        let text = |field: &str| block[field].as_str().unwrap_or_default().to_owned();
        let (opened, first) = match block["type"].as_str().unwrap_or_default() {
            "text" => (Block::Text, Delta::Text(text("text"))),
            "thinking" => {
                let said = text("thinking");
                let opened = Block::Thinking { text: said.clone(), signature: text("signature") };
                (opened, Delta::Thinking(said))
            }
            "redacted_thinking" => (Block::Redacted(block.clone()), Delta::Text(String::new())),
            "tool_use" => {
                let opened = Block::Tool { id: text("id"), name: text("name"), input: String::new() };
                (opened, Delta::Text(String::new()))
            }
            _ => (Block::Other, Delta::Text(String::new())),
        };
        self.open.insert(index, opened);
        spoken(first)
    }

    fn grow(&mut self, index: u64, delta: BlockDelta) -> Vec<Delta> {
        match (self.open.get_mut(&index), delta) {
            (_, BlockDelta::TextDelta { text }) => spoken(Delta::Text(text)),
            (Some(Block::Thinking { text, .. }), BlockDelta::ThinkingDelta { thinking }) => {
                text.push_str(&thinking);
                spoken(Delta::Thinking(thinking))
            }
            (Some(Block::Thinking { signature, .. }), BlockDelta::SignatureDelta { signature: more }) => {
                signature.push_str(&more);
                Vec::new()
            }
            (Some(Block::Tool { input, .. }), BlockDelta::InputJsonDelta { partial_json }) => {
                input.push_str(&partial_json);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn close(&mut self, index: u64) -> Vec<Delta> {
        match self.open.remove(&index) {
            Some(Block::Tool { id, name, input }) => {
                vec![Delta::Call(Call { id, name, arguments: arguments(input) })]
            }
            Some(Block::Thinking { text, signature }) => {
                vec![Delta::Keep(json!({"type": "thinking", "thinking": text, "signature": signature}))]
            }
            Some(Block::Redacted(block)) => vec![Delta::Keep(block)],
            Some(Block::Text | Block::Other) | None => Vec::new(),
        }
    }
}

fn spoken(delta: Delta) -> Vec<Delta> {
    match &delta {
        Delta::Text(text) | Delta::Thinking(text) if text.is_empty() => Vec::new(),
        _ => vec![delta],
    }
}

fn failure(error: &Value) -> ModelError {
    let kind = match error["type"].as_str().unwrap_or_default() {
        "overloaded_error" | "api_error" => ChatErrorKind::ServerError,
        "rate_limit_error" => ChatErrorKind::RateLimitExceeded,
        "authentication_error" | "permission_error" => ChatErrorKind::AuthError,
        "billing_error" => ChatErrorKind::BillingExhausted,
        "not_found_error" => ChatErrorKind::ModelNotFound,
        _ => ChatErrorKind::ApiError,
    };
    let said = sse::message_in(error).unwrap_or("an error without a message");
    ModelError::new(kind, format!("The provider said: {said}"))
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Started,
    },
    ContentBlockStart {
        index: u64,
        content_block: Value,
    },
    ContentBlockDelta {
        index: u64,
        delta: BlockDelta,
    },
    ContentBlockStop {
        index: u64,
    },
    MessageDelta {
        #[serde(default)]
        usage: Option<EventUsage>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Started {
    usage: Option<EventUsage>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BlockDelta {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct EventUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
}

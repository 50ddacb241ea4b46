//! The OpenAI chat API, as OpenAI, Ollama, LM Studio, OpenRouter and many
//! others speak it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::chat_event::ChatErrorKind;

use super::provider::Endpoint;
use super::{Call, Delta, Model, ModelError, Prompt, Turn, Usage, sse};

/// A model behind an OpenAI-compatible endpoint.
pub(super) struct OpenAi {
    pub endpoint: Arc<Endpoint>,
}

impl Model for OpenAi {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Delta, ModelError>> {
        let endpoint = Arc::clone(&self.endpoint);
        stream::once(async move {
            let request = endpoint.post("chat/completions").await?.json(&body(&prompt));
            let events = sse::events(request).await?;
            Ok::<_, ModelError>(deltas(events))
        })
        .try_flatten()
        .boxed()
    }
}

fn body(prompt: &Prompt) -> Value {
    let system = json!({"role": "system", "content": prompt.system});
    let messages: Vec<Value> = std::iter::once(system).chain(prompt.turns.iter().map(message)).collect();
    let mut body = json!({
        "model": prompt.model,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    if !prompt.tools.is_empty() {
        body["tools"] = prompt
            .tools
            .iter()
            .map(|tool| {
                json!({"type": "function", "function": {
                    "name": tool.name, "description": tool.description, "parameters": tool.schema,
                }})
            })
            .collect();
    }
    body
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "content": text}),
        Turn::Assistant { text, calls, .. } if calls.is_empty() => {
            json!({"role": "assistant", "content": text})
        }
        Turn::Assistant { text, calls, .. } => {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| {
                    json!({"id": call.id, "type": "function", "function": {
                        "name": call.name, "arguments": call.arguments.to_string(),
                    }})
                })
                .collect();
            json!({"role": "assistant", "content": text, "tool_calls": calls})
        }
        Turn::Tool { call_id, output, .. } => {
            json!({"role": "tool", "tool_call_id": call_id, "content": output})
        }
    }
}

/// Reads the events until `[DONE]`, or until the answer is said to be finished
/// and the connection ends.
fn deltas(events: BoxStream<'static, Result<String, ModelError>>) -> BoxStream<'static, Result<Delta, ModelError>> {
    stream::unfold(Some((events, Answer::default())), |state| async {
        let (mut events, mut answer) = state?;
        match events.next().await {
            Some(Ok(data)) if data.trim() == "[DONE]" => Some((answer.end(), None)),
            Some(Ok(data)) => match answer.take(&data) {
                Ok(deltas) => Some((deltas, Some((events, answer)))),
                Err(error) => Some((vec![Err(error)], None)),
            },
            Some(Err(error)) => Some((vec![Err(error)], None)),
            None if answer.finished => Some((answer.end(), None)),
            None => Some((vec![Err(broken_off())], None)),
        }
    })
    .flat_map(stream::iter)
    .boxed()
}

fn broken_off() -> ModelError {
    ModelError::new(ChatErrorKind::ServerError, "The provider ended its answer in the middle.")
}

/// What has come of one answer.
#[derive(Default)]
struct Answer {
    /// By the provider's index; a repeated index with a new id is a new call.
    calls: BTreeMap<(u64, usize), Piece>,
    finished: bool,
}

#[derive(Default)]
struct Piece {
    id: String,
    name: String,
    arguments: String,
}

impl Answer {
    fn take(&mut self, data: &str) -> Result<Vec<Result<Delta, ModelError>>, ModelError> {
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| {
            ModelError::new(ChatErrorKind::ApiError, format!("The provider sent no valid answer: {error}."))
        })?;
        if let Some(error) = chunk.error {
            let said = sse::message_in(&error).unwrap_or("an error without a message").to_owned();
            return Err(ModelError::new(ChatErrorKind::ApiError, format!("The provider said: {said}")));
        }
        let mut deltas = Vec::new();
        if let Some(usage) = chunk.usage {
            deltas.push(Ok(Delta::Usage(usage.into())));
        }
        for choice in chunk.choices.into_iter().take(1) {
            self.finished |= choice.finish_reason.is_some();
            let delta = choice.delta;
            let texts =
                [delta.reasoning_content.or(delta.reasoning).map(Delta::Thinking), delta.content.map(Delta::Text)];
            deltas.extend(texts.into_iter().flatten().filter(|delta| !is_empty(delta)).map(Ok));
            delta.tool_calls.unwrap_or_default().into_iter().for_each(|piece| self.add(piece));
        }
        Ok(deltas)
    }

    fn add(&mut self, piece: CallPiece) {
        let index = piece.index.unwrap_or(0);
        let same = self.calls.keys().filter(|(at, _)| *at == index).count();
        let last = same.checked_sub(1).and_then(|nth| self.calls.get(&(index, nth)));
        let is_new = match (&piece.id, last) {
            (_, None) => true,
            (Some(id), Some(last)) => !id.is_empty() && *id != last.id,
            (None, Some(_)) => false,
        };
        let nth = if is_new { same } else { same - 1 };
        let call = self.calls.entry((index, nth)).or_default();
        if let Some(id) = piece.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        let function = piece.function.unwrap_or_default();
        call.name.push_str(&function.name.unwrap_or_default());
        call.arguments.push_str(&function.arguments.unwrap_or_default());
    }

    fn end(self) -> Vec<Result<Delta, ModelError>> {
        let calls = self.calls.into_values().enumerate().map(|(nth, piece)| {
            let id = if piece.id.is_empty() { format!("call_{nth}") } else { piece.id };
            Ok(Delta::Call(Call { id, name: piece.name, arguments: arguments(piece.arguments) }))
        });
        calls.chain([Ok(Delta::End)]).collect()
    }
}

/// The arguments as JSON; what is none stays text, for the tool to refuse.
pub(super) fn arguments(text: String) -> Value {
    match text.trim() {
        "" => json!({}),
        trimmed => serde_json::from_str(trimmed).unwrap_or(Value::String(text)),
    }
}

fn is_empty(delta: &Delta) -> bool {
    matches!(delta, Delta::Text(text) | Delta::Thinking(text) if text.is_empty())
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<ChunkUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: ChoiceDelta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct ChoiceDelta {
    content: Option<String>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    tool_calls: Option<Vec<CallPiece>>,
}

#[derive(Deserialize)]
struct CallPiece {
    index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionPiece>,
}

#[derive(Default, Deserialize)]
struct FunctionPiece {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct ChunkUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl From<ChunkUsage> for Usage {
    fn from(told: ChunkUsage) -> Self {
        let cached = told.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0);
        Self { input: told.prompt_tokens, output: told.completion_tokens, cache_read: cached, cache_write: 0 }
    }
}

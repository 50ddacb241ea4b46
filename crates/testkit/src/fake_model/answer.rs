//! A scenario as OpenAI's two forms: one JSON body, or a stream of chunks.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Scenario;

/// The answer in one body.
pub fn whole(request: &Value, scenario: &Scenario) -> Value {
    let (message, finish) = match scenario {
        Scenario::Say { words, .. } => (json!({ "role": "assistant", "content": words.concat() }), "stop"),
        Scenario::Call { name, arguments } => (
            json!({ "role": "assistant", "content": null, "tool_calls": [
                { "id": id("call_"), "type": "function", "function": { "name": name, "arguments": arguments } }] }),
            "tool_calls",
        ),
        Scenario::Error | Scenario::RateLimit => (Value::Null, "stop"),
    };
    json!({ "id": id("chatcmpl-"), "object": "chat.completion", "created": 1, "model": request["model"],
            "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
            "usage": usage(request, scenario) })
}

/// The answer as server-sent events, ending in `[DONE]`.
pub fn streamed(request: &Value, scenario: &Scenario) -> Response {
    let pause = Duration::from_millis(match scenario {
        Scenario::Say { pause_ms, .. } => *pause_ms,
        _ => 0,
    });
    let events = stream::iter(events(request, scenario)).then(move |event| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Ok::<Bytes, std::convert::Infallible>(Bytes::from(format!("data: {event}\n\n")))
    });
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")], Body::from_stream(events))
        .into_response()
}

fn events(request: &Value, scenario: &Scenario) -> Vec<String> {
    let id = id("chatcmpl-");
    let chunk = |choices: Value, usage: Value| {
        json!({ "id": id, "object": "chat.completion.chunk", "created": 1, "model": request["model"],
                "choices": choices, "usage": usage })
        .to_string()
    };
    let (deltas, finish) = deltas(scenario);
    let mut events = vec![chunk(choice(&json!({ "role": "assistant", "content": "" }), None), Value::Null)];
    events.extend(deltas.iter().map(|delta| chunk(choice(delta, None), Value::Null)));
    events.push(chunk(choice(&json!({}), Some(finish)), Value::Null));
    events.push(chunk(json!([]), usage(request, scenario)));
    events.push("[DONE]".into());
    events
}

fn choice(delta: &Value, finish: Option<&str>) -> Value {
    json!([{ "index": 0, "delta": delta, "finish_reason": finish }])
}

fn deltas(scenario: &Scenario) -> (Vec<Value>, &'static str) {
    match scenario {
        Scenario::Say { thought, words, .. } => {
            let thought = thought.iter().map(|word| json!({ "reasoning_content": word }));
            (thought.chain(words.iter().map(|word| json!({ "content": word }))).collect(), "stop")
        }
        Scenario::Call { name, arguments } => (call(name, arguments), "tool_calls"),
        Scenario::Error | Scenario::RateLimit => (Vec::new(), "stop"),
    }
}

/// The name first, then its arguments in pieces, as real models send them.
fn call(name: &str, arguments: &str) -> Vec<Value> {
    let head = json!({ "index": 0, "id": id("call_"), "type": "function",
                       "function": { "name": name, "arguments": "" } });
    let letters: Vec<char> = arguments.chars().collect();
    let pieces = letters
        .chunks(12)
        .map(|piece| json!({ "index": 0, "function": { "arguments": piece.iter().collect::<String>() } }));
    std::iter::once(head).chain(pieces).map(|part| json!({ "tool_calls": [part] })).collect()
}

fn usage(request: &Value, scenario: &Scenario) -> Value {
    let prompt = request.to_string().len() / 4;
    let words = match scenario {
        Scenario::Say { words, .. } => words.len(),
        _ => 8,
    };
    json!({ "prompt_tokens": prompt, "completion_tokens": words, "total_tokens": prompt + words })
}

fn id(start: &str) -> String {
    format!("{start}{}", Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_streamed_call_is_the_same_call_in_pieces() {
        let scenario = Scenario::Call { name: "exec".into(), arguments: "{\"command\":\"echo a long line\"}".into() };
        let events = events(&json!({ "model": "m" }), &scenario);
        let parsed: Vec<Value> = events.iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
        let arguments =
            parsed.iter().map(|event| &event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"]);
        let joined: String = arguments.filter_map(Value::as_str).collect();
        assert_eq!(joined, "{\"command\":\"echo a long line\"}");
        assert_eq!(events.last().unwrap(), "[DONE]");
        assert!(parsed.iter().any(|event| event["choices"][0]["finish_reason"] == "tool_calls"));
    }

    #[test]
    fn a_whole_answer_and_a_streamed_one_say_the_same() {
        let scenario = Scenario::Say { thought: vec![], words: vec!["one ".into(), "two".into()], pause_ms: 0 };
        let request = json!({ "model": "m" });
        assert_eq!(whole(&request, &scenario)["choices"][0]["message"]["content"], "one two");
        let text: String = events(&request, &scenario)
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok())
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(text, "one two");
    }
}

//! Anthropic's messages API, as a provider on loopback speaks it.

use serde_json::{Value, json};

use crate::house::{House, deltas};
use crate::provider::{Answer, Provider};

fn start() -> (&'static str, Value) {
    let usage = json!({"input_tokens": 20, "output_tokens": 1, "cache_read_input_tokens": 4});
    ("message_start", json!({"type": "message_start", "message": {"role": "assistant", "usage": usage}}))
}

fn open(index: u64, block: Value) -> (&'static str, Value) {
    ("content_block_start", json!({"type": "content_block_start", "index": index, "content_block": block}))
}

fn grow(index: u64, delta: Value) -> (&'static str, Value) {
    ("content_block_delta", json!({"type": "content_block_delta", "index": index, "delta": delta}))
}

fn close(index: u64) -> (&'static str, Value) {
    ("content_block_stop", json!({"type": "content_block_stop", "index": index}))
}

fn end(reason: &str) -> [(&'static str, Value); 2] {
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}});
    [("message_delta", delta), ("message_stop", json!({"type": "message_stop"}))]
}

fn said(text: &str) -> Answer {
    let mut events = vec![start(), open(0, json!({"type": "text", "text": ""}))];
    events.push(("ping", json!({"type": "ping"})));
    events.extend([grow(0, json!({"type": "text_delta", "text": text})), close(0)]);
    events.extend(end("end_turn"));
    Answer::events(&events)
}

async fn house(answers: impl IntoIterator<Item = Answer>, more: &str) -> (House, Provider) {
    let (provider, address) = Provider::start(answers).await;
    let settings = format!(
        "[providers.ant]\nkind = \"anthropic\"\nbase_url = \"{address}\"\nkey_env = \"CARGO_PKG_NAME\"\n{more}"
    );
    (House::with(&settings).await, provider)
}

#[tokio::test]
async fn text_and_usage_come_through_whole() {
    let (house, provider) = house([said("Grüße aus 🧭 Kiel")], "").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "hi", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    assert_eq!(deltas(&chats), "Grüße aus 🧭 Kiel");
    let last = chats.last().unwrap();
    assert_eq!(
        (&last["inputTokens"], &last["outputTokens"], &last["cacheReadTokens"]),
        (&json!(20), &json!(9), &json!(4))
    );

    let asked = provider.asked().pop().unwrap();
    assert_eq!(asked.path, "/v1/messages");
    assert_eq!(
        (&asked.headers["x-api-key"], &asked.headers["anthropic-version"]),
        (&"gateway".parse().unwrap(), &"2023-06-01".parse().unwrap())
    );
    assert!(asked.body["system"].as_str().unwrap().starts_with("You are pilot"));
    assert_eq!(asked.body["messages"], json!([{"role": "user", "content": [{"type": "text", "text": "hi"}]}]));
    assert!(asked.body.get("thinking").is_none() && asked.body["tools"][0].get("input_schema").is_some());
}

/// Thinks, and asks for a tool, as the API streams it.
fn thinking_and_calling() -> Answer {
    let mut calling = vec![start(), open(0, json!({"type": "thinking", "thinking": "", "signature": ""}))];
    calling.extend(["I should ", "look."].map(|text| grow(0, json!({"type": "thinking_delta", "thinking": text}))));
    calling.extend([grow(0, json!({"type": "signature_delta", "signature": "sig=="})), close(0)]);
    calling.extend([open(1, json!({"type": "redacted_thinking", "data": "xyz"})), close(1)]);
    calling.push(open(2, json!({"type": "tool_use", "id": "tu_1", "name": "read_file", "input": {}})));
    calling.extend(
        ["", "{\"path\": \"REA", "DME.md\"}"]
            .map(|part| grow(2, json!({"type": "input_json_delta", "partial_json": part}))),
    );
    calling.push(close(2));
    calling.extend(end("tool_use"));
    Answer::events(&calling)
}

#[tokio::test]
async fn thinking_is_told_and_given_back_with_the_tools_result() {
    let (house, provider) = house([thinking_and_calling(), said("Done.")], "thinking_tokens = 2048\n").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "look", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let thought = chats.iter().rfind(|chat| chat["state"] == "thinking_text").unwrap();
    assert_eq!(thought["text"], "I should look.");
    assert_eq!(chats.last().unwrap()["inputTokens"], 40, "the rounds are summed");

    let again = provider.asked().pop().unwrap().body;
    assert_eq!(again["thinking"], json!({"type": "enabled", "budget_tokens": 2048}));
    let [_, assistant, result] = again["messages"].as_array().unwrap().as_slice() else { panic!("{again}") };
    assert_eq!(
        assistant["content"],
        json!([
            {"type": "thinking", "thinking": "I should look.", "signature": "sig=="},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "tool_use", "id": "tu_1", "name": "read_file", "input": {"path": "README.md"}},
        ])
    );
    assert_eq!((&result["role"], &result["content"][0]["tool_use_id"]), (&json!("user"), &json!("tu_1")));
    assert_eq!(result["content"][0]["is_error"], false);
}

#[tokio::test]
async fn an_overloaded_provider_is_asked_again_and_a_refusal_is_said() {
    let overloaded = Answer::events(&[
        start(),
        ("error", json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})),
    ]);
    let (house, _) = house([overloaded], "").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let retry = client.chat("retrying").await;
    assert_eq!((&retry["error"]["type"], &retry["retryAfterMs"]), (&json!("server_error"), &json!(2000)));

    let error = json!({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}});
    let (house, _) = self::house([Answer::refusal(401, error)], "").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let told = client.chat("error").await["error"].clone();
    assert_eq!(told["type"], "auth_error");
    assert!(told["detail"].as_str().unwrap().contains("invalid x-api-key"), "{told}");
}

#[tokio::test]
async fn a_stream_that_ends_in_the_middle_is_no_answer() {
    let half = Answer::events(&[start(), open(0, json!({"type": "text", "text": "ha"}))]);
    let (house, _) = house([half], "").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let retry = client.chat("retrying").await;
    assert!(retry["error"]["detail"].as_str().unwrap().contains("in the middle"), "{retry}");
}

//! The OpenAI API, as a provider on loopback speaks it.

use serde_json::{Value, json};

use crate::house::{House, deltas, states};
use crate::provider::{Answer, Provider};

const DONE: &str = "data: [DONE]\n\n";

fn chunk(delta: Value) -> (&'static str, Value) {
    ("", json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}))
}

fn finish(reason: &str) -> (&'static str, Value) {
    ("", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

fn usage() -> (&'static str, Value) {
    (
        "",
        json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 3}}}),
    )
}

fn said(words: &[&str]) -> Answer {
    let mut events: Vec<_> = words.iter().map(|word| chunk(json!({"content": word}))).collect();
    events.extend([finish("stop"), usage()]);
    Answer::events(&events).and(DONE)
}

async fn house(answers: impl IntoIterator<Item = Answer>) -> (House, Provider) {
    let (provider, address) = Provider::start(answers).await;
    let settings =
        format!("[providers.box]\nkind = \"openai\"\nbase_url = \"{address}\"\nkey_env = \"CARGO_PKG_NAME\"\n");
    (House::with(&settings).await, provider)
}

#[tokio::test]
async fn text_thinking_and_usage_come_through_whole() {
    let mut events =
        vec![chunk(json!({"role": "assistant", "content": ""})), chunk(json!({"reasoning_content": "hm…"}))];
    events.extend(["Grüße ", "aus ", "🧭 Kiel"].map(|word| chunk(json!({"content": word}))));
    events.extend([finish("stop"), usage()]);
    let (house, provider) = house([Answer::events(&events).and(": a comment\n\n").and(DONE)]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "hi", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    assert_eq!(deltas(&chats), "Grüße aus 🧭 Kiel");
    let last = chats.last().unwrap();
    assert_eq!(last["text"], "Grüße aus 🧭 Kiel");
    assert_eq!((&last["model"], &last["provider"]), (&json!("box::big"), &json!("box")));
    assert_eq!(
        (&last["inputTokens"], &last["outputTokens"], &last["cacheReadTokens"]),
        (&json!(11), &json!(5), &json!(3))
    );
    assert_eq!(last["reasoning"], "hm…");

    let asked = provider.asked().pop().unwrap();
    assert_eq!(asked.path, "/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], "Bearer gateway");
    assert_eq!((&asked.body["model"], &asked.body["stream"]), (&json!("big"), &json!(true)));
    assert_eq!(asked.body["messages"][0]["role"], "system");
    assert_eq!(asked.body["messages"][1], json!({"role": "user", "content": "hi"}));
    let tools: Vec<&Value> =
        asked.body["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(tools, ["read_file", "glob", "grep", "write_file", "exec"]);
}

#[tokio::test]
async fn tool_calls_come_in_pieces_and_their_results_go_back() {
    let call = |index: u64, id: Value, name: Value, arguments: &str| {
        let function = json!({"name": name, "arguments": arguments});
        chunk(json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]}))
    };
    let calls = Answer::events(&[
        chunk(json!({"content": "Let me look."})),
        call(0, json!("c-0"), json!("read_file"), ""),
        call(0, Value::Null, Value::Null, "{\"path\":"),
        call(0, Value::Null, Value::Null, "\"README.md\"}"),
        call(1, json!("c-1"), json!("no_such_tool"), "{}"),
        finish("tool_calls"),
    ])
    .and(DONE);
    let (house, provider) = house([calls, said(&["Done."])]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "look", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let ends: Vec<&Value> = chats.iter().filter(|chat| chat["state"] == "tool_call_end").collect();
    assert_eq!((&ends[0]["toolCallId"], &ends[0]["success"]), (&json!("c-0"), &json!(true)));
    assert_eq!((&ends[1]["toolCallId"], &ends[1]["success"]), (&json!("c-1"), &json!(false)));
    assert_eq!(chats.last().unwrap()["text"], "Done.");

    let again = provider.asked().pop().unwrap().body;
    let messages = again["messages"].as_array().unwrap();
    let [.., assistant, first, second] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(assistant["tool_calls"][0]["function"]["arguments"], r#"{"path":"README.md"}"#);
    assert_eq!((&first["role"], &first["tool_call_id"]), (&json!("tool"), &json!("c-0")));
    assert!(first["content"].as_str().unwrap().contains("workspace of this agent"));
    assert!(second["content"].as_str().unwrap().contains("no tool"));
}

#[tokio::test]
async fn calls_that_share_an_index_are_told_apart_by_their_ids() {
    let whole = |id: &str| {
        let function = json!({"name": "glob", "arguments": "{\"pattern\":\"*\"}"});
        chunk(json!({"tool_calls": [{"index": 0, "id": id, "function": function}]}))
    };
    let calls = Answer::events(&[whole("a"), whole("b"), finish("tool_calls")]).and(DONE);
    let (house, _) = house([calls, said(&["ok"])]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let started: Vec<&Value> =
        chats.iter().filter(|chat| chat["state"] == "tool_call_start").map(|chat| &chat["toolCallId"]).collect();
    assert_eq!(started, ["a", "b"]);
}

#[tokio::test]
async fn arguments_that_are_no_json_are_refused_by_the_tool() {
    let function = json!({"name": "exec", "arguments": "{\"command\": \"rm"});
    let call = chunk(json!({"tool_calls": [{"index": 0, "id": "c", "function": function}]}));
    let (house, _) = house([Answer::events(&[call, finish("length")]).and(DONE), said(&["ok"])]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let end = client.chat("tool_call_end").await;
    assert!(end["error"]["detail"].as_str().unwrap().contains("not a JSON object"), "{end}");
    client.chat("final").await;
}

#[tokio::test]
async fn a_refused_key_ends_the_run_at_once_with_what_the_provider_said() {
    let refusal = Answer::refusal(401, json!({"error": {"message": "Incorrect API key provided."}}));
    let (house, _) = house([refusal]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let error = client.chat("error").await["error"].clone();
    assert_eq!(error["type"], "auth_error");
    assert!(error["detail"].as_str().unwrap().contains("Incorrect API key provided."), "{error}");
    let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    assert_eq!(history[1]["role"], "notice");
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_when_it_says() {
    let mut busy = Answer::refusal(429, json!({"error": {"message": "slow down"}}));
    busy.retry_after = Some("0.05");
    let mut unwell = Answer::refusal(503, json!({}));
    unwell.retry_after = Some("0");
    let (house, provider) = house([busy, unwell, said(&["at last"])]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let retries: Vec<&Value> = chats.iter().filter(|chat| chat["state"] == "retrying").collect();
    assert_eq!(
        (&retries[0]["error"]["type"], &retries[0]["retryAfterMs"]),
        (&json!("rate_limit_exceeded"), &json!(50))
    );
    assert_eq!(retries[1]["error"]["type"], "server_error");
    assert_eq!(states(&chats).iter().filter(|state| **state == "iteration").count(), 3);
    assert_eq!(chats.last().unwrap()["text"], "at last");
    assert_eq!(provider.asked().iter().filter(|asked| asked.path.ends_with("completions")).count(), 3);
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_an_error_is_said_to_be() {
    let error_inside = Answer::events(&[("", json!({"error": {"message": "context too long"}}))]);
    let (house, _) = house([error_inside]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let error = client.chat("error").await;
    assert!(error["error"]["detail"].as_str().unwrap().contains("context too long"), "{error}");

    let (house, _) = self::house([Answer::events(&[chunk(json!({"content": "half"}))])]).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    let retry = client.chat("retrying").await;
    assert!(retry["error"]["detail"].as_str().unwrap().contains("in the middle"), "{retry}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_says_so() {
    let house = House::with("[providers.gone]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n").await;
    let mut client = house.client().await;
    let models = client.ok("models.list", json!({})).await;
    let gone = models.as_array().unwrap().iter().find(|model| model["provider"] == "gone").unwrap();
    assert!(gone["unsupportedReason"].as_str().unwrap().contains("cannot be reached"), "{gone}");
    assert_eq!(models[0]["id"], "demo::demo");
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s", "model": "gone/big"})).await;
    let retry = client.chat("retrying").await;
    assert_eq!(retry["error"]["provider"], "gone");
}

#[tokio::test]
async fn rounds_without_end_are_ended() {
    let calling = || {
        let function = json!({"name": "glob", "arguments": "{\"pattern\":\"*\"}"});
        let call = chunk(json!({"tool_calls": [{"index": 0, "id": "c", "function": function}]}));
        Answer::events(&[call, finish("tool_calls")]).and(DONE)
    };
    let (provider, address) = Provider::start([calling(), calling()]).await;
    let settings = format!(
        "limits.max_iterations = 2\n[providers.box]\nkind = \"openai\"\nbase_url = \"{address}\"\nmodels = [\"big\"]\n"
    );
    let house = House::with(&settings).await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "x", "sessionKey": "s"})).await;
    assert_eq!(client.chat("error").await["error"]["type"], "max_iterations_reached");
    assert_eq!(provider.asked().len(), 2);
}

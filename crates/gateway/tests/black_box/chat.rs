//! Talking to the demo model: the order of events, history, idempotent sends.

use serde_json::{Value, json};

use crate::house::{House, deltas, states};

#[tokio::test]
async fn an_answer_streams_and_its_end_has_the_whole_text() {
    let house = House::new().await;
    let mut client = house.client().await;
    let sent = client.ok("chat.send", json!({"text": "hello there", "sessionKey": "s", "_seq": 7})).await;
    assert_eq!(sent["ok"], true);
    let echoed = client.events.iter().any(|event| event["payload"]["state"] == "user_message");
    assert!(echoed, "the echo comes before the answer: {:?}", client.events);
    let chats = client.chats_until("s", "final").await;
    let names = states(&chats);
    assert_eq!(&names[..4], ["user_message", "iteration", "thinking", "delta"]);
    assert_eq!(&names[names.len() - 3..], ["delta", "thinking_done", "final"]);
    assert!(chats.iter().all(|chat| chat["runId"] == sent["runId"] && chat["seq"] == 7));
    let last = chats.last().unwrap();
    assert_eq!(last["text"], deltas(&chats));
    assert!(last["text"].as_str().unwrap().contains("demo model"));
    assert_eq!((&last["model"], &last["messageIndex"]), (&json!("demo::demo"), &json!(1)));
    let entry =
        client.event(|event| event["event"] == "session" && event["payload"]["entry"]["replying"] == false).await;
    assert_eq!(entry["payload"]["entry"]["messageCount"], 2);
}

#[tokio::test]
async fn thinking_is_told_as_a_whole_that_grows() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "think about it", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    let thoughts: Vec<&str> =
        chats.iter().filter(|chat| chat["state"] == "thinking_text").filter_map(|chat| chat["text"].as_str()).collect();
    assert!(thoughts.len() >= 2, "{thoughts:?}");
    assert!(thoughts.windows(2).all(|pair| pair[1].starts_with(pair[0])));
    assert_eq!(chats.last().unwrap()["reasoning"], *thoughts.last().unwrap());
}

#[tokio::test]
async fn history_is_given_in_pages_that_fit_together() {
    let house = House::new().await;
    let mut client = house.client().await;
    for text in ["read README.md", "list files"] {
        client.ok("chat.send", json!({"text": text, "sessionKey": "s"})).await;
        client.chats_until("s", "final").await;
    }
    let all = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    let all = all.as_array().unwrap();
    let roles: Vec<&str> = all.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(
        roles,
        ["user", "assistant", "tool_result", "assistant", "user", "assistant", "tool_result", "assistant"]
    );
    assert_eq!(all[1]["tool_calls"][0]["function"]["name"], "read_file");
    let indexes: Vec<u64> = all.iter().filter_map(|message| message["historyIndex"].as_u64()).collect();
    assert_eq!(indexes, (0..8).collect::<Vec<_>>());

    let newest = client.ok("chat.history", json!({"sessionKey": "s", "limit": 3})).await;
    let before = newest[0]["historyIndex"].clone();
    let older = client.ok("chat.history", json!({"sessionKey": "s", "limit": 100, "before": before})).await;
    let joined: Vec<Value> = older.as_array().unwrap().iter().chain(newest.as_array().unwrap()).cloned().collect();
    assert_eq!(&joined, all);
    assert_eq!(client.refused("chat.history", json!({"sessionKey": "none"})).await["code"], "NOT_FOUND");
}

#[tokio::test]
async fn the_same_key_never_runs_twice() {
    let house = House::new().await;
    let mut client = house.client().await;
    let send = json!({"text": "hi", "sessionKey": "s", "idempotencyKey": "k-1"});
    let first = client.ok("chat.send", send.clone()).await;
    assert_eq!(first.get("duplicate"), None);
    let during = client.ok("chat.send", send.clone()).await;
    client.chats_until("s", "final").await;
    let after = client.ok("chat.send", send.clone()).await;
    for repeated in [during, after] {
        assert_eq!((&repeated["runId"], &repeated["duplicate"]), (&first["runId"], &json!(true)));
    }
    let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!(history[0]["idempotencyKey"], "k-1");
    let elsewhere = client.ok("chat.send", json!({"text": "hi", "sessionKey": "t", "idempotencyKey": "k-1"})).await;
    assert_eq!(elsewhere.get("duplicate"), None);

    let house = house.restarted().await;
    let mut client = house.client().await;
    let restarted = client.ok("chat.send", send).await;
    assert_eq!((&restarted["runId"], &restarted["duplicate"]), (&first["runId"], &json!(true)));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_a_reason() {
    let house = House::new().await;
    let mut client = house.client().await;
    let refusals = [
        (json!({}), "INVALID_REQUEST", "missing 'text'"),
        (json!({"text": "hi", "sessionKey": ""}), "INVALID_REQUEST", "session key"),
        (json!({"text": "hi", "idempotencyKey": ""}), "INVALID_REQUEST", "idempotencyKey"),
        (json!({"text": "hi", "agentId": "codr"}), "NOT_FOUND", "Did you mean \"coder\""),
        (json!({"text": "hi", "model": "opnai::x"}), "NOT_FOUND", "no provider"),
        (json!({"content": [{"type": "image_url"}]}), "INVALID_REQUEST", "Only text"),
    ];
    for (params, code, words) in refusals {
        let error = client.refused("chat.send", params.clone()).await;
        assert_eq!(error["code"], code, "{params}");
        assert!(error["message"].as_str().unwrap().contains(words), "{params}: {error}");
    }
}

#[tokio::test]
async fn a_message_goes_to_the_agent_that_it_names() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "run ls", "sessionKey": "r", "agentId": "researcher"})).await;
    let last = client.chats_until("r", "final").await.pop().unwrap();
    assert!(last["text"].as_str().unwrap().contains("does not allow it"), "{last}");
    let sessions = client.ok("sessions.list", json!({"agentId": "researcher"})).await;
    assert_eq!(sessions[0]["agentId"], "researcher");
    assert_eq!(client.ok("sessions.list", json!({"agentId": "main"})).await, json!([]));
    let error = client.refused("chat.send", json!({"text": "x", "sessionKey": "r", "agentId": "main"})).await;
    assert_eq!(error["code"], "CONFLICT");
}

#[tokio::test]
async fn models_and_agents_are_listed() {
    let house = House::new().await;
    let mut client = house.client().await;
    let models = client.ok("models.list", json!({})).await;
    assert_eq!((&models[0]["id"], &models[0]["preferred"]), (&json!("demo::demo"), &json!(true)));
    let agents = client.ok("agents.list", json!({})).await;
    assert_eq!(agents["default_id"], "main");
    assert_eq!(agents["agents"].as_array().unwrap().len(), 4);
    assert_eq!(agents["agents"][0]["model"], "demo::demo");
    let presets = client.ok("agents.presets_list", json!({})).await;
    assert_eq!(presets["presets"][0]["tools_deny"], json!([]));
}

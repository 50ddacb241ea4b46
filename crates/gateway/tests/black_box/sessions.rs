//! Making, changing and removing sessions.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_session_is_made_changed_and_removed_and_everybody_is_told() {
    let house = House::new().await;
    let mut client = house.client().await;
    let made = client.ok("sessions.create", json!({"agentId": "coder", "label": "  Deck "})).await["entry"].clone();
    assert!(made["key"].as_str().unwrap().starts_with("session:"));
    assert_eq!((&made["label"], &made["agent_id"]), (&json!("Deck"), &json!("coder")));
    let told = client.event(|event| event["event"] == "session").await;
    assert_eq!(told["payload"]["kind"], "created");

    let key = made["key"].clone();
    let patched = client.ok("sessions.patch", json!({"key": key, "label": "Bridge", "archived": true})).await;
    assert_eq!((&patched["label"], &patched["archived"]), (&json!("Bridge"), &json!(true)));
    assert!(patched["version"].as_u64() > made["version"].as_u64());
    let unlabelled = client.ok("sessions.patch", json!({"key": key, "label": ""})).await;
    assert_eq!((&unlabelled["label"], &unlabelled["archived"]), (&json!(null), &json!(true)));

    client.ok("sessions.delete", json!({"key": key})).await;
    let told = client.event(|event| event["payload"]["kind"] == "deleted").await;
    assert_eq!(told["payload"]["sessionKey"], key);
    assert_eq!(client.ok("sessions.list", json!({})).await, json!([]));
    for method in ["sessions.delete", "sessions.reset", "sessions.patch"] {
        assert_eq!(client.refused(method, json!({"key": key})).await["code"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_key_is_taken_once() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("sessions.create", json!({"key": "s"})).await;
    assert_eq!(client.refused("sessions.create", json!({"key": "s"})).await["code"], "CONFLICT");
    assert_eq!(client.refused("sessions.create", json!({"agentId": "nobody"})).await["code"], "NOT_FOUND");
}

#[tokio::test]
async fn opening_makes_gives_history_and_marks_as_seen() {
    let house = House::new().await;
    let mut client = house.client().await;
    let opened = client.ok("sessions.switch", json!({"key": "s"})).await;
    assert_eq!((&opened["history"], &opened["replying"]), (&json!([]), &json!(false)));
    client.ok("chat.send", json!({"text": "hi", "sessionKey": "s"})).await;
    client.chat("final").await;
    let opened = client.ok("sessions.switch", json!({"key": "s"})).await;
    assert_eq!(opened["history"].as_array().unwrap().len(), 2);
    assert_eq!(opened["historyTruncated"], false);
    let listed = client.ok("sessions.list", json!({})).await;
    assert_eq!(listed[0]["lastSeenMessageCount"], 2);
    assert_eq!(listed[0]["preview"], "hi");
}

#[tokio::test]
async fn a_session_that_is_answering_is_neither_reset_nor_removed_nor_bound_anew() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "run `true`", "sessionKey": "s"})).await;
    for method in ["sessions.delete", "sessions.reset"] {
        assert_eq!(client.refused(method, json!({"key": "s"})).await["code"], "CONFLICT");
    }
    let bind = json!({"session_key": "s", "agent_id": "coder"});
    assert_eq!(client.refused("agents.set_session", bind.clone()).await["code"], "CONFLICT");
    client.ok("chat.abort", json!({"sessionKey": "s"})).await;
    client.ok("agents.set_session", bind).await;
    client.ok("sessions.reset", json!({"key": "s"})).await;
    assert_eq!(client.ok("chat.history", json!({"sessionKey": "s"})).await, json!([]));
    assert_eq!(client.ok("sessions.list", json!({})).await[0]["agentId"], "coder");
}

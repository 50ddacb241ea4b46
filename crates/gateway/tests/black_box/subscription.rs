//! Who is told what.

use serde_json::json;

use crate::house::{Client, House};

#[tokio::test]
async fn a_v4_client_hears_nothing_before_it_subscribes_and_then_only_what_it_named() {
    let house = House::new().await;
    let mut silent = house.quiet_client().await;
    let mut picky = house.quiet_client().await;
    let reply = picky.ok("subscribe", json!({"events": ["session"]})).await;
    assert_eq!(reply["events"], json!(["session"]));
    let mut sender = house.client().await;
    sender.ok("chat.send", json!({"text": "hi", "sessionKey": "s"})).await;
    sender.chat("final").await;

    // A call and its answer come after whatever was told before.
    silent.ok("health", json!({})).await;
    assert_eq!(silent.events.len(), 0, "{:?}", silent.events);
    picky.ok("health", json!({})).await;
    assert!(!picky.events.is_empty() && picky.events.iter().all(|event| event["event"] == "session"));
}

#[tokio::test]
async fn a_flat_client_hears_everything_until_it_chooses() {
    let house = House::new().await;
    let mut flat = Client::open(house.gateway.connect()).await;
    let params = json!({
        "minProtocol": 3, "maxProtocol": 4,
        "client": {"id": "flat", "version": "1", "platform": "linux", "mode": "operator"},
    });
    flat.ok("connect", params).await;
    let mut other = house.quiet_client().await;
    flat.event(|event| event["payload"]["type"] == "client.connected" && event["payload"]["clientId"] == "test").await;
    flat.ok("subscribe", json!({"events": ["chat"]})).await;
    flat.events.clear();
    other.ok("sessions.create", json!({"key": "s"})).await;
    flat.ok("health", json!({})).await;
    assert_eq!(flat.events.len(), 0, "{:?}", flat.events);
}

#[tokio::test]
async fn unsubscribing_takes_away_one_or_all() {
    let house = House::new().await;
    let mut client = house.quiet_client().await;
    let reply = client.ok("subscribe", json!({"events": ["session", "chat"]})).await;
    client.ok("unsubscribe", json!({"events": ["chat"]})).await;
    client.ok("sessions.create", json!({"key": "a"})).await;
    assert_eq!(client.events.len(), 1);
    client.ok("unsubscribe", json!({"subscriptionId": reply["subscriptionId"]})).await;
    client.ok("sessions.create", json!({"key": "b"})).await;
    assert_eq!(client.events.len(), 1);
    assert_eq!(client.refused("unsubscribe", json!({})).await["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn numbers_of_events_only_grow() {
    let house = House::new().await;
    let mut client = house.client().await;
    for key in ["a", "b", "c"] {
        client.ok("sessions.create", json!({"key": key})).await;
    }
    let seqs: Vec<u64> = client.events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(seqs.len() >= 3 && seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
}

#[tokio::test]
async fn presence_is_told_and_listed() {
    let house = House::new().await;
    let mut client = house.client().await;
    let other = house.quiet_client().await;
    let came = client.event(|event| event["payload"]["type"] == "client.connected").await;
    assert_eq!(client.ok("system-presence", json!({})).await["clients"].as_array().unwrap().len(), 2);
    drop(other);
    let went = client.event(|event| event["payload"]["type"] == "client.disconnected").await;
    assert_eq!(came["payload"]["connId"], went["payload"]["connId"]);
}

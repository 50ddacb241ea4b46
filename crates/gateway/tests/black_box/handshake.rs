//! Who gets in, in which form, and what those are told who do not.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::{Client, House, connect_params};

async fn refused(house: &House, params: Value) -> (Value, (u16, String)) {
    let mut client = Client::open(house.gateway.connect()).await;
    let error = client.refused("connect", params).await;
    (error, client.closed().await)
}

#[tokio::test]
async fn the_hello_says_what_this_gateway_is() {
    let house = House::with("name = \"bridge\"\n").await;
    let mut client = Client::open(house.gateway.connect()).await;
    let hello = client.ok("connect", connect_params()).await;
    assert_eq!(hello["type"], "hello-ok");
    assert_eq!(hello["protocol"], 4);
    assert_eq!(hello["server"]["product"], "pilothouse");
    assert_eq!(hello["server"]["gatewayId"], house.gateway.id());
    assert_eq!(hello["server"]["name"], "bridge");
    assert_eq!(hello["policy"]["maxPayload"], 524_288);
    let methods: Vec<&str> =
        hello["features"]["methods"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(methods.contains(&"chat.send") && methods.contains(&"sessions.create"), "{methods:?}");
    assert_eq!(hello["auth"]["scopes"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn every_announced_method_has_a_handler() {
    let house = House::new().await;
    let mut client = Client::open(house.gateway.connect()).await;
    let hello = client.ok("connect", connect_params()).await;
    for method in hello["features"]["methods"].as_array().unwrap() {
        if let Err(error) = client.call(method.as_str().unwrap(), json!({})).await {
            assert_ne!(error["code"], "UNKNOWN_METHOD", "{method}");
            assert_ne!(error["code"], "INTERNAL", "{method}: {error}");
        }
    }
}

#[tokio::test]
async fn both_forms_of_connect_are_taken() {
    let house = House::new().await;
    let mut client = Client::open(house.gateway.connect()).await;
    let flat = json!({
        "minProtocol": 3, "maxProtocol": 4,
        "client": {"id": "t", "version": "1", "platform": "linux", "mode": "operator"},
    });
    assert_eq!(client.ok("connect", flat).await["protocol"], 4);
    assert_eq!(client.refused("connect", connect_params()).await["code"], "UNKNOWN_METHOD");
}

#[tokio::test]
async fn a_refusal_is_answered_and_closed_with_a_reason() {
    let house = House::new().await;
    let mut old = connect_params();
    old["protocol"] = json!({"min": 1, "max": 3});
    let (error, (code, _)) = refused(&house, old).await;
    assert_eq!(error["code"], "PROTOCOL_ERROR");
    assert_eq!(error["message"], "protocol mismatch: server=4, client=1-3");
    assert_eq!(code, 1008);

    let mut nameless = connect_params();
    nameless["client"].as_object_mut().unwrap().remove("platform");
    let (error, _) = refused(&house, nameless).await;
    assert!(error["message"].as_str().unwrap().contains("platform"), "{error}");

    let mut node = connect_params();
    node["role"] = json!("node");
    assert_eq!(refused(&house, node).await.0["code"], "FORBIDDEN");
}

#[tokio::test]
async fn the_first_frame_must_be_connect() {
    let house = House::new().await;
    for first in [r#"{"type":"req","id":"1","method":"health"}"#, "no json", r#"{"type":"bogus"}"#] {
        let mut client = Client::open(house.gateway.connect()).await;
        client.socket.send(Message::text(first)).await.unwrap();
        assert_eq!(client.closed().await, (1008, "the first frame must be connect".to_owned()));
    }
}

#[tokio::test]
async fn silence_is_closed_after_ten_seconds() {
    let house = House::new().await;
    let mut client = Client::open(house.gateway.connect()).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), (1008, "connect did not come in 10 seconds"));
    assert!(before.elapsed() >= std::time::Duration::from_secs(9));
}

#[tokio::test]
async fn bad_frames_get_an_error_event_and_the_connection_lives() {
    let house = House::new().await;
    let mut client = house.quiet_client().await;
    let deep = "[".repeat(5000);
    for bad in ["no json", r#"{"type":"req","id":7,"method":"health"}"#, r#"{"type":"bogus"}"#, deep.as_str()] {
        client.socket.send(Message::text(bad)).await.unwrap();
        let event = client.event(|event| event["event"] == "error").await;
        assert!(event["payload"]["message"].as_str().unwrap().starts_with("invalid frame"), "{event}");
    }
    let big = json!({"type": "req", "id": "big", "method": "health", "params": {"pad": "x".repeat(600_000)}});
    client.socket.send(Message::text(big.to_string())).await.unwrap();
    let event = client.event(|event| event["event"] == "error").await;
    assert_eq!(event["payload"]["code"], "PAYLOAD_TOO_LARGE");
    client.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.ok("health", json!({})).await["status"], "ok");
}

#[tokio::test]
async fn calls_with_wrong_parameters_say_what_is_wrong() {
    let house = House::new().await;
    let mut client = house.quiet_client().await;
    let error = client.refused("subscribe", json!({"events": "chat"})).await;
    assert_eq!(error["code"], "INVALID_REQUEST");
    let error = client.refused("sessions.switch", json!({})).await;
    assert!(error["message"].as_str().unwrap().contains("key"), "{error}");
    assert_eq!(client.refused("no.such.method", json!({})).await["code"], "UNKNOWN_METHOD");
}

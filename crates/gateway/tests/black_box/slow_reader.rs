//! A client that does not read is told that it lost something, and closed.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;

#[tokio::test]
async fn a_slow_reader_gets_a_reason_instead_of_a_gap() {
    let house = House::new().await;
    let mut slow = house.client().await;
    let mut busy = house.quiet_client().await;
    busy.ok("sessions.create", json!({"key": "s"})).await;
    let label = "x".repeat(190);
    // More than its queue and all buffers on the way hold.
    for _ in 0..1500 {
        busy.ok("sessions.patch", json!({"key": "s", "label": label})).await;
    }
    assert!(busy.ok("status", json!({})).await["droppedFrames"].as_u64().unwrap() >= 1);

    let mut last_event = Value::Null;
    let mut seqs = Vec::new();
    let close = loop {
        match slow.socket.next().await.unwrap().unwrap() {
            Message::Text(text) => {
                last_event = serde_json::from_str(&text).unwrap();
                seqs.extend(last_event["seq"].as_u64());
            }
            Message::Close(frame) => break frame.unwrap(),
            _ => {}
        }
    };
    assert_eq!(last_event["event"], "error");
    assert_eq!(last_event["payload"]["code"], "LAGGED");
    assert!(last_event["payload"]["dropped"].as_u64().unwrap() >= 1);
    assert_eq!(u16::from(close.code), 1013);
    assert_eq!(busy.ok("health", json!({})).await["connections"], 1);
    let until_then = &seqs[..seqs.len() - 1];
    assert!(until_then.windows(2).all(|pair| pair[1] == pair[0] + 1), "nothing is missing before the reason");
}

//! A real dialect on a live link, shown frames that no good gateway sends: the link stays and hears what comes after.

use tokio::time::{Duration, timeout};

use super::gateway::{Ear, Peer, target};
use crate::call::Call;
use crate::connector::Tools;
use crate::dialect::Kind;
use crate::event::{Body, NodeState};
use crate::handle::{Link, open_with};
use crate::target::{Choice, Target, Transport};
use std::sync::Arc;
use supervise::Scope;
use tokio::sync::mpsc;
use tokio_tungstenite::accept_async;

/// A Moltis of three sentences, and a link with the real dialect to it.
struct Stage {
    _root: Scope,
    link: Link,
    ear: Arc<Ear>,
    peer: Peer,
}

async fn moltis() -> Stage {
    let (ring, mut calling) = mpsc::channel(4);
    let transport = Transport::Memory(Arc::new(move || {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        ring.try_send(theirs).unwrap();
        ours
    }));
    let target = Target { choice: Choice::Is(Kind::Moltis), ..target(transport) };
    let (root, ear) = (Scope::root("test"), Ear::new());
    let link = open_with(&root, target, ear.clone(), Tools::default());
    let mut peer = Peer { socket: accept_async(calling.recv().await.unwrap()).await.unwrap() };
    let greeting: serde_json::Value = serde_json::from_str(&peer.hear().await.unwrap()).unwrap();
    let hello = serde_json::json!({
        "type": "res", "id": greeting["id"], "ok": true,
        "payload": {
            "type": "hello-ok", "protocol": 4, "server": {"version": "0.1.0"},
            "auth": {"role": "operator", "scopes": ["operator.read", "operator.write"]},
            "features": {"methods": [], "events": []}, "policy": {"tickIntervalMs": 30000},
        },
    });
    peer.say(&hello.to_string()).await;
    let mut states = link.states();
    states.wait_for(|state| matches!(state, NodeState::Ready { .. })).await.unwrap();
    Stage { _root: root, link, ear, peer }
}

/// Frames that are wrong in many ways.
fn nasty() -> Vec<String> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let chat = |payload: &str| format!(r#"{{"type":"event","event":"chat","payload":{payload},"seq":1}}"#);
    vec![
        String::new(),
        "not json".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        r#"{"type":"event"}"#.to_owned(),
        r#"{"type":7,"event":[],"payload":"x"}"#.to_owned(),
        r#"{"type":"res","id":7}"#.to_owned(),
        r#"{"type":"res","id":"no such call","ok":true,"payload":{}}"#.to_owned(),
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        chat(&deep("[", "]")),
        chat(&format!(r#"{{"sessionKey":"s","runId":"r","state":"delta","text":{}}}"#, deep("[", "]"))),
        chat(r#"{"sessionKey":7,"runId":{},"state":[],"text":null}"#),
        chat(r#"{"state":"delta","text":"\ud800"}"#),
        chat(r#"{"state":"delta","text":1e999999}"#),
        format!(r#"{{"type":"event","event":"{}","payload":{{}}}}"#, "x".repeat(1 << 20)),
        "{\"type\":\"event\",\"event\":\"chat\",\"payload\":{".to_owned(),
    ]
}

#[tokio::test(start_paused = true)]
async fn frames_that_are_wrong_in_many_ways_cost_nothing_but_themselves() {
    let mut stage = moltis().await;
    for frame in nasty() {
        stage.peer.say(&frame).await;
    }
    let good = r#"{"type":"event","event":"chat","payload":{"sessionKey":"s","runId":"r","state":"delta","text":"still here"},"seq":2}"#;
    stage.peer.say(good).await;
    let heard = stage.ear.until(|events| {
        events.iter().any(|event| matches!(&event.body, Body::TextDelta { text } if &**text == "still here"))
    });
    timeout(Duration::from_secs(3600), heard).await.expect("never heard again");
    assert!(matches!(stage.link.state(), NodeState::Ready { .. }), "{:?}", stage.link.state());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_makes_no_sense_is_an_error_of_that_call_alone() {
    let mut stage = moltis().await;
    let link = stage.link.clone();
    let play = async {
        loop {
            let asked: serde_json::Value = serde_json::from_str(&stage.peer.hear().await.unwrap()).unwrap();
            let answer = serde_json::json!({"type": "res", "id": asked["id"], "ok": true, "payload": 7});
            stage.peer.say(&answer.to_string()).await;
        }
    };
    let answer = tokio::select! {
        answer = link.call(Call::Agents) => answer,
        () = play => unreachable!(),
    };
    assert!(answer.is_err() || format!("{answer:?}").contains("[]"), "{answer:?}");
    assert!(matches!(link.state(), NodeState::Ready { .. }));
}

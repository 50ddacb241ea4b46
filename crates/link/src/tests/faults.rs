//! Gateways that hang, lie, flood and break off.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Peer, Scene};
use super::parrot::SILENCE;
use crate::call::{Call, Reply};
use crate::event::NodeState;

/// A connection through its handshake, as bare bytes.
async fn raw(scene: &mut Scene) -> DuplexStream {
    let peer = scene.ready().await;
    peer.socket.into_inner()
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_accepts_and_never_answers_is_given_up() {
    let mut scene = Scene::open();
    let _open = scene.ring().await;
    let begun = Instant::now();
    let (_, reason) = scene.backing_off().await;
    assert!(reason.contains("did not answer"), "{reason}");
    assert_eq!(begun.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_opens_the_socket_and_says_nothing_is_given_up() {
    let mut scene = Scene::open();
    let mut peer = scene.accept().await;
    let begun = Instant::now();
    let read = async { while peer.hear().await.is_some() {} };
    let ((_, reason), ()) = tokio::join!(scene.backing_off(), read);
    assert!(reason.contains("did not finish the handshake"), "{reason}");
    assert_eq!(begun.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn silence_is_death_at_the_vendors_limit() {
    let mut scene = Scene::open();
    let _peer = scene.ready().await;
    let begun = Instant::now();
    let (_, reason) = scene.backing_off().await;
    assert!(reason.contains("Nothing was heard"), "{reason}");
    assert_eq!(begun.elapsed().as_millis() as u64, SILENCE);
}

#[tokio::test(start_paused = true)]
async fn answered_pings_keep_a_quiet_link_alive() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    tokio::select! {
        heard = peer.hear() => panic!("{heard:?}"),
        () = sleep(Duration::from_secs(3600)) => {}
    }
    assert!(matches!(scene.link.state(), NodeState::Ready { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_too_big_ends_the_connection_before_it_is_read() {
    let mut scene = Scene::open();
    let mut bytes = raw(&mut scene).await;
    let mut header = vec![0x81, 127];
    header.extend(((64_u64 << 20) + 1).to_be_bytes());
    bytes.write_all(&header).await.unwrap();
    let (_, reason) = scene.backing_off().await;
    assert!(reason.contains("65 MiB") && reason.contains("64 MiB"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_big_frame_in_many_pieces_arrives_whole() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let text = "x".repeat(8 << 20);
    let say = peer.say(&text);
    let play = async {
        say.await;
    };
    tokio::join!(play, async { assert_eq!(scene.ear.heard(0).await.len(), 0) });
    peer.say(&format!("say {text}")).await;
    assert_eq!(scene.ear.heard(1).await[0].len(), 8 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_connection_cut_inside_a_frame_is_told() {
    let mut scene = Scene::open();
    let mut bytes = raw(&mut scene).await;
    bytes.write_all(&[0x81, 20, b's', b'a', b'y']).await.unwrap();
    drop(bytes);
    let (_, reason) = scene.backing_off().await;
    assert_eq!(reason, "Closed 0.");
    assert_eq!(scene.ear.notices(), ["closed"], "half a frame is no frame");
}

#[tokio::test(start_paused = true)]
async fn text_that_is_no_text_ends_the_connection() {
    let mut scene = Scene::open();
    let mut bytes = raw(&mut scene).await;
    bytes.write_all(&[0x81, 2, 0xff, 0xfe]).await.unwrap();
    let (_, reason) = scene.backing_off().await;
    assert!(reason.contains("not UTF-8"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_websocket_end_the_connection() {
    let mut scene = Scene::open();
    let mut bytes = raw(&mut scene).await;
    bytes.write_all("HTTP/1.1 500 Oops\r\n".repeat(20).as_bytes()).await.unwrap();
    let (_, reason) = scene.backing_off().await;
    assert!(reason.contains("WebSocket protocol"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn binary_frames_are_passed_over() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    peer.socket.send(Message::binary(vec![0, 1, 2])).await.unwrap();
    peer.say("say hello").await;
    assert_eq!(scene.ear.heard(1).await, ["hello"]);
}

#[tokio::test(start_paused = true)]
async fn the_gateways_pings_are_answered() {
    let mut scene = Scene::open();
    let mut bytes = raw(&mut scene).await;
    bytes.write_all(&[0x89, 2, b'h', b'i']).await.unwrap();
    let mut seen = Vec::new();
    while !seen.windows(1).any(|byte| byte[0] == 0x8a) {
        assert_ne!(bytes.read_buf(&mut seen).await.unwrap(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_told_with_its_code() {
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let frame = CloseFrame { code: CloseCode::Restart, reason: "update".into() };
    peer.socket.close(Some(frame)).await.unwrap();
    assert_eq!(scene.backing_off().await.1, "Closed 1012 update.");
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_delivered_in_order_and_in_few_deliveries() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let before = scene.ear.bursts().len();
    for number in 0..1000 {
        peer.socket.feed(Message::text(format!("say {number}"))).await.unwrap();
    }
    peer.socket.flush().await.unwrap();
    let heard = scene.ear.heard(1000).await;
    assert_eq!(heard, (0..1000).map(|number| number.to_string()).collect::<Vec<_>>());
    let deliveries = scene.ear.bursts().len() - before;
    assert!(deliveries <= 20, "{deliveries} deliveries of 1000 events");
}

#[tokio::test(start_paused = true)]
async fn events_before_an_answer_are_delivered_before_it() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let play = async {
        peer.hear().await.unwrap();
        peer.socket.feed(Message::text("answer 1")).await.unwrap();
        peer.socket.feed(Message::text("say after")).await.unwrap();
        peer.socket.flush().await.unwrap();
        peer
    };
    let call = async {
        let answer = scene.link.call(Call::Ping).await;
        (answer, scene.ear.notices())
    };
    let ((answer, notices), _peer) = tokio::join!(call, play);
    assert_eq!((answer, notices), (Ok(Reply::Pong), vec!["after".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_never_reads_does_not_stop_us_from_reading() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let big = Call::Send { session: None, agent: None, text: "x".repeat(200_000), client_id: "c".to_owned() };
    let (link, calls) = (scene.link.clone(), async {
        for _ in 0..3 {
            drop(tokio::time::timeout(Duration::from_millis(1), scene.link.call(big.clone())).await);
        }
    });
    calls.await;
    peer.socket.feed(Message::text("say talking")).await.unwrap();
    // Only writes; nothing of what the link sent is ever read.
    peer.socket.flush().await.unwrap();
    assert_eq!(scene.ear.heard(1).await, ["talking"]);
    assert!(matches!(link.state(), NodeState::Ready { .. }));
}

#[tokio::test(start_paused = true)]
async fn what_was_open_is_closed_by_the_dialect_when_the_connection_ends() {
    let mut scene = Scene::open();
    drop(scene.ready().await);
    scene.backing_off().await;
    assert_eq!(scene.ear.notices(), ["closed"]);
    assert_eq!(scene.ear.names(), ["connecting", "handshaking", "ready", "backing_off"]);
}

#[tokio::test(start_paused = true)]
async fn frames_after_the_end_are_not_heard() {
    let mut scene = Scene::open();
    let mut peer: Peer = scene.accept().await;
    peer.socket.feed(Message::text("refuse")).await.unwrap();
    peer.socket.feed(Message::text("say too late")).await.unwrap();
    peer.socket.flush().await.unwrap();
    scene.until(|state| matches!(state, NodeState::Unauthorised { .. })).await;
    assert_eq!(scene.ear.notices(), ["closed"]);
}

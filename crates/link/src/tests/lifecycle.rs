//! Which state follows which, and when another try is made.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use super::gateway::Scene;
use super::parrot;
use crate::event::NodeState;

#[tokio::test(start_paused = true)]
async fn a_link_becomes_ready_in_named_steps() {
    let mut scene = Scene::open();
    let _peer = scene.ready().await;
    assert_eq!(scene.link.state(), parrot::ready());
    assert_eq!(scene.ear.names(), ["connecting", "handshaking", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_not_tried_again_until_somebody_says_so() {
    let mut scene = Scene::open();
    scene.accept().await.say("refuse").await;
    scene.until(|state| matches!(state, NodeState::Unauthorised { .. })).await;
    sleep(Duration::from_secs(3600)).await;
    assert!(!scene.rang());
    scene.link.retry();
    let _peer = scene.ready().await;
}

#[tokio::test(start_paused = true)]
async fn another_protocol_version_is_not_tried_again() {
    let mut scene = Scene::open();
    scene.accept().await.say("old").await;
    scene.until(|state| matches!(state, NodeState::Incompatible { .. })).await;
    sleep(Duration::from_secs(3600)).await;
    assert!(!scene.rang());
}

#[tokio::test(start_paused = true)]
async fn an_approved_pairing_is_noticed_and_the_tries_before_it_are_not_shown() {
    let mut scene = Scene::open();
    let begun = Instant::now();
    for _ in 0..20 {
        scene.accept().await.say("pair r1").await;
    }
    assert!(begun.elapsed() >= Duration::from_secs(19 * 5), "{:?}", begun.elapsed());
    let _peer = scene.ready().await;
    assert_eq!(scene.ear.names(), ["connecting", "handshaking", "pairing", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_kept() {
    let mut scene = Scene::open();
    scene.accept().await.say("limit 60000").await;
    scene.until(|state| matches!(state, NodeState::RateLimited { .. })).await;
    let begun = Instant::now();
    let _peer = scene.accept().await;
    let waited = begun.elapsed();
    // The time of day does not stand still while the test's own clock does.
    assert!(waited > Duration::from_secs(50) && waited < Duration::from_secs(61), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn tries_are_spaced_ever_wider_while_the_gateway_accepts_and_drops() {
    let mut scene = Scene::open();
    for attempt in 1..=6 {
        drop(scene.accept().await);
        scene.until(|state| matches!(state, NodeState::BackingOff { attempt: n, .. } if *n == attempt)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_spacing_begins_anew_only_after_the_gateway_has_spoken() {
    let mut scene = Scene::open();
    drop(scene.accept().await);
    drop(scene.accept().await);
    assert_eq!(scene.backing_off().await.0, 2);
    drop(scene.ready().await);
    assert_eq!(scene.backing_off().await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn the_next_try_is_announced_truly() {
    let mut scene = Scene::open();
    for _ in 0..8 {
        drop(scene.ring().await);
    }
    scene.backing_off().await;
    let NodeState::BackingOff { next, .. } = scene.link.state() else { panic!() };
    let announced = next - crate::clock::unix_ms();
    let begun = Instant::now();
    scene.ring().await;
    let waited = begun.elapsed().as_millis() as i64;
    assert!((waited - announced).abs() < 2000, "{announced} ms announced, {waited} ms waited");
}

#[tokio::test(start_paused = true)]
async fn retry_does_not_wait() {
    let mut scene = Scene::open();
    for _ in 0..10 {
        drop(scene.accept().await);
        scene.backing_off().await;
        scene.link.retry();
    }
    let begun = Instant::now();
    scene.accept().await;
    assert!(begun.elapsed() < Duration::from_millis(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_paused_link_hangs_up_and_stays_away_until_resumed() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    scene.link.pause();
    assert_eq!(peer.hear().await, None);
    scene.until(|state| *state == NodeState::Paused).await;
    scene.link.retry();
    sleep(Duration::from_secs(3600)).await;
    assert!(!scene.rang());
    scene.link.resume();
    let _peer = scene.ready().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_waiting_too() {
    let mut scene = Scene::open();
    drop(scene.accept().await);
    scene.backing_off().await;
    scene.link.pause();
    scene.until(|state| *state == NodeState::Paused).await;
    sleep(Duration::from_secs(3600)).await;
    assert!(!scene.rang());
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_used_at_once() {
    let mut scene = Scene::open();
    scene.accept().await.say("refuse").await;
    scene.until(|state| matches!(state, NodeState::Unauthorised { .. })).await;
    let mut target = scene.target.clone();
    target.credentials.key = Some("other".to_owned().into());
    scene.link.retarget(target);
    let stream = scene.ring().await;
    let mut peer = super::gateway::Peer { socket: tokio_tungstenite::accept_async(stream).await.unwrap() };
    assert_eq!(peer.hear().await.unwrap(), "i am other");
}

#[tokio::test(start_paused = true)]
async fn a_new_target_while_connected_hangs_up_first() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    scene.link.retarget(scene.target.clone());
    assert_eq!(peer.hear().await, None);
    let _peer = scene.ready().await;
    assert_eq!(scene.ear.names(), ["connecting", "handshaking", "ready", "connecting", "handshaking", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_handed_over_once_and_used_from_then_on() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = kept.clone();
    let mut scene = Scene::open_with(|target| {
        target.on_token = Some(Arc::new(move |token: SecretString| {
            keep.lock().unwrap().push(token.expose_secret().to_owned());
        }));
    });
    let mut peer = scene.accept().await;
    peer.say("hello t1").await;
    scene.until(|state| matches!(state, NodeState::Ready { .. })).await;
    drop(peer);
    let mut peer = super::gateway::Peer { socket: tokio_tungstenite::accept_async(scene.ring().await).await.unwrap() };
    assert_eq!(peer.hear().await.unwrap(), "i am t1");
    peer.say("hello t1").await;
    scene.until(|state| matches!(state, NodeState::Ready { .. })).await;
    assert_eq!(*kept.lock().unwrap(), ["t1"]);
}

#[tokio::test(start_paused = true)]
async fn closing_says_goodbye_and_ends_the_task() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let goodbye = tokio::join!(scene.link.clone().close(), peer.hear()).1;
    assert_eq!(goodbye, None);
    assert_eq!(scene.link.state(), NodeState::Idle);
    assert!(scene.root.status().is_empty(), "{:?}", scene.root.status());
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_a_dialect_costs_one_connection_and_is_told() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    peer.say("boom").await;
    assert!(scene.backing_off().await.1.contains("stumbled"));
    let _peer = scene.ready().await;
    assert_eq!(scene.root.status()[0].restarts, 1);
}

#[tokio::test(start_paused = true)]
async fn the_way_there_and_back_is_measured_while_connected() {
    let mut scene = Scene::open();
    assert_eq!(scene.link.latency(), None);
    let mut peer = scene.ready().await;
    // Reading is what answers pings.
    tokio::select! {
        heard = peer.hear() => panic!("{heard:?}"),
        () = sleep(Duration::from_secs(1)) => {}
    }
    assert!(scene.link.latency().is_some());
    drop(peer);
    scene.backing_off().await;
    assert_eq!(scene.link.latency(), None);
}

//! Calls: answered, refused, timed out, lost.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::gateway::Scene;
use super::parrot::FORGOTTEN;
use crate::call::{Call, CallError, Reply};

fn send() -> Call {
    Call::Send { session: None, agent: None, text: "hi".to_owned(), client_id: "c1".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_call_gets_its_own_answer_even_out_of_order() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let play = async {
        assert_eq!(peer.hear().await.unwrap(), "ping 1");
        assert_eq!(peer.hear().await.unwrap(), "send 2 hi");
        peer.say("answer 2").await;
        peer.say("answer 1").await;
    };
    let (first, second, ()) = tokio::join!(scene.link.call(Call::Ping), scene.link.call(send()), play);
    assert_eq!((first, second), (Ok(Reply::Pong), Ok(Reply::Pong)));
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_connection_says_so_at_once() {
    let mut scene = Scene::open();
    assert_eq!(scene.link.call(Call::Ping).await, Err(CallError::NotConnected));
    let _peer = scene.accept().await;
    assert_eq!(scene.link.call(Call::Ping).await, Err(CallError::NotConnected), "the handshake is not done");
    scene.link.pause();
    assert_eq!(scene.link.call(Call::Ping).await, Err(CallError::NotConnected));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_never_answered_ends_at_its_deadline_and_is_forgotten() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    for (call, seconds) in [(Call::Ping, 30), (send(), 60)] {
        let begun = Instant::now();
        let read = async { while peer.hear().await.is_some() {} };
        let answer = tokio::select! {
            answer = scene.link.call(call) => answer,
            () = read => panic!("hung up"),
        };
        assert_eq!(answer, Err(CallError::TimedOut { seconds }));
        assert_eq!(begun.elapsed().as_secs(), seconds);
    }
    tokio::select! {
        heard = peer.hear() => panic!("{heard:?}"),
        () = sleep(Duration::from_secs(6)) => {}
    }
    assert_eq!(FORGOTTEN.take(), [1, 2]);
    // An answer after all disturbs nobody.
    peer.say("answer 1").await;
    peer.say("say still here").await;
    assert_eq!(scene.ear.heard(1).await, ["still here"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_connection_breaks_is_lost() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let play = async {
        peer.hear().await.unwrap();
        drop(peer);
    };
    assert_eq!(tokio::join!(scene.link.call(Call::Ping), play).0, Err(CallError::Lost));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_lost_too_when_this_side_hangs_up() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let link = scene.link.clone();
    let play = async {
        peer.hear().await.unwrap();
        link.pause();
    };
    assert_eq!(tokio::join!(scene.link.call(Call::Ping), play).0, Err(CallError::Lost));
}

#[tokio::test(start_paused = true)]
async fn what_a_vendor_cannot_do_is_answered_without_the_gateway() {
    let mut scene = Scene::open();
    let _peer = scene.ready().await;
    let answer = scene.link.call(Call::Agents).await;
    assert!(matches!(answer, Err(CallError::Unsupported { .. })), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn many_calls_at_once_all_get_through() {
    let mut scene = Scene::open();
    let mut peer = scene.ready().await;
    let calls = futures_util::future::join_all((0..2000).map(|_| scene.link.call(Call::Ping)));
    let play = async {
        for number in 1..=2000 {
            assert_eq!(peer.hear().await.unwrap(), format!("ping {number}"));
            peer.say(&format!("answer {number}")).await;
        }
    };
    let (answers, ()) = tokio::join!(calls, play);
    assert!(answers.iter().all(|answer| *answer == Ok(Reply::Pong)));
}

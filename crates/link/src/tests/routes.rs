//! Several routes to one gateway, over real sockets: which is taken, what is told of the others, and the way back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use supervise::Scope;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_tungstenite::accept_async;

use super::gateway::{Ear, tools};
use super::net::{parrot, serve, settles};
use crate::address::Address;
use crate::event::NodeState;
use crate::handle::{Link, open_with};
use crate::probe::{Outcome, Probe, probe_with};
use crate::route::{Route, Routes};
use crate::target::{Taken, Target};

/// A port where nothing listens.
pub async fn dead() -> Route {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    Address::parse(&free.to_string()).unwrap().into()
}

/// By which routes connections came about.
#[derive(Clone, Default)]
struct Ways(Arc<Mutex<Vec<Taken>>>);

impl Ways {
    fn of(&self, target: Target) -> Target {
        let ways = self.0.clone();
        Target { on_route: Some(Arc::new(move |taken: &Taken| ways.lock().unwrap().push(taken.clone()))), ..target }
    }

    fn numbers(&self) -> Vec<usize> {
        self.0.lock().unwrap().iter().map(|taken| taken.number).collect()
    }
}

async fn ready(link: &Link) {
    let mut states = link.states();
    let ready = states.wait_for(|state| matches!(state, NodeState::Ready { .. }));
    timeout(Duration::from_secs(30), ready).await.unwrap().unwrap();
}

async fn not_ready(link: &Link) {
    let mut states = link.states();
    let gone = states.wait_for(|state| !matches!(state, NodeState::Ready { .. }));
    timeout(Duration::from_secs(30), gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_dead_route_falls_to_the_next_within_one_attempt_and_is_told() {
    let target = parrot().await;
    let live = target.routes.first().clone();
    let dead = dead().await;
    let (ways, ear) = (Ways::default(), Ear::new());
    let target = ways.of(Target { routes: Routes::new(dead.clone(), vec![live.clone()]), ..target });
    let root = Scope::root("test");
    let link = open_with(&root, target, ear.clone(), tools());
    ready(&link).await;
    assert_eq!(ear.names(), ["connecting", "handshaking", "ready"], "one attempt, no pause");
    let notice = ear.heard(1).await.remove(0);
    assert!(notice.contains(&format!("Connected by {live}")) && notice.contains("Nothing listens"), "{notice}");
    let taken = ways.0.lock().unwrap().remove(0);
    assert_eq!((taken.number, taken.passed.len()), (1, 1));
    assert_eq!((taken.passed[0].number, &taken.passed[0].route), (0, &dead));
    link.close().await;
}

#[tokio::test]
async fn a_better_route_is_taken_again_at_the_next_connection() {
    let better = dead().await;
    let port = better.address.port();
    let target = parrot().await;
    let second = target.routes.first().clone();
    let ways = Ways::default();
    let both = ways.of(Target { routes: Routes::new(better, vec![second]), ..target.clone() });
    let root = Scope::root("test");
    let link = open_with(&root, both, Ear::new(), tools());
    ready(&link).await;
    let revived = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let _carried = tokio::spawn(carry(revived, target.routes.first().address.port()));
    link.pause();
    not_ready(&link).await;
    link.resume();
    ready(&link).await;
    assert_eq!(ways.numbers(), [1, 0]);
    link.close().await;
}

/// Passes connections on to another port.
async fn carry(listener: TcpListener, port: u16) {
    while let Ok((mut near, _)) = listener.accept().await {
        let mut far = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
    }
}

#[tokio::test]
async fn when_none_works_each_has_its_sentence() {
    let (one, two) = (dead().await, dead().await);
    let target = Target { routes: Routes::new(one.clone(), vec![two.clone()]), ..parrot().await };
    let state = settles(target).await;
    let NodeState::BackingOff { reason, .. } = &state else { panic!("{state:?}") };
    assert!(reason.contains("None of the 2 routes works"), "{reason}");
    assert!(reason.contains(&one.to_string()) && reason.contains(&two.to_string()), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_route_that_opens_a_socket_and_goes_silent_comes_last_next_time() {
    let mute = serve(|stream| async move {
        let Ok(socket) = accept_async(stream).await else { return };
        drop(socket);
    })
    .await;
    let target = parrot().await;
    let routes = Routes::new(mute.routes.first().clone(), vec![target.routes.first().clone()]);
    let ways = Ways::default();
    let root = Scope::root("test");
    let link = open_with(&root, ways.of(Target { routes, ..target }), Ear::new(), tools());
    ready(&link).await;
    assert_eq!(ways.numbers(), [0, 1]);
    link.close().await;
}

#[tokio::test]
async fn the_desk_tries_one_route_after_the_other() {
    let target = parrot().await;
    let routes = Routes::new(dead().await, vec![target.routes.first().clone()]);
    let tried = probe_with(&Target { routes: routes.clone(), ..target }, &tools()).await;
    assert_eq!(tried.iter().map(Probe::works).collect::<Vec<_>>(), [false, true]);
    assert_eq!(tried[1].route.as_ref(), routes.iter().nth(1));
    let failed = tried[0].steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
    assert!(failed.repair.as_ref().unwrap().contains("Is the gateway running"), "{failed:?}");
}

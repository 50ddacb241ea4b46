//! A link against a real OpenClaw gateway: found, paired, used, cut and found again. Skipped, with the reason, where
//! there is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "a test plays the proxy on tasks of its own")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use link::call::{Call, Reply};
use link::dialect::{ClientInfo, Credentials, Kind};
use link::event::{Body, Event, NodeState, Outcome};
use link::{Address, Choice, Link, Sink, Target, Transport, open, probe};
use supervise::Scope;
use testkit::openclaw::{self, Callers, OpenClaw};
use testkit::or_skip;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

struct Ear {
    events: Mutex<Vec<Event>>,
    count: watch::Sender<usize>,
}

impl Ear {
    fn new() -> Arc<Ear> {
        Arc::new(Ear { events: Mutex::default(), count: watch::Sender::new(0) })
    }

    async fn until(&self, wanted: impl Fn(&[Event]) -> bool) {
        let mut count = self.count.subscribe();
        let found = count.wait_for(|_| wanted(&self.events.lock().unwrap()));
        timeout(Duration::from_secs(60), found).await.expect("never heard").unwrap();
    }
}

impl Sink for Ear {
    fn deliver(&self, events: &mut Vec<Event>) {
        self.events.lock().unwrap().append(events);
        self.count.send_modify(|count| *count += 1);
    }
}

fn target(claw: &OpenClaw, key: &str) -> Target {
    // Any 32 bytes are an ed25519 secret.
    let device = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA".to_owned();
    Target {
        name: "claw".to_owned(),
        choice: Choice::Auto,
        routes: Address::parse(&claw.url()).unwrap().into(),
        tls: Default::default(),
        credentials: Credentials { key: Some(key.to_owned().into()), device: Some(device.into()), device_token: None },
        ours: ClientInfo::new("0.1.0", "6b1f0a52-6d0e-4c1b-9a55-0d4a3f1f2c11"),
        on_token: None,
        on_route: None,
        on_drift: None,
        tape: Default::default(),
        transport: Transport::Net,
    }
}

async fn state(link: &Link, wanted: impl Fn(&NodeState) -> bool) -> NodeState {
    let mut states = link.states();
    let found = timeout(Duration::from_secs(120), states.wait_for(|state| wanted(state))).await;
    found.unwrap_or_else(|_| panic!("still {:?}", link.state())).unwrap().clone()
}

fn is_ready(state: &NodeState) -> bool {
    matches!(state, NodeState::Ready { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn openclaw_is_found_used_and_found_again_after_a_kill() -> Result<()> {
    let mut claw = or_skip!(openclaw::start().await);
    let found = probe(&target(&claw, claw.token())).await.remove(0);
    assert!(found.works(), "{found:#?}");
    assert_eq!(found.kind, Some(Kind::Openclaw));

    let wrong = probe(&target(&claw, "not the token")).await.remove(0);
    assert!(matches!(wrong.state, NodeState::Unauthorised { .. }), "{wrong:#?}");

    let (root, ear) = (Scope::root("test"), Ear::new());
    let link = open(&root, target(&claw, claw.token()), ear.clone());
    state(&link, is_ready).await;
    talks(&link, &ear).await;

    claw.kill();
    state(&link, |state| matches!(state, NodeState::BackingOff { .. })).await;
    claw.resume().await?;
    state(&link, is_ready).await;
    assert!(matches!(link.call(Call::Ping).await, Ok(Reply::Pong)));
    link.close().await;
    Ok(())
}

/// Lists, and a message that is answered in a stream.
async fn talks(link: &Link, ear: &Ear) {
    let Ok(Reply::Agents(agents)) = link.call(Call::Agents).await else { panic!("no agents") };
    assert!(agents.iter().any(|agent| agent.id == "ops"), "{agents:?}");
    let send = Call::Send {
        session: None,
        agent: Some("ops".to_owned()),
        text: "hello there".to_owned(),
        client_id: "c0ffee00-0000-4000-8000-000000000001".to_owned(),
    };
    let sent = link.call(send).await;
    assert!(matches!(sent, Ok(Reply::Sent(_))), "{sent:?}");
    ear.until(|events| {
        events.iter().any(|event| matches!(&event.body, Body::RunFinished(end) if end.outcome == Outcome::Ok))
    })
    .await;
    let Ok(Reply::Sessions(sessions)) = link.call(Call::Sessions).await else { panic!("no sessions") };
    assert!(!sessions.is_empty());
    assert!(link.latency().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn openclaw_that_does_not_know_this_device_is_waited_for_until_its_owner_approves() -> Result<()> {
    let claw = or_skip!(OpenClaw::start(Callers::Forwarded).await);
    let port: u16 = claw.url().rsplit(':').next().unwrap().parse()?;
    let far = from_afar(port).await?;
    let target = Target { routes: Address::parse(&format!("127.0.0.1:{far}"))?.into(), ..target(&claw, claw.token()) };
    let (root, ear) = (Scope::root("test"), Ear::new());
    let link = open(&root, target, ear.clone());
    let pairing = state(&link, |state| matches!(state, NodeState::Pairing { .. })).await;
    let NodeState::Pairing { request, reason } = pairing else { panic!() };
    assert!(reason.contains("openclaw devices approve"), "{reason}");
    claw.cli(&["devices", "approve", &request, "--url", &claw.url(), "--token", claw.token()]).await?;
    state(&link, is_ready).await;
    link.close().await;
    Ok(())
}

/// A proxy that says of every caller that it comes from elsewhere. Its port.
async fn from_afar(port: u16) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", port)).await?;
                let mut head = vec![0; 8192];
                let length = near.read(&mut head).await?;
                let head = String::from_utf8_lossy(&head[..length]);
                let head = head.replacen("\r\n", "\r\nX-Forwarded-For: 203.0.113.5\r\n", 1);
                far.write_all(head.as_bytes()).await?;
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    Ok(own)
}

//! The other side: a listener in memory whose every connection a test plays itself, and the sink that hears.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use supervise::Scope;
use tokio::io::DuplexStream;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use super::parrot;
use crate::address::Address;
use crate::connector::{Caution, Tools};
use crate::dialect::{ClientInfo, Credentials, Kind};
use crate::event::{Body, Event, NodeState};
use crate::handle::{Link, open_with};
use crate::target::{Choice, Sink, Target, Transport};

/// Hears everything.
pub struct Ear {
    events: Mutex<Vec<Event>>,
    bursts: Mutex<Vec<usize>>,
    count: watch::Sender<usize>,
}

impl Ear {
    pub fn new() -> Arc<Ear> {
        Arc::new(Ear { events: Mutex::default(), bursts: Mutex::default(), count: watch::Sender::new(0) })
    }

    pub fn notices(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        let notice = |event: &Event| match &event.body {
            Body::Notice { text } => Some(text.to_string()),
            _ => None,
        };
        events.iter().filter_map(notice).collect()
    }

    pub fn states(&self) -> Vec<NodeState> {
        let events = self.events.lock().unwrap();
        let state = |event: &Event| match &event.body {
            Body::NodeState(state) => Some(state.clone()),
            _ => None,
        };
        events.iter().filter_map(state).collect()
    }

    /// The names of the states heard, in order.
    pub fn names(&self) -> Vec<String> {
        let name = |state: &NodeState| serde_json::to_value(state).unwrap()["state"].as_str().unwrap().to_owned();
        self.states().iter().map(name).collect()
    }

    /// How many events each delivery brought.
    pub fn bursts(&self) -> Vec<usize> {
        self.bursts.lock().unwrap().clone()
    }

    /// Waits until what was heard is enough.
    pub async fn until(&self, enough: impl Fn(&[Event]) -> bool) {
        let mut count = self.count.subscribe();
        count.wait_for(|_| enough(&self.events.lock().unwrap())).await.unwrap();
    }

    /// Waits until so many notices were heard.
    pub async fn heard(&self, notices: usize) -> Vec<String> {
        let mut count = self.count.subscribe();
        count.wait_for(|_| self.notices().len() >= notices).await.unwrap();
        self.notices()
    }
}

impl Sink for Ear {
    fn deliver(&self, events: &mut Vec<Event>) {
        self.bursts.lock().unwrap().push(events.len());
        self.events.lock().unwrap().append(events);
        self.count.send_modify(|count| *count += 1);
    }
}

/// A gateway in memory, and a link to it.
pub struct Scene {
    pub root: Scope,
    pub link: Link,
    pub ear: Arc<Ear>,
    pub target: Target,
    calling: mpsc::Receiver<DuplexStream>,
}

/// One connection, the gateway's end.
pub struct Peer {
    pub socket: WebSocketStream<DuplexStream>,
}

pub fn tools() -> Tools {
    Tools { make: parrot::make, trust: None, ssh: Default::default(), caution: Caution::Full, usual_ports: &[] }
}

pub fn target(transport: Transport) -> Target {
    Target {
        name: "test".to_owned(),
        choice: Choice::Is(Kind::Moltis),
        routes: Address::in_memory().into(),
        tls: Default::default(),
        credentials: Credentials { key: Some("key".to_owned().into()), device: None, device_token: None },
        ours: ClientInfo::new("0.1.0", "00000000-0000-0000-0000-000000000000"),
        on_token: None,
        on_route: None,
        on_drift: None,
        tape: Default::default(),
        transport,
    }
}

impl Scene {
    pub fn open() -> Scene {
        Scene::open_with(|_| {})
    }

    pub fn open_with(change: impl FnOnce(&mut Target)) -> Scene {
        let (ring, calling) = mpsc::channel(64);
        let transport = Transport::Memory(Arc::new(move || {
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            ring.try_send(theirs).unwrap();
            ours
        }));
        let mut target = target(transport);
        change(&mut target);
        let (root, ear) = (Scope::root("test"), Ear::new());
        let link = open_with(&root, target.clone(), ear.clone(), tools());
        Scene { root, link, ear, target, calling }
    }

    /// The next connection, not yet upgraded.
    pub async fn ring(&mut self) -> DuplexStream {
        self.calling.recv().await.unwrap()
    }

    /// Whether somebody rang since.
    pub fn rang(&mut self) -> bool {
        self.calling.try_recv().is_ok()
    }

    /// The next connection, upgraded, with its first word heard.
    pub async fn accept(&mut self) -> Peer {
        let mut peer = Peer { socket: accept_async(self.ring().await).await.unwrap() };
        let first = peer.hear().await.unwrap();
        assert!(first.starts_with("i am "), "{first}");
        peer
    }

    /// The next connection, through its handshake.
    pub async fn ready(&mut self) -> Peer {
        let mut peer = self.accept().await;
        peer.say("hello").await;
        self.until(|state| matches!(state, NodeState::Ready { .. })).await;
        peer
    }

    /// Waits for a state; a test that would wait an hour (of its own clock) fails.
    pub async fn until(&self, wanted: impl FnMut(&NodeState) -> bool) -> NodeState {
        let mut states = self.link.states();
        let found = timeout(Duration::from_secs(3600), states.wait_for(wanted)).await;
        found.unwrap_or_else(|_| panic!("still {:?}", self.link.state())).unwrap().clone()
    }

    pub async fn backing_off(&self) -> (u32, String) {
        match self.until(|state| matches!(state, NodeState::BackingOff { .. })).await {
            NodeState::BackingOff { attempt, reason, .. } => (attempt, reason),
            other => panic!("{other:?}"),
        }
    }
}

impl Peer {
    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next text frame; `None` when the link hung up.
    pub async fn hear(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}

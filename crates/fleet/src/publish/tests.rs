//! What windows are told, on a clock that stands until a test moves it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod model;

mod batches;
mod replay;
mod topics;

use std::sync::Arc;

use contract::node::Vendor;
use contract::transcript::SessionRef;
use contract::{Batch, Topic};
use link::event::{Body, Event, NodeState};
use supervise::Scope;
use tokio::sync::mpsc::Receiver;

use crate::core::{Core, TestClock};
use crate::log::Log;
use crate::truth::NodeHead;

/// A core with nodes, on a clock that stands.
struct House {
    core: Core,
    _scope: Scope,
}

impl House {
    fn new(nodes: &[&str]) -> House {
        let scope = Scope::root("test");
        let core = Core::new(&scope, Log::none(), Arc::new(TestClock::at(1_000_000)));
        let house = House { core, _scope: scope };
        for (order, node) in nodes.iter().enumerate() {
            house.core.add_node(head(node, order as i64));
            house.event(node, None, Body::NodeState(ready()));
        }
        house
    }

    /// The node says something.
    fn event(&self, node: &str, session: Option<&str>, body: Body) {
        self.events(node, vec![event(session, body)]);
    }

    fn events(&self, node: &str, mut events: Vec<Event>) {
        self.core.sink(node).deliver(&mut events);
        assert!(events.is_empty());
    }

    fn text(&self, node: &str, session: &str, text: &str) {
        self.event(node, Some(session), Body::TextDelta { text: text.into() });
    }
}

fn head(id: &str, order: i64) -> NodeHead {
    NodeHead {
        id: id.into(),
        name: format!("name of {id}"),
        vendor: Vendor::Moltis,
        address: String::new(),
        local: false,
        order,
        reach: Default::default(),
        pins: Vec::new(),
    }
}

fn event(session: Option<&str>, body: Body) -> Event {
    let run = session.map(|session| format!("run-{session}").into());
    Event { session: session.map(Into::into), run, ..Event::new(1, body) }
}

fn ready() -> NodeState {
    NodeState::Ready { version: None, product: None, scopes: Vec::new() }
}

fn of(node: &str, session: &str) -> SessionRef {
    SessionRef { node: node.into(), session: session.into() }
}

fn pane(node: &str, session: &str) -> Topic {
    Topic::Transcript { of: of(node, session), limit: 50 }
}

/// Lets all that is due within that time happen, and gives back the batches.
async fn after(ms: u64, batches: &mut Receiver<Batch>) -> Vec<Batch> {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
    let mut found = Vec::new();
    while let Ok(batch) = batches.try_recv() {
        found.push(batch);
    }
    found
}

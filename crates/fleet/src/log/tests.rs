//! The log on a real database: what is kept, found and let go.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod limits;
mod reading;

use std::path::Path;
use std::sync::Arc;

use contract::activity::Filter;
use contract::node::Vendor;
use link::event::{Body, Event, Outcome, RunEnd, Stamped};
use supervise::Scope;
use tempfile::TempDir;

use super::{FILE, Log};
use crate::apply::Fact;
use crate::core::{Core, RealClock};
use crate::truth::NodeHead;

/// A core over a log in a folder that goes with the test.
struct House {
    core: Core,
    log: Log,
    scope: Scope,
}

impl House {
    async fn open(folder: &Path) -> House {
        let scope = Scope::root("test");
        let log = Log::open(&scope, &folder.join(FILE)).await.unwrap();
        let core = Core::new(&scope, log.clone(), Arc::new(RealClock));
        for node in ["a", "b"] {
            core.add_node(head(node));
        }
        House { core, log, scope }
    }

    fn say(&self, node: &str, bodies: impl IntoIterator<Item = Body>) {
        let mut events: Vec<Event> = bodies.into_iter().map(|body| event("s", "r", body)).collect();
        self.core.sink(node).deliver(&mut events);
    }

    async fn replay(&self, node: &str) -> Vec<Stamped> {
        self.log.flush().await;
        self.log.replay(node, 0, 10_000).await.unwrap()
    }

    async fn shut(self) {
        let drained = self.scope.shutdown(std::time::Duration::from_secs(10)).await;
        assert!(drained.in_time(), "{drained:?}");
    }
}

fn head(id: &str) -> NodeHead {
    NodeHead {
        id: id.into(),
        name: id.to_uppercase(),
        vendor: Vendor::Moltis,
        address: String::new(),
        local: false,
        order: 0,
        reach: Default::default(),
        pins: Vec::new(),
    }
}

fn event(session: &str, run: &str, body: Body) -> Event {
    Event { session: Some(session.into()), run: Some(run.into()), ..Event::new(5, body) }
}

fn text(text: &str) -> Body {
    Body::TextDelta { text: text.into() }
}

fn notice(text: &str) -> Body {
    Body::Notice { text: text.into() }
}

fn end(text: &str) -> Body {
    Body::RunFinished(RunEnd { outcome: Outcome::Ok, text: Some(text.into()), usage: None, error: None })
}

fn names(events: &[Stamped]) -> Vec<(u64, &'static str)> {
    events.iter().map(|stamped| (stamped.seq, stamped.event.body.name())).collect()
}

#[tokio::test]
async fn deltas_are_joined_until_something_else_is_said() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [Body::RunStarted, text("Hel"), text("lo, "), text("world"), notice("x"), text("!"), end("…")]);
    let events = house.replay("a").await;
    assert_eq!(
        names(&events),
        [(1, "run.started"), (4, "text.delta"), (5, "notice"), (6, "text.delta"), (7, "run.finished")]
    );
    assert_eq!(events[1].event.body, text("Hello, world"));
    house.shut().await;
}

#[tokio::test]
async fn streams_of_two_runs_are_joined_each_for_itself() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let mut events: Vec<Event> =
        (0..10).map(|step| event(["s", "t"][step % 2], "r", text(&step.to_string()))).collect();
    house.core.sink("a").deliver(&mut events);
    let events = house.replay("a").await;
    let bodies: Vec<&Body> = events.iter().map(|stamped| &stamped.event.body).collect();
    assert_eq!(bodies, [&text("02468"), &text("13579")]);
    house.shut().await;
}

#[tokio::test]
async fn numbers_go_on_after_a_restart_without_a_hole() {
    let folder = TempDir::new().unwrap();
    for round in 0..3_u64 {
        let house = House::open(folder.path()).await;
        house.say("a", [text("x"), text("y"), notice("z")]);
        house.say("b", [notice("other")]);
        // No flush: the shutdown writes what is left.
        assert_eq!(house.core.inner.cell("a").unwrap().state().seq, (round + 1) * 3);
        house.shut().await;
    }
    let house = House::open(folder.path()).await;
    let kept = house.replay("a").await;
    assert_eq!(names(&kept).iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [2, 3, 5, 6, 8, 9]);
    house.shut().await;
}

#[tokio::test]
async fn a_node_that_comes_back_counts_on() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [notice("1"), notice("2")]);
    house.core.remove_node("a");
    house.core.add_node(head("a"));
    house.say("a", [notice("3")]);
    assert_eq!(names(&house.replay("a").await).last(), Some(&(3, "notice")));
    house.shut().await;
}

#[tokio::test]
async fn own_words_are_kept_without_a_number_of_the_nodes() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let sending = Fact::Sending { session: "s".into(), agent: None, text: "ahoy".into(), client_id: "c".into() };
    house.core.feed("a", [sending]);
    assert_eq!(house.core.inner.cell("a").unwrap().state().seq, 0);
    assert_eq!(house.log.search("ahoy", &Filter::default(), 10).await.unwrap().len(), 1);
    assert!(house.replay("a").await.is_empty());
    house.shut().await;
}

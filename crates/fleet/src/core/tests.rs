//! The core as its users see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use contract::approval::Decision;
use contract::node::Vendor;
use contract::transcript::SessionRef;
use link::call::Page;
use link::event::{Approval, Body, Event, Message, NodeState, Role};
use supervise::Scope;

use super::{Core, Older, TestClock};
use crate::apply::{Fact, Shown};
use crate::log::Log;
use crate::truth::NodeHead;

fn core(scope: &Scope) -> (Core, Arc<TestClock>) {
    let clock = Arc::new(TestClock::at(1_000_000));
    let core = Core::new(scope, Log::none(), clock.clone());
    core.add_node(head("n"));
    core.feed("n", [Fact::Event(Event::new(0, Body::NodeState(ready())))]);
    (core, clock)
}

fn head(id: &str) -> NodeHead {
    NodeHead {
        id: id.into(),
        name: "homelab".into(),
        vendor: Vendor::Moltis,
        address: String::new(),
        local: false,
        order: 0,
        reach: Default::default(),
        pins: Vec::new(),
    }
}

fn ready() -> NodeState {
    NodeState::Ready { version: None, product: None, scopes: Vec::new() }
}

fn notice(text: &str) -> Event {
    Event::new(1, Body::Notice { text: text.into() })
}

fn of() -> SessionRef {
    SessionRef { node: "n".into(), session: "s".into() }
}

fn page(words: &[String], before: Option<&str>) -> Page {
    let message = |text: &String| Message {
        id: format!("m-{text}").into(),
        role: Role::User,
        text: text.as_str().into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    };
    Page { messages: words.iter().map(message).collect(), before: before.map(str::to_owned), ..Page::default() }
}

#[tokio::test]
async fn a_node_that_is_gone_takes_nothing() {
    let scope = Scope::root("test");
    let (core, _) = core(&scope);
    let sink = core.sink("n");
    core.remove_node("n");
    let mut events = vec![notice("x")];
    sink.deliver(&mut events);
    core.feed("n", [Fact::Latency(1.0)]);
    assert!(events.is_empty(), "the link's list is emptied all the same");
    assert_eq!(core.read("n", |_| ()), None);
    assert!(core.nodes().is_empty());
}

#[tokio::test]
async fn the_live_stream_has_every_event_with_its_node_and_number() {
    let scope = Scope::root("test");
    let (core, _) = core(&scope);
    let mut live = core.events();
    core.sink("n").deliver(&mut vec![notice("a"), notice("b")]);
    for (seq, text) in [(2, "a"), (3, "b")] {
        let stamped = live.next().await.unwrap();
        assert_eq!((&*stamped.node, stamped.seq, &stamped.event), ("homelab", seq, &notice(text)));
    }
}

#[tokio::test]
async fn a_reader_that_lags_is_told_what_it_missed() {
    let scope = Scope::root("test");
    let (core, _) = core(&scope);
    let mut live = core.events();
    core.sink("n").deliver(&mut vec![notice("first")]);
    assert_eq!(live.next().await.unwrap().seq, 2);
    core.sink("n").deliver(&mut (0..20_000).map(|step| notice(&step.to_string())).collect());
    let gap = live.next().await.unwrap();
    let next = live.next().await.unwrap();
    assert_eq!(gap.event.body, Body::Gap { from: 2, to: next.seq as i64 });
    assert!(next.seq > 3);
    assert_eq!(live.next().await.unwrap().seq, next.seq + 1);
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_nobody_answers_expires_by_itself() {
    let scope = Scope::root("test");
    let (core, clock) = core(&scope);
    let asked = Approval {
        id: "a1".into(),
        kind: "exec".into(),
        command: "ls".into(),
        cwd: None,
        asked_at: Some(5),
        expires_at: Some(60_005),
        allowed: Vec::new(),
        call: None,
        rule: None,
    };
    core.sink("n").deliver(&mut vec![Event::new(5, Body::ApprovalRequested(asked))]);
    let outcome = || core.read("n", |truth| Some(truth.approval("a1")?.settled.as_ref()?.decision)).flatten();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(outcome(), None);
    clock.advance(63_000);
    tokio::time::sleep(Duration::from_secs(63)).await;
    assert_eq!(outcome(), Some(Decision::Expired));
    clock.advance(90_000);
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(core.read("n", |truth| truth.approvals.len()), Some(0));
}

#[tokio::test]
async fn older_rows_come_page_by_page_down_to_the_beginning() {
    let scope = Scope::root("test");
    let (core, _) = core(&scope);
    core.feed("n", [Fact::Watched { session: "s".into(), shown: Shown::Yes }]);
    let all: Vec<String> = (0..50).map(|step| step.to_string()).collect();
    core.feed("n", [Fact::History { session: "s".into(), page: page(&all[40..], Some("40")) }]);
    let first = core.read("n", |truth| truth.session("s").unwrap().transcript.as_ref().unwrap().rows[5].order).unwrap();
    let Older::Rows(rows) = core.rows_before(&of(), first, 3) else { panic!("they are in memory") };
    assert_eq!(rows.len(), 3);
    let mut order = core.rows_before_all(first);
    let mut found = Vec::new();
    loop {
        match core.rows_before(&of(), order, 10) {
            Older::Rows(rows) => panic!("{rows:?}"),
            Older::Beginning => break,
            Older::Fetch { before } => {
                let end: usize = before.expect("every page has its cursor").parse().unwrap();
                let start = end.saturating_sub(15);
                let cursor = (start > 0).then(|| start.to_string());
                let rows = core.older_page(&of(), order, &page(&all[start..end], cursor.as_deref()));
                order = rows[0].order;
                found.splice(0..0, rows);
            }
        }
    }
    assert_eq!(found.len(), 40);
    assert!(found.windows(2).all(|pair| pair[0].order < pair[1].order));
    let ids: std::collections::HashSet<_> = found.iter().map(|row| &row.id).collect();
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn a_session_nobody_ever_saw_has_no_older_rows() {
    let scope = Scope::root("test");
    let (core, _) = core(&scope);
    assert_eq!(core.rows_before(&of(), 0, 10), Older::Beginning);
}

impl Core {
    /// The order of the oldest row in memory.
    fn rows_before_all(&self, from: i64) -> i64 {
        let Older::Rows(rows) = self.rows_before(&of(), from, 1_000) else { panic!("they are in memory") };
        rows[0].order
    }
}

//! The log on a real database: what is kept, found and let go.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use contract::activity::{Filter, Mark};
use contract::node::Vendor;
use link::event::{Body, Event, Message, Outcome, Role, RunEnd, Stamped};
use store::Store;
use supervise::Scope;
use tempfile::TempDir;

use super::{Bounds, FILE, Log, MIGRATIONS};
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
        pinned: None,
    }
}

fn event(session: &str, run: &str, body: Body) -> Event {
    Event {
        session: Some(session.into()),
        run: Some(run.into()),
        ..Event::new(5, body)
    }
}

fn text(text: &str) -> Body {
    Body::TextDelta { text: text.into() }
}

fn notice(text: &str) -> Body {
    Body::Notice { text: text.into() }
}

fn end(text: &str) -> Body {
    Body::RunFinished(RunEnd {
        outcome: Outcome::Ok,
        text: Some(text.into()),
        usage: None,
        error: None,
    })
}

fn names(events: &[Stamped]) -> Vec<(u64, &'static str)> {
    events
        .iter()
        .map(|stamped| (stamped.seq, crate::view::line::name(&stamped.event.body)))
        .collect()
}

#[tokio::test]
async fn deltas_are_joined_until_something_else_is_said() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say(
        "a",
        [
            Body::RunStarted,
            text("Hel"),
            text("lo, "),
            text("world"),
            notice("x"),
            text("!"),
            end("…"),
        ],
    );
    let events = house.replay("a").await;
    assert_eq!(
        names(&events),
        [
            (1, "run.started"),
            (4, "text.delta"),
            (5, "notice"),
            (6, "text.delta"),
            (7, "run.finished")
        ]
    );
    assert_eq!(events[1].event.body, text("Hello, world"));
    house.shut().await;
}

#[tokio::test]
async fn streams_of_two_runs_are_joined_each_for_itself() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let mut events: Vec<Event> = (0..10)
        .map(|step| event(["s", "t"][step % 2], "r", text(&step.to_string())))
        .collect();
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
    assert_eq!(
        names(&kept).iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
        [2, 3, 5, 6, 8, 9]
    );
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
async fn the_filter_acts_before_the_limit() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [notice("the Needle ÄÖ")]);
    house.say("b", (0..3_000).map(|step| notice(&format!("straw {step}"))));
    house.log.flush().await;
    let find = |filter: Filter| {
        let log = house.log.clone();
        async move { log.lines(&filter, u64::MAX, 3).await.unwrap() }
    };
    let by_text = find(Filter {
        text: "needle äö".into(),
        ..Filter::default()
    })
    .await;
    assert_eq!(
        by_text.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["the Needle ÄÖ"]
    );
    let by_node = find(Filter {
        nodes: vec!["a".into()],
        ..Filter::default()
    })
    .await;
    assert_eq!(by_node, by_text);
    assert!(
        find(Filter {
            agents: vec!["nobody".into()],
            ..Filter::default()
        })
        .await
        .is_empty()
    );
    let last = find(Filter::default()).await;
    assert_eq!(
        last.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["straw 2997", "straw 2998", "straw 2999"]
    );
    let before = house.log.lines(&Filter::default(), last[0].n, 2).await.unwrap();
    assert_eq!(
        before.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["straw 2995", "straw 2996"]
    );
    house.shut().await;
}

#[tokio::test]
async fn the_lines_kept_are_the_lines_told() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", [Body::RunStarted, text("x"), end("done")]);
    house.say("b", [notice("hello")]);
    house.log.flush().await;
    let kept = house.log.lines(&Filter::default(), u64::MAX, 100).await.unwrap();
    let told = house
        .core
        .inner
        .hub
        .stream
        .before(&Filter::default(), u64::MAX, 100);
    assert_eq!(kept, told);
    assert_eq!(
        kept.iter().map(|line| line.mark).collect::<Vec<_>>(),
        [Mark::Run, Mark::Run, Mark::Other]
    );
    house.shut().await;
}

#[tokio::test]
async fn words_are_found_in_messages_tools_and_answers() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let message = Message {
        id: "m".into(),
        role: Role::User,
        text: "please mend the Bilge pump".into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
    };
    let input = serde_json::json!({"command": "cargo test --all"});
    house.say(
        "a",
        [
            Body::Message(message),
            Body::ToolStarted {
                call: "c".into(),
                name: "exec".into(),
                input,
            },
            Body::ToolFinished {
                call: "c".into(),
                ok: Some(true),
                output: "214 passed".into(),
                ms: None,
            },
            end("The bilge is dry."),
        ],
    );
    let found = |words: &'static str| {
        let log = house.log.clone();
        async move {
            log.search(words, 10)
                .await
                .unwrap()
                .into_iter()
                .map(|found| found.event)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(found("bilge").await, ["run.finished", "message"]);
    assert_eq!(found("pump mend").await, ["message"]);
    assert_eq!(found("carg").await, ["tool.started"]);
    assert_eq!(found("214").await, ["tool.finished"]);
    assert_eq!(found("nothing such").await, Vec::<String>::new());
    assert_eq!(found("\" OR * (").await, Vec::<String>::new());
    house.shut().await;
}

#[tokio::test]
async fn own_words_are_kept_without_a_number_of_the_nodes() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let sending = Fact::Sending {
        session: "s".into(),
        agent: None,
        text: "ahoy".into(),
        client_id: "c".into(),
    };
    house.core.feed("a", [sending]);
    assert_eq!(house.core.inner.cell("a").unwrap().state().seq, 0);
    assert_eq!(house.log.search("ahoy", 10).await.unwrap().len(), 1);
    assert!(house.replay("a").await.is_empty());
    house.shut().await;
}

#[tokio::test]
async fn a_disk_that_refuses_is_told_and_costs_nothing_but_the_log() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let disk = Store::open(&house.scope, &folder.path().join(FILE), MIGRATIONS)
        .await
        .unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    disk.write(move |tx| tx.execute_batch(refuse)).await.unwrap();
    house.say("a", [notice("one")]);
    house.log.flush().await;
    let fault = house.log.fault().expect("it says that it cannot write");
    assert!(fault.contains("not being kept"), "{fault}");
    house.say("a", [notice("two")]);
    assert_eq!(house.core.inner.cell("a").unwrap().state().seq, 2);
    disk.write(|tx| tx.execute_batch("DROP TRIGGER refuse"))
        .await
        .unwrap();
    house.log.flush().await;
    house.log.flush().await;
    assert_eq!(house.log.fault(), None);
    assert_eq!(names(&house.replay("a").await), [(1, "notice"), (2, "notice")]);
    house.shut().await;
}

#[tokio::test]
async fn what_there_is_no_room_for_is_drawn_as_a_gap() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let big = "x".repeat(1 << 20);
    house.say(
        "a",
        (0..40)
            .map(|_| notice("n"))
            .chain((0..40).map(|_| text(&big)))
            .chain([notice("late")]),
    );
    let events = house.replay("a").await;
    let Some(Stamped {
        seq: 81,
        event: Event {
            body: Body::Gap { from, to: 81 },
            ..
        },
        ..
    }) = events.last()
    else {
        panic!("{:?}", names(&events));
    };
    assert_eq!(
        *from as u64,
        events[events.len() - 2].seq + 1,
        "no hole between what is kept and the gap"
    );
    let lines = house.log.lines(&Filter::default(), u64::MAX, 1).await.unwrap();
    assert_eq!(lines[0].mark, Mark::Gap);
    house.say("a", [notice("after")]);
    assert_eq!(names(&house.replay("a").await).last(), Some(&(82, "notice")));
    house.shut().await;
}

#[tokio::test]
async fn what_is_too_old_or_too_much_goes_oldest_first() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    house.say("a", (0..1_200).map(|step| notice(&format!("word{step}"))));
    house.log.search("word1", 1).await.unwrap();
    let store = Store::open(&house.scope, &folder.path().join(FILE), MIGRATIONS)
        .await
        .unwrap();
    let trim = |bounds: Bounds, now: i64| {
        let store = store.clone();
        async move {
            store
                .write(move |tx| super::bounds::trim(tx, bounds, now))
                .await
                .unwrap()
        }
    };
    let plenty = Bounds {
        age: i64::MAX / 4,
        size: i64::MAX,
    };
    assert!(!trim(plenty, 0).await);
    assert!(trim(Bounds { size: 0, ..plenty }, 0).await);
    let left = house.replay("a").await;
    assert_eq!((left.len(), left[0].seq), (700, 501));
    assert!(
        house
            .log
            .search("word7", 10)
            .await
            .unwrap()
            .iter()
            .all(|found| !found.text.is_empty())
    );
    let old = Bounds {
        age: 1_000,
        size: i64::MAX,
    };
    while trim(old, i64::MAX / 4).await {}
    assert!(house.replay("a").await.is_empty());
    house.say("a", [notice("new")]);
    assert_eq!(
        names(&house.replay("a").await),
        [(1_201, "notice")],
        "numbers go on though all is gone"
    );
    house.shut().await;
}

//! Nodes, approvals, lines and missing things as a window is told of them.

use contract::activity::Filter;
use contract::approval::Decision;
use contract::{Topic, Update};
use link::event::{Approval, Body, Message, NodeState, Role};

use super::model::Model;
use super::{House, after, head, of, pane};
use crate::apply::Fact;

#[tokio::test(start_paused = true)]
async fn nodes_come_and_go_in_the_persons_order() {
    let house = House::new(&["b", "a"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes]);
    let mut model = Model::default();
    model.take(after(100, &mut batches).await);
    assert_eq!(ids(&model), ["b", "a"]);
    house.core.add_node(head("c", 9));
    model.take(after(300, &mut batches).await);
    assert_eq!(ids(&model), ["b", "a", "c"]);
    house.core.remove_node("b");
    model.take(after(300, &mut batches).await);
    assert_eq!(ids(&model), ["a", "c"]);
    house.core.feed("c", [Fact::Head(head("c", -1))]);
    model.take(after(300, &mut batches).await);
    assert_eq!(ids(&model), ["c", "a"]);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_goes_down_is_told_at_once_and_leaves_the_others_alone() {
    let house = House::new(&["a", "b"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes, pane("b", "s")]);
    after(1_000, &mut batches).await;
    house.event("a", None, Body::NodeState(NodeState::BackingOff { attempt: 1, next: 5, reason: "gone".into() }));
    let found = after(20, &mut batches).await;
    assert!(matches!(&found[0].updates[..], [Update::Node { node }] if node.id == "a" && node.reason == "gone"));
    assert_eq!(found.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pane_on_a_node_that_is_not_there_says_so_until_it_is() {
    let house = House::new(&[]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    let mut model = Model::default();
    model.take(after(100, &mut batches).await);
    assert!(model.rows[&of("n", "s")].fault.is_some());
    house.core.add_node(head("n", 1));
    house.text("n", "s", "hello");
    model.take(after(100, &mut batches).await);
    assert_eq!(model.rows[&of("n", "s")].fault, None);
    assert_eq!(model.texts(&of("n", "s")), ["hello"]);
    house.core.remove_node("n");
    model.take(after(100, &mut batches).await);
    assert!(model.rows[&of("n", "s")].fault.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_figures_come_to_rest_when_the_nodes_do() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Vitals]);
    after(5_000, &mut batches).await;
    house.text("n", "s", "hello");
    let told: Vec<f64> = after(20_000, &mut batches).await.iter().flat_map(|batch| &batch.updates).map(rate).collect();
    let (last, before) = told.split_last().expect("figures");
    assert_eq!(*last, 0.0, "{told:?}");
    assert!(!before.is_empty() && before.iter().all(|rate| *rate > 0.0), "{told:?}");
}

fn rate(update: &Update) -> f64 {
    match update {
        Update::Vitals { vitals } => vitals.events_per_second,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_approval_comes_is_answered_and_leaves_by_itself() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Approvals]);
    let mut model = Model::default();
    house.event("n", Some("s"), Body::ApprovalRequested(asked("a1", None)));
    model.take(after(100, &mut batches).await);
    assert_eq!(model.approvals[0].command, "rm -rf x");
    let answer = Body::ApprovalResolved { id: "a1".into(), decision: link::event::Decision::Deny, by: None };
    house.event("n", Some("s"), answer);
    model.take(after(100, &mut batches).await);
    assert_eq!(model.approvals[0].outcome.as_ref().unwrap().decision, Decision::Deny);
}

#[tokio::test(start_paused = true)]
async fn lines_pass_the_filter_before_the_limit() {
    let house = House::new(&["a", "b"]);
    house.event("a", Some("s"), Body::Message(said("look HERE")));
    for _ in 0..100 {
        house.event("b", Some("s"), Body::RunStarted);
        house.event("b", Some("s"), Body::Notice { text: "noise".into() });
    }
    let mut batches = house.core.attach("main");
    let filter = Filter { text: "here".into(), ..Filter::default() };
    house.core.watch("main", vec![Topic::Activity { filter, limit: 5 }]);
    let mut model = Model::default();
    model.take(after(100, &mut batches).await);
    assert_eq!(model.lines.len(), 1);
    house.event("b", Some("s"), Body::Notice { text: "noise".into() });
    house.event("b", Some("s"), Body::Notice { text: "over here".into() });
    model.take(after(100, &mut batches).await);
    assert_eq!(
        model.lines.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["message: look HERE", "over here"]
    );
    let only_a = Filter { nodes: vec!["a".into()], ..Filter::default() };
    house.core.watch("main", vec![Topic::Activity { filter: only_a, limit: 5 }]);
    model.take(after(100, &mut batches).await);
    assert!(model.lines.iter().all(|line| line.node == "a"));
}

#[tokio::test(start_paused = true)]
async fn numbers_of_lines_rise_over_all_nodes() {
    let house = House::new(&["a", "b"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Activity { filter: Filter::default(), limit: 500 }]);
    let mut model = Model::default();
    for step in 0..100 {
        let node = if step % 3 == 0 { "a" } else { "b" };
        house.event(node, Some("s"), Body::Notice { text: format!("{step}") });
        model.take(after(step % 20, &mut batches).await);
    }
    model.take(after(100, &mut batches).await);
    assert!(model.lines.windows(2).all(|pair| pair[0].n < pair[1].n));
    let said: Vec<_> = model.lines.iter().filter(|line| line.event == "notice").map(|line| line.what.clone()).collect();
    assert_eq!(said, (0..100).map(|step| step.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_sentence_reaches_every_window() {
    let house = House::new(&[]);
    let (mut one, mut two) = (house.core.attach("one"), house.core.attach("two"));
    house.core.toast("The disk is full.");
    for batches in [&mut one, &mut two] {
        let found = after(10, batches).await;
        assert_eq!(found[0].updates, [Update::Toast { text: "The disk is full.".into() }]);
    }
}

fn ids(model: &Model) -> Vec<&str> {
    model.nodes.iter().map(|node| node.id.as_str()).collect()
}

fn asked(id: &str, expires_at: Option<i64>) -> Approval {
    Approval {
        id: id.into(),
        kind: "exec".into(),
        command: "rm -rf x".into(),
        cwd: None,
        asked_at: None,
        expires_at,
        allowed: Vec::new(),
        call: None,
        rule: None,
    }
}

fn said(text: &str) -> Message {
    Message {
        id: text.into(),
        role: Role::User,
        text: text.into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    }
}

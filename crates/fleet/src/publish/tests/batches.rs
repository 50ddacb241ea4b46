//! How often a window is told, and how much at once.

use contract::{Topic, Update};
use link::event::{Body, RunEnd};

use super::model::Model;
use super::{House, after, of, pane};

#[tokio::test(start_paused = true)]
async fn the_first_batch_of_a_pane_is_its_snapshot() {
    let house = House::new(&["n"]);
    house.text("n", "s", "hello");
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    let found = after(1, &mut batches).await;
    assert_eq!((found.len(), found[0].seq), (1, 1));
    assert!(matches!(&found[0].updates[..], [Update::Transcript { window }] if window.rows.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn a_frame_has_one_batch_and_a_row_one_text() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    house.text("n", "s", "a");
    after(100, &mut batches).await;
    let mut sizes = Vec::new();
    for _ in 0..100 {
        for _ in 0..10 {
            house.text("n", "s", "x");
        }
        for batch in after(1, &mut batches).await {
            assert_eq!(batch.updates.len(), 1, "{:?}", batch.updates);
            match &batch.updates[0] {
                Update::RowText { text, .. } => sizes.push(text.len()),
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(sizes.len() <= 100 / 16 + 1, "{} batches in 100 ms", sizes.len());
    after(100, &mut batches).await;
    assert_eq!(
        house.core.read("n", |truth| truth.session("s").unwrap().transcript.as_ref().unwrap().rows[0].text().len()),
        Some(1_001)
    );
}

#[tokio::test(start_paused = true)]
async fn the_joined_batches_are_the_text() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    let mut model = Model::default();
    for step in 0..200 {
        house.text("n", "s", &format!("ä{step} "));
        model.take(after(step % 5, &mut batches).await);
    }
    model.take(after(100, &mut batches).await);
    let expected: String = (0..200).map(|step| format!("ä{step} ")).collect();
    assert_eq!(model.texts(&of("n", "s")), [expected]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_shows_wakes_nobody() {
    let house = House::new(&["n", "m"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    after(100, &mut batches).await;
    for _ in 0..1_000 {
        house.text("n", "other", "x");
        house.text("m", "s", "x");
    }
    house.event("n", Some("other"), Body::RunFinished(end("done")));
    assert!(after(1_000, &mut batches).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_busy_node_tells_its_card_four_times_a_second() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes]);
    after(1_000, &mut batches).await;
    let mut cards = 0;
    for _ in 0..100 {
        house.event("n", Some("s"), Body::RunStarted);
        house.event("n", Some("s"), Body::RunFinished(end("x")));
        house.event(
            "n",
            Some("t"),
            Body::SessionChanged(link::event::Session { key: "t".into(), ..Default::default() }),
        );
        let found = after(10, &mut batches).await;
        cards += found
            .iter()
            .flat_map(|batch| &batch.updates)
            .filter(|update| matches!(update, Update::Node { .. }))
            .count();
    }
    assert!((4..=5).contains(&cards), "{cards} cards in a second");
    let rest = after(1_000, &mut batches).await;
    assert!(rest.len() <= 1, "then it is quiet: {rest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_window_gets_a_snapshot_and_no_backlog() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    for step in 0..500 {
        house.text("n", "s", &format!("{step} "));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mut model = Model::default();
    let waiting = after(0, &mut batches).await;
    assert!(waiting.len() <= 8, "{} batches wait", waiting.len());
    model.take(waiting);
    let late = after(100, &mut batches).await;
    assert!(matches!(&late[0].updates[..], [Update::Transcript { .. }]), "{:?}", late[0].updates);
    model.take(late);
    let expected: String = (0..500).map(|step| format!("{step} ")).collect();
    assert_eq!(model.texts(&of("n", "s")), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_asks_again_gets_everything_again() {
    let house = House::new(&["n"]);
    let mut batches = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes, Topic::Approvals, pane("n", "s"), stream()]);
    let mut model = Model::default();
    model.take(after(100, &mut batches).await);
    house.core.resync("main");
    let found = after(100, &mut batches).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].seq, 2);
    let names: Vec<&str> = found[0].updates.iter().map(name).collect();
    assert_eq!(names, ["nodes", "approvals", "transcript", "activity"]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_attaches_again_replaces_its_channel() {
    let house = House::new(&["n"]);
    let mut old = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes]);
    after(100, &mut old).await;
    let mut new = house.core.attach("main");
    house.core.watch("main", vec![Topic::Nodes]);
    let found = after(100, &mut new).await;
    assert_eq!(found[0].seq, 1);
    assert_eq!(old.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_goes_is_forgotten() {
    let house = House::new(&["n"]);
    let batches = house.core.attach("main");
    house.core.watch("main", vec![pane("n", "s")]);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    drop(batches);
    house.text("n", "s", "x");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(house.core.read("n", |truth| truth.watched().count()), Some(0));
}

fn stream() -> Topic {
    Topic::Activity { filter: Default::default(), limit: 20 }
}

fn end(text: &str) -> RunEnd {
    RunEnd { outcome: link::event::Outcome::Ok, text: Some(text.into()), usage: None, error: None }
}

fn name(update: &Update) -> &'static str {
    match update {
        Update::Nodes { .. } => "nodes",
        Update::Approvals { .. } => "approvals",
        Update::Transcript { .. } => "transcript",
        Update::Activity { .. } => "activity",
        _ => "other",
    }
}

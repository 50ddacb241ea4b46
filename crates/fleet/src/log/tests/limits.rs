//! A disk that refuses, a writer that is too slow, and what is let go in time.

use contract::activity::{Filter, Mark};
use link::event::{Body, Event, Stamped};
use store::Store;
use tempfile::TempDir;

use super::{House, names, notice, text};
use crate::log::{Bounds, FILE, MIGRATIONS, bounds};

#[tokio::test]
async fn a_disk_that_refuses_is_told_and_costs_nothing_but_the_log() {
    let folder = TempDir::new().unwrap();
    let house = House::open(folder.path()).await;
    let disk = Store::open(&house.scope, &folder.path().join(FILE), MIGRATIONS).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON page BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    disk.write(move |tx| tx.execute_batch(refuse)).await.unwrap();
    house.say("a", [notice("one")]);
    house.log.flush().await;
    let fault = house.log.fault().expect("it says that it cannot write");
    assert!(fault.contains("not being kept"), "{fault}");
    house.say("a", [notice("two")]);
    assert_eq!(house.core.inner.cell("a").unwrap().state().seq, 2);
    disk.write(|tx| tx.execute_batch("DROP TRIGGER refuse")).await.unwrap();
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
    house.say("a", (0..40).map(|_| notice("n")).chain((0..40).map(|_| text(&big))).chain([notice("late")]));
    let events = house.replay("a").await;
    let Some(Stamped { seq: 81, event: Event { body: Body::Gap { from, to: 81 }, .. }, .. }) = events.last() else {
        panic!("{:?}", names(&events));
    };
    assert_eq!(*from as u64, events[events.len() - 2].seq + 1, "no hole between what is kept and the gap");
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
    house.log.search("word1", &Filter::default(), 1).await.unwrap();
    let store = Store::open(&house.scope, &folder.path().join(FILE), MIGRATIONS).await.unwrap();
    let trim = |bounds: Bounds, now: i64| {
        let store = store.clone();
        async move { store.write(move |tx| bounds::trim(tx, bounds, now)).await.unwrap() }
    };
    let plenty = Bounds { age: i64::MAX / 4, size: i64::MAX };
    assert!(!trim(plenty, 0).await);
    assert!(trim(Bounds { size: 0, ..plenty }, 0).await);
    let left = house.replay("a").await;
    assert_eq!((left.len(), left[0].seq), (688, 513));
    assert!(
        house.log.search("word7", &Filter::default(), 10).await.unwrap().iter().all(|found| !found.excerpt.is_empty())
    );
    let old = Bounds { age: 1_000, size: i64::MAX };
    while trim(old, i64::MAX / 4).await {}
    assert!(house.replay("a").await.is_empty());
    house.say("a", [notice("new")]);
    assert_eq!(names(&house.replay("a").await), [(1_201, "notice")], "numbers go on though all is gone");
    house.shut().await;
}

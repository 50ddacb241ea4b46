//! The promises of the outbox, on a line that breaks: nothing lost in silence, nothing doubled, order kept.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contract::calls::{CancelMessage, NodeLimit, NodeRetry, ResendMessage};
use contract::transcript::Fate;
use contract::{Code, Handler, Topic};
use link::event::Role;

use super::rig::{Cable, House, Screen, embedded, main_of, ready, say, transcript};
use crate::fleet::Fleet;
use crate::nodes::LOCAL;

/// What people said in the main session, as the gateway has it.
async fn said(fleet: &Fleet) -> Vec<String> {
    let page = fleet.history(&main_of(LOCAL), 100, None).await.unwrap();
    let people = page.messages.into_iter().filter(|message| message.role == Role::User);
    people.map(|message| message.text.to_string()).collect()
}

#[tokio::test]
async fn what_was_said_while_the_node_was_away_goes_out_once_and_in_order_after_a_restart_too() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let cable = Arc::new(Cable::default());
    cable.down.store(true, Ordering::SeqCst);
    let of = main_of(LOCAL);
    let fleet = house.fleet(Some(cable.embedded(&gateway))).await;
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    for (text, id) in [("one", "c1"), ("two", "c2"), ("one", "c1"), ("three", "c3")] {
        say(&fleet, &of, text, id).await;
    }
    screen
        .until("three queued messages", |screen| {
            let queued = |text| screen.fates(text) == [Some(Fate::Queued)];
            (queued("one") && queued("two") && queued("three")).then_some(())
        })
        .await;
    let cancel = CancelMessage { of: of.clone(), client_id: "c2".to_owned() };
    fleet.cancel_message("main", cancel.clone()).await.unwrap();
    screen.until("the message gone", |screen| screen.fates("two").is_empty().then_some(())).await;
    assert_eq!(fleet.cancel_message("main", cancel).await.unwrap_err().code, Code::Settled);
    fleet.shutdown().await;
    drop((fleet, screen));

    // A second life, in which the line is there.
    cable.down.store(false, Ordering::SeqCst);
    let fleet = house.fleet(Some(cable.embedded(&gateway))).await;
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    screen
        .until("both done", |screen| {
            let done = |text| screen.fates(text) == [Some(Fate::Done)];
            (done("one") && done("three")).then_some(())
        })
        .await;
    assert_eq!(said(&fleet).await, ["one", "three"]);
}

#[tokio::test]
async fn a_lost_answer_is_shown_as_unknown_and_only_the_person_sends_again() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let cable = Arc::new(Cable::default());
    let of = main_of(LOCAL);
    let fleet = house.fleet(Some(cable.embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    screen.until("the empty session", |screen| (!screen.loading).then_some(())).await;

    cable.deaf.store(true, Ordering::SeqCst);
    say(&fleet, &of, "hello", "c1").await;
    // A second house on the same gateway sees when the message has arrived.
    let other = House::new();
    let watcher = other.fleet(Some(embedded(&gateway))).await;
    ready(&watcher, LOCAL).await;
    let mut beside = Screen::watching(&watcher, "main", vec![transcript(&of)]).await;
    beside.until("the message on the gateway", |screen| (!screen.fates("hello").is_empty()).then_some(())).await;
    cable.cut();
    screen.until("an unknown fate", |screen| (screen.fates("hello") == [Some(Fate::Unknown)]).then_some(())).await;

    cable.deaf.store(false, Ordering::SeqCst);
    fleet.node_retry("main", NodeRetry { id: LOCAL.to_owned() }).await.unwrap();
    ready(&fleet, LOCAL).await;
    beside.until("the answer", |screen| (!screen.answers().is_empty()).then_some(())).await;
    assert_eq!(said(&watcher).await, ["hello"], "a reconnect sends nothing by itself");

    let resend = ResendMessage { of: of.clone(), client_id: "c1".to_owned() };
    match fleet.resend_message("main", resend.clone()).await {
        Ok(()) => {}
        // The history named the message: then there is nothing to send again.
        Err(fault) => assert_eq!(fault.code, Code::Settled),
    }
    screen
        .until("a known fate", |screen| {
            let known = |fate: &Option<Fate>| matches!(fate, Some(Fate::Done | Fate::Acknowledged));
            screen.fates("hello").first().filter(|fate| known(fate)).map(drop)
        })
        .await;
    let fault = fleet.resend_message("main", resend).await.unwrap_err();
    assert_eq!(fault.code, Code::Settled);
}

#[tokio::test]
async fn what_waits_for_its_turn_is_queued_can_be_taken_back_and_goes_out_after_a_restart() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let of = main_of(LOCAL);
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Nodes]).await;
    let limit = |fleet: &Fleet, per_minute| {
        let (fleet, id) = (fleet.clone(), LOCAL.to_owned());
        async move { fleet.node_limit("main", NodeLimit { id, per_minute, burst: Some(1) }).await.unwrap() }
    };
    limit(&fleet, Some(1)).await;
    // Whatever the bucket held is used up: this one waits.
    let asks = fleet.clone();
    house.scope.spawn("asks", async move { asks.agents(LOCAL).await.and(asks.agents(LOCAL).await).map(drop) });
    screen.until("a queue", |s| s.nodes.get(LOCAL).filter(|node| node.queued > 0).map(drop)).await;
    for (text, id) in [("one", "c1"), ("two", "c2")] {
        say(&fleet, &of, text, id).await;
    }
    screen.until("a longer queue", |s| s.nodes.get(LOCAL).filter(|node| node.queued > 1).map(drop)).await;
    assert_eq!((screen.fates("one"), screen.fates("two")), (vec![Some(Fate::Queued)], vec![Some(Fate::Queued)]));
    fleet.cancel_message("main", CancelMessage { of: of.clone(), client_id: "c1".to_owned() }).await.unwrap();
    fleet.shutdown().await;
    drop((fleet, screen));

    let fleet = house.fleet(Some(embedded(&gateway))).await;
    limit(&fleet, None).await;
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    screen.until("the message done", |s| (s.fates("two") == [Some(Fate::Done)]).then_some(())).await;
    assert_eq!(said(&fleet).await, ["two"]);
}

#[tokio::test]
async fn a_dead_line_is_noticed_and_the_node_comes_back_by_itself() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let cable = Arc::new(Cable::default());
    let fleet = house.fleet(Some(cable.embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let mut standing = fleet.inner.nodes.get(LOCAL).unwrap().signals.standing();
    let first = standing.borrow_and_update().times_ready;
    cable.cut();
    let back = standing.wait_for(|at| at.is_ready() && at.times_ready > first);
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("it comes back").unwrap();
    assert!(cable.connections.load(Ordering::SeqCst) >= 2);
}

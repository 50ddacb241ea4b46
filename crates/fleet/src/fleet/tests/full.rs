//! A disk that is full: what cannot be written down is not taken, and what was taken is neither lost nor doubled.

use contract::calls::SendMessage;
use contract::transcript::Fate;
use contract::{Code, Handler};
use link::event::Role;

use super::rig::{House, Screen, embedded, main_of, ready, say, transcript};
use crate::fleet::Fleet;
use crate::nodes::{LOCAL, Urgency};

/// From now on the database may grow by so many pages.
async fn room(fleet: &Fleet, pages: u32) {
    let set = move |tx: &rusqlite::Transaction<'_>| {
        let now: u32 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        tx.query_row(&format!("PRAGMA max_page_count = {}", now + pages), [], |row| row.get::<_, u32>(0))
    };
    fleet.inner.parts.store.write(set).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_takes_no_message_that_it_cannot_keep_and_loses_none_that_it_took() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of)]).await;
    say(&fleet, &of, "before", "c0").await;
    screen.until("the first is done", |screen| (screen.fates("before") == [Some(Fate::Done)]).then_some(())).await;

    room(&fleet, 3).await;
    let mut taken = Vec::new();
    let fault = loop {
        let number = taken.len();
        let text = format!("{number} {}", "x".repeat(2_000));
        let (client_id, agent) = (format!("full-{number}"), None);
        let message = SendMessage { of: of.clone(), agent, text: text.clone(), client_id };
        match fleet.send_message("main", message).await {
            Ok(()) => taken.push(text),
            Err(fault) => break fault,
        }
        assert!(number < 200, "the disk never filled up");
    };
    assert!(fault.message.contains("full") && fault.message.contains("Free some space"), "{fault:?}");
    assert_eq!(fault.code, Code::Other);
    let refused = format!("{} {}", taken.len(), "x".repeat(2_000));
    assert!(screen.fates(&refused).is_empty(), "what was not taken is not shown");

    room(&fleet, 100_000).await;
    say(&fleet, &of, "after", "c9").await;
    let known = |fate: &Option<Fate>| matches!(fate, Some(Fate::Done));
    screen
        .until("all ended", |screen| {
            let all = taken.iter().map(String::as_str).chain(["after"]);
            all.map(|text| screen.fates(text)).all(|fates| fates.iter().all(known) && fates.len() == 1).then_some(())
        })
        .await;
    let there = fleet.last_messages(&of, usize::MAX, Urgency::Screen).await.unwrap();
    let people = there.into_iter().filter(|message| message.role == Role::User);
    let there: Vec<String> = people.map(|message| message.text.to_string()).collect();
    let mut said = vec!["before".to_owned()];
    said.extend(taken);
    said.push("after".to_owned());
    assert_eq!(there, said);
}

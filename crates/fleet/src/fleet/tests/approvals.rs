//! An approval from the request to the answer, on our own gateway.

use contract::approval::Decision;
use contract::calls::Decide;
use contract::{Code, Handler, Topic};

use super::rig::{House, Screen, embedded, main_of, ready, say, transcript};
use crate::nodes::LOCAL;

#[tokio::test]
async fn the_first_answer_wins_and_a_second_hears_how_it_was() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals]).await;
    say(&fleet, &of, "run echo from-the-test", "c1").await;
    let asked = screen
        .until("an approval", |screen| screen.approvals.values().find(|asked| asked.outcome.is_none()).cloned())
        .await;
    assert!(asked.command.contains("echo from-the-test"), "{}", asked.command);
    let decide =
        |id: &str, decision| fleet.decide("main", Decide { node: LOCAL.to_owned(), id: id.to_owned(), decision });
    assert_eq!(decide("another-id", Decision::Once).await.unwrap_err().code, Code::Settled);
    let (first, second) = tokio::join!(decide(&asked.id, Decision::Once), decide(&asked.id, Decision::Deny));
    first.unwrap();
    assert_eq!(second.unwrap_err().code, Code::Settled);
    let late = decide(&asked.id, Decision::Deny).await.unwrap_err();
    assert_eq!(late.code, Code::Settled);
    assert!(late.message.contains("allowed once by"), "{}", late.message);
    screen
        .until("the command's output", |screen| {
            screen.answers().iter().any(|answer| answer.contains("from-the-test")).then_some(())
        })
        .await;
}

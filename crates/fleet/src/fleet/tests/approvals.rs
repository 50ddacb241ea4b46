//! An approval from the request to the answer, on our own gateway.

use contract::approval::{Answer, Approval};
use contract::approval::{Decision, Keeper, Rule};
use contract::calls::{ApprovalHistory, Decide, NodeLimit, NodeProduction, RuleRemove, Rules};
use contract::{Code, Handler, Topic};

use super::rig::{House, Screen, embedded, main_of, ready, say, transcript};
use crate::inbox::{self, Word};
use crate::nodes::LOCAL;

fn said(asked: &Approval, answer: Answer) -> Decide {
    Decide { node: LOCAL.to_owned(), id: asked.id.clone(), digest: asked.digest.clone(), answer }
}

async fn waiting(screen: &mut Screen, word: &str) -> Approval {
    let waits = |asked: &&Approval| asked.outcome.is_none() && asked.command.contains(word);
    let first = |screen: &Screen| screen.approvals.values().find(waits).cloned();
    screen.until("an approval", first).await
}

#[tokio::test]
async fn the_first_answer_wins_and_a_second_hears_how_it_was() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals]).await;
    say(&fleet, &of, "run echo from-the-test", "c1").await;
    let asked = waiting(&mut screen, "echo").await;
    assert!(asked.command.contains("echo from-the-test"), "{}", asked.command);
    let decide = |asked: &Approval, answer| fleet.decide("main", said(asked, answer));
    let another = Approval { id: "another-id".to_owned(), ..asked.clone() };
    assert_eq!(decide(&another, Answer::Once).await.unwrap_err().code, Code::Settled);
    let stale = Approval { digest: "what was shown before".to_owned(), ..asked.clone() };
    assert_eq!(decide(&stale, Answer::Once).await.unwrap_err().code, Code::Changed);
    let beside = fleet.decide("pilot", said(&asked, Answer::Once));
    // Either may be the first: never both, and never neither.
    let (one, other) = tokio::join!(decide(&asked, Answer::Once), beside);
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    let second = one.and(other).unwrap_err();
    assert_eq!(second.code, Code::Settled);
    assert!(second.message.contains("by you"), "{}", second.message);
    let late = decide(&asked, Answer::Deny).await.unwrap_err();
    assert_eq!(late.code, Code::Settled);
    assert!(late.message.contains("allowed once by"), "{}", late.message);
    screen
        .until("the command's output", |screen| {
            screen.answers().iter().any(|answer| answer.contains("from-the-test")).then_some(())
        })
        .await;
}

#[tokio::test]
async fn an_answer_that_waited_for_its_turn_is_held_against_what_is_so_then() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let topics = vec![transcript(&of), Topic::Approvals, Topic::Nodes];
    let mut screen = Screen::watching(&fleet, "main", topics).await;
    say(&fleet, &of, "run echo from-the-test", "c1").await;
    let asked = waiting(&mut screen, "echo").await;
    let limit = |per_minute| fleet.node_limit("main", NodeLimit { id: LOCAL.to_owned(), per_minute, burst: Some(1) });
    limit(Some(1)).await.unwrap();
    let asks = fleet.clone();
    house.scope.spawn("asks", async move { asks.agents(LOCAL).await.and(asks.agents(LOCAL).await).map(drop) });
    screen.until("a queue", |s| s.nodes.get(LOCAL).filter(|node| node.queued > 0).map(drop)).await;
    let meanwhile = async {
        screen.until("a longer queue", |s| s.nodes.get(LOCAL).filter(|node| node.queued > 1).map(drop)).await;
        fleet.node_production("main", NodeProduction { id: LOCAL.to_owned(), production: true }).await.unwrap();
        limit(None).await.unwrap();
    };
    let (answered, ()) = tokio::join!(fleet.decide("main", said(&asked, Answer::Once)), meanwhile);
    assert_eq!(answered.unwrap_err().code, Code::Locked);
    assert!(screen.approvals[&asked.id].outcome.is_none());
    fleet.node_production("main", NodeProduction { id: LOCAL.to_owned(), production: false }).await.unwrap();
    fleet.decide("main", said(&asked, Answer::Once)).await.unwrap();
}

#[tokio::test]
async fn a_rule_that_was_taken_away_before_its_answer_went_out_answers_nothing() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals]).await;
    say(&fleet, &of, "run echo from-the-test", "c1").await;
    let asked = waiting(&mut screen, "echo").await;
    let post = fleet.inner.nodes.get(LOCAL).unwrap();
    let (id, digest) = (asked.id.clone(), asked.digest.clone());
    let word = Word { id, digest, answer: Answer::Once, by: "your rule 7".to_owned(), rule: Some(7) };
    let refused = inbox::decide(&fleet.inner.parts, &post, word).await.unwrap_err();
    assert_eq!(refused.code, Code::Settled, "{}", refused.message);
    fleet.decide("main", said(&asked, Answer::Once)).await.unwrap();
}

#[tokio::test]
async fn a_rule_answers_what_it_covers_and_what_it_does_not_is_asked() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let of = main_of(LOCAL);
    let mut screen = Screen::watching(&fleet, "main", vec![transcript(&of), Topic::Approvals]).await;
    say(&fleet, &of, "run echo one", "c1").await;
    let asked = waiting(&mut screen, "one").await;
    let proposed = asked.rule.clone().unwrap();
    assert_eq!((proposed.keeper, proposed.text.as_str()), (Keeper::Node, "echo one"));
    let edited = Rule { keeper: Keeper::Here, text: "echo *".to_owned(), ..proposed };
    let wider = Rule { session: Some("another".to_owned()), ..edited.clone() };
    let refused = fleet.decide("main", said(&asked, Answer::Always { rule: wider })).await.unwrap_err();
    assert_eq!(refused.code, Code::Invalid, "{}", refused.message);
    fleet.decide("main", said(&asked, Answer::Always { rule: edited })).await.unwrap();
    let answered =
        |text: &'static str| move |s: &Screen| s.answers().iter().any(|said| said.contains(text)).then_some(());
    screen.until("the first answer", answered("one")).await;

    say(&fleet, &of, "run echo two", "c2").await;
    screen.until("an answer nobody was asked for", answered("two")).await;
    let rule = fleet.rules("main", Rules {}).await.unwrap().remove(0);
    assert_eq!(rule.used, 1);
    let kept = fleet.approval_history("main", ApprovalHistory { since: None, limit: 10 }).await.unwrap();
    let by =
        |text: &str| kept.iter().find(|asked| asked.command.contains(text)).and_then(|asked| asked.outcome.clone());
    assert_eq!(by("two").unwrap().by.as_deref(), Some("your rule 1"));

    say(&fleet, &of, "run ls; echo three", "c3").await;
    let third = waiting(&mut screen, "three").await;
    fleet.decide("main", said(&third, Answer::DenyStop)).await.unwrap();
    assert!(fleet.rule_remove("main", RuleRemove { id: rule.id }).await.unwrap());
    say(&fleet, &of, "run echo four", "c4").await;
    waiting(&mut screen, "four").await;
    fleet.shutdown().await;
    drop((fleet, screen));

    let fleet = house.fleet(None).await;
    let kept = fleet.approval_history("main", ApprovalHistory { since: None, limit: 10 }).await.unwrap();
    let ends: Vec<_> = kept.iter().rev().map(|asked| asked.outcome.as_ref().map(|end| end.decision)).collect();
    assert_eq!(ends[..3], [Some(Decision::Once), Some(Decision::Once), Some(Decision::Deny)], "{kept:?}");
    assert_eq!(kept.len(), 4);
}

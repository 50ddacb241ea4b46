//! Approvals fail closed and end once.

use contract::approval::Decision;
use link::event::{self, Body, Event};

use super::check;
use super::script::{Play, outcome, play};
use crate::apply::{Fact, OUTCOME_KEPT_MS, Taken, next_deadline};
use crate::truth::HERE;

#[test]
fn an_approval_is_a_row_until_and_after_it_is_answered() {
    check("ask a1", "asks run-a1");
    check("ask a1\nanswer a1 once", "asked run-a1 once");
}

#[test]
fn an_approval_asked_twice_is_one() {
    check("ask a1\nask a1\napprovals a1", "asks run-a1");
}

#[test]
fn the_first_answer_wins() {
    let play = play("ask a1\nanswer a1 deny\nanswer a1 once");
    assert_eq!(outcome(&play.truth, "a1"), Some(Decision::Deny));
}

#[test]
fn what_was_answered_from_here_was_answered_by_you_whatever_the_node_calls_us() {
    let told = |by: &str| {
        let body = Body::ApprovalResolved { id: "a1".into(), decision: event::Decision::Once, by: Some(by.into()) };
        Fact::Event(Event::new(0, body))
    };
    let by = |play: &Play| play.truth.approval("a1").unwrap().settled.as_ref().unwrap().by.clone();
    let mut play = play("ask a1");
    assert_eq!(play.fact(&told("Pilothouse")), Taken::New);
    assert_eq!(by(&play).as_deref(), Some("Pilothouse"));
    assert_eq!(play.fact(&told(HERE)), Taken::Known, "it is no second line in the stream");
    assert_eq!(by(&play).as_deref(), Some("you"));
    assert_eq!(play.fact(&told("Pilothouse")), Taken::Known);
    assert_eq!(by(&play).as_deref(), Some("you"));
}

#[test]
fn it_expires_by_our_clock_however_far_the_nodes_is() {
    let asked = play("ask a1");
    assert_eq!(asked.truth.approval("a1").unwrap().expires, Some(asked.now + 10_000));
    assert_eq!(outcome(&play("ask a1\npass 11000\nclock").truth, "a1"), None);
    assert_eq!(outcome(&play("ask a1\npass 13000\nclock").truth, "a1"), Some(Decision::Expired));
}

#[test]
fn the_nodes_word_stands_over_our_guess() {
    let play = play("ask a1\npass 13000\nclock\nanswer a1 once");
    assert_eq!(outcome(&play.truth, "a1"), Some(Decision::Once));
}

#[test]
fn one_that_the_node_no_longer_lists_ended_somehow() {
    let play1 = play("ask a1\npass 5000\napprovals a2");
    assert_eq!(outcome(&play1.truth, "a1"), Some(Decision::Unknown));
    assert_eq!(outcome(&play1.truth, "a2"), None);
    let just_asked = play("ask a1\napprovals a2");
    assert_eq!(outcome(&just_asked.truth, "a1"), None, "the list may be older than the request");
}

#[test]
fn an_outcome_leaves_the_list_after_its_time() {
    let mut play = play("ask a1\nanswer a1 once");
    let settled = play.now;
    assert_eq!(next_deadline(&play.truth), Some(settled + OUTCOME_KEPT_MS));
    play.now = settled + OUTCOME_KEPT_MS - 101;
    play.line("clock");
    assert_eq!(play.truth.approvals.len(), 1);
    play.line("clock");
    assert_eq!(play.truth.approvals.len(), 0);
    assert_eq!(next_deadline(&play.truth), None);
}

#[test]
fn the_node_counts_what_waits() {
    assert_eq!(play("ask a1\nask a2\nanswer a1 deny").truth.asking(), 1);
}

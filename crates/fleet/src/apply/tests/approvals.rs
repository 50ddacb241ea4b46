//! Approvals fail closed and end once.

use contract::approval::Decision;
use link::event::{self, Body, Event};

use super::check;
use super::script::{Play, outcome, play};
use crate::apply::{Fact, OUTCOME_KEPT_MS, Taken, next_deadline};
use crate::truth::HERE;
use crate::view;

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

fn about(id: &str, command: &str, asked_at: i64, expires_at: i64) -> event::Approval {
    event::Approval {
        id: id.into(),
        kind: "exec".into(),
        command: command.into(),
        cwd: None,
        asked_at: Some(asked_at),
        expires_at: Some(expires_at),
        allowed: Vec::new(),
        call: None,
        rule: None,
    }
}

fn pulse(ts: i64) -> Fact {
    let value = event::Kept::of(&serde_json::json!({"ok": true, "ts": ts}));
    Fact::Event(Event::new(0, Body::Health { value }))
}

fn expires(play: &Play, id: &str) -> Option<i64> {
    play.truth.approval(id).unwrap().expires
}

#[test]
fn the_same_id_with_another_command_is_another_question() {
    let mut play = play("ask a1");
    let digest = |play: &Play| crate::view::approval::digest("n1", play.truth.approval("a1").unwrap());
    let before = digest(&play);
    let again = Fact::Event(Event::new(0, Body::ApprovalRequested(about("a1", "rm -rf /", 0, 10))));
    assert_eq!(play.fact(&again), Taken::New);
    assert_ne!(digest(&play), before);
    assert_eq!(&*play.truth.approval("a1").unwrap().about.command, "rm -rf /");
    play.line("answer a1 deny");
    play.fact(&Fact::Approvals(vec![(None, None, about("a1", "ls", 0, 10))]));
    assert_eq!(outcome(&play.truth, "a1"), None, "what was answered was not this");
    assert_eq!(play.truth.asking(), 1);
}

#[test]
fn a_countdown_runs_by_the_nodes_clock_once_a_pulse_has_told_it() {
    // The node's clock is an hour ahead; the request was asked 5 s before we heard of it in a list.
    let mut play = play("");
    let (hour, now) = (3_600_000, play.now);
    let asked = now + hour - 5_000;
    play.fact(&Fact::Approvals(vec![(None, None, about("a1", "ls", asked, asked + 60_000))]));
    assert_eq!(expires(&play, "a1"), Some(asked + 60_000), "nobody knows better yet");
    play.fact(&pulse(now + hour));
    assert_eq!(expires(&play, "a1"), Some(now + 55_000));
    play.fact(&pulse(now + hour - 700));
    assert_eq!(expires(&play, "a1"), Some(now + 55_000), "a late pulse does not move it");
    let late = about("a2", "ls", asked, asked + 60_000);
    play.fact(&Fact::Event(Event::new(0, Body::ApprovalRequested(late))));
    assert_eq!(expires(&play, "a2"), Some(now + 55_000), "told late, as after a reconnect");
    let filled = about("a3", "ls", now, now + 120_000);
    play.fact(&Fact::Event(Event::new(0, Body::ApprovalRequested(filled))));
    assert_eq!(expires(&play, "a3"), Some(now + 120_000), "times that were filled in here are ours");
    play.line("pass 60000");
    play.line("clock");
    let ends = ["a1", "a2", "a3"].map(|id| outcome(&play.truth, id));
    assert_eq!(ends, [Some(Decision::Expired), Some(Decision::Expired), None]);
}

#[test]
fn moltis_counts_silence_as_a_no_after_two_minutes_and_does_not_say_so() {
    let mut play = play("");
    play.truth.link.product = Some("Moltis".into());
    let silent = event::Approval { asked_at: None, expires_at: None, ..about("a1", "ls", 0, 0) };
    play.fact(&Fact::Approvals(vec![(None, None, silent)]));
    assert_eq!(expires(&play, "a1"), Some(play.now + 120_000));
}

#[test]
fn no_line_of_the_stream_hides_what_was_asked() {
    let mut play = play("");
    let line = |play: &Play, body: Body| view::line::line(&play.truth, &Event::new(play.now, body), play.now).unwrap();
    let asked = Body::ApprovalRequested(about("a1", "cat re\u{202e}fdp", 0, 120_000));
    play.fact(&Fact::Event(Event::new(0, asked.clone())));
    assert_eq!(line(&play, asked).code.as_deref(), Some("cat re‹U+202E›fdp"));
    let no = Body::ApprovalResolved { id: "a1".into(), decision: event::Decision::Deny, by: None };
    play.fact(&Fact::Event(Event::new(0, no.clone())));
    assert_eq!(line(&play, no).code.as_deref(), Some("cat re‹U+202E›fdp"));
}

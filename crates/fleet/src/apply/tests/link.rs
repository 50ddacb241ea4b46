//! What is still certain when the link goes down, and what becomes of it when it is back.

use contract::activity::Mark;
use contract::node::{Activity, LinkState};
use link::event::{Body, Event};

use super::check;
use super::script::{KEY, Play, play, ready};
use crate::apply::{Changes, Fact};
use crate::view;

const UNSURE: &str = "phase unknown until the node is back";

#[test]
fn nothing_claims_to_work_while_the_link_is_down() {
    check("start r\ntext r half\ntool r c exec\ndown", &format!("agent half\ntool exec unknown\n{UNSURE}"));
}

#[test]
fn link_up_and_data_fresh_are_two_things() {
    let mut play = play("sessions still\ndown");
    assert_eq!(play.truth.link.stale_since, Some(play.now));
    assert_eq!(view::node::node(&play.truth).sessions[0].activity, Activity::Offline);
    let gone = play.now;
    play.line("ready");
    assert!(play.truth.is_ready());
    assert_eq!(play.truth.link.stale_since, Some(gone));
    play.line("sessions still");
    assert_eq!(play.truth.link.stale_since, None);
    assert!(play.truth.needs_history(KEY), "rows are older than the lists");
    play.line("history u:hi");
    assert!(!play.truth.needs_history(KEY));
}

#[test]
fn a_run_that_goes_on_is_certain_again_with_its_next_event() {
    check("start r\ntext r a\ndown\nready\ntext r b\nfinish r ok a lost b", "agent a lost b");
}

#[test]
fn a_run_that_the_list_knows_goes_on() {
    check("start r\ntext r a\ndown\nready\nsessions running", "agent~ a\nrunning r");
}

#[test]
fn a_run_that_vanished_ends_as_unknown() {
    check(
        "send c1 hi\nfate c1 acknowledged r\nstart r\ntext r a\ndown\nready\nsessions still",
        "me hi [unknown]\nagent a\nnotice warning The end of this run never arrived; how it went is unknown.",
    );
}

#[test]
fn a_run_that_ended_meanwhile_shows_its_answer_from_the_history() {
    check(
        "send c1 hi\nfate c1 acknowledged r\nstart r\ntext r the ans\ndown\nready\nsessions -\nhistory u:hi a:the_answer",
        "me hi [done]\nagent the answer",
    );
}

#[test]
fn a_list_does_not_end_a_run_that_events_tell_of() {
    check("start r\nsessions still\ntext r a", "agent~ a\nrunning r");
}

#[test]
fn a_run_that_only_the_list_tells_of_ends_with_the_list() {
    check("sessions running", "running");
    check("sessions running\nsessions still", "");
}

#[test]
fn a_node_that_is_away_keeps_its_data_and_counts_no_runs() {
    let play = play("sessions still\nstart r\ndown");
    let node = view::node::node(&play.truth);
    assert_eq!((node.running, node.state, node.session_count), (0, LinkState::BackingOff, 1));
    assert_eq!(node.version.as_deref(), Some("1"));
}

#[test]
fn the_state_is_since_it_changed_not_since_the_last_try() {
    let mut play = play("down");
    let since = play.truth.link.since;
    play.line("down");
    assert_eq!(play.truth.link.since, since);
}

#[test]
fn a_lost_stretch_is_drawn() {
    check("start r\ntext r a\ngap\ntext r b", "agent~ ab\ngap\nrunning r");
}

#[test]
fn a_lost_stretch_is_drawn_until_the_history_has_filled_it() {
    let lost = "history u:one a:1\nheard m2 - two\ngap";
    check(lost, "user one\nagent 1\nuser two\ngap");
    check(&format!("{lost}\nhistory u:one a:1 u:two a:2"), "user one\nagent 1\nuser two\nagent 2");
    check(
        &format!("{lost}\nheard m3 - three\nhistory before:9 u:three"),
        "user one\nagent 1\nuser two\ngap\nuser three",
    );
}

#[test]
fn after_a_break_the_stream_says_how_long_it_lacks() {
    let mut play = play("down");
    let says = |play: &Play, at| {
        let ready = Event::new(at, Body::NodeState(ready()));
        let line = view::line::line(&play.truth, &ready, at).unwrap();
        (line.mark, line.what)
    };
    let since = play.truth.link.stale_since.unwrap();
    assert_eq!(says(&play, since + 300_000).0, Mark::Gap);
    assert!(says(&play, since + 300_000).1.contains("back after 5 min"));
    play.line("ready");
    play.line("sessions s");
    assert_eq!(says(&play, since).0, Mark::Link);
}

#[test]
fn a_card_is_not_painted_anew_for_a_latency_that_only_trembles() {
    let mut play = play("");
    let mut beat = |ms| {
        play.changes = Changes::default();
        play.fact(&Fact::Latency(ms));
        (play.changes.node, play.truth.link.latency_ms)
    };
    assert_eq!(beat(0.7), (true, Some(0.7)));
    assert_eq!(beat(1.9), (false, Some(0.7)));
    assert_eq!(beat(40.0), (true, Some(40.0)));
    assert_eq!(beat(31.0), (false, Some(40.0)));
    assert_eq!(beat(4.0), (true, Some(4.0)));
}

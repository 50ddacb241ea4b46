//! Messages sent from here, from the key press to the end of the run that answers them.

use super::check;
use super::script::{KEY, play};
use crate::truth::GivenUp;

#[test]
fn a_message_is_shown_before_it_goes_out() {
    check("send c1 hi", "me hi [queued]");
}

#[test]
fn its_fate_follows_it_to_the_end() {
    check("send c1 hi\nfate c1 sent", "me hi [sent]");
    check("send c1 hi\nfate c1 sent\nfate c1 acknowledged r", "me hi [acknowledged]");
    check("send c1 hi\nfate c1 sent\nfate c1 acknowledged r\nstart r", "me hi [running]\nrunning r");
    check("send c1 hi\nfate c1 acknowledged r\nstart r\nfinish r ok yo", "me hi [done]\nagent yo");
}

#[test]
fn a_failed_run_says_why_at_the_message() {
    check("send c1 hi\nfate c1 acknowledged r\nstart r\nfinish r error 429", "me hi [failed (429)]\nnotice error 429");
}

#[test]
fn events_may_overtake_the_answer() {
    check("send c1 hi\nfate c1 sent\nstart r\nfate c1 acknowledged r", "me hi [running]\nrunning r");
    check("send c1 hi\nfate c1 sent\nstart r\nfinish r ok yo\nfate c1 acknowledged r", "me hi [done]\nagent yo");
}

#[test]
fn the_echo_of_a_message_is_the_message() {
    check("send c1 hi\nfate c1 sent\nheard m1 c1 hi", "me hi [acknowledged]");
    check("send c1 hi\nfate c1 sent\nheard m1 - hi", "me hi [acknowledged]");
    check("heard m1 - hi\nheard m1 - hi", "user hi");
}

#[test]
fn a_second_message_of_the_same_words_is_its_own() {
    check(
        "send c1 yes\nfate c1 sent\nheard m1 - yes\nsend c2 yes\nfate c2 sent\nheard m2 - yes\nheard m3 - yes",
        "me yes [acknowledged]\nme yes [acknowledged]\nuser yes",
    );
}

#[test]
fn a_fate_does_not_go_back() {
    check(
        "send c1 hi\nfate c1 acknowledged r\nstart r\nfate c1 sent\nfate c1 acknowledged",
        "me hi [running]\nrunning r",
    );
}

#[test]
fn a_queued_message_is_answered_by_a_run_of_another_id() {
    check(
        "start a\nsend c1 next\nfate c1 acknowledged b\nqueued b\nfinish a ok first\nstart x\ntext x second",
        "me next [running]\nagent first\nagent~ second\nrunning x",
    );
}

#[test]
fn queued_messages_are_answered_in_their_order() {
    check(
        "send c1 one\nsend c2 two\nfate c1 acknowledged\nfate c2 acknowledged\nstart a\nfinish a ok\nstart b",
        "me one [done]\nme two [running]\nrunning b",
    );
}

#[test]
fn a_failed_message_can_go_out_again() {
    check("send c1 hi\nfate c1 failed\nfate c1 queued", "me hi [queued]");
    check("send c1 hi\nfate c1 unknown\nsend c1 hi", "me hi [queued]");
    check("send c1 hi\nfate c1 sent\nsend c1 hi", "me hi [sent]");
}

#[test]
fn a_message_taken_back_is_gone() {
    check("send c1 hi\nwithdraw c1", "");
}

#[test]
fn a_message_that_came_to_nothing_goes_out_again_as_another_and_both_stand_where_the_node_has_them() {
    let stranded = "send c1 hi\nheard m1 c1 hi\nfate c1 acknowledged r1\ndown\nready\nhistory mine@c1:hi";
    let again = format!("{stranded}\nkey c1 c1.7\nfate c1 queued\nheard m2 - next\nfate c1 sent");
    check(&format!("{again}\nheard m3 c1.7 hi"), "user hi\nuser next\nme hi [acknowledged]");
    check(
        &format!("{again}\ndown\nready\nhistory mine@c1:hi u:next mine@c1.7:hi a:yo"),
        "user hi\nuser next\nme hi [done]\nagent yo",
    );
}

#[test]
fn what_came_of_a_message_while_the_link_was_down_is_asked_once_the_node_is_idle() {
    let behind = |text: &str| play(text).truth.session(KEY).unwrap().is_behind();
    let back = "start a\nsend c1 next\nfate c1 acknowledged b\ndown\nready\nhistory mine@c1:next running@a:";
    assert!(!behind(back), "while a run goes on nobody knows");
    let idle = format!("{back}\nfinish a ok both");
    assert!(behind(&idle));
    let read = format!("{idle}\nhistory mine@c1:next a:both");
    assert!(!behind(&read));
    check(&read, "me next [done]\nagent both");
}

#[test]
fn a_message_that_the_node_took_into_another_run_while_the_link_was_down_is_done_with_that_run() {
    let behind = |text: &str| play(text).truth.session(KEY).unwrap().is_behind();
    // Only the history tells that it arrived, and under which run.
    let back = "send c1 next\nfate c1 sent\ndown\nready\nhistory mine@c1:next running@x:\nfate c1 acknowledged c1";
    let seen = format!("{back}\nhistory mine@c1:next running@x:");
    assert!(!behind(&seen), "while a run goes on nobody knows");
    let idle = format!("{seen}\nfinish x ok both");
    assert!(behind(&idle));
    check(&format!("{idle}\nhistory mine@c1:next a:both"), "me next [done]\nagent both");
}

#[test]
fn a_run_that_names_no_message_answers_the_last_one_that_was_given_up() {
    let given_up = "send c1 hi\nfate c1 acknowledged\ndown\nready\nhistory u:hi";
    check(&format!("{given_up}\nstart r\nfinish r ok hello"), "me hi [done]\nagent hello");
    // Somebody else spoke since.
    let shown = super::script::pane(&play(&format!("{given_up}\nheard m2 - other\nstart r\nfinish r ok other")).truth);
    assert!(shown[0].starts_with("me hi [unknown"), "{shown:?}");
}

#[test]
fn a_message_that_the_node_took_and_lost_may_be_sent_again() {
    let given_up = |text: &str| play(text).truth.given_up(KEY, "c1");
    let taken = "send c1 hi\nfate c1 acknowledged r1";
    assert_eq!(given_up(taken), None, "it may still be answered");
    assert_eq!(given_up(&format!("{taken}\ndown\nready\nhistory u:other")), Some(GivenUp::Nowhere));
    assert_eq!(given_up(&format!("{taken}\ndown\nready\nhistory mine@c1:hi")), Some(GivenUp::There));
}

#[test]
fn another_key_changes_nothing_of_a_message_that_the_node_does_not_have() {
    check("send c1 hi\nfate c1 failed\nkey c1 c1.7\nfate c1 queued\nheard m1 c1.7 hi", "me hi [acknowledged]");
}

#[test]
fn a_message_of_unknown_fate_does_not_leave_with_the_old_rows() {
    let much = (0..600).map(|number| format!("heard m{number} - word {number}\n")).collect::<String>();
    let play = play(&format!("send c1 lost\nfate c1 unknown\n{much}"));
    let rows = &play.truth.session(KEY).unwrap().transcript.as_ref().unwrap().rows;
    assert!(rows.len() < 600, "old rows leave");
    let lost: Vec<_> = rows.iter().filter(|row| row.text() == "lost").collect();
    assert_eq!(lost.len(), 1, "nobody else knows of it");
    assert!(rows.iter().zip(rows.iter().skip(1)).all(|(one, next)| one.order < next.order));
}

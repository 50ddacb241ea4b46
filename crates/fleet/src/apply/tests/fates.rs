//! What a history tells of the messages sent from here.

use super::check;
use super::script::{pane, play};

#[test]
fn a_message_taken_before_a_cut_ends_with_what_the_history_says() {
    check("send c1 hi\nfate c1 acknowledged r1\ndown\nready\nhistory u:hi a:hello", "me hi [done]\nagent hello");
    let play = play("send c1 hi\nfate c1 acknowledged r1\ndown\nready\nhistory u:hi");
    let shown = pane(&play.truth);
    assert!(shown[0].starts_with("me hi [unknown (The node has this message"), "{shown:?}");
    // It was taken over this connection: its run may just be about to begin.
    check("send c1 hi\nfate c1 acknowledged r1\nhistory u:hi", "me hi [acknowledged]");
}

#[test]
fn a_message_that_no_history_holds_is_not_done_by_the_answer_to_another() {
    let lost = "send c1 lost\nfate c1 acknowledged r1\nheard m2 - two\nstart r2\nfinish r2 ok 2\ndown\nready";
    let shown = pane(&play(&format!("{lost}\nhistory u:two a@r2:2")).truth);
    assert!(shown[0].starts_with("me lost [unknown (This message went to the node, but"), "{shown:?}");
    // Older than the page it may still be there.
    let shown = pane(&play(&format!("{lost}\nhistory before:5 u:two a@r2:2")).truth);
    assert_eq!(shown[0], "me lost [acknowledged]");
}

#[test]
fn a_message_under_a_run_that_nobody_heard_of_is_settled_by_the_history_asked_for_afterwards() {
    let taken = "send c1 hi\nfate c1 acknowledged r1\nloading";
    let shown = pane(&play(&format!("{taken}\nhistory u:other")).truth);
    assert!(shown.iter().any(|row| row.starts_with("me hi [unknown (This message went")), "{shown:?}");
    check(&format!("{taken}\nhistory u:hi a:hello"), "me hi [done]\nagent hello");
    check(&format!("{taken}\nstart r1\nhistory u:hi"), "me hi [running]\nrunning r1");
    // It was taken after the question: the answer says nothing of it.
    check("send c1 hi\nloading\nfate c1 acknowledged r1\nhistory u:other", "user other\nme hi [acknowledged]");
}

#[test]
fn what_is_known_of_a_messages_end_stays_however_often_the_history_is_read() {
    let stopped =
        "send c1 hi\nfate c1 acknowledged r1\nheard m1 c1 hi\nstart r1\nfinish r1 aborted\nhistory mine@c1:hi";
    let shown = pane(&play(stopped).truth);
    assert_eq!(shown[0], "me hi [failed (It was stopped before it was done.)]");
    let unknown = "send c1 hi\nfate c1 acknowledged r1\ndown\nready\nhistory mine@c1:hi\nhistory mine@c1:hi";
    let shown = pane(&play(unknown).truth);
    assert!(shown[0].starts_with("me hi [unknown (The node has this message"), "{shown:?}");
    // Unless an answer came after all.
    check(&format!("{unknown}\nhistory mine@c1:hi a:hello"), "me hi [done]\nagent hello");
}

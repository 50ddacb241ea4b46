//! What a history tells of the messages sent from here.

use super::check;
use super::script::{KEY, pane, play};

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

#[test]
fn a_message_that_waited_at_the_node_is_settled_once_something_was_answered() {
    // The run it was named never begins: the node answers it in the running one, or under another name.
    let waited = "heard m0 - one\nstart r\ntext r 1\nsend c1 two\nfate c1 acknowledged c1\nqueued c1\nfinish c1 ok";
    check(&format!("{waited}\nfinish r ok 1"), "user one\nagent 1\nme two [acknowledged]");
    let played = play(&format!("{waited}\nheard m2 c1 two\nfinish r ok 1"));
    assert!(played.truth.session(KEY).unwrap().is_behind(), "the history is asked");
    let asked = format!("{waited}\nheard m2 c1 two\nfinish r ok 1 and 2\nloading");
    check(&format!("{asked}\nhistory u:one mine@c1:two a:1_and_2 idle:"), "user one\nme two [done]\nagent 1 and 2");
    // Nobody says that it is lost: it may still wait.
    let shown = pane(&play(&format!("{waited}\nfinish r ok 1\nloading\nhistory u:one a:1 idle:")).truth);
    assert!(shown[2].contains("does not tell whether it still waits"), "{shown:?}");
}

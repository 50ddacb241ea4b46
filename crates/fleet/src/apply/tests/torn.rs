//! What comes of an answer that a break tore off, on a gateway that does not tell what it does.

use super::check;
use super::script::{KEY, pane, play};

/// One message was told and half answered when the line broke; another was said since.
const TORN: &str = "send c1 one\nfate c1 sent\nheard m1 - one\nstart r1\ntext r1 Ec\ndown\nsend c2 two\nready\n\
                    history u:one silent:\nfate c2 sent";

#[test]
fn nobody_says_that_nothing_runs_where_nobody_knows() {
    let shown = pane(&play(TORN).truth);
    assert!(shown[0].starts_with("me one [unknown"), "{shown:?}");
    let shown = pane(&play("send c1 one\nfate c1 sent\ndown\nready\nhistory silent:").truth);
    assert!(shown[0].contains("does not tell whether it still waits or runs"), "{shown:?}");
    check("send c1 one\nfate c1 sent\ndown\nready\nhistory silent:\nheard m1 - one", "me one [acknowledged]");
}

#[test]
fn what_comes_next_continues_it_and_answers_the_message_it_answered() {
    let on = format!("{TORN}\nstart r2\ntext r2 one\nfinish r2 ok Echo one");
    let shown = pane(&play(&on).truth);
    assert_eq!(shown, ["me one [done]", "agent Echo one", "me two [sent]"]);
    // The node takes the other one only now: it stands behind the answer.
    let shown = pane(&play(&format!("{on}\nheard m2 - two")).truth);
    assert_eq!(shown.last().map(String::as_str), Some("me two [acknowledged]"), "{shown:?}");
}

#[test]
fn what_is_repeated_after_the_break_is_not_doubled_in_the_midst_of_a_run() {
    let whole = format!("{TORN}\nstart r2\ntext r2 Echo one\nhistory u:one a:Echo_one running@r2:Echo_one");
    let shown = pane(&play(&whole).truth);
    assert_eq!(shown.iter().filter(|row| row.starts_with("agent")).count(), 1, "{shown:?}");
}

#[test]
fn where_the_node_takes_another_message_the_history_has_the_rest() {
    let over = play(&format!("{TORN}\nheard m2 - two\nstart r2\ntext r2 Echo two\nfinish r2 ok Echo two"));
    assert!(over.truth.session(KEY).unwrap().is_behind(), "the history is asked again");
    let read = format!(
        "{TORN}\nheard m2 - two\nstart r2\ntext r2 Echo two\nfinish r2 ok Echo two\n\
         history u:one a:Echo_one u:two a:Echo_two"
    );
    let shown = pane(&play(&read).truth);
    let spoken: Vec<&String> = shown.iter().filter(|row| row.starts_with("agent") || row.starts_with("me")).collect();
    assert_eq!(spoken, ["me one [done]", "agent Echo one", "me two [done]", "agent Echo two"]);
}

#[test]
fn an_answer_that_came_live_behind_a_later_message_is_put_where_the_history_has_it() {
    let live = "heard m1 - one\nsend c2 two\nfate c2 sent\nstart r1\ntext r1 Echo one\nfinish r1 ok Echo one";
    let shown = pane(&play(&format!("{live}\nhistory u:one a:Echo_one u:two silent:")).truth);
    assert_eq!(shown.iter().filter(|row| row.starts_with("agent")).count(), 1, "{shown:?}");
}

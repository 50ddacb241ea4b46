//! History pages and live rows become one transcript without doubles.

use super::check;
use super::script::{KEY, play};
use crate::apply::{Exact, older};

#[test]
fn an_empty_session_shows_the_page() {
    check("history u:hi a:hello", "user hi\nagent hello");
}

#[test]
fn a_page_read_twice_shows_once() {
    check("history u:hi a:hello\nhistory u:hi a:hello", "user hi\nagent hello");
}

#[test]
fn live_rows_and_their_history_are_one() {
    check(
        "send c1 hi\nfate c1 acknowledged r\nstart r\ntext r hel\nfinish r ok hello\nhistory u:hi a:hello",
        "me hi [done]\nagent hello",
    );
}

#[test]
fn older_messages_stand_before_live_rows() {
    check("send c1 now\nfate c1 sent\nhistory u:before a:yes", "user before\nagent yes\nme now [sent]");
}

#[test]
fn messages_missed_meanwhile_stand_between() {
    check(
        "history u:one a:1\nsend c1 three\ndown\nready\nhistory u:one a:1 u:two a:2 u:three",
        "user one\nagent 1\nuser two\nagent 2\nme three [acknowledged]",
    );
}

#[test]
fn the_same_words_twice_stay_two() {
    check(
        "history u:go a:Done. u:go_on a:part\nhistory u:go a:Done. u:go_on a:part u:and? a:Done.",
        "user go\nagent Done.\nuser go on\nagent part\nuser and?\nagent Done.",
    );
}

#[test]
fn tool_calls_are_known_by_their_ids() {
    check(
        "start r\ntool r c1 exec\ntooled c1 ok live\nfinish r ok done\nhistory u:q tool:c1 a:done",
        "user q\ntool exec ok live\nagent done",
    );
    check("start r\ntool r c1 exec\nfinish r ok\nhistory tool:c1", "tool exec ok out");
}

#[test]
fn rows_that_no_history_has_keep_their_place() {
    check("history u:hi\nstart r\nfinish r error 429\nhistory u:hi u:again", "user hi\nuser again\nnotice error 429");
}

#[test]
fn a_run_in_flight_goes_on_where_the_page_has_it() {
    check("history u:hi running@r:so_far\ntext r , on", "user hi\nagent~ so far, on\nrunning r");
    check("start r\ntext r so\nhistory u:hi running@r:so_far", "user hi\nagent~ so far\nrunning r");
    check("start r\ntext r so far ahead\nhistory u:hi running@r:so_far", "user hi\nagent~ so far ahead\nrunning r");
}

#[test]
fn what_a_run_said_before_it_called_a_tool_is_not_said_again_by_its_text_so_far() {
    let live = "start r\ntext r I call exec\ntool r c exec";
    let shown = "agent I call exec\ntool exec running\nrunning r";
    check(live, shown);
    check(&format!("{live}\nhistory running@r:I_call_exec"), shown);
    let on = format!("{live}\ntooled c ok out\ntext r It\nhistory running@r:I_call_exec_It_worked");
    check(&on, "agent I call exec\ntool exec ok out\nagent~ It worked\nrunning r");
    check(
        "history u:hi a:I_call_exec tool:c running@r:I_call_exec",
        "user hi\nagent I call exec\ntool exec ok out\nrunning r",
    );
}

#[test]
fn a_page_behind_a_streaming_row_does_not_shorten_it() {
    check("start r\ntext r abcdef\nhistory a@r:abc running@r:abc", "agent~ abcdef\nrunning r");
}

#[test]
fn a_page_far_from_what_is_in_memory_replaces_it_but_keeps_what_waits() {
    check(
        "history u:old a:older\nsend c1 waits\nhistory u:new a:newer before:x",
        "user new\nagent newer\nme waits [queued]",
    );
    let play = play("history u:old a:older\nhistory u:new a:newer before:x");
    assert!(play.truth.session(KEY).unwrap().transcript.as_ref().unwrap().more);
}

#[test]
fn a_message_found_in_the_history_arrived() {
    check("send c1 hi\nfate c1 unknown\nhistory u:hi", "me hi [acknowledged]");
    check("send c1 hi\nfate c1 unknown\nhistory u:hi a:yo", "me hi [done]\nagent yo");
}

#[test]
fn a_history_that_cannot_be_read_says_so_and_keeps_the_rows() {
    check("history u:hi\nunreadable it hung", "user hi\nfault it hung");
    check("unreadable it hung\nloading\nhistory u:hi", "user hi");
}

#[test]
fn rows_keep_their_ids_when_others_come_between() {
    let mut play = play("history u:one u:three");
    let ids = |play: &super::script::Play| {
        let rows = &play.truth.session(KEY).unwrap().transcript.as_ref().unwrap().rows;
        rows.iter().map(|row| (row.id, row.text().to_owned())).collect::<Vec<_>>()
    };
    let before = ids(&play);
    play.line("history u:one u:two u:three");
    let after = ids(&play);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[1]));
    assert!(before.iter().all(|(id, _)| *id != after[1].0));
}

#[test]
fn an_older_page_stands_before_the_rows_it_overlaps() {
    let play = play("history u:three u:four before:x");
    let rows = play.truth.session(KEY).unwrap().transcript.as_ref().unwrap();
    let first = rows.rows[0].order;
    let page = link::call::Page { messages: ["one", "two", "three"].map(said).into(), ..link::call::Page::default() };
    let found = older(rows, first, Exact::No, &page);
    assert_eq!(found.iter().map(|row| row.text()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(found[0].order < found[1].order && found[1].order < first);
    assert_eq!(older(rows, first, Exact::Yes, &page).len(), 3);
}

fn said(text: &str) -> link::event::Message {
    link::event::Message {
        id: format!("x-{text}").into(),
        role: link::event::Role::User,
        text: text.into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    }
}

#[test]
fn a_message_shown_out_of_place_goes_to_where_the_node_has_it() {
    // The node took up what it had before this window opened, behind a message that had not left yet.
    check(
        "history u:one a:1\nsend c7 late\nheard h2-five - five\nstart r5\nfinish r5 ok 5\nfate c7 acknowledged\n\
         history u:one a:1 u:five a@r5:5 mine@c7:late",
        "user one\nagent 1\nuser five\nagent 5\nme late [acknowledged]",
    );
}

#[test]
fn what_has_not_left_stays_behind_what_happens_meanwhile() {
    check(
        "send c1 later\nheard m1 - now\nstart r\ntext r yes\nfinish r ok yes",
        "user now\nagent yes\nme later [queued]",
    );
}

#[test]
fn a_message_that_is_sent_again_stands_behind_what_was_said_since() {
    check(
        "send c1 one\nfate c1 unknown\nheard m2 - two\nfate c1 queued\nheard m3 - three",
        "user two\nuser three\nme one [queued]",
    );
}

#[test]
fn a_message_that_the_node_takes_later_than_another_stands_behind_that() {
    check(
        "send c1 one\nfate c1 unknown\nheard m2 - two\nstart r2\nfinish r2 ok 2\nheard m1 c1 one",
        "user two\nagent 2\nme one [acknowledged]",
    );
}

#[test]
fn a_run_that_ends_after_its_message_was_given_up_settles_it() {
    check(
        "send c1 hi\nfate c1 acknowledged r1\ndown\nready\nhistory u:hi\nstart r1\nfinish r1 ok hello",
        "me hi [done]\nagent hello",
    );
}

#[test]
fn a_clock_that_is_set_back_leaves_no_message_acknowledged_for_ever() {
    check(
        "send c1 hi\nfate c1 acknowledged r1\npass -3600000\ndown\nready\nhistory u:hi a:hello",
        "me hi [done]\nagent hello",
    );
}

#[test]
fn a_clock_that_is_set_forward_gives_up_no_message_of_this_connection() {
    check("send c1 hi\nfate c1 acknowledged r1\npass 3600000\nhistory u:hi", "me hi [acknowledged]");
}

#[test]
fn a_message_that_the_node_has_further_down_than_it_was_shown_is_not_shown_twice() {
    check(
        "send c1 late\nfate c1 unknown\nheard h0-two - two\nheard h1-three - three\n\
         history u:two u:three mine@c1:late",
        "user two\nuser three\nme late [acknowledged]",
    );
}

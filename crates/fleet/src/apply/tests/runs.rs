//! Runs: their text, and their one end.

use super::check;
use super::script::{KEY, play};

#[test]
fn deltas_join_into_one_row_that_streams() {
    check("start r\ntext r Hel\ntext r lo", "agent~ Hello\nrunning r");
}

#[test]
fn the_final_text_replaces_the_joined_deltas() {
    check("start r\ntext r Hel\nfinish r ok Hello, world", "agent Hello, world");
}

#[test]
fn a_final_without_text_keeps_the_deltas() {
    check("start r\ntext r Hello\nfinish r ok", "agent Hello");
}

#[test]
fn the_first_end_of_a_run_wins() {
    check("start r\ntext r a\nfinish r ok answer\nfinish r ok directive\nfinish r error late", "agent answer");
}

#[test]
fn a_second_error_adds_no_second_remark() {
    check("start r\nfinish r error 429\nfinish r error 429", "notice error 429");
}

#[test]
fn an_aborted_run_keeps_what_it_said() {
    check("start r\ntext r half a\nfinish r aborted", "agent half a\nnotice info Stopped.");
}

#[test]
fn text_after_the_end_changes_nothing() {
    check("start r\nfinish r ok done\ntext r more", "agent done");
}

#[test]
fn an_end_without_a_beginning_shows_its_answer() {
    check("finish r ok hello", "agent hello");
}

#[test]
fn a_run_that_begins_with_its_text_runs() {
    check("text r x", "agent~ x\nrunning r");
}

#[test]
fn runs_without_ids_follow_each_other() {
    check(
        "start -\ntext - one\nfinish - ok\nstart -\ntext - two\nfinish - ok\nfinish - ok twice",
        "agent one\nagent two",
    );
}

#[test]
fn an_id_that_comes_late_is_taken_over() {
    check("start -\ntext - a\ntext r b\nfinish r ok ab", "agent ab");
}

#[test]
fn two_runs_of_a_session_do_not_mix() {
    check("start a\nstart b\ntext a 1\ntext b 2\ntext a 3\nfinish a ok\ntext b 4", "agent 13\nagent~ 24\nrunning b");
}

#[test]
fn thinking_and_words_are_rows_of_their_own() {
    check(
        "start r\nthink r hm\ntext r so\nthink r well\ntext r then\nfinish r ok so then",
        "thinks hm\nagent so\nthinks well\nagent then",
    );
}

#[test]
fn a_final_that_contradicts_the_pieces_of_its_round_replaces_them() {
    check("start r\ntext r abc\nthink r hm\ntext r def\nfinish r ok rewritten", "thinks hm\nagent rewritten");
}

#[test]
fn a_phase_is_shown_until_text_comes() {
    check("start r\nphase r preparing", "running r\nphase preparing");
    check("start r\nphase r waiting-approval", "running r\nphase waiting approval");
    check("start r\nphase r preparing\ntext r a", "agent~ a\nrunning r");
}

#[test]
fn an_end_that_nobody_saw_is_called_unknown() {
    check(
        "start r\ntext r a\nfinish r unknown",
        "agent a\nnotice warning The end of this run never arrived; how it went is unknown.",
    );
}

#[test]
fn an_agents_message_is_the_row_that_streamed_it() {
    check("start r\ntext r Hello\nsays m1 r Hello\nfinish r ok Hello", "agent Hello");
    check("says m1 r Hi", "agent Hi");
    check("says m1 r Hi\nsays m1 r Hi", "agent Hi");
}

#[test]
fn a_session_that_nobody_shows_is_marked_until_it_is_seen() {
    let marks = |facts: &str| {
        let play = play(facts);
        let session = play.truth.session(KEY).unwrap();
        (session.unread, session.failed)
    };
    assert_eq!(marks("unwatch\nstart r\nfinish r ok x"), (true, false));
    assert_eq!(marks("unwatch\nstart r\nfinish r error x"), (false, true));
    assert_eq!(marks("unwatch\nstart r\nfinish r error x\nseen"), (false, false));
    assert_eq!(marks("start r\nfinish r ok x"), (false, false));
}

#[test]
fn many_runs_do_not_grow_the_session_without_end() {
    let facts: String =
        (0..2_000).map(|run| format!("start r{run}\ntext r{run} t\nfinish r{run} ok t{run}\n")).collect();
    let play = play(&facts);
    let session = play.truth.session(KEY).unwrap();
    assert!(session.runs.len() < 40, "{} runs", session.runs.len());
    let rows = session.transcript.as_ref().unwrap();
    assert!(rows.rows.len() <= 500, "{} rows", rows.rows.len());
    assert!(rows.more, "older rows are in the history");
}

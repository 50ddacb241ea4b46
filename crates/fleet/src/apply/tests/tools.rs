//! Tool calls and sub-agents.

use super::check;

#[test]
fn a_tool_call_parts_the_answer() {
    check(
        "start r\ntext r Looking.\ntool r c exec\ntooled c ok fine\ntext r Done.\nfinish r ok Done.",
        "agent Looking.\ntool exec ok fine\nagent Done.",
    );
}

#[test]
fn a_final_that_repeats_earlier_rounds_shows_them_once() {
    check(
        "start r\ntext r Looking.\ntool r c exec\ntooled c ok fine\ntext r Do\nfinish r ok Looking.\u{2003} Done.",
        "agent Looking.\ntool exec ok fine\nagent Done.",
    );
}

#[test]
fn a_final_after_a_tool_without_words_is_a_row_of_its_own() {
    check(
        "start r\ntext r Looking.\ntool r c exec\ntooled c ok fine\nfinish r ok All good.",
        "agent Looking.\ntool exec ok fine\nagent All good.",
    );
    check("start r\ntext r Looking.\ntool r c exec\nfinish r ok Looking.", "agent Looking.\ntool exec unknown");
}

#[test]
fn a_tool_that_did_not_end_is_unknown_when_its_run_ends() {
    check("start r\ntool r c exec\nfinish r ok", "tool exec unknown");
}

#[test]
fn an_end_that_comes_after_its_run_is_taken() {
    check("start r\ntool r c exec\nfinish r ok\ntooled c failed late", "tool exec failed late");
}

#[test]
fn the_first_end_of_a_tool_wins() {
    check("start r\ntool r c exec\ntooled c ok a\ntooled c failed b", "tool exec ok a\nrunning r");
}

#[test]
fn a_call_announced_twice_is_one_row() {
    check("start r\ntool r c exec\ntool r c exec\ntooled c ok a", "tool exec ok a\nrunning r");
}

#[test]
fn a_call_of_another_run_may_bear_the_same_id() {
    check(
        "start r\ntool r c exec\ntooled c ok a\nfinish r ok\nstart s\ntool s c exec\ntooled c ok b",
        "tool exec ok a\ntool exec ok b\nrunning s",
    );
}

#[test]
fn an_end_without_a_beginning_has_a_row() {
    check("start r\ntooled c ok out", "tool tool ok out\nrunning r");
}

#[test]
fn sub_agents_of_one_label_end_in_their_order() {
    check("spawn scout\nspawn scout\nspawned scout", "subagent scout ok\nsubagent scout running");
    check("start r\nspawn scout\nfinish r ok\nspawned scout failed", "subagent scout failed");
}

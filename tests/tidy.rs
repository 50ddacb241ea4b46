//! The invariants of ARCHITECTURE.md, each a test over the tree that names file, line and the mend.
//! Every check is a pure function over text, and has beside it a test that shows it failing on a bad input.

mod calls;
mod direction;
mod layout;
mod names;
mod opening;
mod purity;
mod rust;
mod shell;
mod size;
mod snapshots;
mod style;
mod tree;

use tree::{Tree, settle};

#[test]
fn every_file_says_what_it_is_for() {
    settle(opening::check(&Tree::here().rust()));
}

#[test]
fn no_function_and_no_file_grows_too_long() {
    settle(size::check(&Tree::here().rust()));
}

#[test]
fn crates_depend_only_in_the_drawn_direction() {
    settle(direction::check(&Tree::here().named("Cargo.toml")));
}

#[test]
fn every_crate_keeps_the_houses_lints_and_forbids_unsafe() {
    settle(direction::lints(&Tree::here().named("Cargo.toml")));
}

#[test]
fn contract_and_wire_know_no_clock_and_no_io() {
    settle(purity::check(&Tree::here().rust()));
}

#[test]
fn only_supervise_starts_tasks_and_threads() {
    settle(calls::spawns(&Tree::here().rust()));
}

#[test]
fn no_channel_is_unbounded() {
    settle(calls::unbounded(&Tree::here().rust()));
}

#[test]
fn nothing_panics_or_prints_outside_tests() {
    settle(calls::blunt(&Tree::here().rust()));
}

#[test]
fn the_shell_decides_nothing() {
    let rust = Tree::here().rust();
    settle(shell::length(&rust));
    settle(shell::matches(&rust));
}

#[test]
fn one_file_of_the_window_knows_tauri() {
    settle(shell::tauri(&Tree::here()));
}

#[test]
fn the_window_renders_no_foreign_html() {
    settle(shell::html(&Tree::here()));
}

#[test]
fn names_say_what_a_thing_is() {
    settle(names::check(&Tree::here().rust()));
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    settle(names::leaks(&Tree::here()));
}

#[test]
fn every_type_that_crosses_a_boundary_has_a_snapshot() {
    settle(snapshots::check(&Tree::here().rust()));
}

#[test]
fn every_class_of_the_window_has_style_and_every_style_a_use() {
    settle(style::check(&Tree::here()));
}

#[test]
fn the_top_level_is_exactly_what_was_decided() {
    settle(layout::check(&layout::visible(&tree::root())));
}

//! One binary for everything that looks at the house from outside: its invariants, and the program as a person uses it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod faults;
mod kills;
mod parts;
mod planted;
mod storm;
mod terminal;
mod tidy;
mod window;

//! The state as data: a script of facts on one side, what a pane shows on the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

mod approvals;
mod fates;
mod history;
mod link;
mod lists;
mod own;
mod runs;
mod tools;
mod torn;

use script::check;

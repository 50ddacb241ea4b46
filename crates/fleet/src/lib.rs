//! Every link, the one true state, the outbox, the approvals inbox, the event log and search.
//!
//! What is absent: this crate opens no socket of its own (`link` does) and draws nothing (`ui` does). Only `apply`
//! changes the state of a node, and it is a pure function.
//!
//! Reading order, from the socket to the window: `core` (what holds everything), `truth` (the state of a node),
//! `apply` (how facts change it), `log` (what is kept), `view` and `publish` (what a window is told). Then the other
//! half: the nodes a person has, and what the window may ask.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod core;

pub mod apply;
pub mod truth;

pub mod log;

mod digest;
pub mod publish;
pub mod view;

// The other half: the fleet itself, its tables, keys, calls, outbox and synchronisation.
pub mod fleet;

pub mod nodes;

pub mod nearby;

pub mod calls;

pub mod audit;
mod export;
pub mod gate;
pub mod inbox;

pub mod outbox;
pub mod sync;

mod ledger;
pub mod record;
pub mod usage;

pub mod keys;
pub mod table;

pub use fleet::{Fleet, Home, HomeError, Options, StartError, shut};

//! Real parts for tests, each started for one test and gone after it: gateways of other vendors, a model that needs no
//! network, an SSH server, a desk with a display, a bus and a keyring, and the app's window on it; with the feature
//! `storm` a fleet on lines that misbehave, for hours that pass in minutes.
//! No part of the program. A part that cannot be had here is `Missing`, and `or_skip!` turns that into a skipped test.
#![allow(clippy::disallowed_methods, reason = "the parts of a test may run as tasks of that test")]

pub mod desk;
pub mod fake_model;
pub mod house;
pub mod kills;
pub mod line;
pub mod mcp_cli;
pub mod openclaw;
pub mod own;
pub mod part;
pub mod planted;
pub mod proxy;
pub mod rng;
pub mod running;
pub mod sshd;
#[cfg(feature = "storm")]
pub mod storm;
pub mod wait;
pub mod window;

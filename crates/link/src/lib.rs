//! One live connection to one node: TLS, handshake, keep-alive, back-off, and the
//! dialects that make a vendor's frames neutral.
//!
//! What is absent: this crate knows no window, no database and no other node. It
//! hands neutral events to a [`Sink`] and answers neutral calls; who listens is not
//! its business. Dialects are pure: no socket, no clock, no task.
//!
//! Reading order: `event` (what comes out), `call` (what goes in), `dialect` (how a
//! vendor is translated), then the connection itself.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod call;
pub mod dialect;
pub mod event;

//! One live connection to one node: TLS, handshake, keep-alive, back-off, and the
//! dialects that make a vendor's frames neutral.
//!
//! What is absent: this crate knows no window, no database and no other node. It
//! hands neutral events to a [`Sink`] and answers neutral calls; who listens is not
//! its business. Dialects are pure: no socket, no clock, no task.
//!
//! Reading order: `event` (what comes out), `call` (what goes in), `dialect` (how a
//! vendor is translated), then `target` and `handle`, which open a link; `actor` is what
//! then happens; `route`, `connector`, `ssh`, `tls` and `socket` are the way to the gateway.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod call;
pub mod decode;
pub mod dialect;
pub mod drift;
pub mod event;

mod address;
mod certificate;
mod fingerprint;
mod handle;
mod look;
pub mod nearby;
mod probe;
mod recognise;
pub mod record;
mod route;
mod target;

mod actor;
mod auto;
mod backoff;
mod clock;
mod connector;
mod dial;
mod failure;
mod fallback;
mod http;
mod live;
mod pulse;
mod refusal;
mod shared;
mod socket;
mod ssh;
mod stranger;
mod stream;
mod tls;

#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use certificate::{Certificate, Pin};
pub use failure::sentence;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use handle::{Link, open};
pub use look::{Shown, authorities_in, shown};
pub use probe::{Outcome, Probe, Step, StepName, probe, probe_by};
pub use recognise::{Recognised, recognise};
pub use route::{Route, RouteError, Routes, SshHost};
pub use target::{Choice, OnDrift, OnRoute, OnToken, OpenMemory, Passed, Sink, Taken, Target, Transport};
pub use tls::{ClientFiles, TlsTerms};

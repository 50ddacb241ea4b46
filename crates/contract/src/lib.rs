//! What crosses between the window and the core: calls, updates, the shapes they carry
//! and the error codes.
//!
//! What is absent: no I/O, no clock, no runtime, no Tauri; it compiles for WASM and
//! native alike. Whoever is serialisable stands here; the core's own types do not cross.
//!
//! Reading order: `calls` (what the window may ask), `update` (what it is told), then
//! the shapes by screen.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod activity;
pub mod approval;
pub mod audit;
pub mod calls;
pub mod fault;
pub mod node;
pub mod record;
pub mod secret;
pub mod settings;
pub mod steer;
pub mod straight;
pub mod transcript;
pub mod update;
pub mod usage;

pub use calls::{Call, Handler, Request, route};
pub use fault::{Code, Fault};
pub use secret::Secret;
pub use straight::straight;
pub use update::{Batch, Topic, Update};

#[cfg(test)]
mod tests;

//! Named tasks in a tree: spawn, restart, drain, report.
//!
//! Every piece of work in the house that runs beside its caller is started through a [`Scope`]: it has a name, an
//! owner (the scope) and a reported end. Nothing else in the workspace calls `tokio::spawn` or starts a thread.
//! This crate knows nothing of what the tasks do: no queues, no I/O, no domain types.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use std::time::Duration;
//! use supervise::{Restart, Scope};
//!
//! let root = Scope::root("pilothouse");
//! let link = root.child("link homelab");
//! let stop = link.clone();
//! let backoff = Restart::Backoff { first: Duration::from_millis(200), cap: Duration::from_secs(30) };
//! link.spawn_forever("reader", backoff, move || {
//!     let stop = stop.clone();
//!     async move { stop.cancelled().await; Ok(()) }
//! });
//! assert_eq!(root.status()[0].path, "pilothouse/link homelab/reader");
//! let drained = root.shutdown(Duration::from_secs(5)).await;
//! assert!(drained.in_time());
//! # }
//! ```
//!
//! Tasks are asked to stop, not stopped: one that should end with its scope waits for [`Scope::cancelled`] beside its
//! work. One that does not is aborted, and named, when the grace of [`Scope::shutdown`] is over.

mod scope;
mod shutdown;
mod status;

mod forever;
mod node;
mod start;
mod task;

pub use forever::Restart;
pub use scope::Scope;
pub use shutdown::Drained;
pub use status::{End, Report, State, TaskStatus};
pub use task::Lost;

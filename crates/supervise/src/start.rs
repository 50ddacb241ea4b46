//! The one place in the house that starts tasks and threads. It does nothing but that; names, ends and reports are
//! the callers' in this crate.
#![allow(clippy::disallowed_methods, reason = "everybody else spawns through a Scope, and every Scope spawns here")]

use std::future::Future;
use std::io;
use std::thread;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// Starts a future on the runtime.
pub(crate) fn task(runtime: &Handle, future: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    runtime.spawn(future).abort_handle()
}

/// Starts work on the runtime's blocking pool. Aborting it works only before it has begun.
pub(crate) fn blocking(runtime: &Handle, work: impl FnOnce() + Send + 'static) -> AbortHandle {
    runtime.spawn_blocking(work).abort_handle()
}

/// Starts an operating system thread that shows this name in a debugger.
pub(crate) fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

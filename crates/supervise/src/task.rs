//! The life of one task: on the roll when it starts, off it with an end, whatever that end is.
//! Starting again after a failure is `forever`'s.

use std::any::Any;
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::node::{Kind, Node};
use crate::status::{End, Report, State};

/// Why [`Scope::blocking`](crate::Scope::blocking) has no result.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Lost {
    #[error("{task} did not run: its scope is shutting down")]
    Cancelled { task: String },
    #[error("{task} panicked: {message}")]
    Panicked { task: String, message: String },
    #[error("{task} did not run: there is no async runtime here")]
    NoRuntime { task: String },
}

/// A task that is on the roll. Whoever drops it before it ended has aborted it.
pub(crate) struct Running {
    node: Arc<Node>,
    id: u64,
    kind: Kind,
    end: End,
}

impl Running {
    /// `None` when the node is cancelled: then the task must not start.
    pub fn enter(node: &Arc<Node>, kind: Kind, name: &str) -> Option<Running> {
        let id = node.enter(kind, name)?;
        Some(Running { node: node.clone(), id, kind, end: End::Aborted })
    }

    /// What the node needs to abort this task once it has been started.
    pub fn holder(&self) -> impl FnOnce(AbortHandle) + use<> {
        let (node, id) = (self.node.clone(), self.id);
        move |handle| node.hold(id, handle)
    }

    pub fn finish(mut self, end: End) {
        self.end = end;
    }

    /// The task ended and starts again after the pause.
    pub fn back_off(&self, end: End, pause: Duration) {
        let now = Instant::now();
        let status = self.node.change(self.id, |status| {
            status.state = State::BackingOff { until: now + pause };
            status.since = now;
            status.last_end = Some(end.clone());
        });
        if let Some(status) = status {
            self.node.report(Report { path: status.path, end, restarts: status.restarts, restart_in: Some(pause) });
        }
    }

    pub fn restarted(&self) {
        self.node.change(self.id, |status| {
            status.state = State::Running;
            status.since = Instant::now();
            status.restarts += 1;
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let end = std::mem::replace(&mut self.end, End::Aborted);
        self.node.leave(self.id, self.kind, end);
    }
}

/// Runs a future to its end, a panic included.
pub(crate) async fn end_of<E: Display>(future: impl Future<Output = Result<(), E>>) -> End {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(Ok(())) => End::Finished,
        Ok(Err(error)) => End::Failed(error.to_string()),
        Err(payload) => End::Panicked(message_of(payload)),
    }
}

/// Runs work that blocks, a panic included.
pub(crate) fn outcome_of<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(message_of)
}

fn message_of(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(message) => (*message).to_owned(),
            Err(_) => "without a message".to_owned(),
        },
    }
}

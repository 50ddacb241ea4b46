//! The scope: what the rest of the house holds to start work and to end it.

use std::fmt::{self, Display};
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::DropGuard;

use crate::forever::{Restart, keep};
use crate::node::{Kind, Node};
use crate::shutdown::{Drained, drain};
use crate::start;
use crate::status::{End, Report, TaskStatus};
use crate::task::{Lost, Running, end_of, outcome_of};

/// A node of the tree of tasks. Clones are cheap and mean the same node.
///
/// When the last clone of a *root* is dropped without a [`shutdown`](Scope::shutdown), the whole tree is cancelled.
/// Children do not keep their root alive: keep a clone of the root where the program's life is decided, and give
/// tasks children. Dropping a child's handles changes nothing; its tasks go on under the parent.
#[derive(Clone)]
pub struct Scope {
    node: Arc<Node>,
    /// Cancels the tree when the root's last handle goes; only root handles carry it.
    _root: Option<Arc<DropGuard>>,
}

impl Scope {
    /// The top of a tree. Its tasks run on the runtime this is called on; called outside of one, each task runs on
    /// the runtime its `spawn` is called on.
    pub fn root(name: &str) -> Scope {
        let node = Node::root(name);
        let guard = node.stop.clone().drop_guard();
        Scope { node, _root: Some(Arc::new(guard)) }
    }

    /// A scope of its own below this one: cancelled with it, and it can be shut down alone.
    pub fn child(&self, name: &str) -> Scope {
        Scope { node: self.node.child(name), _root: None }
    }

    /// Starts a task that is meant to end. `Ok` is reported as finished, `Err` and a panic as failed.
    /// In a cancelled scope it does not start.
    pub fn spawn<F, E>(&self, name: &str, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let Some(running) = Running::enter(&self.node, Kind::Task, name) else {
            return;
        };
        self.start(running, |running| async move {
            let end = end_of(task).await;
            running.finish(end);
        });
    }

    /// Starts a task that is meant to run until this scope is cancelled. Any end before that is a failure, `Ok` too;
    /// `restart` says what follows. `make` is called for each life. In a cancelled scope it does not start.
    pub fn spawn_forever<M, F>(&self, name: &str, restart: Restart, make: M)
    where
        M: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let Some(running) = Running::enter(&self.node, Kind::Task, name) else {
            return;
        };
        let stop = self.node.stop.clone();
        self.start(running, |running| keep(running, stop, restart, make));
    }

    /// Runs work that blocks on the runtime's blocking pool and waits for its result.
    ///
    /// Dropping the future does not stop work that has begun, and neither does an abort: work that can hang (a
    /// keyring) needs a deadline around this call, and a runtime that may be left with such work is ended with
    /// `shutdown_background`.
    pub async fn blocking<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Lost> {
        let task = || format!("{}/{name}", self.node.path);
        let Some(runtime) = self.node.runtime() else {
            return Err(Lost::NoRuntime { task: task() });
        };
        let Some(running) = Running::enter(&self.node, Kind::Blocking, name) else {
            return Err(Lost::Cancelled { task: task() });
        };
        let (answer, result) = oneshot::channel();
        let hold = running.holder();
        hold(start::blocking(&runtime, move || {
            let outcome = outcome_of(work);
            running.finish(end_from(&outcome));
            // Nobody waits any more when the caller was dropped.
            let _ = answer.send(outcome);
        }));
        match result.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(message)) => Err(Lost::Panicked { task: task(), message }),
            Err(_) => Err(Lost::Cancelled { task: task() }),
        }
    }

    /// Starts a named operating system thread. Its work must end by itself, when its inbox closes or when
    /// [`closing`](Scope::closing) says so; a panic is its failure and goes no further.
    ///
    /// Errors: the system gives no thread, or the scope is cancelled.
    pub fn thread(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), io::Error> {
        let Some(running) = Running::enter(&self.node, Kind::Thread, name) else {
            return Err(io::Error::other(format!(
                "{}/{name} did not start: its scope is shutting down",
                self.node.path
            )));
        };
        start::thread(name, move || {
            let outcome = outcome_of(work);
            running.finish(end_from(&outcome));
        })
    }

    /// Waits until this scope is cancelled: from then on its tasks should end.
    pub async fn cancelled(&self) {
        self.node.stop.cancelled().await;
    }

    pub fn is_cancelled(&self) -> bool {
        self.node.stop.is_cancelled()
    }

    /// Asks all tasks of this scope and of those below it to end, and waits for nothing.
    pub fn cancel(&self) {
        self.node.stop.cancel();
    }

    /// Waits until a [`shutdown`](Scope::shutdown) of this scope, or of one above it, is through with the tasks. For
    /// threads that tasks depend on while they drain: they end after this, when what is queued has been done.
    pub async fn closing(&self) {
        self.node.closing.cancelled().await;
    }

    /// Ends this scope and all below it: cancels, waits up to `grace` for the tasks, aborts those that are left, then
    /// lets the threads end. The result says which of the two happened and names what was aborted.
    ///
    /// A task that awaits the shutdown of its own scope waits for itself, and is aborted.
    pub async fn shutdown(&self, grace: Duration) -> Drained {
        drain(&self.node, grace).await
    }

    /// All tasks of this scope and of those below it as they stand now, sorted by path: the live ones, and of each
    /// scope the last 32 that failed or were aborted.
    pub fn status(&self) -> Vec<TaskStatus> {
        let mut all = self.node.status();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all
    }

    /// Every end and every restart of a task here or below, from now on. A listener that falls more than 256 reports
    /// behind misses the oldest and is told how many.
    pub fn reports(&self) -> broadcast::Receiver<Report> {
        self.node.listen()
    }

    /// Starts what `life` makes of the entered task.
    fn start<F>(&self, running: Running, life: impl FnOnce(Running) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(runtime) = self.node.runtime() else {
            return running.finish(End::Failed("there is no async runtime to run it on".to_owned()));
        };
        let hold = running.holder();
        hold(start::task(&runtime, life(running)));
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.node.path)
    }
}

fn end_from<T>(outcome: &Result<T, String>) -> End {
    match outcome {
        Ok(_) => End::Finished,
        Err(message) => End::Panicked(message.clone()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

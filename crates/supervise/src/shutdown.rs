//! The end of a scope in one screen: signal, drain, time-out, and say which of the two happened.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::node::Node;

/// How long aborted tasks, and threads after a grace that is used up, get to be gone.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// How a [`Scope::shutdown`](crate::Scope::shutdown) went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every task ended by itself within the grace.
    InTime,
    /// The grace ran out.
    Aborted {
        /// Paths of the tasks that were aborted.
        tasks: Vec<String>,
        /// Paths of blocking work and threads that cannot be aborted and still run.
        stuck: Vec<String>,
    },
}

pub(crate) async fn drain(node: &Arc<Node>, grace: Duration) -> Drained {
    let deadline = Instant::now() + grace;
    node.stop.cancel();

    let mut tasks = Vec::new();
    if !none_left(node, &node.tasks, deadline).await {
        tasks = node.abort();
        none_left(node, &node.tasks, Instant::now() + LAST_WAIT).await;
    }

    // The threads served the tasks until now.
    node.closing.cancel();
    none_left(node, &node.threads, deadline.max(Instant::now() + LAST_WAIT)).await;

    let stuck: Vec<_> = node.live().into_iter().filter(|path| !tasks.contains(path)).collect();
    if tasks.is_empty() && stuck.is_empty() { Drained::InTime } else { Drained::Aborted { tasks, stuck } }
}

/// Waits until the count is zero; says whether it was before the deadline.
async fn none_left(node: &Node, count: &AtomicUsize, deadline: Instant) -> bool {
    let empty = async {
        loop {
            // Listening before looking, so that no end falls between the two.
            let mut ended = std::pin::pin!(node.ended.notified());
            ended.as_mut().enable();
            if count.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    };
    timeout_at(deadline, empty).await.is_ok()
}

impl Drained {
    pub fn in_time(&self) -> bool {
        matches!(self, Drained::InTime)
    }
}

impl fmt::Display for Drained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drained::Aborted { tasks, stuck } = self else {
            return f.write_str("everything ended in time");
        };
        f.write_str("the time to end was over")?;
        if !tasks.is_empty() {
            write!(f, "; aborted: {}", tasks.join(", "))?;
        }
        if !stuck.is_empty() {
            write!(f, "; still running: {}", stuck.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

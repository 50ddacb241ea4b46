//! The queue in front of a database thread: bounded, closed when nobody can send any more or when the scope says so.

use std::sync::Arc;

use supervise::Scope;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};

/// How many requests may wait in a queue; the next caller waits until one is taken.
const WAITING: usize = 256;

/// The receiving end, for one thread or several.
pub(crate) struct Inbox<J> {
    queue: Arc<Mutex<mpsc::Receiver<J>>>,
    scope: Scope,
    runtime: Handle,
}

impl<J> Clone for Inbox<J> {
    fn clone(&self) -> Self {
        Inbox { queue: self.queue.clone(), scope: self.scope.clone(), runtime: self.runtime.clone() }
    }
}

impl<J> Inbox<J> {
    /// A queue that closes with this scope. Called on the runtime.
    pub fn new(scope: &Scope) -> (mpsc::Sender<J>, Inbox<J>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let queue = Arc::new(Mutex::new(receiver));
        (sender, Inbox { queue, scope: scope.clone(), runtime: Handle::current() })
    }

    /// Waits for the next request; `None` when the queue is closed and empty. Blocks, so only for threads.
    pub fn next(&self) -> Option<J> {
        self.runtime.block_on(async {
            let mut queue = self.queue.lock().await;
            tokio::select! {
                // What waits is done first, then the end is looked at.
                biased;
                job = queue.recv() => return job,
                () = self.scope.closing() => queue.close(),
            }
            queue.recv().await
        })
    }

    /// Another request, if one waits already.
    pub fn waiting(&self) -> Option<J> {
        self.queue.try_lock().ok()?.try_recv().ok()
    }
}

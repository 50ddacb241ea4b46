//! A link as the rest of the house holds it: open it, ask, steer, close.

use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use supervise::{Restart, Scope};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

use crate::actor::{Actor, Core, Order};
use crate::backoff::Backoff;
use crate::call::{Ability, Call, CallError, Reply};
use crate::clock::unix_ms;
use crate::connector::Tools;
use crate::event::NodeState;
use crate::shared::Shared;
use crate::target::{Sink, Target};

/// How many calls may wait to be written.
const INBOX: usize = 256;
/// How long a link gets to say goodbye.
const GRACE: Duration = Duration::from_secs(3);
/// Pauses after a failure of the task itself, which is a bug here or in a dialect.
const RESTART: Restart = Restart::Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(60) };

/// One live connection. Clones are cheap and mean the same link; it lives until [`Link::close`] or its scope's end.
#[derive(Clone)]
pub struct Link {
    orders: mpsc::Sender<Order>,
    shared: Arc<Shared>,
    scope: Scope,
}

/// Starts a link in a scope of its own below `scope`. It connects at once and again by itself.
pub fn open(scope: &Scope, target: Target, sink: Arc<dyn Sink>) -> Link {
    open_with(scope, target, sink, Tools::default())
}

pub(crate) fn open_with(scope: &Scope, target: Target, sink: Arc<dyn Sink>, tools: Tools) -> Link {
    let scope = scope.child(&format!("link {}", target.name));
    let (orders, inbox) = mpsc::channel(INBOX);
    let shared = Arc::new(Shared::new(sink));
    let core = Core {
        inbox,
        target,
        tools,
        backoff: Backoff::default(),
        known: None,
        proven: false,
        pairing: 0,
        looked: false,
        route: None,
        silent: None,
    };
    let core = Arc::new(Mutex::new(core));
    let life = (scope.clone(), shared.clone());
    scope.spawn_forever("actor", RESTART, move || {
        let (core, (scope, shared)) = (core.clone(), life.clone());
        async move {
            let core = core.lock_owned().await;
            let run = Actor::new(core, shared.clone()).run(scope);
            match AssertUnwindSafe(run).catch_unwind().await {
                Ok(()) => Ok(()),
                Err(panic) => {
                    shared.publish(fell());
                    resume_unwind(panic)
                }
            }
        }
    });
    Link { orders, shared, scope }
}

impl Link {
    /// Asks the node. The deadline is 60 s for a message that is sent and 30 s for anything else.
    ///
    /// Errors: see [`CallError`]; of a call that timed out or was lost nobody knows whether it took effect.
    pub async fn call(&self, call: Call) -> Result<Reply, CallError> {
        let limit = limit(&call);
        let deadline = Instant::now() + limit;
        let (answer, reply) = oneshot::channel();
        let placed = timeout_at(deadline, self.orders.send(Order::Call(Box::new(call), answer))).await;
        if !matches!(placed, Ok(Ok(()))) {
            // It was never written, so nothing happened.
            return Err(CallError::NotConnected);
        }
        match timeout_at(deadline, reply).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) => Err(CallError::Lost),
            Err(_) => Err(CallError::TimedOut { seconds: limit.as_secs() }),
        }
    }

    /// Connects now instead of waiting, also out of states that wait for a person; while connected, asks for a sign of
    /// life. Does not end a pause.
    pub fn retry(&self) {
        self.shared.change_wish(|wish| wish.retry = true);
        self.nudge();
    }

    /// Hangs up and stays away.
    pub fn pause(&self) {
        self.shared.change_wish(|wish| wish.paused = true);
        self.nudge();
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.shared.change_wish(|wish| wish.paused = false);
        self.nudge();
    }

    /// Another address, key or pin: hangs up and connects anew.
    pub fn retarget(&self, target: Target) {
        self.shared.change_wish(|wish| wish.target = Some(target));
        self.nudge();
    }

    pub fn state(&self) -> NodeState {
        self.shared.state()
    }

    /// The states from now on, for whoever waits for one. Quick changes may be seen as one.
    pub fn states(&self) -> watch::Receiver<NodeState> {
        self.shared.states()
    }

    /// The way to the node and back, as last measured; `None` while it is not connected.
    pub fn latency(&self) -> Option<Duration> {
        self.shared.latency()
    }

    /// What the node can be asked, by each kind of call, as it said when it was last connected; nothing before that.
    pub fn abilities(&self) -> Arc<[Ability]> {
        self.shared.abilities()
    }

    /// Hangs up for good. Waiting calls are lost.
    pub async fn close(self) {
        self.scope.shutdown(GRACE).await;
    }

    /// Makes the task look at the wish. A full inbox does so too: it looks after each order.
    fn nudge(&self) {
        let _ = self.orders.try_send(Order::Look);
    }
}

/// The state after a panic on this side; the task's owner starts it again.
fn fell() -> NodeState {
    NodeState::BackingOff {
        attempt: 1,
        next: unix_ms() + 1000,
        reason: "this program stumbled over what the gateway sent; please report it with the log".to_owned(),
    }
}

fn limit(call: &Call) -> Duration {
    Duration::from_secs(match call {
        Call::Send { .. } | Call::Steer { .. } => 60,
        // A model writes the summary.
        Call::CompactSession { .. } => 180,
        _ => 30,
    })
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("scope", &self.scope).field("state", &self.state()).finish_non_exhaustive()
    }
}

//! What the fleet itself must know of a node's events: how its link stands, which runs ended, when to read anew.
//! Levels, not queues: whoever looks late sees what is so now.

use std::collections::VecDeque;

use link::event::{NodeState, Outcome, RunEnd};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

/// How many ended runs are remembered.
const REMEMBERED: usize = 512;

/// How a node's link stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub state: NodeState,
    /// How often it has become ready: tells one connection from the next.
    pub times_ready: u64,
}

impl Standing {
    /// Whether calls may be made.
    pub fn is_ready(&self) -> bool {
        matches!(self.state, NodeState::Ready { .. })
    }

    /// Whether only a person can change it: nothing is tried by itself.
    pub fn is_final(&self) -> bool {
        use NodeState::{Failed, Incompatible, Paused, Ready, Unauthorised, Untrusted};
        matches!(
            self.state,
            Ready { .. } | Untrusted { .. } | Unauthorised { .. } | Incompatible { .. } | Failed { .. } | Paused
        )
    }

    /// Whether the gateway's owner must let this device in: the link asks again by itself.
    pub fn is_pairing(&self) -> bool {
        matches!(self.state, NodeState::Pairing { .. })
    }
}

/// How a run ended, as far as the outbox cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub failed: bool,
    pub error: Option<String>,
}

/// The signals of one node.
pub struct Signals {
    standing: watch::Sender<Standing>,
    ended: Mutex<VecDeque<(Box<str>, Ended)>>,
    run_ended: Notify,
    /// The list of sessions is not what it was.
    pub relist: Notify,
    /// Something was lost: read everything anew.
    pub reread: Notify,
    /// Something waits for a word: the rules are asked.
    pub asked: Notify,
    /// The windows show other sessions than before.
    pub wanted: Notify,
}

impl Default for Signals {
    /// Of a node that nobody has tried yet.
    fn default() -> Signals {
        let standing = Standing { state: NodeState::Idle, times_ready: 0 };
        Signals {
            standing: watch::Sender::new(standing),
            ended: Mutex::default(),
            run_ended: Notify::new(),
            relist: Notify::new(),
            reread: Notify::new(),
            asked: Notify::new(),
            wanted: Notify::new(),
        }
    }
}

impl Signals {
    /// How the link stands, now and whenever it changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Whether calls may be made now.
    pub fn is_ready(&self) -> bool {
        self.standing.borrow().is_ready()
    }

    /// The link moved.
    pub fn moved(&self, state: &NodeState) {
        self.standing.send_modify(|standing| {
            standing.state = state.clone();
            standing.times_ready += u64::from(standing.is_ready());
        });
    }

    /// A run ended. The first end of a run wins.
    pub fn run_over(&self, run: &str, end: &RunEnd) {
        let failed = matches!(end.outcome, Outcome::Error);
        let ended = Ended { failed, error: end.error.as_deref().map(str::to_owned) };
        let mut all = self.ended.lock();
        if all.len() == REMEMBERED {
            all.pop_front();
        }
        all.push_back((run.into(), ended));
        drop(all);
        self.run_ended.notify_one();
    }

    /// Waits until a run has ended that nobody waited for yet.
    pub async fn run_ended(&self) {
        self.run_ended.notified().await;
    }

    /// How that run ended, if it did lately.
    pub fn ended(&self, run: &str) -> Option<Ended> {
        self.ended.lock().iter().find(|(id, _)| &**id == run).map(|(_, end)| end.clone())
    }
}

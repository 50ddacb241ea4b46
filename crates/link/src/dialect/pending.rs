//! Which request a response answers: the requests of callers, the dialect's own, and
//! those seen in a recording.

use std::collections::{HashMap, VecDeque};

use super::Out;
use crate::call::{Call, CallError, Reply, Verb};
use crate::event::{Approval, Decision, Device};

/// Requests remembered at once; the oldest is forgotten beyond it.
const LIMIT: usize = 4096;

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ask {
    Connect,
    Subscribe,
    Agents,
    Sessions,
    History {
        session: String,
        limit: usize,
        before: Option<String>,
    },
    /// What runs in the session now, and what it said so far; its history is asked for next.
    Peek {
        session: String,
        limit: u32,
    },
    Send {
        session: Option<String>,
    },
    Abort,
    Create {
        agent: Option<String>,
        title: Option<String>,
    },
    /// A session was made ready for a message, which is sent next.
    Prepare {
        session: String,
        agent: Option<String>,
        then: Box<Then>,
    },
    Approvals,
    Decide {
        approval: String,
        decision: Decision,
    },
    Ping,
    /// Whatever else is asked in one step; `about` is what the answer does not repeat.
    Of {
        verb: Verb,
        about: String,
    },
    /// Whether the session of this call is there; the call itself comes next.
    Check {
        call: Box<Call>,
    },
    /// Which sessions run something: these runs have been silent for suspiciously long, since then.
    Recheck {
        runs: Vec<(Box<str>, i64)>,
    },
    /// The second half of the approvals that wait.
    MoreApprovals {
        first: Vec<(Option<String>, Option<String>, Approval)>,
    },
    /// The first half of the devices.
    Devices,
    /// The second half of the devices.
    MoreDevices {
        first: Vec<Device>,
    },
    /// Something this program never asks, seen in a recording.
    Foreign {
        method: String,
    },
}

/// What follows when a session is ready.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Then {
    Send { text: String, client_id: String },
    Tell { title: Option<String> },
}

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A caller, by the number it gave.
    Caller(u64),
    /// The dialect itself; the answer becomes events.
    Own,
    /// A recording; the answer becomes events.
    Recorded,
}

/// A request that has no answer yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub ask: Ask,
    pub asker: Asker,
}

/// All requests that have no answer yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    asked: HashMap<String, Asked>,
    order: VecDeque<String>,
    last: u64,
}

impl Pending {
    /// Enters a request of ours and gives it its id.
    pub fn enter(&mut self, ask: Ask, asker: Asker) -> String {
        self.last += 1;
        let id = format!("p{}", self.last);
        self.record(id.clone(), Asked { ask, asker });
        id
    }

    /// Enters a request under the id it already has.
    pub fn record(&mut self, id: String, asked: Asked) {
        if self.order.len() >= LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.asked.remove(&oldest);
        }
        if self.asked.insert(id.clone(), asked).is_none() {
            self.order.push_back(id);
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Takes out the request that `id` answers.
    pub fn take(&mut self, id: &str) -> Option<Asked> {
        let asked = self.asked.remove(id)?;
        if self.order.front().is_some_and(|first| first == id) {
            self.order.pop_front();
        } else {
            self.order.retain(|other| other != id);
        }
        Some(asked)
    }

    /// Forgets what caller `number` asked.
    pub fn forget(&mut self, number: u64) {
        self.asked.retain(|_, asked| asked.asker != Asker::Caller(number));
        let asked = &self.asked;
        self.order.retain(|id| asked.contains_key(id));
    }

    /// Tells every waiting caller that the connection broke.
    pub fn lose_all(&mut self, out: &mut Out) {
        for id in std::mem::take(&mut self.order) {
            if let Some(Asked { asker: Asker::Caller(number), .. }) = self.asked.remove(&id) {
                out.replies.push((number, Err(CallError::Lost)));
            }
        }
        self.asked.clear();
    }
}

/// There is no such session: some gateways would make one instead of saying so.
pub(crate) fn no_session(session: &str) -> CallError {
    let message = format!("There is no session “{session}” on this node.");
    CallError::refused("NOT_FOUND", message)
}

/// Hands an answer to the caller, if there is one.
pub(crate) fn answer(asker: Asker, reply: Result<Reply, CallError>, out: &mut Out) {
    if let Asker::Caller(number) = asker {
        out.replies.push((number, reply));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_answers_callers_only() {
        let mut pending = Pending::default();
        pending.enter(Ask::Ping, Asker::Caller(7));
        pending.enter(Ask::Subscribe, Asker::Own);
        let mut out = Out::default();
        pending.lose_all(&mut out);
        assert_eq!(out.replies, [(7, Err(CallError::Lost))]);
    }

    #[test]
    fn a_forgotten_call_has_no_late_answer() {
        let mut pending = Pending::default();
        let id = pending.enter(Ask::Ping, Asker::Caller(7));
        pending.forget(7);
        assert_eq!(pending.take(&id), None);
    }
}

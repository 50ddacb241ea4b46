//! The approvals that wait for a person, and what was allowed for good.
//!
//! Everything fails closed: no answer in time, an aborted run, an unknown id or
//! another command than the one that was shown all mean "not allowed".

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;
use wire::approval::{Answer, Decision, Kind, Request, ResolveParams, Resolved, Rule};
use wire::{Code, Error, event};

use crate::clock::Clock;
use crate::hub::Hub;

/// Settled requests that are remembered, to say how they ended.
const REMEMBERED: usize = 500;

/// The one authority on what an agent may do.
pub(crate) struct Approvals {
    hub: Arc<Hub>,
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// By the order they came in.
    pending: BTreeMap<u64, Pending>,
    next: u64,
    settled: VecDeque<(String, Decision)>,
    rules: Vec<Rule>,
}

struct Pending {
    request: Request,
    expires: Instant,
    answer: oneshot::Sender<Decision>,
}

/// What an agent asks to do.
pub(crate) struct Asked {
    pub agent_id: String,
    pub session_key: String,
    pub run_id: String,
    pub tool_call_id: String,
    pub cwd: String,
    pub patience: Duration,
    pub ask: crate::tools::Ask,
}

impl Approvals {
    pub fn new(hub: Arc<Hub>, clock: Clock) -> Self {
        Self { hub, clock, inner: Arc::default() }
    }

    /// Whether "always" was said to exactly this, in this agent and session.
    pub fn has_rule(&self, asked: &Asked) -> bool {
        self.inner.lock().rules.iter().any(|rule| {
            rule.agent_id == asked.agent_id
                && rule.session_key == asked.session_key
                && rule.kind == asked.ask.kind
                && rule.rule == asked.ask.rule
        })
    }

    /// Asks and waits. Dropping the future withdraws the request.
    pub async fn ask(&self, asked: Asked) -> Decision {
        let expires = Instant::now() + asked.patience;
        let request = request_of(asked, self.clock.now_ms());
        let (answer, answered) = oneshot::channel();
        let pending = Pending { request: request.clone(), expires, answer };
        let number = {
            let mut inner = self.inner.lock();
            inner.next += 1;
            let number = inner.next;
            inner.pending.insert(number, pending);
            number
        };
        // From here on the request ends in one of four ways, come what may.
        let mut waiting = Waiting { approvals: self, number, left_as: Decision::Withdrawn };
        self.hub.broadcast(event::name::APPROVAL_REQUESTED, &request);
        tokio::select! {
            biased;
            decision = answered => decision.unwrap_or(Decision::Denied),
            () = tokio::time::sleep_until(expires) => {
                waiting.left_as = Decision::Expired;
                Decision::Expired
            }
        }
    }

    pub fn pending(&self) -> Vec<Request> {
        self.inner.lock().pending.values().map(|pending| pending.request.clone()).collect()
    }

    /// Takes a person's answer.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown id, `CONFLICT` for one that is settled, has
    /// expired, or asked something else than the person saw.
    pub fn resolve(&self, params: &ResolveParams, by: &str) -> Result<(), Error> {
        let mut inner = self.inner.lock();
        let number = inner.number_of(&params.request_id)?;
        let pending = inner.pending.get(&number).ok_or_else(unknown)?;
        if pending.expires <= Instant::now() {
            return Err(settled(Decision::Expired));
        }
        if params.command.as_ref().is_some_and(|seen| *seen != pending.request.command) {
            let message = "The request asks for another command than the one you saw. Nothing was allowed.";
            return Err(Error::new(Code::Conflict, message));
        }
        let Some(pending) = inner.pending.remove(&number) else {
            return Err(unknown());
        };
        let decision = match params.decision {
            Answer::Approved => Decision::Approved,
            Answer::Denied => Decision::Denied,
        };
        let rule = (params.always && decision == Decision::Approved)
            .then(|| inner.allow(&pending.request, self.clock.now_ms()));
        inner.settle(&pending.request.request_id, decision);
        let resolved = Resolved {
            always: rule.is_some(),
            rule: rule.flatten(),
            by: Some(by.to_owned()),
            ..resolved(&pending.request, decision, self.clock.now_ms())
        };
        // Whoever asked is gone if this fails, and its guard has said so.
        let _ = pending.answer.send(decision);
        drop(inner);
        self.hub.broadcast(event::name::APPROVAL_RESOLVED, &resolved);
        Ok(())
    }

    pub fn rules(&self) -> Vec<Rule> {
        self.inner.lock().rules.clone()
    }

    /// True when there was such a rule.
    pub fn remove_rule(&self, rule_id: &str) -> bool {
        let mut inner = self.inner.lock();
        let before = inner.rules.len();
        inner.rules.retain(|rule| rule.rule_id != rule_id);
        inner.rules.len() < before
    }

    /// A session of the same key that is made later inherits nothing.
    pub fn forget_session(&self, session_key: &str) {
        self.inner.lock().rules.retain(|rule| rule.session_key != session_key);
    }

    fn leave(&self, number: u64, decision: Decision) {
        let request = {
            let mut inner = self.inner.lock();
            let Some(pending) = inner.pending.remove(&number) else {
                return;
            };
            inner.settle(&pending.request.request_id, decision);
            pending.request
        };
        self.hub.broadcast(event::name::APPROVAL_RESOLVED, &resolved(&request, decision, self.clock.now_ms()));
    }
}

/// Ends a request that nobody answered, however its run ends.
struct Waiting<'a> {
    approvals: &'a Approvals,
    number: u64,
    left_as: Decision,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.approvals.leave(self.number, self.left_as);
    }
}

impl Inner {
    fn number_of(&self, request_id: &str) -> Result<u64, Error> {
        if let Some((_, decision)) = self.settled.iter().find(|(id, _)| id == request_id) {
            return Err(settled(*decision));
        }
        let mut pending = self.pending.iter();
        let found = pending.find(|(_, pending)| pending.request.request_id == request_id);
        found.map(|(number, _)| *number).ok_or_else(unknown)
    }

    fn settle(&mut self, request_id: &str, decision: Decision) {
        self.settled.push_back((request_id.to_owned(), decision));
        if self.settled.len() > REMEMBERED {
            self.settled.pop_front();
        }
    }

    /// Makes a rule of a request; gives the rule's text.
    fn allow(&mut self, request: &Request, now: u64) -> Option<String> {
        let rule = Rule {
            rule_id: uuid::Uuid::new_v4().to_string(),
            agent_id: request.agent_id.clone()?,
            session_key: request.session_key.clone(),
            kind: request.kind.unwrap_or(Kind::Other),
            rule: request.rule.clone()?,
            created_at_ms: now,
        };
        let text = rule.rule.clone();
        self.rules.push(rule);
        Some(text)
    }
}

fn request_of(asked: Asked, now: u64) -> Request {
    Request {
        request_id: uuid::Uuid::new_v4().to_string(),
        command: asked.ask.command,
        session_key: asked.session_key,
        kind: Some(asked.ask.kind),
        agent_id: Some(asked.agent_id),
        run_id: Some(asked.run_id),
        tool_call_id: Some(asked.tool_call_id),
        cwd: Some(asked.cwd),
        path: asked.ask.path,
        preview: asked.ask.preview,
        rule: Some(asked.ask.rule),
        created_at_ms: Some(now),
        expires_at_ms: Some(now.saturating_add(u64::try_from(asked.patience.as_millis()).unwrap_or(u64::MAX))),
    }
}

fn resolved(request: &Request, decision: Decision, now: u64) -> Resolved {
    Resolved {
        request_id: request.request_id.clone(),
        session_key: request.session_key.clone(),
        decision,
        always: false,
        rule: None,
        by: None,
        agent_id: request.agent_id.clone(),
        run_id: request.run_id.clone(),
        tool_call_id: request.tool_call_id.clone(),
        at_ms: now,
    }
}

fn unknown() -> Error {
    Error::new(Code::NotFound, "There is no such request. It may be from before the gateway was started.")
}

fn settled(decision: Decision) -> Error {
    let how = match decision {
        Decision::Approved => "it was approved",
        Decision::Denied => "it was denied",
        Decision::Expired => "nobody answered in time, so it was not allowed",
        Decision::Withdrawn => "its run was aborted",
    };
    Error::new(Code::Conflict, format!("This request is settled already: {how}."))
        .with_details(json!({"decision": decision}))
}

#[cfg(test)]
mod tests;

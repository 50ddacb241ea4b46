//! Approvals. Our own gateway says how each ended; Moltis never does: there the end of
//! the tool call it held up tells it, or two minutes without an answer.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Flag, Int, Raw, Text, read};
use super::super::recent::Recent;
use super::super::runs::Place;
use super::Moltis;
use crate::event::{Approval, Body, Decision};

/// Milliseconds after which Moltis takes silence for a no.
const PATIENCE: i64 = 120_000;
/// Milliseconds after that in which the tool call's end may still say it.
const GRACE: i64 = 5_000;
/// Open approvals remembered at once.
const LIMIT: usize = 512;

/// The approvals that are open, and those that are settled.
pub(super) struct Approvals {
    open: VecDeque<Open>,
    settled: Recent,
}

#[derive(Debug, Clone)]
pub(super) struct Open {
    pub approval: Approval,
    pub agent: Option<Box<str>>,
    pub session: Option<Box<str>>,
    run: Option<Box<str>>,
}

impl Default for Approvals {
    fn default() -> Self {
        Self { open: VecDeque::new(), settled: Recent::new(LIMIT) }
    }
}

/// A request as events and lists have it; the later fields are our own gateway's.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested<'a> {
    #[serde(default, borrow)]
    request_id: Text<'a>,
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    command: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow, rename = "session_key")]
    session_key_snake: Text<'a>,
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, borrow)]
    tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    cwd: Text<'a>,
    #[serde(default, borrow)]
    path: Text<'a>,
    #[serde(default, borrow)]
    rule: Text<'a>,
    #[serde(default)]
    created_at_ms: Int,
    #[serde(default)]
    expires_at_ms: Int,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resolved<'a> {
    #[serde(default, borrow)]
    request_id: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, borrow)]
    decision: Text<'a>,
    #[serde(default)]
    always: Flag,
    #[serde(default, borrow)]
    by: Text<'a>,
    #[serde(default)]
    at_ms: Int,
}

impl Requested<'_> {
    /// The neutral request; `None` without an id.
    pub fn open(&self) -> Option<Open> {
        let mut allowed = vec![Decision::Once, Decision::Deny];
        if self.rule.filled().is_some() {
            allowed.insert(1, Decision::Always);
        }
        let approval = Approval {
            id: self.request_id.boxed().or_else(|| self.id.boxed())?,
            kind: self.kind.filled().unwrap_or("exec").into(),
            command: self.command.boxed().or_else(|| self.path.boxed()).unwrap_or_default(),
            cwd: self.cwd.boxed(),
            asked_at: self.created_at_ms.0,
            expires_at: self.expires_at_ms.0,
            allowed,
            call: self.tool_call_id.boxed(),
            rule: self.rule.boxed(),
        };
        Some(Open {
            approval,
            agent: self.agent_id.boxed(),
            session: self.session_key.boxed().or_else(|| self.session_key_snake.boxed()),
            run: self.run_id.boxed(),
        })
    }
}

impl Moltis {
    pub(super) fn approval_requested(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(open) = read::<Requested<'_>>(payload).and_then(|asked| asked.open()) else {
            return false;
        };
        self.open_approval(open, now, out);
        true
    }

    /// Tells a request; what Moltis leaves out is filled in from what is known here.
    pub(super) fn open_approval(&mut self, mut open: Open, now: i64, out: &mut Out) {
        if self.approvals.knows(&open.approval.id) {
            return;
        }
        let asked = *open.approval.asked_at.get_or_insert(now);
        open.approval.expires_at.get_or_insert(asked.saturating_add(PATIENCE));
        self.attribute(&mut open);
        open.say(open.approval.asked_at.unwrap_or(now), Body::ApprovalRequested(open.approval.clone()), out);
        self.approvals.remember(open);
    }

    /// Which open tool call of the session waits for this.
    fn attribute(&self, open: &mut Open) {
        let Some(session) = open.session.as_deref() else {
            return;
        };
        if open.agent.is_none() {
            open.agent = self.sessions.agent(session).map(Box::from);
        }
        if open.run.is_some() && open.approval.call.is_some() {
            return;
        }
        let Some(run) = self.runs.of_session(session) else {
            return;
        };
        let command = |input: &Value| input.get("command").and_then(Value::as_str) == Some(&*open.approval.command);
        let waits = |call: &str| self.approvals.waits(session, call);
        let mut calls = run.open_tools().filter(|(call, _, _)| !waits(call));
        let exact = run.open_tools().find(|(call, _, input)| command(input) && !waits(call));
        let only = calls.next().filter(|_| calls.next().is_none());
        let call = exact.or(only).map(|(call, _, _)| Box::from(call));
        open.run = Some(run.id().into());
        open.approval.call = call;
    }

    pub(super) fn approval_resolved(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let resolved: Resolved<'_> = read(payload).unwrap_or_default();
        let Some(id) = resolved.request_id.filled() else {
            return false;
        };
        let decision = match resolved.decision.or_empty() {
            "approved" if resolved.always.set() => Decision::Always,
            "approved" => Decision::Once,
            "denied" => Decision::Deny,
            // Withdrawn with its run: nobody answered, and it is not allowed.
            "expired" | "withdrawn" => Decision::Expired,
            _ => Decision::Unknown,
        };
        let at = resolved.at_ms.0.unwrap_or(now);
        if !self.approvals.knows(id) {
            // Asked before this connection: who was held up stands in the answer.
            let stub = Requested { request_id: resolved.request_id.clone(), ..Requested::default() };
            let (session, run) = (resolved.session_key.boxed(), resolved.run_id.boxed());
            self.approvals.open.extend(stub.open().map(|open| Open { session, run, ..open }));
        }
        self.approvals.settle(id, at, decision, resolved.by.boxed(), out);
        true
    }
}

impl Approvals {
    fn knows(&self, id: &str) -> bool {
        self.settled.contains(id) || self.open.iter().any(|open| &*open.approval.id == id)
    }

    fn waits(&self, session: &str, call: &str) -> bool {
        self.open.iter().any(|open| open.may_be_of(Some(session)) && open.approval.call.as_deref() == Some(call))
    }

    fn remember(&mut self, open: Open) {
        if self.open.len() >= LIMIT {
            self.open.pop_front();
        }
        self.open.push_back(open);
    }

    /// The exact command that was asked.
    pub fn command(&self, id: &str) -> Option<&str> {
        self.open.iter().find(|open| &*open.approval.id == id).map(|open| &*open.approval.command)
    }

    fn settle(&mut self, id: &str, at: i64, decision: Decision, by: Option<Box<str>>, out: &mut Out) {
        let Some(index) = self.open.iter().position(|open| &*open.approval.id == id) else {
            return;
        };
        let Some(open) = self.open.remove(index) else {
            return;
        };
        self.settled.insert(id);
        open.say(at, Body::ApprovalResolved { id: id.into(), decision, by }, out);
    }

    /// A tool call ended: what it waited for is settled, and how stands in its words.
    pub fn call_ended(&mut self, place: Place<'_>, call: &str, ok: bool, output: &str, out: &mut Out) {
        // Models count their calls anew in each session: two sessions may wait with a call of the same id.
        let waited = |open: &&Open| match open.approval.call.as_deref() {
            Some(waiting) => waiting == call && open.may_be_of(place.session),
            None => open.session.as_deref() == place.session && output.ends_with(&*open.approval.command),
        };
        let Some(id) = self.open.iter().find(waited).map(|open| open.approval.id.clone()) else {
            return;
        };
        let decision = if output.starts_with("approval timed out") {
            Decision::Expired
        } else if output.starts_with("command denied") {
            Decision::Deny
        } else if ok || !output.contains("approval") {
            // It ran, well or not, so it was allowed.
            Decision::Once
        } else {
            Decision::Unknown
        };
        self.settle(&id, place.at, decision, None, out);
    }

    /// A run ended: what it waited for waits no longer.
    pub fn end_of_run(&mut self, place: Place<'_>, out: &mut Out) {
        let waiting = self.open.iter().filter(|open| open.run.as_deref() == Some(place.run));
        let ids: Vec<Box<str>> = waiting.map(|open| open.approval.id.clone()).collect();
        for id in ids {
            self.settle(&id, place.at, Decision::Unknown, None, out);
        }
    }

    /// What nobody answered in time is no longer open. If the call it held up still
    /// runs after that, somebody allowed it and nobody said so.
    pub fn expire(&mut self, now: i64, out: &mut Out) {
        let late = |open: &Open| open.approval.expires_at.is_some_and(|at| now > at.saturating_add(GRACE));
        while let Some(open) = self.open.iter().find(|open| late(open)) {
            let (id, call) = (open.approval.id.clone(), open.approval.call.is_some());
            let decision = if call { Decision::Unknown } else { Decision::Expired };
            self.settle(&id, now, decision, None, out);
        }
    }
}

impl Open {
    /// Whether that is its session, as far as both are known.
    fn may_be_of(&self, session: Option<&str>) -> bool {
        self.session.is_none() || session.is_none() || self.session.as_deref() == session
    }

    fn say(&self, at: i64, body: Body, out: &mut Out) {
        let run = self.run.as_deref().unwrap_or_default();
        Place { run, agent: self.agent.as_deref(), session: self.session.as_deref(), at }.say(body, out);
    }
}

//! Approvals. Nobody is told how one ended: a result of the same tool with the same
//! arguments says yes, the next state of the agent without one says no.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Raw, Text, read, tree};
use super::super::runs::Place;
use super::{McpDashboard, moment};
use crate::event::{Approval, Body, Decision};

/// Milliseconds after which silence is a no.
const PATIENCE: i64 = 300_000;
/// Milliseconds after that in which the agent's next state may still say it.
const GRACE: i64 = 5_000;
/// Open approvals remembered at once.
const LIMIT: usize = 512;

/// The approvals that are open.
#[derive(Default)]
pub(super) struct Approvals {
    open: VecDeque<Open>,
}

#[derive(Clone)]
pub(super) struct Open {
    pub approval: Approval,
    pub agent: Box<str>,
    pub session: Option<Box<str>>,
    run: Box<str>,
    tool: Box<str>,
    input: Value,
    /// What was answered from here, if anything.
    answered: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Requested<'a> {
    #[serde(default, borrow)]
    tool_name: Text<'a>,
    #[serde(default, borrow)]
    arguments: Option<Raw<'a>>,
    #[serde(default, borrow)]
    call_id: Text<'a>,
    #[serde(default, borrow)]
    timestamp: Text<'a>,
}

impl McpDashboard {
    pub(super) fn approval_requested(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let asked: Requested<'_> = read(payload).unwrap_or_default();
        let Some(id) = asked.call_id.boxed() else {
            return false;
        };
        let agent = self.agent_of(payload);
        let asked_at = moment(asked.timestamp.get()).unwrap_or(now);
        let (tool, input) = (asked.tool_name.or_empty(), tree(asked.arguments));
        let run = self.turn(&agent, now, out).map(|run| Box::from(run.id())).unwrap_or_default();
        let approval = Approval {
            id,
            kind: "tool".into(),
            command: if input.is_null() { tool.into() } else { format!("{tool} {input}").into() },
            cwd: None,
            asked_at: Some(asked_at),
            expires_at: Some(asked_at.saturating_add(PATIENCE)),
            allowed: vec![Decision::Once, Decision::Deny],
            call: None,
            rule: None,
        };
        let session = self.sessions.current(&agent).map(Box::from);
        let open = Open { approval, agent, session, run, tool: tool.into(), input, answered: None };
        self.approvals.add(open, out);
        true
    }

    /// What nobody answered for five minutes is denied there, and nobody is told.
    pub(super) fn expire(&mut self, now: i64, out: &mut Out) {
        let late = |open: &Open| {
            open.answered.is_none() && open.approval.expires_at.is_some_and(|at| now > at.saturating_add(GRACE))
        };
        while let Some(index) = self.approvals.open.iter().position(late) {
            let Some(open) = self.approvals.open.remove(index) else {
                return;
            };
            let id = open.approval.id.clone();
            open.say(now, Body::ApprovalResolved { id, decision: Decision::Expired, by: None }, out);
        }
    }

    /// The agent went on: what it waited for is settled.
    pub(super) fn round_over(&mut self, agent: &str, now: i64, out: &mut Out) {
        while let Some(index) = self.approvals.open.iter().position(|open| &*open.agent == agent) {
            let Some(open) = self.approvals.open.remove(index) else {
                return;
            };
            let reports = self.tools.contains(&open.tool);
            let late = open.approval.expires_at.is_some_and(|at| now >= at);
            let decision = match (open.answered, reports) {
                (_, true) if late && open.answered.is_none() => Decision::Expired,
                // It would have reported a result, had it run.
                (_, true) | (Some(false), false) => Decision::Deny,
                (Some(true), false) => Decision::Once,
                (None, false) => Decision::Unknown,
            };
            open.say(now, Body::ApprovalResolved { id: open.approval.id.clone(), decision, by: None }, out);
        }
    }
}

impl Approvals {
    fn add(&mut self, open: Open, out: &mut Out) {
        if self.open.iter().any(|known| known.approval.id == open.approval.id) {
            return;
        }
        if self.open.len() >= LIMIT {
            self.open.pop_front();
        }
        open.say(open.approval.asked_at.unwrap_or(0), Body::ApprovalRequested(open.approval.clone()), out);
        self.open.push_back(open);
    }

    /// What waits now.
    pub fn open(&self) -> impl Iterator<Item = &Open> {
        self.open.iter()
    }

    /// Takes note of an answer given from here; the agent that it has to name.
    pub fn answer(&mut self, id: &str, yes: bool) -> Option<Box<str>> {
        let open = self.open.iter_mut().find(|open| &*open.approval.id == id)?;
        open.answered.get_or_insert(yes);
        Some(open.agent.clone())
    }

    /// A tool ran: what it waited for was allowed.
    pub fn ran(&mut self, agent: &str, tool: &str, input: &Value, at: i64, out: &mut Out) {
        let same = |open: &Open| &*open.agent == agent && &*open.tool == tool && open.input == *input;
        let Some(index) = self.open.iter().position(same) else {
            return;
        };
        let Some(open) = self.open.remove(index) else {
            return;
        };
        let id = open.approval.id.clone();
        open.say(at, Body::ApprovalResolved { id, decision: Decision::Once, by: None }, out);
    }

    /// The connection is gone, and with it every way to learn more.
    pub fn end_all(&mut self, at: i64, out: &mut Out) {
        for open in std::mem::take(&mut self.open) {
            let id = open.approval.id.clone();
            open.say(at, Body::ApprovalResolved { id, decision: Decision::Unknown, by: None }, out);
        }
    }
}

impl Open {
    fn say(&self, at: i64, body: Body, out: &mut Out) {
        let session = self.session.as_deref();
        Place { run: &self.run, agent: Some(&self.agent), session, at }.say(body, out);
    }
}

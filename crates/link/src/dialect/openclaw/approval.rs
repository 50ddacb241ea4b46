//! What waits for a person's word, and how it ended, whoever answered.

use std::collections::VecDeque;

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, list, read};
use super::super::recent::Recent;
use super::super::runs::Place;
use super::Openclaw;
use crate::event::{Approval, Body, Decision};

/// Open approvals remembered at once.
const LIMIT: usize = 1024;

/// The approvals that are open, and those that are settled.
pub(super) struct Approvals {
    open: VecDeque<Open>,
    /// Those that somebody was told in a list, with the method that answers each.
    listed: VecDeque<(Box<str>, &'static str)>,
    settled: Recent,
}

/// An open approval and whom it holds up.
struct Open {
    id: Box<str>,
    method: &'static str,
    agent: Option<Box<str>>,
    session: Option<Box<str>>,
    run: Option<Box<str>>,
}

impl Default for Approvals {
    fn default() -> Self {
        Self { open: VecDeque::new(), listed: VecDeque::new(), settled: Recent::new(LIMIT) }
    }
}

/// A request as events and lists have it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    approval_kind: Text<'a>,
    #[serde(default, borrow)]
    request: Option<Raw<'a>>,
    #[serde(default)]
    created_at_ms: Int,
    #[serde(default)]
    expires_at_ms: Int,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(default, borrow)]
    command: Text<'a>,
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    description: Text<'a>,
    #[serde(default, borrow)]
    cwd: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, borrow)]
    tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    allowed_decisions: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resolved<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    decision: Text<'a>,
    #[serde(default, borrow)]
    resolved_by: Text<'a>,
    #[serde(default)]
    ts: Int,
    #[serde(default, borrow)]
    request: Option<Raw<'a>>,
}

/// A request made neutral, with the agent, session and run that it holds up.
pub(super) struct Asked {
    pub approval: Approval,
    pub agent: Option<String>,
    pub session: Option<String>,
    run: Option<String>,
}

impl Requested<'_> {
    /// The neutral approval; `None` without an id. `kind` is what to call it when the
    /// request does not say.
    pub fn neutral(&self, kind: &str) -> Option<Asked> {
        let request: Request<'_> = read(self.request).unwrap_or_default();
        let words: Vec<Text<'_>> = list(request.allowed_decisions);
        let mut allowed: Vec<Decision> = words.iter().filter_map(|word| decision(word.or_empty())).collect();
        if allowed.is_empty() {
            allowed = vec![Decision::Once, Decision::Deny];
        }
        let titled = [request.title.filled(), request.description.filled()];
        let titled: Vec<&str> = titled.into_iter().flatten().collect();
        let approval = Approval {
            id: self.id.boxed()?,
            kind: self.approval_kind.filled().unwrap_or(kind).into(),
            command: request.command.boxed().unwrap_or_else(|| titled.join(": ").into()),
            cwd: request.cwd.boxed(),
            asked_at: self.created_at_ms.0,
            expires_at: self.expires_at_ms.0,
            allowed,
            call: request.tool_call_id.boxed(),
            rule: None,
        };
        let (agent, session) = (request.agent_id.owned(), request.session_key.owned());
        Some(Asked { approval, agent, session, run: request.run_id.owned() })
    }
}

/// OpenClaw's word for a decision, where it has one.
pub(super) fn decision(word: &str) -> Option<Decision> {
    match word {
        "allow-once" | "allow" | "approved" | "once" => Some(Decision::Once),
        "allow-always" | "always" => Some(Decision::Always),
        "deny" | "denied" | "reject" | "rejected" => Some(Decision::Deny),
        "expired" | "timeout" | "timed-out" => Some(Decision::Expired),
        _ => None,
    }
}

/// The decision in OpenClaw's words.
pub(super) fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Once => "allow-once",
        Decision::Always => "allow-always",
        // Whatever is not a clear yes is a no.
        Decision::Deny | Decision::Expired | Decision::Unknown => "deny",
    }
}

/// The kind of an approval and the method that answers it, by the event's name.
fn by_name(name: &str) -> (&'static str, &'static str) {
    if name.starts_with("plugin") {
        ("plugin", "plugin.approval.resolve")
    } else if name.starts_with("openclaw") {
        ("openclaw", "approval.resolve")
    } else {
        ("exec", "exec.approval.resolve")
    }
}

impl Openclaw {
    pub(super) fn approval_requested(&mut self, name: &str, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let asked = read::<Requested<'_>>(payload).and_then(|asked| asked.neutral(by_name(name).0));
        let Some(asked) = asked else { return false };
        self.approvals.open(asked, name, now, out);
        true
    }

    pub(super) fn approval_resolved(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let resolved: Resolved<'_> = read(payload).unwrap_or_default();
        let Some(id) = resolved.id.filled() else {
            return false;
        };
        let request: Request<'_> = read(resolved.request).unwrap_or_default();
        let word = resolved.decision.or_empty();
        let decision = decision(word).unwrap_or(Decision::Unknown);
        let place = Place {
            run: request.run_id.or_empty(),
            agent: request.agent_id.filled(),
            session: request.session_key.filled(),
            at: resolved.ts.0.unwrap_or(now),
        };
        self.approvals.settle(id, place, decision, resolved.resolved_by.boxed(), out);
        true
    }
}

impl Approvals {
    /// Tells a request, unless it is known.
    pub fn open(&mut self, asked: Asked, name: &str, now: i64, out: &mut Out) {
        let id = &asked.approval.id;
        if self.settled.contains(id) || self.open.iter().any(|open| open.id == *id) {
            return;
        }
        let place = Place {
            run: asked.run.as_deref().unwrap_or_default(),
            agent: asked.agent.as_deref(),
            session: asked.session.as_deref(),
            at: asked.approval.asked_at.unwrap_or(now),
        };
        place.say(Body::ApprovalRequested(asked.approval.clone()), out);
        if self.open.len() >= LIMIT {
            self.open.pop_front();
        }
        self.open.push_back(Open {
            id: id.clone(),
            method: by_name(name).1,
            agent: asked.agent.map(Into::into),
            session: asked.session.map(Into::into),
            run: asked.run.map(Into::into),
        });
    }

    /// Takes note of the method that answers a request which a list told somebody.
    pub fn learn(&mut self, asked: &Asked, name: &str) {
        if self.listed.len() >= LIMIT {
            self.listed.pop_front();
        }
        self.listed.push_back((asked.approval.id.clone(), by_name(name).1));
    }

    /// Tells how a request ended, unless that is known.
    fn settle(&mut self, id: &str, place: Place<'_>, decision: Decision, by: Option<Box<str>>, out: &mut Out) {
        if !self.settled.insert(id) {
            return;
        }
        let index = self.open.iter().position(|open| &*open.id == id);
        let open = index.and_then(|index| self.open.remove(index));
        let open = open.as_ref();
        let place = Place {
            run: open.and_then(|open| open.run.as_deref()).unwrap_or(place.run),
            agent: place.agent.or(open.and_then(|open| open.agent.as_deref())),
            session: place.session.or(open.and_then(|open| open.session.as_deref())),
            at: place.at,
        };
        place.say(Body::ApprovalResolved { id: id.into(), decision, by }, out);
    }

    /// What a run waited for when it ended waits no longer; nobody said how it ended.
    pub fn end_of_run(&mut self, run: &str, at: i64, out: &mut Out) {
        let waiting = self.open.iter().filter(|open| open.run.as_deref() == Some(run));
        let ids: Vec<Box<str>> = waiting.map(|open| open.id.clone()).collect();
        for id in ids {
            self.settle(&id, Place { run, at, ..Place::default() }, Decision::Unknown, None, out);
        }
    }

    /// The method that answers this approval.
    pub fn method(&self, id: &str) -> &'static str {
        let open = self.open.iter().find(|open| &*open.id == id).map(|open| open.method);
        let listed = self.listed.iter().rfind(|(listed, _)| &**listed == id).map(|(_, method)| *method);
        open.or(listed).unwrap_or("exec.approval.resolve")
    }
}

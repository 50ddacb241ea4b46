//! Agents that were set to work by another one. The gateway tells them as tasks; to a
//! client that gets no tasks, their runs still say who spawned them.

use std::collections::VecDeque;

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, kept, read};
use super::super::recent::Recent;
use super::super::runs::Place;
use super::Openclaw;
use crate::event::{Body, Outcome};

/// Children remembered at once.
const LIMIT: usize = 512;

/// The children that work now, and those that are done.
pub(super) struct Children {
    open: VecDeque<Child>,
    done: Recent,
}

struct Child {
    /// The child's own run.
    run: Box<str>,
    label: Box<str>,
    parent: Box<str>,
    parent_run: Option<Box<str>>,
    agent: Option<Box<str>>,
    /// Whether the gateway tells it as a task, which then tells its end too.
    task: bool,
}

impl Default for Children {
    fn default() -> Self {
        Self { open: VecDeque::new(), done: Recent::new(LIMIT) }
    }
}

#[derive(Default, Deserialize)]
struct Changed<'a> {
    #[serde(default, borrow)]
    task: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task<'a> {
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default)]
    updated_at: Int,
}

impl Openclaw {
    pub(super) fn task(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let changed: Changed<'_> = read(payload).unwrap_or_default();
        let task: Task<'_> = read(changed.task).unwrap_or_default();
        let at = task.updated_at.0.unwrap_or(now);
        if task.kind.get() == Some("subagent")
            && let (Some(run), Some(parent)) = (task.run_id.filled(), task.session_key.filled())
        {
            let place = Place { run, agent: task.agent_id.filled(), session: None, at };
            self.child_started(place, parent, task.title.filled(), out);
            if let Some(child) = self.children.open.iter_mut().find(|child| &*child.run == run) {
                child.task = true;
            }
            if let Some(ok) = finished(task.status.or_empty()) {
                self.child_finished(run, ok, at, out);
            }
        }
        let place = Place { run: "", agent: task.agent_id.filled(), session: task.session_key.filled(), at };
        place.say(Body::Task { value: kept(payload) }, out);
        true
    }

    /// A run says that another session spawned it.
    pub(super) fn child_seen(&mut self, place: Place<'_>, parent: &str, out: &mut Out) {
        if self.runs.get(place.run).is_some() {
            let title = place.session.and_then(|session| self.sessions.title(session)).map(str::to_owned);
            self.child_started(place, parent, title.as_deref(), out);
        }
    }

    fn child_started(&mut self, place: Place<'_>, parent: &str, label: Option<&str>, out: &mut Out) {
        let known = self.children.open.iter().any(|child| &*child.run == place.run);
        if known || self.children.done.contains(place.run) {
            return;
        }
        if self.children.open.len() >= LIMIT
            && let Some(oldest) = self.children.open.front().map(|child| child.run.clone())
        {
            self.child_finished(&oldest, None, place.at, out);
        }
        let child = Child {
            run: place.run.into(),
            label: label.unwrap_or("sub-agent").into(),
            parent: parent.into(),
            parent_run: self.runs.of_session(parent).map(|run| run.id().into()),
            agent: place.agent.map(Box::from),
            task: false,
        };
        child.say(place.at, Body::SubagentStarted { label: child.label.clone(), preset: None }, out);
        self.children.open.push_back(child);
    }

    /// A child's run ended; where the gateway tells tasks, the task's end is awaited.
    pub(super) fn child_ended(&mut self, run: &str, outcome: Outcome, at: i64, out: &mut Out) {
        if self.children.open.iter().any(|child| &*child.run == run && !child.task) {
            self.child_finished(run, Some(outcome == Outcome::Ok), at, out);
        }
    }

    /// The connection is gone: nobody will say how they ended.
    pub(super) fn end_children(&mut self, now: i64, out: &mut Out) {
        while let Some(run) = self.children.open.front().map(|child| child.run.clone()) {
            self.child_finished(&run, None, now, out);
        }
    }

    fn child_finished(&mut self, run: &str, ok: Option<bool>, at: i64, out: &mut Out) {
        let Some(index) = self.children.open.iter().position(|child| &*child.run == run) else {
            return;
        };
        if let Some(child) = self.children.open.remove(index) {
            self.children.done.insert(run);
            child.say(at, Body::SubagentFinished { label: child.label.clone(), ok }, out);
        }
    }
}

impl Child {
    fn say(&self, at: i64, body: Body, out: &mut Out) {
        let run = self.parent_run.as_deref().unwrap_or_default();
        Place { run, agent: self.agent.as_deref(), session: Some(&self.parent), at }.say(body, out);
    }
}

/// Whether a task of this status is over, and whether it did what it should.
fn finished(status: &str) -> Option<Option<bool>> {
    match status {
        "completed" | "succeeded" | "done" => Some(Some(true)),
        "failed" | "error" | "cancelled" | "canceled" | "aborted" | "timeout" | "timed_out" | "lost" => {
            Some(Some(false))
        }
        _ => None,
    }
}

//! Sub-agents. Their two events bear neither run nor session: they belong to the open
//! `spawn_agent` call with the same task, if there is exactly one; else to the node.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::super::Out;
use super::super::runs::{Place, Run};
use super::Moltis;
use super::chat::Chat;
use crate::event::Body;

/// Sub-agents remembered at once.
const LIMIT: usize = 512;

/// The sub-agents that work now.
#[derive(Default)]
pub(super) struct Children {
    open: VecDeque<Child>,
}

#[derive(Clone, PartialEq)]
struct Child {
    task: Box<str>,
    /// The call that set it to work, where only one can have been it.
    call: Option<Box<str>>,
    agent: Option<Arc<str>>,
    session: Option<Arc<str>>,
    run: Option<Arc<str>>,
}

impl Moltis {
    pub(super) fn subagent(&mut self, chat: &Chat<'_>, now: i64, out: &mut Out) {
        let task = chat.task.or_empty();
        if chat.state.get() == Some("sub_agent_start") {
            let (child, preset) = self.child(task);
            child.say(now, Body::SubagentStarted { label: task.into(), preset }, out);
            self.children.add(child, now, out);
        } else {
            // A failed one ends with zeros.
            let ok = chat.iterations.0.map(|rounds| rounds > 0);
            let child = self.children.take(task).unwrap_or_else(|| Child::nobodys(task));
            child.say(now, Body::SubagentFinished { label: task.into(), ok }, out);
        }
    }

    /// Who set an agent to this task, and with which preset.
    fn child(&self, task: &str) -> (Child, Option<Box<str>>) {
        let taken = |call: &str| self.children.open.iter().any(|child| child.call.as_deref() == Some(call));
        let mut callers = self.runs.iter().flat_map(|run| spawns(run, task)).filter(|(_, call, _)| !taken(call));
        let (Some((run, call, input)), None) = (callers.next(), callers.next()) else {
            return (Child::nobodys(task), None);
        };
        let preset = input.get("preset").and_then(Value::as_str).map(Box::from);
        let child = Child {
            task: task.into(),
            call: Some(call.into()),
            agent: run.agent.clone(),
            session: run.session.clone(),
            run: Some(run.id().into()),
        };
        (child, preset)
    }
}

/// The run's open calls that set an agent to this task.
fn spawns<'a>(run: &'a Run, task: &'a str) -> impl Iterator<Item = (&'a Run, &'a str, &'a Value)> {
    let calls = run.open_tools().filter(|(_, name, _)| *name == "spawn_agent");
    let of_task = calls.filter(move |(_, _, input)| input.get("task").and_then(Value::as_str) == Some(task));
    of_task.map(move |(call, _, input)| (run, call, input))
}

impl Children {
    fn add(&mut self, child: Child, now: i64, out: &mut Out) {
        if self.open.len() >= LIMIT
            && let Some(oldest) = self.open.pop_front()
        {
            oldest.lost(now, out);
        }
        self.open.push_back(child);
    }

    /// The sub-agent with this task that ends now; nobody's if several could be it.
    fn take(&mut self, task: &str) -> Option<Child> {
        let mut same = self.open.iter().enumerate().filter(|(_, child)| &*child.task == task);
        let (index, first) = same.next()?;
        let alone = same.all(|(_, other)| other.run == first.run);
        let child = self.open.remove(index)?;
        Some(if alone { child } else { Child::nobodys(task) })
    }

    /// The connection is gone: nobody will say how they ended.
    pub fn end_all(&mut self, now: i64, out: &mut Out) {
        for child in std::mem::take(&mut self.open) {
            child.lost(now, out);
        }
    }
}

impl Child {
    fn nobodys(task: &str) -> Self {
        Self { task: task.into(), call: None, agent: None, session: None, run: None }
    }

    fn lost(&self, now: i64, out: &mut Out) {
        self.say(now, Body::SubagentFinished { label: self.task.clone(), ok: None }, out);
    }

    fn say(&self, at: i64, body: Body, out: &mut Out) {
        let run = self.run.as_deref().unwrap_or_default();
        let place = Place { run, agent: self.agent.as_deref(), session: self.session.as_deref(), at };
        place.say(body, out);
    }
}

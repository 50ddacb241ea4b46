//! Agents: the list, those that are spawned and stopped, and the model they all share.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Raw, Text, list, read};
use super::McpDashboard;
use crate::event::{Agent, Body};

/// Agents remembered at once; mcp-cli itself runs eleven at most.
const LIMIT: usize = 1024;

#[derive(Default, Deserialize)]
struct Listed<'a> {
    #[serde(default, borrow)]
    agents: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Descriptor<'a> {
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    parent_agent_id: Text<'a>,
    #[serde(default, borrow)]
    session_id: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
}

impl McpDashboard {
    pub(super) fn agent_list(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(listed) = read::<Listed<'_>>(payload) else {
            return false;
        };
        let rows: Vec<Descriptor<'_>> = list(listed.agents);
        let mut agents: Vec<Agent> = rows.iter().take(LIMIT).filter_map(|row| self.agent(row)).collect();
        if let Some(first) = agents.first_mut() {
            first.default = true;
            // Focus is on the first one until it is set.
            self.focus.get_or_insert_with(|| first.id.as_str().into());
        }
        for row in &rows {
            if let (Some(agent), Some(session)) = (row.agent_id.filled(), row.session_id.filled()) {
                self.sessions.set_current(agent, session);
            }
        }
        let gone: Vec<String> = self.agents.iter().map(|agent| agent.id.clone()).collect();
        for gone in gone.iter().filter(|old| !agents.iter().any(|new| new.id == **old)) {
            self.place(gone, "", now).say(Body::AgentRemoved, out);
        }
        for agent in agents.iter().filter(|agent| !self.agents.contains(agent)) {
            self.place(&agent.id, "", now).say(Body::AgentChanged(agent.clone()), out);
        }
        self.agents = agents;
        self.agents_are_listed(out);
        true
    }

    fn agent(&self, row: &Descriptor<'_>) -> Option<Agent> {
        let id = row.agent_id.owned()?;
        Some(Agent {
            name: row.name.owned().unwrap_or_else(|| id.clone()),
            emoji: None,
            model: row.model.owned().or_else(|| self.model.clone()),
            preset: None,
            default: false,
            id,
        })
    }

    pub(super) fn registered(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let row: Descriptor<'_> = read(payload).unwrap_or_default();
        let Some(agent) = self.agent(&row) else {
            return false;
        };
        if let Some(parent) = row.parent_agent_id.filled()
            && self.parents.len() < LIMIT
        {
            let label: Box<str> = agent.name.as_str().into();
            self.parents.insert(agent.id.as_str().into(), (parent.into(), label.clone()));
            self.of_parent(parent, Body::SubagentStarted { label, preset: None }, now, out);
        }
        if !self.agents.contains(&agent) {
            self.place(&agent.id, "", now).say(Body::AgentChanged(agent.clone()), out);
            self.agents.retain(|known| known.id != agent.id);
            self.agents.push(agent);
        }
        true
    }

    /// Only a stopped agent has a status, and it says nothing about its success.
    pub(super) fn agent_status(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let row: Descriptor<'_> = read(payload).unwrap_or_default();
        let Some(agent) = row.agent_id.filled() else {
            return false;
        };
        if matches!(row.status.or_empty(), "completed" | "failed" | "stopped") {
            self.give_up_turn(agent, now, out);
            self.child_finished(agent, (row.status.get() == Some("failed")).then_some(false), now, out);
        }
        true
    }

    pub(super) fn unregistered(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let row: Descriptor<'_> = read(payload).unwrap_or_default();
        let Some(agent) = row.agent_id.filled() else {
            return false;
        };
        self.give_up_turn(agent, now, out);
        self.child_finished(agent, None, now, out);
        self.place(agent, "", now).say(Body::AgentRemoved, out);
        self.agents.retain(|known| known.id != agent);
        true
    }

    /// The connection is gone: nobody will say how they ended.
    pub(super) fn end_children(&mut self, now: i64, out: &mut Out) {
        let mut agents: Vec<Box<str>> = self.parents.keys().cloned().collect();
        agents.sort();
        for agent in agents {
            self.child_finished(&agent, None, now, out);
        }
    }

    fn child_finished(&mut self, agent: &str, ok: Option<bool>, now: i64, out: &mut Out) {
        if let Some((parent, label)) = self.parents.remove(agent) {
            self.of_parent(&parent, Body::SubagentFinished { label, ok }, now, out);
        }
    }

    fn of_parent(&self, parent: &str, body: Body, now: i64, out: &mut Out) {
        let run = self.turns.get(parent).map(|turn| turn.run.clone()).unwrap_or_default();
        self.place(parent, &run, now).say(body, out);
    }

    /// The model is the process's: switching it switches every agent.
    pub(super) fn config(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(row) = read::<Descriptor<'_>>(payload) else {
            return false;
        };
        self.configured(payload, out);
        let Some(model) = row.model.owned().filter(|model| self.model.as_ref() != Some(model)) else {
            return true;
        };
        self.model = Some(model.clone());
        let mut agents = std::mem::take(&mut self.agents);
        for agent in &mut agents {
            agent.model = Some(model.clone());
            self.place(&agent.id, "", now).say(Body::AgentChanged(agent.clone()), out);
        }
        self.agents = agents;
        true
    }

    pub(super) fn learn_tools(&mut self, payload: Option<Raw<'_>>) {
        #[derive(Default, Deserialize)]
        struct Registry<'a> {
            #[serde(default, borrow)]
            tools: Option<Raw<'a>>,
        }
        let registry: Registry<'_> = read(payload).unwrap_or_default();
        let tools: Vec<Descriptor<'_>> = list(registry.tools);
        self.tools = tools.iter().take(LIMIT).filter_map(|tool| tool.name.boxed()).collect();
    }
}

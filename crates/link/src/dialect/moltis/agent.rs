//! Agents, as the answer of `agents.list` and our own gateway's `agents.changed` have them.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Flag, Raw, Text, list, read};
use super::super::pending::{Asker, answer};
use super::super::runs::Place;
use super::Moltis;
use crate::call::Reply;
use crate::event::{Agent, Body};

impl Moltis {
    pub(super) fn agents_listed(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        let listed: Agents<'_> = read(payload).unwrap_or_default();
        let rows: Vec<AgentRow<'_>> = list(listed.agents);
        let agents: Vec<Agent> = rows.iter().filter_map(|row| row.agent(listed.default_id.get())).collect();
        if let Asker::Caller(_) = asker {
            self.agents.clone_from(&agents);
            return answer(asker, Ok(Reply::Agents(agents)), out);
        }
        for gone in self.agents.iter().filter(|old| !agents.iter().any(|new| new.id == old.id)) {
            Place { agent: Some(&gone.id), at: now, ..Place::default() }.say(Body::AgentRemoved, out);
        }
        for agent in agents.iter().filter(|agent| !self.agents.contains(agent)) {
            let place = Place { agent: Some(&agent.id), at: now, ..Place::default() };
            place.say(Body::AgentChanged(agent.clone()), out);
        }
        self.agents = agents;
    }
}

#[derive(Default, Deserialize)]
struct Agents<'a> {
    #[serde(default, borrow)]
    default_id: Text<'a>,
    #[serde(default, borrow)]
    agents: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct AgentRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    emoji: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    preset: Text<'a>,
    #[serde(default)]
    is_default: Flag,
}

impl AgentRow<'_> {
    fn agent(&self, default: Option<&str>) -> Option<Agent> {
        let id = self.id.owned()?;
        Some(Agent {
            name: self.name.owned().unwrap_or_else(|| id.clone()),
            emoji: self.emoji.owned(),
            model: self.model.owned(),
            preset: self.preset.owned(),
            default: self.is_default.set() || default == Some(id.as_str()),
            id,
        })
    }
}

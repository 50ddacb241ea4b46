//! A turn of an agent: from the message it took to idle again. There is no error frame:
//! a failing model answers with its error, and a turn that dies inside says nothing
//! more, so the next message of the agent ends it.

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, object};
use super::super::lax::{Flag, Int, Raw, Text};
use super::super::runs::Run;
use super::McpDashboard;
use crate::call::Doing;
use crate::event::{Body, Message, Outcome, Role, RunEnd};

/// The open run of an agent.
pub(super) struct Turn {
    pub run: Box<str>,
    /// The last whole answer.
    answer: Option<Box<str>>,
}

#[derive(Default, Deserialize)]
struct Said<'a> {
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    role: Text<'a>,
    #[serde(default, borrow)]
    content: Text<'a>,
    #[serde(default, borrow)]
    reasoning: Text<'a>,
    #[serde(default)]
    streaming: Flag,
}

fields!(Said<'a> {
    "agent_id" => agent_id,
    "role" => role,
    "content" => content,
    "reasoning" => reasoning,
    "streaming" => streaming,
});

#[derive(Default, Deserialize)]
struct State<'a> {
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default, borrow)]
    current_tool: Text<'a>,
    #[serde(default)]
    turn_number: Int,
    #[serde(default)]
    tokens_used: Int,
}

fields!(State<'a> {
    "agent_id" => agent_id,
    "status" => status,
    "current_tool" => current_tool,
    "turn_number" => turn_number,
    "tokens_used" => tokens_used,
});

impl McpDashboard {
    pub(super) fn conversation(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(said) = object::<Said<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_named(&said.agent_id);
        match said.role.or_empty() {
            "user" => self.user_spoke(&agent, said.content.or_empty(), now, out),
            "assistant" => self.answered(&agent, &said, now, out),
            _ => return false,
        }
        true
    }

    pub(super) fn agent_state(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(state) = object::<State<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_named(&state.agent_id);
        if let Some(used) = state.tokens_used.natural().filter(|_| self.tokens.len() < 1024) {
            self.tokens.insert(agent.clone(), used);
        }
        self.round_over(&agent, now, out);
        match state.status.or_empty() {
            "idle" => {
                self.end_turn(&agent, now, out);
                self.idle.insert(agent);
            }
            "" => return false,
            status => {
                let phase = match (status, state.current_tool.filled(), state.turn_number.0) {
                    ("tool_calling", Some(tool), _) => format!("calling {tool}"),
                    ("thinking", _, Some(round)) if round > 1 => format!("thinking, round {round}"),
                    _ => status.replace('_', " "),
                };
                if let Some(run) = self.turn(&agent, now, out) {
                    run.phase(now, &phase, out);
                }
            }
        }
        true
    }

    /// What the agent does: nobody tells a new connection, so it is known from the first end of a turn on.
    pub(super) fn doing(&mut self, agent: &str) -> Doing {
        if let Some(run) = self.turns.get(agent).and_then(|turn| self.runs.get(&turn.run)) {
            return Doing::Run { id: Some(run.id().to_owned()), so_far: run.text.clone() };
        }
        let waits = self.unsent.iter().any(|(to, ..)| &**to == agent);
        if self.idle.contains(agent) && !waits { Doing::Nothing } else { Doing::Unknown }
    }

    /// The agent's open run, begun now if there is none.
    pub(super) fn turn(&mut self, agent: &str, now: i64, out: &mut Out) -> Option<&mut Run> {
        if !self.turns.contains_key(agent) {
            self.begin_turn(agent, now);
        }
        let run = &self.turns.get(agent)?.run;
        let place = super::Place { run, agent: Some(agent), session: self.sessions.current(agent), at: now };
        self.runs.enter(place, out)
    }

    fn begin_turn(&mut self, agent: &str, now: i64) {
        if self.turns.len() >= 4096 {
            self.turns.clear();
            self.last_token = super::token::Last::default();
        }
        let mut run = format!("{agent}@{now}");
        while self.runs.knows(&run) {
            run.push('+');
        }
        self.turns.insert(agent.into(), Turn { run: run.into(), answer: None });
    }

    fn user_spoke(&mut self, agent: &str, text: &str, now: i64, out: &mut Out) {
        self.give_up_turn(agent, now, out);
        self.idle.remove(agent);
        self.said += 1;
        // What a history showed before it was told is one message.
        let shown = self.shown.take().filter(|shown| shown.is(agent, Role::User, text));
        let id = shown.map_or_else(|| format!("{agent}@{now}-{}", self.said).into(), |shown| shown.id);
        self.told.tell(&format!("user {agent} {text}"));
        let ours = self.unsent.iter().position(|(to, sent, _)| &**to == agent && &**sent == text);
        let client_id = ours.and_then(|index| self.unsent.remove(index)).map(|(_, _, id)| id);
        let message = Message {
            id,
            role: Role::User,
            text: text.into(),
            sent_at: Some(now),
            run_id: None,
            client_id,
            thinking: None,
            tools: Vec::new(),
            model: None,
            usage: None,
        };
        self.place(agent, "", now).say(Body::Message(message), out);
    }

    /// The whole answer; if it was streamed it repeats what is known.
    fn answered(&mut self, agent: &str, said: &Said<'_>, now: i64, out: &mut Out) {
        let text = said.content.or_empty();
        let shown = self.shown.take().is_some_and(|shown| shown.is(agent, Role::Assistant, text));
        self.told.tell(&format!("assistant {agent} {text}"));
        if shown && !self.turns.contains_key(agent) {
            return;
        }
        if let Some(run) = self.turn(agent, now, out) {
            if let Some(reasoning) = said.reasoning.filled() {
                run.whole_thinking(now, reasoning, out);
            }
            if !said.streaming.set() && run.text.is_empty() {
                run.whole_text(now, text, out);
            }
        }
        if let Some(turn) = self.turns.get_mut(agent) {
            turn.answer = Some(text.into());
        }
    }

    fn end_turn(&mut self, agent: &str, now: i64, out: &mut Out) {
        let Some(turn) = self.turns.remove(agent) else {
            return;
        };
        let failed = turn.answer.as_deref().is_some_and(is_failure);
        let end = RunEnd {
            outcome: if failed { Outcome::Error } else { Outcome::Ok },
            error: turn.answer.clone().filter(|_| failed),
            text: turn.answer,
            usage: None,
        };
        if self.runs.get(&turn.run).is_some() {
            self.runs.end(super::Place { run: &turn.run, at: now, ..super::Place::default() }, end, out);
        }
    }

    /// The agent's turn is over and nobody said how.
    pub(super) fn give_up_turn(&mut self, agent: &str, now: i64, out: &mut Out) {
        let Some(turn) = self.turns.remove(agent) else {
            return;
        };
        let end = RunEnd { outcome: Outcome::Unknown, text: turn.answer, usage: None, error: None };
        if self.runs.get(&turn.run).is_some() {
            self.runs.end(super::Place { run: &turn.run, at: now, ..super::Place::default() }, end, out);
        }
    }
}

/// Whether an answer is the model's failure in an answer's clothes.
fn is_failure(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("Error: ") else {
        return false;
    };
    rest.starts_with("Error code: ") || rest.starts_with("Connection error") || rest.starts_with("Request timed out")
}

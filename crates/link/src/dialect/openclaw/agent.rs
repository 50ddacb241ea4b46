//! The `agent` stream (and `session.tool`, which has the same form): what a run does
//! besides talking. Its text is passed over: `chat` has it.

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, object};
use super::super::lax::{Flag, Int, Raw, Text, read};
use super::super::runs::{Place, Run};
use super::Openclaw;
use super::chat::Retry;
use super::session::agent_in;
use crate::event::{Outcome, RunEnd};

/// The envelope of the stream; its data stays raw.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agent<'a> {
    #[serde(default, borrow)]
    pub run_id: Text<'a>,
    #[serde(default, borrow)]
    pub session_key: Text<'a>,
    #[serde(default, borrow)]
    pub agent_id: Text<'a>,
    #[serde(default, borrow)]
    pub spawned_by: Text<'a>,
    #[serde(default, borrow)]
    pub stream: Text<'a>,
    #[serde(default)]
    pub ts: Int,
    #[serde(default, borrow)]
    pub data: Option<Raw<'a>>,
}

fields!(Agent<'a> {
    "runId" => run_id,
    "sessionKey" => session_key,
    "agentId" => agent_id,
    "spawnedBy" => spawned_by,
    "stream" => stream,
    "ts" => ts,
    "data" => data,
});

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lifecycle<'a> {
    #[serde(default, borrow)]
    phase: Text<'a>,
    #[serde(default, borrow)]
    error: Text<'a>,
    #[serde(default)]
    aborted: Flag,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default, borrow)]
    terminal_reply: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Thought<'a> {
    #[serde(default, borrow)]
    text: Text<'a>,
    #[serde(default, borrow)]
    delta: Text<'a>,
}

impl Openclaw {
    pub(super) fn agent(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(agent) = object::<Agent<'_>>(payload) else {
            return false;
        };
        let Some(run) = agent.run_id.filled() else {
            return false;
        };
        let at = agent.ts.0.unwrap_or(now);
        let session = agent.session_key.filled();
        let whose = agent.agent_id.filled().or(session.and_then(agent_in));
        let place = Place { run, agent: whose, session, at };
        match agent.stream.or_empty() {
            "assistant" | "usage" | "approval" => {}
            "tool" => self.tool(&agent, place, out),
            "item" => self.item(&agent, place, out),
            "command_output" => self.command_output(&agent, place, out),
            "lifecycle" => self.lifecycle(&agent, place, out),
            "run_status" => self.run_status(&agent, place, out),
            "thinking" | "reasoning" => self.thought(&agent, place, out),
            // The gateway's own complaint about its numbers says nothing about us.
            "error" => {
                let data: Lifecycle<'_> = read(agent.data).unwrap_or_default();
                return data.reason.get() == Some("seq gap");
            }
            _ => return false,
        }
        if let Some(parent) = agent.spawned_by.filled() {
            self.child_seen(place, parent, out);
        }
        true
    }

    fn lifecycle(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let data: Lifecycle<'_> = read(agent.data).unwrap_or_default();
        let Some(run) = self.runs.enter(place, out) else {
            return;
        };
        match data.phase.or_empty() {
            "start" => {
                run.likely = None;
                run.thinking.clear();
            }
            // The model is called again: another round of reasoning begins.
            "model" => run.thinking.clear(),
            "end" | "error" => learn_end(run, &data),
            phase @ ("waiting-approval" | "approval-resolved" | "fallback_step") => run.phase(place.at, phase, out),
            _ => {}
        }
    }

    fn run_status(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let data: Lifecycle<'_> = read(agent.data).unwrap_or_default();
        let Some(run) = self.runs.enter(place, out) else {
            return;
        };
        if data.phase.get() == Some("retrying") {
            let retry: Retry<'_> = read(agent.data).unwrap_or_default();
            run.phase(place.at, &retry.words(), out);
        } else {
            run.phase(place.at, data.phase.or_empty(), out);
        }
    }

    fn thought(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let data: Thought<'_> = read(agent.data).unwrap_or_default();
        let Some(run) = self.runs.enter(place, out) else {
            return;
        };
        match data.text.filled() {
            Some(whole) => run.whole_thinking(place.at, whole, out),
            None => {
                let whole = format!("{}{}", run.thinking, data.delta.or_empty());
                run.whole_thinking(place.at, &whole, out);
            }
        }
    }
}

/// What the run's end will probably be: only `chat` says it for sure, but not for
/// every run (a heartbeat has none), so this serves when nothing else comes.
fn learn_end(run: &mut Run, data: &Lifecycle<'_>) {
    #[derive(Default, Deserialize)]
    struct Reply<'a> {
        #[serde(default, borrow)]
        text: Text<'a>,
    }
    if run.likely.as_ref().is_some_and(|end| end.outcome == Outcome::Aborted) {
        return;
    }
    let reply: Reply<'_> = read(data.terminal_reply).unwrap_or_default();
    let error = data.error.boxed();
    let outcome = match (data.aborted.set(), &error) {
        (true, _) => Outcome::Aborted,
        (false, Some(_)) => Outcome::Error,
        (false, None) => Outcome::Ok,
    };
    let error = error.filter(|_| outcome == Outcome::Error);
    run.likely = Some(RunEnd { outcome, text: reply.text.boxed(), usage: None, error });
}

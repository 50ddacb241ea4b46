//! The `chat` stream: phases, text, and how a run ends. The first end wins; what comes
//! after it is a remark.

use std::sync::Arc;

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, object};
use super::super::lax::{Flag, Int, Raw, Text, read};
use super::super::runs::Place;
use super::Openclaw;
use super::content::{Said, usage};
use super::session::agent_in;
use crate::event::{Body, Event, Outcome, RunEnd};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat<'a> {
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    spawned_by: Text<'a>,
    #[serde(default, borrow)]
    state: Text<'a>,
    #[serde(default, borrow)]
    phase: Text<'a>,
    #[serde(default, borrow)]
    retry: Option<Raw<'a>>,
    #[serde(default, borrow)]
    delta_text: Text<'a>,
    #[serde(default)]
    replace: Flag,
    #[serde(default, borrow)]
    message: Option<Raw<'a>>,
    #[serde(default, borrow)]
    error_message: Text<'a>,
    #[serde(default, borrow)]
    usage: Option<Raw<'a>>,
}

fields!(Chat<'a> {
    "runId" => run_id,
    "sessionKey" => session_key,
    "agentId" => agent_id,
    "spawnedBy" => spawned_by,
    "state" => state,
    "phase" => phase,
    "retry" => retry,
    "deltaText" => delta_text,
    "replace" => replace,
    "message" => message,
    "errorMessage" => error_message,
    "usage" => usage,
});

/// Which try of how many a phase is, where the gateway tries again.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retry<'a> {
    #[serde(default)]
    attempt: Int,
    #[serde(default)]
    max_attempts: Int,
    #[serde(default, borrow)]
    reason: Text<'a>,
}

impl Retry<'_> {
    /// The phase in words.
    pub fn words(&self) -> String {
        let count = match (self.attempt.0, self.max_attempts.0) {
            (Some(attempt), Some(most)) => format!(" ({attempt} of {most})"),
            (Some(attempt), None) => format!(" ({attempt})"),
            _ => String::new(),
        };
        let reason = self.reason.filled().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("retrying{count}{reason}")
    }
}

impl Openclaw {
    pub(super) fn chat(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(chat) = object::<Chat<'_>>(payload) else {
            return false;
        };
        let Some(run) = chat.run_id.filled() else {
            return false;
        };
        let session = chat.session_key.filled();
        let agent = chat.agent_id.filled().or(session.and_then(agent_in));
        let place = Place { run, agent, session, at: now };
        match chat.state.or_empty() {
            "status" => {
                let retry = read::<Retry<'_>>(chat.retry).map(|retry| retry.words());
                if let Some(run) = self.runs.enter(place, out) {
                    run.phase(now, retry.as_deref().unwrap_or(chat.phase.or_empty()), out);
                }
            }
            "delta" => self.delta(&chat, place, out),
            "final" => self.finished(&chat, place, out),
            "aborted" => self.ended(&chat, place, Outcome::Aborted, out),
            "error" => self.ended(&chat, place, Outcome::Error, out),
            _ => return false,
        }
        if let Some(parent) = chat.spawned_by.filled() {
            self.child_seen(place, parent, out);
        }
        true
    }

    fn delta(&mut self, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) {
        let message = read::<Said<'_>>(chat.message);
        let at = message.as_ref().and_then(|said| said.timestamp.0).unwrap_or(place.at);
        let whole = message.as_ref().and_then(|said| said.content.text.as_deref());
        let Some(run) = self.runs.enter(place.at(at), out) else {
            return;
        };
        // A directive's remark is sent as if it were text, twice, before the answer
        // begins; it never was a part of it.
        if chat.replace.set() && chat.agent_id.get().is_none() && run.text.is_empty() {
            run.remark = whole.or(chat.delta_text.get()).map(Box::from);
            let text = run.remark.clone().unwrap_or_default();
            return self.remark(place.at(at), text, out);
        }
        match whole {
            Some(whole) if run.remark.as_deref() == Some(whole) => {}
            Some(whole) => run.whole_text(at, whole, out),
            None if chat.replace.set() => run.whole_text(at, chat.delta_text.or_empty(), out),
            None => run.more_text(at, chat.delta_text.or_empty(), out),
        }
    }

    /// A `final`: the answer, a remark after it, or (without a message) only the word
    /// that a message was taken: it steers the running turn or waits behind it.
    fn finished(&mut self, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) {
        if chat.message.is_some() {
            return self.ended(chat, place, Outcome::Ok, out);
        }
        let end = RunEnd { outcome: Outcome::Ok, text: None, usage: None, error: None };
        if self.runs.get(place.run).is_some() {
            self.settle(place.run, out);
            self.runs.end(place, end, out);
        } else {
            // The run it goes with may have begun before this connection.
            self.runs.end_queued(place, end, out);
        }
    }

    fn ended(&mut self, chat: &Chat<'_>, place: Place<'_>, outcome: Outcome, out: &mut Out) {
        let said = read::<Said<'_>>(chat.message).unwrap_or_default();
        let place = place.at(said.timestamp.0.unwrap_or(place.at));
        let error = chat.error_message.boxed();
        if self.runs.ended(place.run) {
            return self.remark(place, said.content.boxed().or(error).unwrap_or_default(), out);
        }
        self.settle(place.run, out);
        let usage = usage(chat.usage).or_else(|| usage(said.usage));
        let text: Option<Box<str>> = said.content.text.as_deref().map(Box::from);
        self.told.tell(&answer(place.session, text.as_deref().unwrap_or_default()));
        let error = (outcome == Outcome::Error).then(|| error.unwrap_or_else(|| "The run failed.".into()));
        self.runs.end(place, RunEnd { outcome, text, usage, error }, out);
        self.approvals.end_of_run(place.run, place.at, out);
        self.child_ended(place.run, outcome, place.at, out);
    }

    /// A line about a run that is no part of its answer; told once.
    fn remark(&mut self, place: Place<'_>, text: Box<str>, out: &mut Out) {
        let Place { run, agent, session, at } = place;
        if text.is_empty() || !self.told.tell(&format!("remark {run} {text}")) {
            return;
        }
        let (agent, session) = (agent.map(Arc::from), session.map(Arc::from));
        out.events.push(Event { at, agent, session, run: Some(run.into()), body: Body::Notice { text: text.into() } });
    }
}

/// An answer as it is remembered. Before 2026.9 its message did not say which run it is the answer of.
pub(super) fn answer(session: Option<&str>, text: &str) -> String {
    format!("answer {} {}", session.unwrap_or_default(), text.trim())
}

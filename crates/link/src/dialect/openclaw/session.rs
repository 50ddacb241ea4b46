//! Sessions: their rows, the events that say a row changed (seven times a run, mostly
//! with nothing new), and who said what in them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, object};
use super::super::lax::{Flag, Int, Raw, Text, list, read};
use super::super::runs::Place;
use super::Openclaw;
use super::chat::answer;
use super::content::{Record, Said, tool_calls, usage};
use crate::event::{Body, Event, Message, Role, Session, Usage};

/// Rows remembered, to tell only what changed.
const ROWS: usize = 4096;

/// A session's row as lists and events have it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    #[serde(default, borrow)]
    key: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    label: Text<'a>,
    #[serde(default, borrow)]
    derived_title: Text<'a>,
    #[serde(default, borrow)]
    last_message_preview: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default)]
    updated_at: Int,
    #[serde(default)]
    message_count: Int,
    #[serde(default)]
    has_active_run: Flag,
    #[serde(default, borrow)]
    active_run_ids: Option<Raw<'a>>,
    #[serde(default, borrow)]
    parent_session_key: Text<'a>,
    #[serde(default, borrow)]
    spawned_by: Text<'a>,
    #[serde(default)]
    archived: Flag,
}

fields!(Row<'a> {
    "key" => key,
    "sessionKey" => session_key,
    "agentId" => agent_id,
    "displayName" => display_name,
    "label" => label,
    "derivedTitle" => derived_title,
    "lastMessagePreview" => last_message_preview,
    "model" => model,
    "updatedAt" => updated_at,
    "messageCount" => message_count,
    "hasActiveRun" => has_active_run,
    "activeRunIds" => active_run_ids,
    "parentSessionKey" => parent_session_key,
    "spawnedBy" => spawned_by,
    "archived" => archived,
});

impl Row<'_> {
    /// The neutral session; `None` without a key.
    pub fn session(&self) -> Option<Session> {
        Some(Session {
            key: self.key.owned().or_else(|| self.session_key.owned())?,
            agent_id: self
                .agent_id
                .owned()
                .or_else(|| agent_in(self.key.get().or(self.session_key.get())?).map(Into::into)),
            title: self.label.owned().or(self.display_name.owned()).or(self.derived_title.owned()),
            preview: self.last_message_preview.owned(),
            model: self.model.owned(),
            updated_at: self.updated_at.0,
            messages: self.message_count.natural(),
            running: self.has_active_run.0,
            parent: self.parent_session_key.owned().or_else(|| self.spawned_by.owned()),
            archived: self.archived.set(),
        })
    }
}

/// The rows last told.
#[derive(Default)]
pub(super) struct Sessions {
    rows: HashMap<String, Session>,
}

impl Sessions {
    /// Tells a row, unless nothing in it is new. What a row leaves out (lists leave out
    /// the last message) is what was told before.
    pub fn tell(&mut self, mut session: Session, at: i64, out: &mut Out) {
        if let Some(known) = self.rows.get(&session.key) {
            let known = known.clone();
            session = Session {
                agent_id: session.agent_id.or(known.agent_id.clone()),
                title: session.title.or(known.title.clone()),
                preview: session.preview.or(known.preview.clone()),
                model: session.model.or(known.model.clone()),
                updated_at: session.updated_at.or(known.updated_at),
                messages: session.messages.or(known.messages),
                running: session.running.or(known.running),
                parent: session.parent.or(known.parent.clone()),
                ..session
            };
            if session == known {
                return;
            }
        }
        if self.rows.len() >= ROWS {
            self.rows.clear();
        }
        self.rows.insert(session.key.clone(), session.clone());
        let agent = session.agent_id.as_deref().or(agent_in(&session.key)).map(Arc::from);
        let key = Some(session.key.as_str().into());
        out.events.push(Event { at, agent, session: key, run: None, body: Body::SessionChanged(session) });
    }

    /// Tells that a session is gone.
    pub fn remove(&mut self, key: &str, at: i64, out: &mut Out) {
        let row = self.rows.remove(key);
        let agent = row.and_then(|row| row.agent_id).as_deref().map(Arc::from);
        out.events.push(Event { at, agent, session: Some(key.into()), run: None, body: Body::SessionRemoved });
    }

    /// The title of a session, if it has one.
    pub fn title(&self, key: &str) -> Option<&str> {
        self.rows.get(key)?.title.as_deref()
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default)]
    ts: Int,
    #[serde(default, borrow)]
    session: Option<Raw<'a>>,
}

fields!(Changed<'a> { "sessionKey" => session_key, "reason" => reason, "ts" => ts, "session" => session, });

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spoken<'a> {
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    message_id: Text<'a>,
    #[serde(default, borrow)]
    message: Option<Raw<'a>>,
}

fields!(Spoken<'a> { "sessionKey" => session_key, "agentId" => agent_id, "messageId" => message_id, "message" => message, });

impl Openclaw {
    pub(super) fn sessions_changed(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(changed) = object::<Changed<'_>>(payload) else {
            return false;
        };
        let at = changed.ts.0.unwrap_or(now);
        if changed.reason.get() == Some("delete") {
            // Without a key it says only that some session of somebody else is gone.
            if let Some(key) = changed.session_key.filled() {
                self.sessions.remove(key, at, out);
            }
            return true;
        }
        let row: Row<'_> = object(changed.session.or(payload)).unwrap_or_default();
        if let Some(session) = row.session() {
            self.end_settled_runs(&session, &row, at, out);
            self.sessions.tell(session, at, out);
        }
        true
    }

    /// A session that runs nothing any more has ended the runs that said so themselves.
    fn end_settled_runs(&mut self, session: &Session, row: &Row<'_>, at: i64, out: &mut Out) {
        let active: Vec<Text<'_>> = list(row.active_run_ids);
        if session.running != Some(false) || !active.is_empty() {
            return;
        }
        let of_session = |key: Option<&str>| key == Some(session.key.as_str());
        let open = self.runs.iter().filter(|run| of_session(run.session.as_deref()) && run.likely.is_some());
        let ids: Vec<Box<str>> = open.map(|run| run.id().into()).collect();
        for id in ids {
            self.settle(&id, out);
            self.runs.end_likely(&id, at, out);
        }
    }

    pub(super) fn session_message(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(spoken) = object::<Spoken<'_>>(payload) else {
            return false;
        };
        let Some(said) = read::<Said<'_>>(spoken.message) else {
            return false;
        };
        let record: Record<'_> = read(said.record).unwrap_or_default();
        match said.role.or_empty() {
            "assistant" => {
                self.assistant_spoke(&spoken, &said, &record, now, out);
                true
            }
            // Tools are told by their own streams.
            "toolResult" | "custom" => true,
            "user" | "system" => {
                let role = if said.role.get() == Some("user") { Role::User } else { Role::System };
                let run = said.idempotency_key.get().and_then(|key| key.strip_suffix(":user"));
                self.say_message(&spoken, &said, &record, (role, run, now), out);
                true
            }
            _ => false,
        }
    }

    /// A finished message of an agent: `chat` tells its text, this adds what it cost. A
    /// message of no run that was heard of (injected, or said elsewhere) is told whole.
    fn assistant_spoke(&mut self, spoken: &Spoken<'_>, said: &Said<'_>, record: &Record<'_>, now: i64, out: &mut Out) {
        #[derive(Deserialize)]
        struct Blocks<'a> {
            #[serde(default, borrow)]
            content: Option<Raw<'a>>,
        }
        let blocks = read::<Blocks<'_>>(spoken.message).and_then(|blocks| blocks.content);
        self.remember_arguments(tool_calls(blocks));
        let run = record.run_id.filled();
        let text = said.content.or_empty();
        let session = spoken.session_key.filled();
        if run.is_none() && self.told.was_told(&answer(session, text)) {
            return;
        }
        let run = run.map(Box::<str>::from).or_else(|| self.answering(session?, text));
        let run = run.as_deref();
        if let Some(run) = run.and_then(|run| self.runs.get(run)) {
            if let Some(more) = usage(said.usage) {
                let sum = run.usage.get_or_insert(Usage::default());
                sum.input = sum.input.saturating_add(more.input);
                sum.output = sum.output.saturating_add(more.output);
                sum.cache_read = sum.cache_read.saturating_add(more.cache_read);
                sum.cache_write = sum.cache_write.saturating_add(more.cache_write);
            }
        } else if !run.is_some_and(|run| self.runs.knows(run)) && !said.content.or_empty().is_empty() {
            self.say_message(spoken, said, record, (Role::Assistant, run, now), out);
        }
    }

    /// The open run of the session that this text is the answer of.
    fn answering(&self, session: &str, text: &str) -> Option<Box<str>> {
        let run = self.runs.of_session(session)?;
        let (told, text) = (run.text.trim(), text.trim());
        (text.starts_with(told) || told.starts_with(text)).then(|| run.id().into())
    }

    fn say_message(
        &mut self,
        spoken: &Spoken<'_>,
        said: &Said<'_>,
        record: &Record<'_>,
        (role, run, now): (Role, Option<&str>, i64),
        out: &mut Out,
    ) {
        let at = said.timestamp.0.or(record.record_timestamp_ms.0).unwrap_or(now);
        let id = spoken.message_id.filled().or(record.id.filled());
        let id = id.map_or_else(|| format!("{}@{at}", spoken.session_key.or_empty()), str::to_owned);
        // A turn that is tried again writes its question down again.
        let again = role == Role::User && run.is_some_and(|run| !self.told.tell(&format!("asked {run}")));
        if !self.told.tell(&id) || again {
            return;
        }
        let client_id = run.filter(|_| role == Role::User).map(Box::from);
        let message = Message {
            id: id.into(),
            role,
            text: said.content.boxed().unwrap_or_default(),
            sent_at: said.timestamp.0,
            run_id: run.map(Box::from),
            client_id,
            thinking: said.content.thinking.as_deref().map(Box::from),
            tools: Vec::new(),
            model: said.model.boxed(),
            usage: None,
        };
        let place = Place {
            run: run.unwrap_or_default(),
            agent: spoken.agent_id.filled(),
            session: spoken.session_key.filled(),
            at,
        };
        place.say(Body::Message(message), out);
    }
}

/// The agent that a session's key names (`agent:<id>:<name>`).
pub(super) fn agent_in(key: &str) -> Option<&str> {
    key.strip_prefix("agent:")?.split(':').next().filter(|agent| !agent.is_empty())
}

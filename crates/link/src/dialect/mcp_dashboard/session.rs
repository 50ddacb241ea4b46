//! Sessions of each agent, and the histories that come without a label, without ids and
//! without an end.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, list, read, tree, tree_of};
use super::super::transcript::{Row, join};
use super::{McpDashboard, moment};
use crate::event::{Body, Message, Role, Session, ToolCall};

/// Sessions remembered.
const ROWS: usize = 4096;

/// Sessions by key, and the open one of each agent.
#[derive(Default)]
pub(super) struct Sessions {
    rows: HashMap<String, Session>,
    current: HashMap<Box<str>, Box<str>>,
}

impl Sessions {
    /// The session an agent works in.
    pub fn current(&self, agent: &str) -> Option<&str> {
        self.current.get(agent).map(|session| &**session)
    }

    pub fn set_current(&mut self, agent: &str, session: &str) {
        if self.current.len() < ROWS && self.current(agent) != Some(session) {
            self.current.insert(agent.into(), session.into());
        }
    }

    /// The agent whose open session this is.
    pub fn agent_in(&self, session: &str) -> Option<&str> {
        self.current.iter().find(|(_, open)| &***open == session).map(|(agent, _)| &**agent)
    }

    /// The agent whose session this is, open or not.
    pub fn owner(&self, session: &str) -> Option<&str> {
        self.rows.get(session).and_then(|row| row.agent_id.as_deref()).or_else(|| self.agent_in(session))
    }

    pub fn knows(&self, session: &str) -> bool {
        self.rows.contains_key(session)
    }

    pub fn title(&self, session: &str) -> Option<&str> {
        self.rows.get(session)?.title.as_deref()
    }

    /// All that are known, the newest first.
    pub fn all(&self) -> Vec<Session> {
        let mut all: Vec<Session> = self.rows.values().cloned().collect();
        all.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.key.cmp(&b.key)));
        all
    }
}

#[derive(Default, Deserialize)]
struct Listed<'a> {
    #[serde(default, borrow)]
    sessions: Option<Raw<'a>>,
    #[serde(default, borrow)]
    current_session_id: Text<'a>,
}

#[derive(Default, Deserialize)]
struct Entry<'a> {
    #[serde(default, borrow)]
    session_id: Text<'a>,
    #[serde(default, borrow)]
    updated_at: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default)]
    message_count: Int,
    #[serde(default, borrow)]
    description: Text<'a>,
}

impl Entry<'_> {
    fn session(&self, agent: &str) -> Option<Session> {
        Some(Session {
            key: self.session_id.owned()?,
            agent_id: Some(agent.to_owned()),
            title: self.description.owned(),
            model: self.model.owned(),
            updated_at: moment(self.updated_at.get()),
            messages: self.message_count.natural(),
            ..Session::default()
        })
    }
}

#[derive(Default, Deserialize)]
struct Replayed<'a> {
    #[serde(default, borrow)]
    messages: Option<Raw<'a>>,
    #[serde(default, borrow)]
    events: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Kept<'a> {
    #[serde(default, borrow)]
    role: Text<'a>,
    #[serde(default, borrow)]
    content: Text<'a>,
    #[serde(default, borrow)]
    reasoning: Text<'a>,
    #[serde(default, borrow)]
    tool_calls: Option<Raw<'a>>,
}

/// A message of a history.
pub(super) struct Shown {
    agent: Box<str>,
    role: Role,
    text: Box<str>,
    /// The id it has there.
    pub id: Box<str>,
}

impl Shown {
    pub fn is(&self, agent: &str, role: Role, text: &str) -> bool {
        (&*self.agent, self.role, &*self.text) == (agent, role, text)
    }
}

impl McpDashboard {
    pub(super) fn session_list(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(listed) = read::<Listed<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_of(payload);
        if let Some(current) = listed.current_session_id.filled() {
            self.sessions.set_current(&agent, current);
        }
        let entries: Vec<Entry<'_>> = list(listed.sessions);
        let sessions: Vec<Session> = entries.iter().filter_map(|entry| entry.session(&agent)).collect();
        self.forget_missing(&agent, &sessions, now, out);
        let open = self.sessions.current(&agent).filter(|open| !self.sessions.knows(open)).map(str::to_owned);
        let unsaved = open.filter(|open| sessions.iter().all(|session| session.key != *open));
        let unsaved = unsaved.map(|key| Session { key, agent_id: Some(agent.to_string()), ..Session::default() });
        for session in unsaved.into_iter().chain(sessions) {
            self.tell_session(session, now, out);
        }
        self.sessions_are_listed(&agent, out);
        true
    }

    /// A session that is listed no longer was deleted, unless it is the open one, which
    /// is listed only once it is saved.
    fn forget_missing(&mut self, agent: &str, listed: &[Session], now: i64, out: &mut Out) {
        let open = self.sessions.current(agent).map(str::to_owned);
        let missing = |row: &&Session| {
            row.agent_id.as_deref() == Some(agent)
                && open.as_deref() != Some(row.key.as_str())
                && !listed.iter().any(|session| session.key == row.key)
        };
        let gone: Vec<String> = self.sessions.rows.values().filter(missing).map(|row| row.key.clone()).collect();
        for key in gone {
            self.sessions.rows.remove(&key);
            let place = super::Place { run: "", agent: Some(agent), session: Some(&key), at: now };
            place.say(Body::SessionRemoved, out);
        }
    }

    fn tell_session(&mut self, session: Session, now: i64, out: &mut Out) {
        if self.sessions.rows.get(&session.key) == Some(&session) {
            return;
        }
        if self.sessions.rows.len() >= ROWS {
            self.sessions.rows.clear();
        }
        self.sessions.rows.insert(session.key.clone(), session.clone());
        let (key, agent) = (session.key.clone(), session.agent_id.clone());
        let place = super::Place { run: "", agent: agent.as_deref(), session: Some(&key), at: now };
        place.say(Body::SessionChanged(session), out);
    }

    pub(super) fn session_state(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(entry) = read::<Entry<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_of(payload);
        let Some(session) = entry.session(&agent) else {
            return false;
        };
        self.sessions.set_current(&agent, &session.key);
        let known = self.sessions.rows.get(&session.key).cloned().unwrap_or_default();
        let title = session.title.or(known.title);
        let session = Session { key: session.key, agent_id: session.agent_id, title, ..known };
        self.session_is_open(&session, out);
        self.tell_session(session, now, out);
        true
    }

    /// A replay of what was said. In a recording it is told, where it is news; live it
    /// only answers whoever asked for it.
    pub(super) fn history(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(replayed) = read::<Replayed<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_of(payload);
        if let Some(session) = self.switching.take() {
            self.sessions.set_current(&agent, &session);
        }
        let base = self.sessions.current(&agent).unwrap_or(&agent).to_owned();
        let rows: Vec<Kept<'_>> = list(replayed.messages);
        let rows = rows.iter().enumerate().filter_map(|(index, kept)| kept.row(&base, index));
        if self.live {
            let rows: Vec<Row> = rows.collect();
            if rows.is_empty() {
                self.history_is_empty(&agent, out);
            }
            self.shown = match rows.last() {
                Some(Row::Said(last)) => {
                    Some(Shown { agent, role: last.role, text: last.text.clone(), id: last.id.clone() })
                }
                _ => None,
            };
            self.take_replay(rows);
            return true;
        }
        for message in join(rows) {
            let role = if message.role == Role::User { "user" } else { "assistant" };
            let heard = self.told.was_told(&format!("{role} {agent} {}", message.text));
            if self.told.tell(&message.id) && !heard {
                self.place(&agent, "", now).say(Body::Message(message), out);
            }
        }
        true
    }

    /// A replay of what tools gave: its success is always claimed and says nothing.
    pub(super) fn activity(&mut self, payload: Option<Raw<'_>>) -> bool {
        #[derive(Default, Deserialize)]
        struct Happened<'a> {
            #[serde(rename = "type", default, borrow)]
            kind: Text<'a>,
            #[serde(default, borrow)]
            payload: Option<Raw<'a>>,
        }
        #[derive(Default, Deserialize)]
        struct Gave<'a> {
            #[serde(default, borrow)]
            call_id: Text<'a>,
            #[serde(default, borrow)]
            tool_name: Text<'a>,
            #[serde(default, borrow)]
            result: Text<'a>,
            #[serde(default, borrow)]
            arguments: Option<Raw<'a>>,
        }
        let Some(replayed) = read::<Replayed<'_>>(payload) else {
            return false;
        };
        let happened: Vec<Happened<'_>> = list(replayed.events);
        let results = happened.iter().filter(|event| event.kind.get() == Some("TOOL_RESULT"));
        let given = results.filter_map(|event| {
            let gave: Gave<'_> = read(event.payload)?;
            let (call, name) = (gave.call_id.boxed()?, gave.tool_name.boxed().unwrap_or_default());
            let (input, output) = (tree(gave.arguments), gave.result.boxed().unwrap_or_default());
            Some(Row::Gave(ToolCall { call, name, input, ok: None, output, ms: None }))
        });
        self.take_replay(given.collect());
        true
    }
}

impl Kept<'_> {
    fn row(&self, base: &str, index: usize) -> Option<Row> {
        let role = match self.role.or_empty() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            _ => return None,
        };
        Some(Row::Said(Message {
            id: format!("{base}#{index}").into(),
            role,
            text: self.content.boxed().unwrap_or_default(),
            sent_at: None,
            run_id: None,
            client_id: None,
            thinking: self.reasoning.boxed(),
            tools: called(self.tool_calls),
            model: None,
            usage: None,
        }))
    }
}

fn called(raw: Option<Raw<'_>>) -> Vec<ToolCall> {
    #[derive(Deserialize)]
    struct Called<'a> {
        #[serde(default, borrow)]
        id: Text<'a>,
        #[serde(default, borrow)]
        function: Option<Raw<'a>>,
    }
    #[derive(Default, Deserialize)]
    struct Function<'a> {
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default, borrow)]
        arguments: Text<'a>,
    }
    let calls: Vec<Called<'_>> = list(raw);
    let calls = calls.iter().filter_map(|called| {
        let function: Function<'_> = read(called.function).unwrap_or_default();
        let input = function.arguments.filled().map_or(Value::Null, tree_of);
        let (call, name) = (called.id.boxed()?, function.name.boxed().unwrap_or_default());
        Some(ToolCall { call, name, input, ok: None, output: "".into(), ms: None })
    });
    calls.collect()
}

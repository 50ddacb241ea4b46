//! Sessions. Each change is announced several times; the version tells which is news.

use std::collections::HashMap;

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, nested, object};
use super::super::lax::{Flag, Int, Raw, Text};
use super::super::runs::Place;
use super::Moltis;
use crate::event::{Body, Session};

/// Sessions remembered.
const ROWS: usize = 4096;

/// A session as lists and events have it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(default, borrow)]
    key: Text<'a>,
    #[serde(default, borrow)]
    label: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    preview: Text<'a>,
    #[serde(default)]
    updated_at: Int,
    #[serde(default)]
    message_count: Int,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow, rename = "agent_id")]
    agent_id_snake: Text<'a>,
    #[serde(default, borrow)]
    parent_session_key: Text<'a>,
    #[serde(default)]
    archived: Flag,
    #[serde(default)]
    replying: Flag,
    #[serde(default)]
    pub version: Int,
}

fields!(Entry<'a> {
    "key" => key,
    "label" => label,
    "model" => model,
    "preview" => preview,
    "updatedAt" => updated_at,
    "messageCount" => message_count,
    "agentId" => agent_id,
    "agent_id" => agent_id_snake,
    "parentSessionKey" => parent_session_key,
    "archived" => archived,
    "replying" => replying,
    "version" => version,
});

impl Entry<'_> {
    /// The neutral session; `None` without a key.
    pub fn session(&self) -> Option<Session> {
        Some(Session {
            key: self.key.owned()?,
            agent_id: self.agent_id.owned().or_else(|| self.agent_id_snake.owned()),
            title: self.label.owned(),
            preview: self.preview.owned(),
            model: self.model.owned(),
            updated_at: self.updated_at.0,
            messages: self.message_count.natural(),
            running: self.replying.0,
            parent: self.parent_session_key.owned(),
            archived: self.archived.set(),
        })
    }
}

/// The sessions last told, with their versions.
#[derive(Default)]
pub(super) struct Sessions {
    rows: HashMap<String, (i64, Session)>,
}

impl Sessions {
    /// The agent bound to a session.
    pub fn agent(&self, key: &str) -> Option<&str> {
        self.rows.get(key)?.1.agent_id.as_deref()
    }

    /// Whether it is known to be there.
    pub fn knows(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// Forgets a session that is gone.
    pub fn forget(&mut self, key: &str) {
        self.rows.remove(key);
    }

    /// Takes note of a session without telling it.
    pub fn note(&mut self, session: &Session, version: Int) {
        if self.rows.len() >= ROWS && !self.rows.contains_key(&session.key) {
            self.rows.clear();
        }
        let version = version.0.or(self.rows.get(&session.key).map(|(version, _)| *version)).unwrap_or(0);
        self.rows.insert(session.key.clone(), (version, session.clone()));
    }

    /// Tells a session, unless it is known in this version or a newer one. The same
    /// version is news when it says what the last description did not (who is replying).
    pub fn tell(&mut self, session: Session, version: Int, now: i64, out: &mut Out) {
        if let (Some((known, last)), Some(version)) = (self.rows.get(&session.key), version.0) {
            let says_more = session.running.is_some() && *last != session;
            if version < *known || (version == *known && !says_more) {
                return;
            }
        }
        let same = self.rows.get(&session.key).is_some_and(|(_, last)| *last == session);
        self.note(&session, version);
        if same {
            return;
        }
        let key = session.key.clone();
        let agent = session.agent_id.clone();
        let place = Place { run: "", agent: agent.as_deref(), session: Some(&key), at: now };
        place.say(Body::SessionChanged(session), out);
    }

    fn remove(&mut self, key: &str, now: i64, out: &mut Out) {
        let agent = self.rows.remove(key).and_then(|(_, session)| session.agent_id);
        let place = Place { run: "", agent: agent.as_deref(), session: Some(key), at: now };
        place.say(Body::SessionRemoved, out);
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow, deserialize_with = "nested")]
    entry: Option<Entry<'a>>,
    #[serde(default)]
    version: Int,
}

fields!(Changed<'a> {
    "kind" => kind,
    "sessionKey" => session_key,
    "entry" => entry,
    "version" => version,
});

impl Moltis {
    pub(super) fn session_event(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(changed) = object::<Changed<'_>>(payload) else {
            return false;
        };
        if changed.kind.get() == Some("deleted") {
            if let Some(key) = changed.session_key.filled() {
                self.sessions.remove(key, now, out);
            }
            return true;
        }
        // Without an entry it only says that one will follow.
        let Some(entry) = changed.entry else {
            return !changed.kind.or_empty().is_empty();
        };
        let version = Int(entry.version.0.or(changed.version.0));
        if let Some(mut session) = entry.session().or_else(|| keyed(&entry, changed.session_key.owned())) {
            if session.agent_id.is_none() {
                session.agent_id = self.sessions.agent(&session.key).map(str::to_owned);
            }
            self.sessions.tell(session, version, now, out);
        }
        true
    }
}

fn keyed(entry: &Entry<'_>, key: Option<String>) -> Option<Session> {
    let key = key?;
    Some(Session { key, updated_at: entry.updated_at.0, running: entry.replying.0, ..Session::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(title: &str, running: Option<bool>) -> Session {
        Session { key: "k".into(), title: Some(title.into()), running, ..Session::default() }
    }

    #[test]
    fn a_change_announced_again_is_told_once() {
        let (mut sessions, mut out) = (Sessions::default(), Out::default());
        for version in [3, 3, 2, 4] {
            sessions.tell(session(&version.to_string(), None), Int(Some(version)), 0, &mut out);
        }
        assert_eq!(out.events.len(), 2);
    }

    #[test]
    fn a_list_that_says_who_replies_is_news() {
        let (mut sessions, mut out) = (Sessions::default(), Out::default());
        sessions.tell(session("a", None), Int(Some(3)), 0, &mut out);
        sessions.tell(session("a", Some(true)), Int(Some(3)), 0, &mut out);
        assert_eq!(out.events.len(), 2);
        assert_eq!(sessions.rows["k"].1.running, Some(true));
    }
}

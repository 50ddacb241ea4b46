//! A session opened for writing: its rows and runs, with the place where changes are noted.

use link::event::Event;
use std::sync::Arc;

use contract::transcript::Level;

use super::Taken;
use super::changes::{Changes, RowChange};
use crate::truth::{KEPT_ROWS, RowBody, Session, Transcript, Truth};

/// How many rows a session keeps that no window shows.
const UNWATCHED_ROWS: usize = 60;

/// How many sessions that no window shows keep rows.
const UNWATCHED_SESSIONS: usize = 8;

/// A session that is being written to.
pub(super) struct Sheet<'a> {
    pub session: &'a mut Session,
    pub changes: &'a mut Changes,
    pub now: i64,
}

impl<'a> Sheet<'a> {
    /// The session an event is about: the one it names, or the one its run goes on in.
    pub fn of(truth: &'a mut Truth, event: &Event, now: i64, changes: &'a mut Changes) -> Option<Sheet<'a>> {
        let key: Arc<str> = match event.session.as_deref() {
            Some(key) => return Some(Sheet::open(truth, key, event.agent.as_deref(), now, changes)),
            None => key_of_run(truth, event.run.as_deref()?)?,
        };
        Some(Sheet::open(truth, &key, event.agent.as_deref(), now, changes))
    }

    /// The session of that key, made when it is new.
    pub fn open(truth: &'a mut Truth, key: &str, agent: Option<&str>, now: i64, changes: &'a mut Changes) -> Sheet<'a> {
        // Every event comes by here: the key is looked up to see what is there and to take it, and no third time.
        let known = truth.sessions.get(key).filter(|session| session.transcript.is_some());
        let key = known.map(|session| session.key.clone()).unwrap_or_else(|| make(truth, key, changes));
        let session = truth.sessions.entry(key).or_insert_with_key(|key| Session::new(key.clone()));
        session.touched = now;
        if session.about.updated_at.is_none() && now > 0 {
            session.about.updated_at = Some(now);
            changes.node = true;
        }
        if let Some(agent) = agent.filter(|_| session.about.agent_id.is_none()) {
            session.about.agent_id = Some(agent.to_owned());
            changes.node = true;
        }
        Sheet { session, changes, now }
    }

    pub fn rows(&mut self) -> &mut Transcript {
        self.session.transcript.get_or_insert_default()
    }

    /// Appends a row.
    pub fn push(&mut self, at: Option<i64>, run: Option<&str>, body: RowBody) -> u64 {
        let kept = if self.session.watched { KEPT_ROWS } else { UNWATCHED_ROWS };
        let rows = self.rows();
        let id = rows.push(at, run.filter(|run| !run.is_empty()), body);
        rows.trim(kept);
        self.changed(id, RowChange::Whole);
        id
    }

    pub fn changed(&mut self, id: u64, change: RowChange) {
        if self.session.watched {
            self.changes.of(&self.session.key).row(id, change);
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: u64) {
        self.rows().rows.retain(|row| row.id != id);
        if self.session.watched {
            self.changes.of(&self.session.key).gone.push(id);
        }
    }

    /// What stands above the rows changed.
    pub fn head(&mut self) {
        if self.session.watched {
            self.changes.of(&self.session.key).head = true;
        }
    }

    /// So much changed that a snapshot tells it best.
    pub fn all(&mut self) {
        if self.session.watched {
            self.changes.of(&self.session.key).all = true;
        }
    }

    pub fn remark(&mut self, run: Option<&str>, level: Level, text: String) {
        let at = Some(self.now);
        self.push(at, run, RowBody::Notice { text, level });
    }
}

/// The gateway says a sentence; in a session it is a row.
pub(super) fn notice(truth: &mut Truth, event: &Event, text: &str, now: i64, changes: &mut Changes) -> Taken {
    if event.session.is_some()
        && let Some(mut sheet) = Sheet::of(truth, event, now, changes)
    {
        sheet.remark(event.run.as_deref(), Level::Info, text.to_owned());
    }
    Taken::New
}

/// Frames were lost; in a session a line is drawn where.
pub(super) fn gap(truth: &mut Truth, event: &Event, now: i64, changes: &mut Changes) -> Taken {
    if event.session.is_some()
        && let Some(mut sheet) = Sheet::of(truth, event, now, changes)
    {
        let text = "Something that was sent here did not arrive.".to_owned();
        sheet.push(Some(event.at), event.run.as_deref(), RowBody::Gap { text });
    }
    Taken::New
}

fn key_of_run(truth: &Truth, run: &str) -> Option<Arc<str>> {
    let holds = |session: &&Session| session.runs.iter().any(|known| &*known.id == run);
    truth.sessions.values().find(holds).map(|session| session.key.clone())
}

/// Makes room for the rows of a session, at the cost of the one that was silent longest; its key.
fn make(truth: &mut Truth, key: &str, changes: &mut Changes) -> Arc<str> {
    let idle = |session: &&mut Session| {
        session.transcript.is_some() && !session.watched && session.active_run().is_none() && !session.has_open_own()
    };
    let count = truth.sessions.values().filter(|session| session.transcript.is_some() && !session.watched).count();
    if count >= UNWATCHED_SESSIONS {
        let oldest = truth.sessions.values_mut().filter(idle).min_by_key(|session| session.touched);
        if let Some(oldest) = oldest {
            oldest.transcript = None;
        }
    }
    if let Some(session) = truth.sessions.get(key) {
        return session.key.clone();
    }
    changes.node = true;
    key.into()
}

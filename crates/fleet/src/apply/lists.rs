//! Agents and sessions as the node lists and announces them.

use std::sync::Arc;

use link::event::{Agent, Event, Outcome, Session};

use super::changes::Changes;
use super::rows::Sheet;
use super::{Taken, run};
use crate::truth::Truth;

pub(super) fn agents(truth: &mut Truth, agents: &[Agent], changes: &mut Changes) {
    if truth.agents != agents {
        truth.agents = agents.to_vec();
        changes.node = true;
    }
}

pub(super) fn agent_changed(truth: &mut Truth, agent: &Agent, changes: &mut Changes) -> Taken {
    changes.node = true;
    match truth.agents.iter_mut().find(|known| known.id == agent.id) {
        Some(known) => {
            *known = agent.clone();
            Taken::Known
        }
        None => {
            truth.agents.push(agent.clone());
            Taken::New
        }
    }
}

pub(super) fn agent_removed(truth: &mut Truth, event: &Event, changes: &mut Changes) -> Taken {
    let Some(id) = event.agent.as_deref() else {
        return Taken::Known;
    };
    truth.agents.retain(|agent| agent.id != id);
    changes.node = true;
    Taken::New
}

/// The node's sessions, read anew: what the node knows is fresh again, and runs whose fate was unknown are settled by
/// what it says of them.
pub(super) fn sessions(truth: &mut Truth, list: &[Session], now: i64, changes: &mut Changes) {
    for session in truth.sessions.values_mut() {
        session.listed = false;
    }
    for about in list {
        describe(truth, about);
        settle(truth, about, now, changes);
    }
    drop_absent(truth, now, changes);
    if truth.is_ready() {
        truth.link.stale_since = None;
        truth.link.listed = true;
    }
    changes.node = true;
}

/// A session is new or its description changed. Only a new one is worth a line: the same change is announced often, and
/// what is announced before the lists were read since the link came up was there before.
pub(super) fn session_changed(truth: &mut Truth, about: &Session, now: i64, changes: &mut Changes) -> Taken {
    let known = truth.session(&about.key).is_some_and(|session| session.listed);
    describe(truth, about);
    if about.running == Some(false) {
        close_unsure(truth, &about.key, now, changes);
    }
    changes.node = true;
    if known || !truth.is_live() { Taken::Known } else { Taken::New }
}

pub(super) fn session_removed(truth: &mut Truth, event: &Event, changes: &mut Changes) -> Taken {
    let Some(key) = event.session.as_deref() else {
        return Taken::Known;
    };
    changes.node = true;
    match truth.sessions.get_mut(key) {
        None => Taken::Known,
        Some(session) if session.watched => {
            let key = session.key.clone();
            session.listed = false;
            session.runs.clear();
            let rows = session.transcript.get_or_insert_default();
            rows.fault = Some("This session was removed on its node.".to_owned());
            rows.loading = false;
            changes.of(&key).head = true;
            Taken::New
        }
        Some(_) => {
            truth.sessions.remove(key);
            Taken::New
        }
    }
}

/// Takes over a description; what it leaves out stays as it was known.
fn describe(truth: &mut Truth, about: &Session) {
    let session = truth.session_mut(&about.key);
    session.listed = true;
    let old = std::mem::replace(&mut session.about, about.clone());
    let new = &mut session.about;
    new.agent_id = new.agent_id.take().or(old.agent_id);
    new.title = new.title.take().or(old.title);
    new.preview = new.preview.take().or(old.preview);
    new.model = new.model.take().or(old.model);
    new.updated_at = new.updated_at.or(old.updated_at);
    new.messages = new.messages.or(old.messages);
    new.parent = new.parent.take().or(old.parent);
}

/// What the list says of a session's run.
fn settle(truth: &mut Truth, about: &Session, now: i64, changes: &mut Changes) {
    match about.running {
        Some(true) => {
            let mut sheet = Sheet::open(truth, &about.key, None, now, changes);
            match sheet.session.runs.iter().rposition(|run| run.is_active()) {
                Some(index) => run::sure(&mut sheet, index),
                None => {
                    run::resume(&mut sheet, "");
                }
            }
        }
        Some(false) => close_unsure(truth, &about.key, now, changes),
        // The history of a session that is shown will tell.
        None if truth.session(&about.key).is_some_and(|session| session.watched) => {}
        None => close_unsure(truth, &about.key, now, changes),
    }
}

/// Ends the runs that nobody has heard of since the link went down, and those known only from a list. A run that
/// events tell of is not ended by a list: the list may be older than they are.
fn close_unsure(truth: &mut Truth, key: &str, now: i64, changes: &mut Changes) {
    let over = |run: &crate::truth::Run| run.is_active() && (run.unsure || (run.id.is_empty() && run.texts.is_empty()));
    if !truth.session(key).is_some_and(|session| session.runs.iter().any(over)) {
        return;
    }
    let mut sheet = Sheet::open(truth, key, None, now, changes);
    while let Some(index) = sheet.session.runs.iter().position(over) {
        let outcome = if sheet.session.runs[index].unsure { Outcome::Unknown } else { Outcome::Ok };
        run::close(&mut sheet, index, outcome, None);
    }
}

/// Sessions that the list had before and has no longer are gone, unless something shows or uses them.
fn drop_absent(truth: &mut Truth, now: i64, changes: &mut Changes) {
    let absent: Vec<Arc<str>> =
        truth.sessions.values().filter(|session| !session.listed).map(|session| session.key.clone()).collect();
    for key in absent {
        close_unsure(truth, &key, now, changes);
        let used = |session: &crate::truth::Session| session.watched || session.is_running() || session.has_open_own();
        if !truth.sessions.get(&key).is_some_and(used) {
            truth.sessions.remove(&key);
        }
    }
}

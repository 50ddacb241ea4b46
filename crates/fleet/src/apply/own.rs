//! Messages sent from here: shown at once, followed to the end of the run that answers them.

use std::collections::VecDeque;

use contract::transcript::Fate;
use link::event::Outcome;

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, run};
use crate::truth::{Own, Row, RowBody, Truth};

/// What a person said here.
pub(super) struct Said<'a> {
    pub session: &'a str,
    pub agent: Option<&'a str>,
    pub text: &'a str,
    pub client_id: &'a str,
}

/// How it fares.
pub(super) struct News<'a> {
    pub client_id: &'a str,
    pub fate: Fate,
    pub run: Option<&'a str>,
    pub fault: Option<&'a str>,
}

/// Shows the message as queued. Saying it again under the same id queues the same row anew.
pub(super) fn sending(truth: &mut Truth, said: &Said<'_>, now: i64, changes: &mut Changes) -> Taken {
    let mut sheet = Sheet::open(truth, said.session, said.agent, now, changes);
    sheet.changes.node = true;
    if let Some(row) = sheet.rows().own_row(said.client_id) {
        let id = row.id;
        if let Some(own) = row.own_mut().filter(|own| again(own.fate)) {
            own.fares(Fate::Queued, now);
            (own.fault, own.run) = (None, None);
            sheet.rows().move_last(id);
        }
        sheet.changed(id, RowChange::Whole);
        return Taken::Known;
    }
    let own = Own {
        client_id: said.client_id.into(),
        key: said.client_id.into(),
        fate: Fate::Queued,
        fate_at: now,
        fault: None,
        run: None,
        missed: false,
    };
    sheet.rows().owns = true;
    sheet.push(Some(now), None, RowBody::User { text: said.text.to_owned(), own: Some(own) });
    Taken::New
}

/// The message goes out under another key from now on. What the node has of it under the old one is a message of its
/// own: it stays where it is, and the new one gets a row.
pub(super) fn key(truth: &mut Truth, session: &str, client_id: &str, key: &str, now: i64, changes: &mut Changes) {
    let mut sheet = Sheet::open(truth, session, None, now, changes);
    let Some(row) = sheet.rows().own_row(client_id) else {
        return;
    };
    let (id, text, is_there) = (row.id, row.text().to_owned(), row.message.is_some());
    let RowBody::User { own: slot, .. } = &mut row.body else { return };
    let Some(mut own) = slot.take() else { return };
    own.key = key.into();
    if !is_there {
        *slot = Some(own);
        return;
    }
    own.run = None;
    sheet.changed(id, RowChange::Whole);
    sheet.push(Some(now), None, RowBody::User { text, own: Some(own) });
}

/// A fate only moves on, except that a failed or unknown message may be sent again.
pub(super) fn fate(truth: &mut Truth, session: &str, news: &News<'_>, now: i64, changes: &mut Changes) {
    let mut sheet = Sheet::open(truth, session, None, now, changes);
    let rows = sheet.session.transcript.get_or_insert_default();
    let Some(row) = rows.own_row(news.client_id) else {
        return;
    };
    let id = row.id;
    let Some(own) = row.own_mut() else { return };
    let anew = again(own.fate) && matches!(news.fate, Fate::Queued | Fate::Sent);
    if !anew && rank(news.fate) < rank(own.fate) {
        own.run = news.run.map(Into::into).or(own.run.take());
        return;
    }
    own.fares(news.fate, now);
    own.fault = news.fault.map(str::to_owned);
    own.run = if anew { None } else { news.run.map(Into::into).or(own.run.take()) };
    if anew {
        // It goes out behind all that was said since.
        rows.move_last(id);
    }
    sheet.changed(id, RowChange::Whole);
    if news.fate == Fate::Acknowledged {
        catch_up(&mut sheet, id);
    }
}

/// The person took back a message that had not gone out.
pub(super) fn withdrawn(truth: &mut Truth, session: &str, client_id: &str, changes: &mut Changes) {
    let now = truth.session(session).map_or(0, |session| session.touched);
    let mut sheet = Sheet::open(truth, session, None, now, changes);
    if let Some(id) = sheet.rows().own_row(client_id).map(|row| row.id) {
        sheet.remove(id);
    }
}

/// A run began, and the message it answers runs.
pub(super) fn run_began(sheet: &mut Sheet<'_>, run: &str) {
    let now = sheet.now;
    let rows = sheet.rows();
    if !rows.owns {
        return;
    }
    let rows = &mut rows.rows;
    let Some(row) = answered_by(rows, run).and_then(|index| rows.get_mut(index)) else {
        return;
    };
    let id = row.id;
    // What was taken for unknown goes on after all.
    if let Some(own) = row.own_mut().filter(|own| rank(own.fate) <= rank(Fate::Unknown)) {
        own.fares(Fate::Running, now);
        (own.run, own.fault) = (Some(run.into()), None);
        sheet.changed(id, RowChange::Whole);
    }
}

/// Which row a run answers: the message bound to it, else the oldest one that the node has and nothing answers yet, else
/// the last one that the node has, where nobody knew what came of it and no run was named for it.
fn answered_by(rows: &VecDeque<Row>, run: &str) -> Option<usize> {
    let bound = |own: &Own| own.run.as_deref() == Some(run) && !run.is_empty();
    let nameless = |own: &Own| own.run.as_deref().unwrap_or_default().is_empty();
    let waiting = |own: &Own| nameless(own) && matches!(own.fate, Fate::Acknowledged | Fate::Running);
    let given_up =
        |row: &Row| row.message.is_some() && row.own().is_some_and(|own| nameless(own) && own.fate == Fate::Unknown);
    let spoken = |row: &Row| match &row.body {
        RowBody::User { .. } => row.message.is_some(),
        body => matches!(body, RowBody::Assistant { .. }),
    };
    let found = rows.iter().position(|row| row.own().is_some_and(bound));
    let found = found.or_else(|| rows.iter().position(|row| row.own().is_some_and(waiting)));
    found.or_else(|| rows.iter().rposition(spoken).filter(|last| given_up(&rows[*last])))
}

/// A run ended, and with it the message it answered.
pub(super) fn run_ended(sheet: &mut Sheet<'_>, id: &str, outcome: Outcome, error: Option<&str>) {
    let now = sheet.now;
    let bound = |own: &&mut Own| own.run.as_deref() == Some(id) && rank(own.fate) <= rank(Fate::Running);
    let mut ended = Vec::new();
    for row in sheet.rows().owned() {
        let row_id = row.id;
        if let Some(own) = row.own_mut().filter(|own| bound(own)) {
            own.fares(run::fate_of(outcome), now);
            own.fault = match outcome {
                Outcome::Error => error.map(str::to_owned),
                Outcome::Aborted => Some("It was stopped before it was done.".to_owned()),
                Outcome::Ok | Outcome::Unknown => None,
            };
            ended.push(row_id);
        }
    }
    for id in ended {
        sheet.changed(id, RowChange::Whole);
    }
}

/// The node says that a message waits there. The run it named may never answer it.
pub(super) fn queued_at_node(sheet: &mut Sheet<'_>, run: &str) {
    let now = sheet.now;
    let bound = |own: &&mut Own| own.run.as_deref() == Some(run) && rank(own.fate) <= rank(Fate::Running);
    let mut waiting = None;
    for row in sheet.rows().owned() {
        let id = row.id;
        if let Some(own) = row.own_mut().filter(|own| bound(own)) {
            own.fares(Fate::Acknowledged, now);
            own.run = None;
            waiting = Some(id);
        }
    }
    if let Some(id) = waiting {
        sheet.changed(id, RowChange::Whole);
    }
}

/// Events overtake answers: the run may have begun, or ended, before the node's answer named it.
fn catch_up(sheet: &mut Sheet<'_>, id: u64) {
    let Some(own) = sheet.rows().row(id).and_then(|row| row.own()).cloned() else {
        return;
    };
    let claimed: Vec<_> = sheet.rows().rows.iter().filter_map(|row| row.own()?.run.clone()).collect();
    let runs = &sheet.session.runs;
    let found = match &own.run {
        Some(run) => runs.iter().rev().find(|known| known.id == *run),
        None => runs.iter().rev().find(|known| known.is_active() && !claimed.contains(&known.id)),
    };
    let Some(found) = found else { return };
    let (run, ended) = (found.id.clone(), found.ended.as_ref().map(|ended| ended.outcome));
    run_began(sheet, &run);
    if let Some(outcome) = ended {
        run_ended(sheet, &run, outcome, None);
    }
}

/// Whether a message of this fate may go out again.
fn again(fate: Fate) -> bool {
    matches!(fate, Fate::Failed | Fate::Unknown)
}

fn rank(fate: Fate) -> u8 {
    match fate {
        Fate::Queued => 0,
        Fate::Sent => 1,
        Fate::Acknowledged => 2,
        Fate::Running => 3,
        Fate::Unknown => 4,
        Fate::Failed => 5,
        Fate::Done => 6,
    }
}

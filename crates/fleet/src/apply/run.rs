//! The life of a run: queued, started, in a phase, ended once.

use contract::transcript::{Fate, Level, ToolState};
use link::event::{Event, Outcome, RunEnd};

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, own, text, torn};
use crate::truth::{Ended, Row, RowBody, Run, Truth};

/// How many ended runs a session remembers, to know a second end when it comes.
const ENDED_KEPT: usize = 24;

/// How much of the last answer a session's preview shows, in characters.
const PREVIEW: usize = 120;

/// A message waits at the node for the running turn. Its run may get another id, so it is no longer bound to one.
pub(super) fn queued(truth: &mut Truth, event: &Event, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    if let Some(run) = event.run.as_deref() {
        own::queued_at_node(&mut sheet, run);
    }
    Taken::New
}

pub(super) fn started(truth: &mut Truth, event: &Event, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let id = event.run.as_deref().unwrap_or_default();
    let known = sheet.session.runs.iter().rposition(|run| &*run.id == id);
    match known {
        // Without ids a start after an end is another run.
        Some(index) if !id.is_empty() || sheet.session.runs[index].is_active() => {
            sure(&mut sheet, index);
            Taken::Known
        }
        _ => {
            begin(&mut sheet, id);
            Taken::New
        }
    }
}

pub(super) fn status(truth: &mut Truth, event: &Event, phase: &str, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    if let Some(index) = join(&mut sheet, event) {
        let run = &mut sheet.session.runs[index];
        if run.phase.as_deref() != Some(phase) {
            run.phase = Some(phase.into());
            sheet.head();
        }
    }
    Taken::New
}

pub(super) fn finished(truth: &mut Truth, event: &Event, end: &RunEnd, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let answer = end.text.as_deref().filter(|text| !text.trim().is_empty());
    let Some(index) = ending(&mut sheet, event, answer) else {
        return Taken::Known;
    };
    if let Some(answer) = answer {
        text::settle(&mut sheet, index, answer);
    }
    close(&mut sheet, index, end.outcome, end.error.as_deref());
    Taken::New
}

/// The run an event belongs to: the one it names, else the one that goes on in the session, else a new one. `None`
/// when that run has ended: what comes late changes nothing.
pub(super) fn join(sheet: &mut Sheet<'_>, event: &Event) -> Option<usize> {
    let id = event.run.as_deref().unwrap_or_default();
    let runs = &sheet.session.runs;
    let found = match id {
        "" => runs.iter().rposition(Run::is_active),
        id => runs.iter().rposition(|run| &*run.id == id),
    };
    let Some(index) = found.or_else(|| adopt(sheet, id)) else {
        return Some(begin(sheet, id));
    };
    if !sheet.session.runs[index].is_active() {
        return None;
    }
    sure(sheet, index);
    Some(index)
}

/// Begins a run and lets the message it answers know.
pub(super) fn begin(sheet: &mut Sheet<'_>, id: &str) -> usize {
    let index = resume(sheet, id);
    torn::take_up(sheet, index);
    own::run_began(sheet, id);
    index
}

/// A run goes on whose beginning was not seen.
pub(super) fn resume(sheet: &mut Sheet<'_>, id: &str) -> usize {
    let others = |row: &&Row| (id.is_empty() || row.run.as_deref() != Some(id)) && !row.waits();
    let since = sheet.rows().rows.iter().rev().find(others).map_or(i64::MIN, |row| row.order);
    let runs = &mut sheet.session.runs;
    let ended = runs.iter().filter(|run| !run.is_active()).count();
    if ended > ENDED_KEPT
        && let Some(oldest) = runs.iter().position(|run| !run.is_active())
    {
        runs.remove(oldest);
    }
    runs.push(Run::new(id, since, sheet.now));
    sheet.changes.node = true;
    sheet.head();
    sheet.session.runs.len() - 1
}

/// Ends a run: its open rows close, its message's fate is settled, the session is marked.
pub(super) fn close(sheet: &mut Sheet<'_>, index: usize, outcome: Outcome, error: Option<&str>) {
    let now = sheet.now;
    let run = &mut sheet.session.runs[index];
    run.ended = Some(Ended { outcome, at: now });
    run.unsure = false;
    run.phase = None;
    run.close_rows();
    let (id, since) = (run.id.clone(), run.since);
    still(sheet, &id, since);
    remark(sheet, &id, outcome, error);
    own::run_ended(sheet, &id, outcome, error);
    mark(sheet, outcome);
    sheet.changes.node = true;
    sheet.head();
}

/// An event of a run whose fate was unknown says that it goes on.
pub(super) fn sure(sheet: &mut Sheet<'_>, index: usize) {
    let run = &mut sheet.session.runs[index];
    if run.unsure && run.is_active() {
        run.unsure = false;
        sheet.changes.node = true;
        sheet.all();
    }
}

/// A run that began without an id and now has one.
fn adopt(sheet: &mut Sheet<'_>, id: &str) -> Option<usize> {
    let index = sheet.session.runs.iter().rposition(|run| run.is_active() && run.id.is_empty())?;
    sheet.session.runs[index].id = id.into();
    let nameless = sheet.rows().rows.iter_mut().rev().take_while(|row| !matches!(row.body, RowBody::User { .. }));
    for row in nameless.filter(|row| row.run.is_none()) {
        row.run = Some(id.into());
    }
    own::run_began(sheet, id);
    sheet.head();
    Some(index)
}

/// The run that an end is for; one that was never heard of begins with it. `None` when it has ended already.
fn ending(sheet: &mut Sheet<'_>, event: &Event, answer: Option<&str>) -> Option<usize> {
    let id = event.run.as_deref().unwrap_or_default();
    if id.is_empty() && sheet.session.active_run().is_none() && !sheet.session.runs.is_empty() {
        return None;
    }
    let nameless = sheet.session.runs.iter().any(|run| run.is_active() && run.id.is_empty());
    if answer.is_none() && sheet.session.run(id).is_none() && !nameless {
        // It said nothing, so it ends no message but the one that is bound to it.
        return Some(resume(sheet, id));
    }
    join(sheet, event)
}

/// Nothing of an ended run moves any more: its text stands, its tools that did not end have an unknown end.
fn still(sheet: &mut Sheet<'_>, run: &str, since: i64) {
    let mut changed = Vec::new();
    for row in sheet.rows().behind(since) {
        // Few rows move, so this is asked before whose they are.
        let moves = match &row.body {
            RowBody::Assistant { streaming, .. } | RowBody::Thinking { streaming, .. } => *streaming,
            RowBody::Tool { state, .. } | RowBody::Subagent { state, .. } => *state == ToolState::Running,
            _ => false,
        };
        if !moves || row.run.as_deref().unwrap_or_default() != run {
            continue;
        }
        match &mut row.body {
            RowBody::Assistant { streaming, .. } | RowBody::Thinking { streaming, .. } => *streaming = false,
            RowBody::Tool { state, .. } | RowBody::Subagent { state, .. } => *state = ToolState::Unknown,
            _ => {}
        }
        changed.push(row.id);
    }
    for id in changed {
        sheet.changed(id, RowChange::Whole);
    }
}

fn remark(sheet: &mut Sheet<'_>, run: &str, outcome: Outcome, error: Option<&str>) {
    let (level, text) = match outcome {
        Outcome::Ok => return,
        Outcome::Error => (Level::Error, error.unwrap_or("The run failed; the gateway does not say why.")),
        Outcome::Aborted => (Level::Info, error.unwrap_or("Stopped.")),
        Outcome::Unknown => (Level::Warning, "The end of this run never arrived; how it went is unknown."),
    };
    sheet.remark(Some(run), level, text.to_owned());
}

/// Marks a session that nobody looks at, and keeps the end of its answer for the list.
fn mark(sheet: &mut Sheet<'_>, outcome: Outcome) {
    let preview = sheet.rows().rows.iter().rev().find_map(|row| match &row.body {
        RowBody::Assistant { text, .. } if !text.is_empty() => Some(text.chars().take(PREVIEW).collect::<String>()),
        _ => None,
    });
    let session = &mut *sheet.session;
    session.about.updated_at = Some(sheet.now);
    session.about.running = None;
    session.about.preview = preview.or(session.about.preview.take());
    if !session.watched {
        match outcome {
            Outcome::Ok => (session.unread, session.failed) = (true, false),
            Outcome::Error => session.failed = true,
            Outcome::Aborted | Outcome::Unknown => {}
        }
    }
}

/// The fate a message has when its run ended so.
pub(super) fn fate_of(outcome: Outcome) -> Fate {
    match outcome {
        Outcome::Ok => Fate::Done,
        Outcome::Error | Outcome::Aborted => Fate::Failed,
        Outcome::Unknown => Fate::Unknown,
    }
}
